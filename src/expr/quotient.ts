import {
  type Comparison,
  type Dim,
  dimAdd,
  dimCompare,
  dimFloorDiv,
  dimMul,
  dimNeg,
  dimRange,
  dimSub,
  type Ranges,
} from '../ir/dim.js';
import { type ExprValue, Float, isDim, type Quotient } from './value.js';

/** Floats are followed as exact quotients only up to this size, so that single precision holds them exactly. */
const MAX_EXACT = 2 ** 24;
/** The largest power of two that a float constant's denominator is looked for at. */
const MAX_DENOMINATOR = 1024;

/** A number as an exact quotient of an extent; undefined when it is none. */
export function quotientOf(v: ExprValue): Quotient | undefined {
  if (isDim(v)) return { numerator: v, denominator: 1 };
  if (!(v instanceof Float)) return undefined;
  if (v.quotient !== undefined) return v.quotient;
  if (v.value === undefined || !Number.isFinite(v.value)) return undefined;
  for (let denominator = 1; denominator <= MAX_DENOMINATOR; denominator *= 2) {
    const numerator = v.value * denominator;
    if (Number.isInteger(numerator)) return Math.abs(numerator) < MAX_EXACT ? { numerator, denominator } : undefined;
  }
  return undefined;
}

/** Binary floats hold such a quotient exactly; others are rounded once, by the division that made them. */
function isDyadic(q: Quotient): boolean {
  return (q.denominator & (q.denominator - 1)) === 0;
}

/** The float with this value. */
export function floatOf(q: Quotient): Float {
  return new Float(typeof q.numerator === 'number' ? q.numerator / q.denominator : undefined, q);
}

/**
 * Arithmetic on exact quotients. Undefined when the result would be rounded more than once, so that rounding it
 * to an int might differ from what a run computes.
 */
export function quotientArithmetic(op: '+' | '-' | '*' | '/', a: Quotient, b: Quotient): Quotient | undefined {
  if (!isDyadic(a) || !isDyadic(b)) return undefined;
  switch (op) {
    case '+':
    case '-': {
      const denominator = Math.max(a.denominator, b.denominator);
      const x = dimMul(a.numerator, denominator / a.denominator);
      const y = dimMul(b.numerator, denominator / b.denominator);
      return reduced(op === '+' ? dimAdd(x, y) : dimSub(x, y), denominator);
    }
    case '*':
      return reduced(dimMul(a.numerator, b.numerator), a.denominator * b.denominator);
    case '/': {
      if (typeof b.numerator !== 'number' || b.numerator === 0) return undefined;
      const sign = Math.sign(b.numerator);
      return reduced(dimMul(a.numerator, sign * b.denominator), a.denominator * Math.abs(b.numerator));
    }
  }
}

function reduced(numerator: Dim, denominator: number): Quotient {
  const whole = dimFloorDiv(numerator, denominator);
  return dimSub(dimMul(whole, denominator), numerator) === 0
    ? { numerator: whole, denominator: 1 }
    : { numerator, denominator };
}

/** Rounded down. */
export function quotientFloor(q: Quotient): Dim {
  return dimFloorDiv(q.numerator, q.denominator);
}

/** Rounded up. */
export function quotientCeil(q: Quotient): Dim {
  return dimNeg(dimFloorDiv(dimNeg(q.numerator), q.denominator));
}

/** Rounded toward zero; undefined when the sign is open. */
export function quotientTruncate(q: Quotient, ranges?: Ranges): Dim | undefined {
  if (q.denominator === 1) return q.numerator;
  const { min, max } = dimRange(q.numerator, ranges);
  if (min >= 0) return quotientFloor(q);
  return max <= 0 ? quotientCeil(q) : undefined;
}

/** `a op b` at every size in range; undefined when that depends on the sizes. Denominators are positive. */
export function quotientCompare(op: Comparison, a: Quotient, b: Quotient, ranges?: Ranges): boolean | undefined {
  return dimCompare(op, dimMul(a.numerator, b.denominator), dimMul(b.numerator, a.denominator), ranges);
}
