import { dimRange, NO_RANGES, type Ranges } from './dim-range.js';
import {
  type Atom,
  addInto,
  bareAtom,
  commonMonomial,
  type Dim,
  dimKey,
  exactQuotient,
  fromTerm,
  fromTerms,
  MAX_TERMS,
  multiplyTerms,
  type OpaqueKind,
  SymbolicDim,
  scaled,
  splitDivisible,
  type Term,
  termsOf,
} from './dim-terms.js';

export { dimRange, type Interval, isUnknownSymbol, type Ranges } from './dim-range.js';
export { type Dim, dimKey, SymbolicDim } from './dim-terms.js';

/** The extent that a symbol names. Names that begin with `_` are unknown integers. */
export function symbol(name: string): SymbolicDim {
  const atom: Atom = { kind: 'symbol', name, key: name };
  return new SymbolicDim([{ coefficient: 1, atoms: [atom], key: name }], name);
}

/** The symbol's name if the extent is one bare symbol. */
export function symbolName(d: Dim): string | undefined {
  if (typeof d === 'number' || d.terms.length !== 1) return undefined;
  const t = d.terms[0] as Term;
  const a = t.atoms[0];
  return t.coefficient === 1 && t.atoms.length === 1 && a?.kind === 'symbol' ? a.name : undefined;
}

/** True for extents that are equal at every size by their canonical form. */
export function dimEquals(a: Dim, b: Dim): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a === b || a.key === b.key;
}

/** True for lists of one length whose extents are equal in pairs. */
export function dimsEqual(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((d, i) => dimEquals(d, b[i] as Dim));
}

/** The sum in canonical form. */
export function dimAdd(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const terms = new Map<string, Term>();
  for (const t of termsOf(a)) addInto(terms, t, 1);
  for (const t of termsOf(b)) addInto(terms, t, 1);
  return joinHalves(terms) ?? fromTerms(terms);
}

/**
 * One form for halves: x - floor(x/2) is floor((x+1)/2), and both halves together are x. Undefined when there is
 * nothing to join.
 */
function joinHalves(terms: ReadonlyMap<string, Term>): Dim | undefined {
  let varying = 0;
  for (const t of terms.values()) if (t.coefficient !== 0 && t.atoms.length > 0) varying += 1;
  if (varying < 2) return undefined;
  for (const t of terms.values()) {
    const [atom, more] = t.atoms;
    if (t.coefficient === 0 || more !== undefined || atom?.kind !== 'floordiv') continue;
    if (typeof atom.b !== 'number' || atom.b <= 0 || atom.b % 2 !== 0) continue;
    // t is c*floor(x/2) for this x.
    const x = dimFloorDiv(atom.a, atom.b / 2);
    const upper = dimFloorDiv(dimAdd(x, 1), 2);
    const joined = without(terms, t, x, -t.coefficient);
    if (joined !== undefined) return dimSub(joined, dimMul(upper, t.coefficient));
    const whole = without(terms, t, upper, t.coefficient);
    if (whole !== undefined) return dimAdd(whole, dimMul(x, t.coefficient));
  }
  return undefined;
}

/** The sum without `t` and without `times * part`, if all terms of the latter but a constant stand in it exactly. */
function without(terms: ReadonlyMap<string, Term>, t: Term, part: Dim, times: number): Dim | undefined {
  if (typeof part === 'number') return undefined;
  const rest = new Map(terms);
  rest.delete(t.key);
  for (const p of part.terms) {
    if (p.key !== '' && rest.get(p.key)?.coefficient !== p.coefficient * times) return undefined;
    addInto(rest, p, -times);
  }
  return fromTerms(rest);
}

/** The negative in canonical form. */
export function dimNeg(a: Dim): Dim {
  return dimMul(a, -1);
}

/** The difference in canonical form: 0 for equal extents. */
export function dimSub(a: Dim, b: Dim): Dim {
  return dimAdd(a, dimNeg(b));
}

