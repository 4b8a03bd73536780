import type { ExprEnv } from '../expr/value.js';
import {
  type Comparison,
  type Dim,
  dimAdd,
  dimCompare,
  dimEquals,
  dimFloorDiv,
  dimKey,
  dimMax,
  dimMin,
  dimMul,
  dimNeg,
  dimRange,
  dimSub,
  dimsEqual,
} from '../ir/dim.js';
import { mismatch } from './shape-error.js';

/** Ints of this size and beyond stand for "to the end" in slices (INT64_MAX is not exact as a number). */
export const TO_THE_END = 2 ** 53 - 1;

/** What is known of symbols' sizes. */
type Known = Pick<ExprEnv, 'ranges'>;

/** `a op b` at every size in range; undefined when that depends on the sizes. */
export function compare(env: Known, op: Comparison, a: Dim, b: Dim): boolean | undefined {
  return dimEquals(a, b) ? op === 'eq' || op === 'le' || op === 'ge' : dimCompare(op, a, b, env.ranges);
}

/** The smaller one at every size in range; `min(a, b)` where that depends on the sizes. */
export function minExtent(env: Known, a: Dim, b: Dim): Dim {
  if (compare(env, 'le', a, b) === true) return a;
  return compare(env, 'le', b, a) === true ? b : dimMin(a, b);
}

/** The larger one at every size in range; `max(a, b)` where that depends on the sizes. */
export function maxExtent(env: Known, a: Dim, b: Dim): Dim {
  if (compare(env, 'ge', a, b) === true) return a;
  return compare(env, 'ge', b, a) === true ? b : dimMax(a, b);
}

/** All extents multiplied; 1 for none. */
export function product(dims: readonly Dim[]): Dim {
  return dims.reduce(dimMul, 1);
}

/** All extents added; 0 for none. */
export function sumOf(dims: readonly Dim[]): Dim {
  return dims.reduce(dimAdd, 0);
}

/** Division rounded up, for a positive divisor. */
export function ceilDiv(a: Dim, b: Dim): Dim {
  return dimNeg(dimFloorDiv(dimNeg(a), b));
}

/**
 * The product of `factors` divided by the product of `divisors`: equal extents cancel first, so that
 * sums (h*w + 1) need no polynomial division. For products that are known to divide.
 */
export function quotient(factors: readonly Dim[], divisors: readonly Dim[]): Dim {
  const rest = [...factors];
  const by: Dim[] = [];
  for (const d of divisors) {
    const at = rest.findIndex((f) => dimEquals(f, d));
    if (at >= 0) rest.splice(at, 1);
    else by.push(d);
  }
  return dimFloorDiv(product(rest), product(by));
}

/** A dim of -rank..rank-1 counted from the front; a 0-d tensor counts as rank 1. */
export function axisOf(dim: number, rank: number): number {
  const r = Math.max(rank, 1);
  if (dim < -r || dim >= r) mismatch(`dim ${dim} is out of range for a tensor of rank ${rank}`);
  return dim < 0 ? dim + r : dim;
}

/** `axisOf` of each; none or empty is every axis. */
export function axesOf(dims: readonly number[] | null, rank: number): Set<number> {
  if (dims === null || dims.length === 0) return new Set(Array.from({ length: rank }, (_, i) => i));
  return new Set(dims.map((d) => axisOf(d, rank)));
}

/** One axis of two shapes that broadcast together. */
export function broadcastExtent(env: ExprEnv, a: Dim, b: Dim): Dim {
  if (dimEquals(a, b) || b === 1) return a;
  if (a === 1) return b;
  const ra = dimRange(a, env.ranges);
  const rb = dimRange(b, env.ranges);
  if (ra.min > 1 && rb.min > 1 && compare(env, 'eq', a, b) === false)
    mismatch(`sizes ${dimKey(a)} and ${dimKey(b)} do not broadcast`);
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  if (ra.min > 1 && rb.min > 1) return b.key.length < a.key.length ? b : a;
  // Whatever is not 1 decides; where both may be 1, the larger does.
  if (ra.min > 1) return a;
  if (rb.min > 1) return b;
  return ra.min >= 1 && rb.min >= 1 ? dimMax(a, b) : env.fresh();
}

/**
 * The shape that tensors of these have together, by NumPy's rules. Errors: ShapeError where extents provably do not
 * fit.
 */
export function broadcastShapes(env: ExprEnv, shapes: readonly (readonly Dim[])[]): readonly Dim[] {
  const [first] = shapes;
  if (first !== undefined && shapes.every((s) => s === first || dimsEqual(s, first))) return first;
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out: Dim[] = new Array<Dim>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((d, i) => {
      out[offset + i] = broadcastExtent(env, out[offset + i] ?? 1, d);
    });
  }
  return out;
}

/** Fails when two extents that must be equal provably differ. */
export function requireEqual(env: ExprEnv, a: Dim, b: Dim, what: string): void {
  if (compare(env, 'eq', a, b) === false) mismatch(`${what}: ${dimKey(a)} is not ${dimKey(b)}`);
}

/** Items of `x[start:end:step]` on an axis of extent `n`, by Python's clamping; a step of at least 1. */
export function sliceExtent(env: ExprEnv, n: Dim, start: Dim | null, end: Dim | null, step: Dim): Dim {
  const toEnd = end === null || (typeof end === 'number' && end >= TO_THE_END) || dimEquals(end, n);
  let length: Dim;
  if (toEnd && start !== null && compare(env, 'lt', start, 0) === true) length = minExtent(env, n, dimNeg(start));
  else {
    const from = clampIndex(env, n, start ?? 0);
    const to = toEnd ? n : clampIndex(env, n, end ?? n);
    if (from === undefined || to === undefined) return env.fresh();
    length = maxExtent(env, dimSub(to, from), 0);
  }
  return step === 1 ? length : ceilDiv(length, step);
}

/** The index, counted from the front and clamped to 0..n; undefined when its sign is not known. */
export function clampIndex(env: Known, n: Dim, index: Dim): Dim | undefined {
  if (typeof index === 'number' && index >= TO_THE_END) return n;
  if (compare(env, 'ge', index, 0) === true) return minExtent(env, index, n);
  if (compare(env, 'lt', index, 0) === true) return maxExtent(env, dimAdd(n, index), 0);
  return undefined;
}
