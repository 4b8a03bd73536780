/**
 * Symbolic extents: integer polynomials over named symbols and a few opaque functions of them
 * (floor division, modulo, min, max), kept in one canonical form, so that equal extents have equal keys.
 * A symbol is a size read at run time and is assumed to be at least 1 unless ranges say otherwise.
 */
export type Dim = number | SymbolicDim;

type OpaqueKind = 'floordiv' | 'mod' | 'min' | 'max' | 'mul';

/** A factor of a monomial: a symbol, or a function of two extents that does not simplify. */
type Atom =
  | { readonly kind: 'symbol'; readonly name: string; readonly key: string }
  | { readonly kind: OpaqueKind; readonly a: Dim; readonly b: Dim; readonly key: string };

interface Term {
  readonly coefficient: number;
  /** Sorted by key; empty for the constant term. */
  readonly atoms: readonly Atom[];
  readonly key: string;
}

/** A non-constant extent in canonical form. Build it with `symbol`, `dimAdd`, `dimMul` and so on. */
export class SymbolicDim {
  constructor(
    readonly terms: readonly Term[],
    /** Canonical text, also the ONNX `dim_param`; equal extents have equal keys. */
    readonly key: string,
  ) {}

  toString(): string {
    return this.key;
  }
}

/** Inclusive bounds of symbols. */
export type Ranges = ReadonlyMap<string, { readonly min: number; readonly max: number }>;

const NO_RANGES: Ranges = new Map();

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

export function dimEquals(a: Dim, b: Dim): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a === b || a.key === b.key;
}

export function dimsEqual(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((d, i) => dimEquals(d, b[i] as Dim));
}

export function dimKey(d: Dim): string {
  return typeof d === 'number' ? String(d) : d.key;
}

function termsOf(d: Dim): readonly Term[] {
  if (typeof d !== 'number') return d.terms;
  return d === 0 ? [] : [{ coefficient: d, atoms: [], key: '' }];
}

function fromTerms(terms: Map<string, Term>): Dim {
  const kept = [...terms.values()].filter((t) => t.coefficient !== 0);
  if (kept.length === 0) return 0;
  const only = kept[0] as Term;
  if (kept.length === 1 && only.atoms.length === 0) return only.coefficient;
  kept.sort((x, y) => (x.key === '' ? 1 : y.key === '' ? -1 : x.key < y.key ? -1 : x.key > y.key ? 1 : 0));
  return new SymbolicDim(kept, printTerms(kept));
}

function printTerms(terms: readonly Term[]): string {
  let text = '';
  terms.forEach((t, i) => {
    const c = t.coefficient;
    const size = Math.abs(c);
    const body = t.atoms.length === 0 ? String(size) : size === 1 ? t.key : `${size}*${t.key}`;
    text += i === 0 ? (c < 0 ? `-${body}` : body) : c < 0 ? ` - ${body}` : ` + ${body}`;
  });
  return text;
}

function addInto(terms: Map<string, Term>, t: Term, scale: number): void {
  const old = terms.get(t.key);
  const coefficient = (old?.coefficient ?? 0) + t.coefficient * scale;
  terms.set(t.key, { coefficient, atoms: t.atoms, key: t.key });
}

export function dimAdd(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const terms = new Map<string, Term>();
  for (const t of termsOf(a)) addInto(terms, t, 1);
  for (const t of termsOf(b)) addInto(terms, t, 1);
  return fromTerms(terms);
}

export function dimNeg(a: Dim): Dim {
  return dimMul(a, -1);
}

export function dimSub(a: Dim, b: Dim): Dim {
  return dimAdd(a, dimNeg(b));
}

/** Products beyond this many terms stay opaque elsewhere; shapes never come near it. */
const MAX_TERMS = 64;

export function dimMul(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 1) return b;
  if (b === 1) return a;
  const terms = new Map<string, Term>();
  const ta = termsOf(a);
  const tb = termsOf(b);
  if (ta.length * tb.length > MAX_TERMS) {
    // Beyond any real shape: keep the product exact but unexpanded.
    return opaque('mul', a, b);
  }
  for (const x of ta) {
    for (const y of tb) {
      const atoms = [...x.atoms, ...y.atoms].sort((p, q) => (p.key < q.key ? -1 : p.key > q.key ? 1 : 0));
      const key = atoms.map((f) => f.key).join('*');
      addInto(terms, { coefficient: x.coefficient * y.coefficient, atoms, key }, 1);
    }
  }
  return fromTerms(terms);
}

function opaque(kind: OpaqueKind, a: Dim, b: Dim): Dim {
  const key = kind === 'floordiv' ? `floor((${dimKey(a)})/(${dimKey(b)}))` : `${kind}(${dimKey(a)}, ${dimKey(b)})`;
  const atom: Atom = { kind, a, b, key };
  return new SymbolicDim([{ coefficient: 1, atoms: [atom], key }], key);
}