/** The product, multiplied out unless it would have more terms than any real shape. */
export function dimMul(a: Dim, b: Dim): Dim {
  if (typeof a === 'number') return typeof b === 'number' ? a * b : times(b, a);
  if (typeof b === 'number') return times(a, b);
  const x = a.terms[0];
  const y = b.terms[0];
  if (x !== undefined && y !== undefined && a.terms.length === 1 && b.terms.length === 1)
    return fromTerm(multiplyTerms(x, y));
  const terms = new Map<string, Term>();
  const ta = termsOf(a);
  const tb = termsOf(b);
  if (ta.length * tb.length > MAX_TERMS) {
    // Beyond any real shape: keep the product exact but unexpanded.
    return opaque('mul', a, b);
  }
  for (const x of ta) for (const y of tb) addInto(terms, multiplyTerms(x, y), 1);
  return fromTerms(terms);
}

function times(d: SymbolicDim, by: number): Dim {
  if (by === 0) return 0;
  return by === 1 ? d : scaled(d, by);
}

function opaque(kind: OpaqueKind, a: Dim, b: Dim): Dim {
  const key = kind === 'floordiv' ? `floor((${dimKey(a)})/(${dimKey(b)}))` : `${kind}(${dimKey(a)}, ${dimKey(b)})`;
  const atom: Atom = { kind, a, b, key };
  return new SymbolicDim([{ coefficient: 1, atoms: [atom], key }], key);
}

/** Floor division as Python's `//`: rounds toward minus infinity. Division by 0 stays opaque. */
export function dimFloorDiv(a: Dim, b: Dim): Dim {
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.floor(a / b);
  if (a === 0) return 0;
  const exact = b === 0 ? undefined : exactQuotient(a, b);
  if (exact !== undefined) return exact;
  if (typeof b === 'number' && b > 1) {
    // floor(-x/b) = -floor((x + b - 1)/b): one form for quotients rounded up.
    if (typeof a !== 'number' && (a.terms[0]?.coefficient ?? 0) < 0)
      return dimNeg(dimFloorDiv(dimAdd(dimNeg(a), b - 1), b));
    // floor((k*b + r)/b) = k + floor(r/b), and floor(floor(x/c)/b) = floor(x/(c*b)).
    const { quotient, rest } = splitDivisible(a, b);
    if (rest === 0) return quotient;
    if (quotient !== 0) return dimAdd(quotient, dimFloorDiv(rest, b));
    const inner = bareAtom(rest);
    if (inner?.kind === 'floordiv' && typeof inner.b === 'number' && inner.b > 0)
      return dimFloorDiv(inner.a, inner.b * b);
    const range = dimRange(rest, NO_RANGES);
    if (range.min >= 0 && range.max < b) return 0;
    // floor((c + floor(x/d))/b) = floor((c*d + x)/(d*b))
    const merged = mergeInnerFloor(rest, b);
    if (merged !== undefined) return merged;
  }
  const common = commonMonomial(a, b);
  if (common !== undefined && dimRange(common).min > 0) {
    const [x, y] = [exactQuotient(a, common), exactQuotient(b, common)];
    if (x !== undefined && y !== undefined) return dimFloorDiv(x, y);
  }
  return opaque('floordiv', a, b);
}

/** floor((c + floor(x/d)) / b) = floor((c*d + x) / (d*b)) for one inner floor of coefficient 1 and a constant c. */
function mergeInnerFloor(d: Dim, b: number): Dim | undefined {
  if (typeof d === 'number' || d.terms.length !== 2) return undefined;
  const [x, c] = d.terms as readonly [Term, Term];
  const atom = x.atoms[0];
  if (c.atoms.length !== 0 || x.coefficient !== 1 || x.atoms.length !== 1 || atom?.kind !== 'floordiv')
    return undefined;
  if (typeof atom.b !== 'number' || atom.b <= 0) return undefined;
  return dimFloorDiv(dimAdd(atom.a, c.coefficient * atom.b), atom.b * b);
}

