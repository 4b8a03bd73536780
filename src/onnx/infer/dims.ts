import {
  type Dim,
  dimAdd,
  dimCompare,
  dimEquals,
  dimFloorDiv,
  dimMax,
  dimMin,
  dimMul,
  dimNeg,
  dimSub,
  SymbolicDim,
} from '../../ir/dim.js';
import type { SymbolTable } from './symbols.js';

/** A negative axis counts from the end; undefined when the axis is outside the rank. */
export function normalAxis(axis: number, rank: number): number | undefined {
  const a = axis < 0 ? axis + rank : axis;
  return a >= 0 && a < rank ? a : undefined;
}

/** All axes made non-negative; undefined when one is outside the rank. */
export function normalAxes(axes: readonly number[], rank: number): number[] | undefined {
  const out: number[] = [];
  for (const axis of axes) {
    const a = normalAxis(axis, rank);
    if (a === undefined) return undefined;
    out.push(a);
  }
  return out;
}

/** Number of elements. */
export function product(shape: readonly Dim[]): Dim {
  return shape.reduce<Dim>(dimMul, 1);
}

/** Division rounded up. */
export function dimCeilDiv(a: Dim, b: Dim): Dim {
  return dimNeg(dimFloorDiv(dimNeg(a), b));
}

/** `min(a, x)` or `max(a, x)` written out: what it does to `x` when one operand is `x`. */
function operandOf(kind: 'min' | 'max', d: Dim, x: Dim): boolean {
  if (!(d instanceof SymbolicDim) || d.terms.length !== 1) return false;
  const [t] = d.terms;
  const f = t?.atoms[0];
  if (t?.coefficient !== 1 || t.atoms.length !== 1 || f?.kind !== kind) return false;
  return dimEquals(f.a, x) || dimEquals(f.b, x);
}

/** Whether `d` is floor(x / c) of a whole number x >= 0 by a constant, so at most x. */
function isPartOf(d: Dim, x: Dim, symbols: SymbolTable): boolean {
  if (!(d instanceof SymbolicDim) || d.terms.length !== 1) return false;
  const [t] = d.terms;
  const f = t?.atoms[0];
  if (t?.coefficient !== 1 || t.atoms.length !== 1 || f?.kind !== 'floordiv') return false;
  return dimEquals(f.a, x) && typeof f.b === 'number' && f.b > 0 && symbols.min(x) >= 0;
}

/** The larger of two sizes, with max(min(a, b), b) = b and max(max(a, b), b) = max(a, b). */
export function larger(a: Dim, b: Dim, symbols: SymbolTable): Dim {
  if (operandOf('min', a, b) || operandOf('max', b, a) || isPartOf(a, b, symbols)) return b;
  if (dimCompare('le', a, b, symbols.ranges)) return b;
  if (
    isPartOf(b, a, symbols) ||
    operandOf('min', b, a) ||
    operandOf('max', a, b) ||
    dimCompare('ge', a, b, symbols.ranges)
  )
    return a;
  return symbols.tidy(dimMax(a, b));
}

/** The smaller one by what is known of the symbols; `min(a, b)` where that does not tell. */
export function smaller(a: Dim, b: Dim, symbols: SymbolTable): Dim {
  if (operandOf('max', a, b) || operandOf('min', b, a) || isPartOf(b, a, symbols)) return b;
  if (dimCompare('ge', a, b, symbols.ranges)) return b;
  if (
    isPartOf(a, b, symbols) ||
    operandOf('max', b, a) ||
    operandOf('min', a, b) ||
    dimCompare('le', a, b, symbols.ranges)
  )
    return a;
  return symbols.tidy(dimMin(a, b));
}

/**
 * The size that two broadcast axes give. Two differing symbols can only meet when they are equal or one of them is 1,
 * so the larger one is the result, where neither can be 0.
 */
export function broadcastDim(a: Dim, b: Dim, symbols: SymbolTable): Dim {
  if (dimEquals(a, b) || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  if (symbols.min(a) > 1) return a;
  if (symbols.min(b) > 1) return b;
  return isPositive(a, symbols) && isPositive(b, symbols) ? larger(a, b, symbols) : symbols.freshExtent();
}

function isPositive(d: Dim, symbols: SymbolTable): boolean {
  return symbols.min(d) >= 1;
}

/** NumPy's broadcast of shapes of any rank. */
export function broadcastShapes(shapes: readonly (readonly Dim[])[], symbols: SymbolTable): Dim[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    let d: Dim = 1;
    for (const s of shapes) {
      const at = i - (rank - s.length);
      const other = s[at];
      if (at >= 0 && other !== undefined) d = broadcastDim(d, other, symbols);
    }
    out.push(d);
  }
  return out;
}

/**
 * One extent of two that must be equal at run time (a merge of branches does not qualify): numbers first, then the
 * symbol that is not a fresh one.
 */
export function sameDim(a: Dim, b: Dim): Dim {
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  if (a.key.startsWith('_') && !b.key.startsWith('_')) return b;
  return a;
}

/**
 * Length of `start:end:step` on an axis of size `extent` as ONNX Slice clamps it; undefined when the sign of a symbolic
 * bound decides and is unknown.
 */
export function sliceLength(extent: Dim, start: Dim, end: Dim, step: number, symbols: SymbolTable): Dim | undefined {
  if (step === 0) return undefined;
  // ONNX clamps a start from behind to 0, where an empty axis has no item.
  if (extent === 0) return 0;
  const low = step > 0 ? 0 : -1;
  const from = clampBound(extent, start, step > 0 ? 0 : 0, step > 0 ? extent : dimSub(extent, 1), symbols);
  const to = clampBound(extent, end, low, step > 0 ? extent : dimSub(extent, 1), symbols);
  if (from === undefined || to === undefined) return undefined;
  const length = step > 0 ? dimCeilDiv(dimSub(to, from), step) : dimCeilDiv(dimSub(from, to), -step);
  return larger(length, 0, symbols);
}

/** A bound, counted from the end when negative, within `low` and `high`. */
function clampBound(extent: Dim, bound: Dim, low: number, high: Dim, symbols: SymbolTable): Dim | undefined {
  if (typeof bound === 'number') {
    if (bound >= HUGE) return high;
    if (bound <= -HUGE) return low;
  }
  let at: Dim;
  if (symbols.min(bound) >= 0) at = bound;
  else if (symbols.max(bound) < 0) at = dimAdd(extent, bound);
  else return undefined;
  return larger(smaller(at, high, symbols), low, symbols);
}

/** Bounds beyond any size: "until the end" is written as the largest int64 or int32. */
const HUGE = 2 ** 31 - 1;
