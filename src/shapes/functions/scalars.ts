import { type ExprEnv, type ExprValue, Float, isDim, isList, TensorRef, UNKNOWN } from '../../expr/value.js';
import { type Dim, dimCompare, dimFloorDiv, dimSub } from '../../ir/dim.js';
import { compare } from '../extents.js';
import { sliced } from '../python-slice.js';
import { any, anyList, bool, constant, define, type FunctionTable, int, optional, real, str } from './define.js';
import { erf, erfc } from './error-function.js';

/** Python's round: to the nearest, halves to the even one. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const gap = x - floor;
  if (gap < 0.5) return floor;
  return gap > 0.5 || floor % 2 !== 0 ? floor + 1 : floor;
}

/**
 * Python's `a is b` on what inference can see. Two tensors are the same object when they are the same value: what
 * gives its operand back is folded before.
 */
function isSame(a: ExprValue, b: ExprValue): ExprValue {
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (a === null || b === null) return a === b;
  if (a instanceof TensorRef && b instanceof TensorRef) return a.operand === b.operand;
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  return typeof a === 'boolean' && typeof b === 'boolean' ? a === b : UNKNOWN;
}

/** The round-to-zero quotient of `aten::__round_to_zero_floordiv`. */
function truncDiv(env: ExprEnv, a: Dim, b: Dim): ExprValue {
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? UNKNOWN : Math.trunc(a / b);
  return compare(env, 'ge', a, 0) === true && compare(env, 'gt', b, 0) === true ? dimFloorDiv(a, b) : UNKNOWN;
}

/** Steps from lo to hi of Python's range, for a constant step. */
function rangeLength(env: ExprEnv, lo: Dim, hi: Dim, step: number): ExprValue {
  if (step === 0) return UNKNOWN;
  const span = step > 0 ? dimSub(hi, lo) : dimSub(lo, hi);
  const size = Math.abs(step);
  const steps = dimFloorDiv(typeof span === 'number' ? span + size - 1 : dimSub(span, 1 - size), size);
  if (typeof steps === 'number') return Math.max(0, steps);
  return dimCompare('ge', steps, 0, env.ranges) === true ? steps : UNKNOWN;
}

/** Float arithmetic that needs no table of its own; unknown operands give an unknown float. */
const FLOAT_BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  pow: (a, b) => a ** b,
  fmod: (a, b) => a % b,
  atan2: Math.atan2,
  copysign: (a, b) => (Math.sign(b) < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
};

const FLOAT_UNARY: Readonly<Record<string, (a: number) => number>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  expm1: Math.expm1,
  erf,
  erfc,
  degrees: (x) => (x * 180) / Math.PI,
  radians: (x) => (x * Math.PI) / 180,
};

function asNumber(v: ExprValue): number | undefined {
  if (typeof v === 'number') return v;
  return v instanceof Float ? v.value : typeof v === 'boolean' ? Number(v) : undefined;
}

export const SCALAR_FUNCTIONS: FunctionTable = {
  round: define('nearest int, halves to even', [real], (_, x) => roundHalfEven(x)),
  is_same: define('`a is b`, where that is known', [any, any], (_, a, b) => isSame(a, b)),
  trunc_div: define('int division rounded toward zero', [int, int], truncDiv),
  range_length: define('steps of range(lo, hi, step)', [int, int, constant], rangeLength),
  list_slice: define(
    'list[start:end:step]',
    [anyList, optional(constant), optional(constant), constant],
    (_, l, a, b, s) => sliced(l, a, b, s),
  ),
  float_unary: define(
    'a function of one float',
    [str, any],
    (_, name, v) => {
      const x = asNumber(v);
      const compute = FLOAT_UNARY[name];
      return new Float(x === undefined || compute === undefined ? undefined : compute(x));
    },
    { choices: Object.keys(FLOAT_UNARY) },
  ),
  float_binary: define(
    'a function of two floats',
    [str, any, any],
    (_, name, a, b) => {
      const [x, y] = [asNumber(a), asNumber(b)];
      const compute = FLOAT_BINARY[name];
      return new Float(x === undefined || y === undefined || compute === undefined ? undefined : compute(x, y));
    },
    { choices: Object.keys(FLOAT_BINARY) },
  ),
  int_pow: define('a ** b of constant ints', [constant, constant], (_, a, b) => (b >= 0 ? a ** b : UNKNOWN)),
  int_xor: define('a ^ b of constant ints', [constant, constant], (_, a, b) => a ^ b),
  int_and: define('a & b of constant ints', [constant, constant], (_, a, b) => a & b),
  int_or: define('a | b of constant ints', [constant, constant], (_, a, b) => a | b),
  int_shift: define('a shifted left by b (right if negative)', [constant, constant], (_, a, b) =>
    b >= 0 ? a * 2 ** b : Math.floor(a / 2 ** -b),
  ),
  as_bool: define('truth of a number', [any], (env, v) => {
    if (typeof v === 'boolean') return v;
    if (isDim(v)) return compare(env, 'ne', v, 0) ?? UNKNOWN;
    return v instanceof Float && v.value !== undefined ? v.value !== 0 : UNKNOWN;
  }),
  not_: define('the opposite', [bool], (_, b) => !b),
  count: define('how often a value stands in a list of constants', [anyList, any], (_, list, v) =>
    list.includes(UNKNOWN) || isList(v) ? UNKNOWN : list.filter((x) => x === v).length,
  ),
};