/** Modulo as Python's `%`: the sign of the divisor. A constant divisor gives a - b*floor(a/b), the one form of both. */
export function dimMod(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return a - Math.floor(a / b) * b;
  if (b === 1 || a === 0 || dimEquals(a, b)) return 0;
  if (b !== 0 && exactQuotient(a, b) !== undefined) return 0;
  if (typeof b === 'number' && b > 1) return dimSub(a, dimMul(dimFloorDiv(a, b), b));
  return opaque('mod', a, b);
}

/** The smaller one, as far as ranges need not tell; otherwise `min(a, b)`. */
export function dimMin(a: Dim, b: Dim): Dim {
  return extreme('min', a, b);
}

/** The larger one, as far as ranges need not tell; otherwise `max(a, b)`. */
export function dimMax(a: Dim, b: Dim): Dim {
  return extreme('max', a, b);
}

function extreme(kind: 'min' | 'max', a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return kind === 'min' ? Math.min(a, b) : Math.max(a, b);
  if (dimEquals(a, b)) return a;
  const gap = dimRange(dimSub(a, b), NO_RANGES);
  if (gap.min >= 0) return kind === 'min' ? b : a;
  if (gap.max <= 0) return kind === 'min' ? a : b;
  // Commutative: one canonical operand order, numbers last.
  const swap = typeof a === 'number' || (typeof b !== 'number' && b.key < a.key);
  return swap ? opaque(kind, b, a) : opaque(kind, a, b);
}

export type Comparison = 'lt' | 'le' | 'gt' | 'ge' | 'eq' | 'ne';

/** Decides a comparison if it holds, or fails, for every size in range; undefined otherwise. */
export function dimCompare(op: Comparison, a: Dim, b: Dim, ranges: Ranges = NO_RANGES): boolean | undefined {
  const gap = dimRange(dimSub(a, b), ranges);
  switch (op) {
    case 'lt':
      return gap.max < 0 ? true : gap.min >= 0 ? false : undefined;
    case 'le':
      return gap.max <= 0 ? true : gap.min > 0 ? false : undefined;
    case 'gt':
      return gap.min > 0 ? true : gap.max <= 0 ? false : undefined;
    case 'ge':
      return gap.min >= 0 ? true : gap.max < 0 ? false : undefined;
    case 'eq':
      return gap.min === 0 && gap.max === 0 ? true : gap.min > 0 || gap.max < 0 ? false : undefined;
    case 'ne': {
      const eq = dimCompare('eq', a, b, ranges);
      return eq === undefined ? undefined : !eq;
    }
  }
}

/** The extent's value for given sizes of its symbols. Throws RangeError for a symbol without a size. */
export function dimEvaluate(d: Dim, sizes: ReadonlyMap<string, number>): number {
  if (typeof d === 'number') return d;
  let total = 0;
  for (const t of d.terms) {
    let product = t.coefficient;
    for (const f of t.atoms) product *= evaluateAtom(f, sizes);
    total += product;
  }
  return total;
}

function evaluateAtom(f: Atom, sizes: ReadonlyMap<string, number>): number {
  if (f.kind === 'symbol') {
    const size = sizes.get(f.name);
    if (size === undefined) throw new RangeError(`no size for symbol ${f.name}`);
    return size;
  }
  const a = dimEvaluate(f.a, sizes);
  const b = dimEvaluate(f.b, sizes);
  switch (f.kind) {
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'mul':
      return a * b;
    case 'mod':
      return a - Math.floor(a / b) * b;
    case 'floordiv':
      return Math.floor(a / b);
  }
}

/** Names of all symbols in an extent. */
export function dimSymbols(d: Dim, into: Set<string> = new Set()): Set<string> {
  if (typeof d === 'number') return into;
  for (const t of d.terms) {
    for (const f of t.atoms) {
      if (f.kind === 'symbol') into.add(f.name);
      else {
        dimSymbols(f.a, into);
        dimSymbols(f.b, into);
      }
    }
  }
  return into;
}

/** An extent without its constant term, and that term. */
export function dimSplitConstant(d: SymbolicDim): { readonly rest: Dim; readonly constant: number } {
  const last = d.terms[d.terms.length - 1];
  const constant = last?.key === '' ? last.coefficient : 0;
  return { rest: constant === 0 ? d : dimSub(d, constant), constant };
}
