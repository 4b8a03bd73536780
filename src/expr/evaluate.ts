import {
  type Comparison,
  type Dim,
  dimAdd,
  dimCompare,
  dimEquals,
  dimFloorDiv,
  dimMod,
  dimMul,
  dimNeg,
  dimSub,
  type Ranges,
} from '../ir/dim.js';
import type { BinaryOp } from './ast.js';
import { floatOf, quotientArithmetic, quotientCompare, quotientOf } from './quotient.js';
import { ExprError, type ExprValue, Float, isDim, isList, TensorRef, UNKNOWN } from './value.js';

/** Python's truth of a value; UNKNOWN is not one. */
export function truth(v: ExprValue, offset = 0): boolean {
  if (typeof v === 'boolean') return v;
  if (v === null) return false;
  if (typeof v === 'number') return v !== 0;
  if (typeof v === 'string') return v !== '';
  if (isList(v)) return v.length > 0;
  if (v instanceof Float && v.value !== undefined) return v.value !== 0;
  if (v instanceof TensorRef) throw new ExprError('a tensor has no truth value; compare one of its fields', offset);
  throw new ExprError('the condition is not known at compile time', offset);
}

/** A field of a tensor. */
export function fieldOf(of: ExprValue, field: string, offset: number): ExprValue {
  if (of === UNKNOWN) return UNKNOWN;
  if (!(of instanceof TensorRef))
    throw new ExprError(`only tensors have fields, not ${kindName(of)}`, offset, field.length + 1);
  switch (field) {
    case 'dtype':
      return of.dtype ?? UNKNOWN;
    case 'shape':
      return of.shape ?? UNKNOWN;
    case 'rank':
      return of.shape?.length ?? UNKNOWN;
    case 'elements':
      return of.elements ?? UNKNOWN;
    case 'scale':
    case 'zero_point':
      return quantizer(of, field);
    default:
      throw new ExprError(
        `a tensor has no field \`${field}\` (shape, dtype, rank, elements, scale, zero_point)`,
        offset,
        field.length + 1,
      );
  }
}

/** What the integers of a quantized tensor stand for. */
function quantizer(of: TensorRef, field: 'scale' | 'zero_point'): ExprValue {
  const content = of.operand?.content;
  if (content?.kind !== 'quantized') return UNKNOWN;
  return field === 'scale' ? new Float(content.scale) : content.zeroPoint;
}

/** `of[index]`, from the end where the index is negative. */
export function elementOf(of: ExprValue, index: ExprValue, offset: number): ExprValue {
  if (of === UNKNOWN || index === UNKNOWN) return UNKNOWN;
  if (!isList(of)) throw new ExprError(`cannot index ${kindName(of)}`, offset);
  if (typeof index !== 'number') return UNKNOWN;
  const at = index < 0 ? index + of.length : index;
  const value = of[at];
  if (value === undefined) throw new ExprError(`index ${index} is outside a list of ${of.length}`, offset);
  return value;
}

/** `of[from:to]`, by Python's rules. */
export function sliceOf(of: ExprValue, from: ExprValue, to: ExprValue, offset: number): ExprValue {
  if (of === UNKNOWN || from === UNKNOWN || to === UNKNOWN) return UNKNOWN;
  if (!isList(of)) throw new ExprError(`cannot slice ${kindName(of)}`, offset);
  if (typeof from !== 'number' || typeof to !== 'number') return UNKNOWN;
  return of.slice(from, to);
}

/** `-v` of a number. */
export function negated(v: ExprValue, offset: number): ExprValue {
  if (v === UNKNOWN) return UNKNOWN;
  if (isDim(v)) return dimNeg(v);
  if (v instanceof Float) return new Float(v.value === undefined ? undefined : -v.value);
  throw new ExprError(`cannot negate ${kindName(v)}`, offset);
}

const COMPARISONS: Partial<Record<BinaryOp, Comparison>> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' };

/** One binary operator on known values: symbolic on ints, float arithmetic once a Float takes part. */
export function applyBinary(op: BinaryOp, left: ExprValue, right: ExprValue, offset = 0, ranges?: Ranges): ExprValue {
  if (op === '==' || op === '!=') {
    const same = equal(left, right, ranges);
    return same === UNKNOWN ? UNKNOWN : same === (op === '==');
  }
  if (op === 'in' || op === 'not in') return contains(op, left, right, offset, ranges);
  if (op === '+' && isList(left) && isList(right))
    return left.length + right.length > MAX_LIST_ITEMS ? UNKNOWN : [...left, ...right];
  if (op === '*' && isList(left) && typeof right === 'number') {
    return Array.from({ length: Math.max(0, right) }, () => left).flat();
  }
  if (op === '+' && typeof left === 'string' && typeof right === 'string')
    return left.length + right.length > MAX_TEXT_LENGTH ? UNKNOWN : left + right;
  const comparison = COMPARISONS[op];
  const l = typeof left === 'boolean' ? Number(left) : left;
  const r = typeof right === 'boolean' ? Number(right) : right;
  if (isDim(l) && isDim(r)) {
    if (comparison !== undefined) return dimCompare(comparison, l, r, ranges) ?? UNKNOWN;
    return intArithmetic(op, l, r, offset);
  }
  const a = asFloat(l);
  const b = asFloat(r);
  if (a === undefined || b === undefined) {
    if ((l instanceof Float || isDim(l)) && (r instanceof Float || isDim(r)))
      return followed(op, comparison, l, r, ranges);
    throw new ExprError(`\`${op}\` does not take ${kindName(left)} and ${kindName(right)}`, offset, op.length);
  }
  return comparison !== undefined ? compareFloats(comparison, a, b) : new Float(floatArithmetic(op, a, b, offset));
}

