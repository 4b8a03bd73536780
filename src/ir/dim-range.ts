import {
  type Atom,
  addInto,
  bareAtom,
  type Dim,
  fromTerms,
  gcd,
  type SymbolicDim,
  type Term,
  termsOf,
} from './dim-terms.js';

/** Inclusive bounds of symbols by name, and of whole extents by the key of what they are without a constant term. */
export type Ranges = ReadonlyMap<string, { readonly min: number; readonly max: number }>;

export const NO_RANGES: Ranges = new Map();

export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** Quotients of quotients are opened this deep for bounds; each level costs a pass over the terms. */
const MAX_OPENED = 8;

/** Bounds of an extent, from the bounds of its symbols (1 and up when `ranges` has none). Sound, not tight. */
export function dimRange(d: Dim, ranges: Ranges = NO_RANGES): Interval {
  return rangeOf(d, ranges, 0);
}

function rangeOf(d: Dim, ranges: Ranges, depth: number): Interval {
  if (typeof d === 'number') return { min: d, max: d };
  const only = bareAtom(d);
  if (only?.kind === 'symbol') return withRecorded(atomRange(only, ranges, depth), d, ranges);
  let total: Interval = { min: 0, max: 0 };
  for (const t of d.terms) {
    let product: Interval = { min: t.coefficient, max: t.coefficient };
    for (const f of t.atoms) product = mulRange(product, atomRange(f, ranges, depth));
    total = { min: total.min + product.min, max: total.max + product.max };
  }
  if (depth < MAX_OPENED && mayCancel(d)) total = intersection(total, openedRange(d, ranges, depth));
  return ranges.size === 0 ? total : withRecorded(total, d, ranges);
}

const ANYTHING: Interval = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

function intersection(a: Interval, b: Interval): Interval {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

/** The divisor of a term that is a multiple of floor(x / divisor). */
function divisorOf(t: Term): number | undefined {
  const [atom, more] = t.atoms;
  const divides = more === undefined && atom?.kind === 'floordiv' && typeof atom.b === 'number' && atom.b > 0;
  return divides && typeof atom.b === 'number' ? atom.b : undefined;
}

/** True if the sum has two terms that vary, of which one is a quotient: opening it may let something cancel. */
function mayCancel(d: SymbolicDim): boolean {
  let varying = 0;
  let quotients = 0;
  for (const t of d.terms) {
    if (t.atoms.length > 0) varying += 1;
    if (divisorOf(t) !== undefined) quotients += 1;
  }
  return varying > 1 && quotients > 0;
}

/**
 * Bounds by b*floor(x/b) = x - r with r in 0..b-1, so that what cancels between a quotient and the rest does:
 * x - b*floor(x/b) is in 0..b-1, floor((x+3)/4) >= floor((x+1)/4). Opens the quotient that holds most: what is
 * inside of it may cancel against the other terms.
 */
function openedRange(d: SymbolicDim, ranges: Ranges, depth: number): Interval {
  let outer: Term | undefined;
  for (const t of d.terms)
    if (divisorOf(t) !== undefined && (outer === undefined || t.key.length > outer.key.length)) outer = t;
  const divisor = outer === undefined ? undefined : divisorOf(outer);
  const atom = outer?.atoms[0];
  if (outer === undefined || divisor === undefined || atom?.kind !== 'floordiv') return ANYTHING;
  const common = divisor / gcd(divisor, Math.abs(outer.coefficient));
  const terms = new Map<string, Term>();
  for (const t of d.terms) if (t !== outer) addInto(terms, t, common);
  const scale = (outer.coefficient * common) / divisor;
  for (const x of termsOf(atom.a)) addInto(terms, x, scale);
  const opened = rangeOf(fromTerms(terms), ranges, depth + 1);
  const slack = -scale * (divisor - 1);
  const low = opened.min + Math.min(slack, 0);
  const high = opened.max + Math.max(slack, 0);
  return { min: Math.ceil(low / common), max: Math.floor(high / common) };
}

/** Narrows bounds by what is recorded of the extent, or of its negation, up to a constant term. */
function withRecorded(found: Interval, d: SymbolicDim, ranges: Ranges): Interval {
  const { rest, negated, constant } = d.boundKeys;
  const above = ranges.get(rest);
  const below = ranges.get(negated);
  if (above === undefined && below === undefined) return found;
  return {
    min: Math.max(found.min, (above?.min ?? Number.NEGATIVE_INFINITY) + constant),
    max: Math.min(found.max, constant - (below?.min ?? Number.NEGATIVE_INFINITY)),
  };
}

function mulRange(a: Interval, b: Interval): Interval {
  const p = times(a.min, b.min);
  const q = times(a.min, b.max);
  const r = times(a.max, b.min);
  const s = times(a.max, b.max);
  return { min: Math.min(p, q, r, s), max: Math.max(p, q, r, s) };
}

/** 0 * infinity is 0: an extent is finite. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

/** Names that start with an underscore stand for unknown integers: no sign is assumed. */
export function isUnknownSymbol(name: string): boolean {
  return name.startsWith('_');
}

function atomRange(f: Atom, ranges: Ranges, depth: number): Interval {
  if (f.kind === 'symbol') {
    const unbounded = { min: isUnknownSymbol(f.name) ? Number.NEGATIVE_INFINITY : 1, max: Number.POSITIVE_INFINITY };
    return ranges.get(f.name) ?? unbounded;
  }
  const a = rangeOf(f.a, ranges, depth + 1);
  const b = rangeOf(f.b, ranges, depth + 1);
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