/** Divides every term by `by` if that leaves integers and whole monomials; undefined otherwise. */
function exactQuotient(a: Dim, by: Dim): Dim | undefined {
  const divisor = termsOf(by);
  if (divisor.length !== 1) return dimEquals(a, by) ? 1 : undefined;
  const d = divisor[0] as Term;
  const terms = new Map<string, Term>();
  for (const t of termsOf(a)) {
    if (t.coefficient % d.coefficient !== 0) return undefined;
    const atoms = [...t.atoms];
    for (const f of d.atoms) {
      const at = atoms.findIndex((x) => x.key === f.key);
      if (at < 0) return undefined;
      atoms.splice(at, 1);
    }
    const key = atoms.map((f) => f.key).join('*');
    addInto(terms, { coefficient: t.coefficient / d.coefficient, atoms, key }, 1);
  }
  return fromTerms(terms);
}

/** The part of `a` whose terms `by` divides exactly, and the rest. */
function splitDivisible(a: Dim, by: number): { quotient: Dim; rest: Dim } {
  const quotient = new Map<string, Term>();
  const rest = new Map<string, Term>();
  for (const t of termsOf(a)) {
    const q = Math.floor(t.coefficient / by);
    if (t.coefficient % by === 0) addInto(quotient, { ...t, coefficient: q }, 1);
    else if (t.atoms.length === 0) {
      addInto(quotient, { ...t, coefficient: q }, 1);
      addInto(rest, { ...t, coefficient: t.coefficient - q * by }, 1);
    } else addInto(rest, t, 1);
  }
  return { quotient: fromTerms(quotient), rest: fromTerms(rest) };
}

/** Floor division as Python's `//`: rounds toward minus infinity. Division by 0 stays opaque. */
export function dimFloorDiv(a: Dim, b: Dim): Dim {
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.floor(a / b);
  if (a === 0) return 0;
  const exact = b === 0 ? undefined : exactQuotient(a, b);
  if (exact !== undefined) return exact;
  if (typeof b === 'number' && b > 1) {
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
  return opaque('floordiv', a, b);
}

function bareAtom(d: Dim): Atom | undefined {
  if (typeof d === 'number' || d.terms.length !== 1) return undefined;
  const t = d.terms[0] as Term;
  return t.coefficient === 1 && t.atoms.length === 1 ? t.atoms[0] : undefined;
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

/** Modulo as Python's `%`: the sign of the divisor. */
export function dimMod(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return a - Math.floor(a / b) * b;
  if (b === 1 || a === 0 || dimEquals(a, b)) return 0;
  if (b !== 0 && exactQuotient(a, b) !== undefined) return 0;
  if (typeof b === 'number' && b > 1) {
    const { quotient, rest } = splitDivisible(a, b);
    if (rest === 0) return 0;
    if (quotient !== 0) return dimMod(rest, b);
  }
  return opaque('mod', a, b);
}

export function dimMin(a: Dim, b: Dim): Dim {
  return extreme('min', a, b);
}

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

export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** Bounds of an extent, from the bounds of its symbols (1 and up when `ranges` has none). Sound, not tight. */
export function dimRange(d: Dim, ranges: Ranges = NO_RANGES): Interval {
  if (typeof d === 'number') return { min: d, max: d };
  let total: Interval = { min: 0, max: 0 };
  for (const t of d.terms) {
    let product: Interval = { min: t.coefficient, max: t.coefficient };
    for (const f of t.atoms) product = mulRange(product, atomRange(f, ranges));
    total = { min: total.min + product.min, max: total.max + product.max };
  }
  return total;
}

function mulRange(a: Interval, b: Interval): Interval {
  const corners = [times(a.min, b.min), times(a.min, b.max), times(a.max, b.min), times(a.max, b.max)];
  return { min: Math.min(...corners), max: Math.max(...corners) };
}

/** 0 * infinity is 0: an extent is finite. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

/** Names that start with an underscore stand for unknown integers: no sign is assumed. */
export function isUnknownSymbol(name: string): boolean {
  return name.startsWith('_');
}

function atomRange(f: Atom, ranges: Ranges): Interval {
  if (f.kind === 'symbol') {
    const unbounded = { min: isUnknownSymbol(f.name) ? Number.NEGATIVE_INFINITY : 1, max: Number.POSITIVE_INFINITY };
    return ranges.get(f.name) ?? unbounded;
  }
  const a = dimRange(f.a, ranges);
  const b = dimRange(f.b, ranges);
  switch (f.kind) {
    case 'min':
      return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) };
    case 'max':
      return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) };
    case 'mul':
      return mulRange(a, b);
    case 'mod':
      return b.min > 0 ? { min: 0, max: b.max - 1 } : { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
    case 'floordiv': {
      if (b.min <= 0) return { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
      const low = a.min >= 0 ? a.min / b.max : a.min / b.min;
      const high = a.max >= 0 ? a.max / b.min : a.max / b.max;
      return { min: floorOf(low), max: floorOf(high) };
    }
  }
}

function floorOf(n: number): number {
  return Number.isNaN(n) ? 0 : Math.floor(n);
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