/** Floats of which one is known only as a quotient of extents. */
function followed(op: BinaryOp, comparison: Comparison | undefined, l: Dim | Float, r: Dim | Float, ranges?: Ranges) {
  const a = quotientOf(l);
  const b = quotientOf(r);
  if (comparison !== undefined)
    return a === undefined || b === undefined ? UNKNOWN : (quotientCompare(comparison, a, b, ranges) ?? UNKNOWN);
  const exact = op === '+' || op === '-' || op === '*' || op === '/';
  const q = exact && a !== undefined && b !== undefined ? quotientArithmetic(op, a, b) : undefined;
  return q === undefined ? new Float(undefined) : floatOf(q);
}

function divided(a: Dim, b: Dim): Float {
  const q = quotientArithmetic('/', { numerator: a, denominator: 1 }, { numerator: b, denominator: 1 });
  const value = typeof a === 'number' && typeof b === 'number' ? a / b : undefined;
  const plain = new Float(value);
  return quotientOf(plain) === undefined ? new Float(value, q) : plain;
}

/** Longer lists and texts are unknown: sums of sums double at each step, and nothing that a model decides is as long. */
export const MAX_LIST_ITEMS = 65_536;
const MAX_TEXT_LENGTH = 65_536;

/**
 * Extents whose text is longer are unknown from then on: products of quotients of each other would double with each
 * operator, and say nothing that a rule could use. Those of real models take some hundred characters.
 */
const MAX_EXTENT_TEXT = 4096;

/** An extent, or unknown where it would be too long to compute with. */
function bounded(d: Dim): ExprValue {
  return typeof d === 'number' || d.key.length <= MAX_EXTENT_TEXT ? d : UNKNOWN;
}

function intArithmetic(op: BinaryOp, a: Dim, b: Dim, offset: number): ExprValue {
  switch (op) {
    case '+':
      return bounded(dimAdd(a, b));
    case '-':
      return bounded(dimSub(a, b));
    case '*':
      return bounded(dimMul(a, b));
    case '//':
      if (b === 0) throw new ExprError('division by zero', offset);
      return bounded(dimFloorDiv(a, b));
    case '%':
      if (b === 0) throw new ExprError('modulo by zero', offset);
      return bounded(dimMod(a, b));
    case '/':
      return divided(a, b);
    case '**':
      return typeof a === 'number' && typeof b === 'number' ? a ** b : UNKNOWN;
    default:
      throw new ExprError(`\`${op}\` does not take ints`, offset);
  }
}

function floatArithmetic(op: BinaryOp, a: number, b: number, offset: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - Math.floor(a / b) * b;
    case '**':
      return a ** b;
    default:
      throw new ExprError(`\`${op}\` does not take floats`, offset);
  }
}

function compareFloats(op: Comparison, a: number, b: number): boolean {
  switch (op) {
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
  }
}

function asFloat(v: ExprValue): number | undefined {
  return typeof v === 'number' ? v : v instanceof Float ? v.value : undefined;
}

/** Equality as Python's; symbolic ints compare by their difference, undecided ones are UNKNOWN. */
export function equal(a: ExprValue, b: ExprValue, ranges?: Ranges): boolean | typeof UNKNOWN {
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (isDim(a) && isDim(b)) return dimEquals(a, b) ? true : (dimCompare('eq', a, b, ranges) ?? UNKNOWN);
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return false;
    let result: boolean | typeof UNKNOWN = true;
    for (let i = 0; i < a.length; i++) {
      const same = equal(a[i] as ExprValue, b[i] as ExprValue, ranges);
      if (same === false) return false;
      if (same === UNKNOWN) result = UNKNOWN;
    }
    return result;
  }
  if (a instanceof Float || b instanceof Float) {
    const x = asFloat(a);
    const y = asFloat(b);
    if (x !== undefined && y !== undefined) return x === y;
    return (a instanceof Float && a.value === undefined && b !== null) ||
      (b instanceof Float && b.value === undefined && a !== null)
      ? UNKNOWN
      : false;
  }
  if (a instanceof TensorRef && b instanceof TensorRef) return a.operand === b.operand;
  return a === b;
}

function contains(op: 'in' | 'not in', item: ExprValue, list: ExprValue, offset: number, ranges?: Ranges): ExprValue {
  if (!isList(list)) throw new ExprError(`\`in\` needs a list, not ${kindName(list)}`, offset);
  let unknown = false;
  for (const other of list) {
    const same = equal(item, other, ranges);
    if (same === true) return op === 'in';
    if (same === UNKNOWN) unknown = true;
  }
  return unknown ? UNKNOWN : op === 'not in';
}

/** The kind of a value in words, for messages. */
function kindName(v: ExprValue): string {
  if (v === null) return 'none';
  if (v === UNKNOWN) return 'an unknown value';
  if (isDim(v)) return 'an int';
  if (v instanceof Float) return 'a float';
  if (v instanceof TensorRef) return 'a tensor';
  if (isList(v)) return 'a list';
  return typeof v === 'string' ? 'a string' : 'a bool';
}
