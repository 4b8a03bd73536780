import { type DType, isFloating } from '../../ir/dtype.js';
import { readNumbers, tensorFromNumbers } from '../../ir/half.js';
import type { TensorData } from '../../ir/tensor-data.js';
import { broadcastStatic, broadcastSteps, sourceIndices } from './layout.js';
import type { Fold, FoldOperands } from './operands.js';

type Scalar = (a: number, b: number) => number | undefined;

/** Inclusive bounds of integer dtypes; results outside would wrap, and stay with the runtime. */
const BOUNDS: Partial<Record<DType, readonly [number, number]>> = {
  bool: [0, 1],
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * Dtypes whose arithmetic is exact here: IEEE operations on doubles, rounded once more, equal the operation in float32
 * and float16 (double has more than twice their digits). bfloat16 has no settled arithmetic on the CPU.
 */
function isComputable(dtype: DType): boolean {
  return BOUNDS[dtype] !== undefined || dtype === 'float16' || dtype === 'float32' || dtype === 'float64';
}

/** All values if each is one that `dtype` holds. */
function fits(values: readonly number[], dtype: DType): boolean {
  const bounds = BOUNDS[dtype];
  if (bounds === undefined) return true;
  return values.every((v) => Number.isInteger(v) && v >= bounds[0] && v <= bounds[1]);
}

/** Elements of operands broadcast against each other. */
function aligned(inputs: readonly (TensorData | undefined)[]): { lists: number[][]; shape: number[] } | undefined {
  const tensors = inputs.filter((t) => t !== undefined);
  const shape = broadcastStatic(tensors.map((t) => t.shape));
  if (tensors.length !== inputs.length || shape === undefined) return undefined;
  const lists: number[][] = [];
  for (const t of tensors) {
    const values = readNumbers(t);
    if (!isComputable(t.dtype) || !fits(values, t.dtype)) return undefined;
    lists.push(sourceIndices(shape, broadcastSteps(t.shape, shape)).map((i) => values[i] ?? 0));
  }
  return { lists, shape };
}

function result(
  dtype: DType,
  values: readonly (number | undefined)[],
  shape: readonly number[],
): TensorData | undefined {
  const numbers = values.filter((v) => v !== undefined);
  if (numbers.length !== values.length || !isComputable(dtype) || !fits(numbers, dtype)) return undefined;
  return tensorFromNumbers(dtype, numbers, shape);
}

/** A binary operator, folded from the left over any number of operands; `to` when the result has another dtype. */
function elementwise(fn: (c: FoldOperands, integral: boolean) => Scalar, to?: DType): Fold {
  return (c) => {
    const dtype = c.inputs[0]?.dtype;
    const operands = aligned(c.inputs);
    if (dtype === undefined || operands === undefined) return undefined;
    const apply = fn(c, !isFloating(dtype));
    const [head = [], ...rest] = operands.lists;
    const out = head.map((first, i) => {
      let value: number | undefined = first;
      for (const list of rest) value = value === undefined ? undefined : apply(value, list[i] ?? 0);
      return value;
    });
    return result(to ?? dtype, out, operands.shape);
  };
}

function unary(fn: (a: number, integral: boolean) => number | undefined): Fold {
  return (c) => {
    const [data] = c.inputs;
    if (data === undefined || !isComputable(data.dtype)) return undefined;
    const values = readNumbers(data);
    if (!fits(values, data.dtype)) return undefined;
    const integral = !isFloating(data.dtype);
    return result(
      data.dtype,
      values.map((v) => fn(v, integral)),
      data.shape,
    );
  };
}

function compare(fn: (a: number, b: number) => boolean): Fold {
  return elementwise(() => (a, b) => Number(fn(a, b)), 'bool');
}

/** NaN has no order: the runtime decides. */
function ordered(fn: (a: number, b: number) => number): Fold {
  return elementwise(() => (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? undefined : fn(a, b)));
}

const remainder = (c: FoldOperands, integral: boolean): Scalar => {
  if (c.int('fmod', 0) !== 0) return (a, b) => (b === 0 ? undefined : a % b);
  return (a, b) => (!integral || b === 0 ? undefined : ((a % b) + b) % b);
};

const quotient = (_: FoldOperands, integral: boolean): Scalar => {
  if (!integral) return (a, b) => a / b;
  return (a, b) => (b === 0 ? undefined : Math.trunc(a / b) + 0);
};

/** Ties go to the even neighbour. */
function roundEven(v: number): number {
  const low = Math.floor(v);
  if (v - low !== 0.5) return Math.round(v);
  return low % 2 === 0 ? low : low + 1;
}

const where: Fold = (c) => {
  const [condition, a, b] = c.inputs;
  if (condition === undefined || a === undefined || b === undefined) return undefined;
  const operands = aligned([condition, a, b]);
  if (operands === undefined) return undefined;
  const [test = [], yes = [], no = []] = operands.lists;
  return result(
    a.dtype,
    test.map((t, i) => (t !== 0 ? yes[i] : no[i])),
    operands.shape,
  );
};

/** Only casts whose value every runtime agrees on: a float outside the integer type is not one of them. */
const cast: Fold = (c) => {
  const [data] = c.inputs;
  const to = c.dtype('to');
  if (data === undefined || to === undefined || !isComputable(data.dtype)) return undefined;
  const values = readNumbers(data);
  if (!fits(values, data.dtype)) return undefined;
  if (to === 'bool')
    return result(
      to,
      values.map((v) => Number(v !== 0)),
      data.shape,
    );
  if (isFloating(to))
    return to === 'bfloat16' && data.dtype === 'float64' ? undefined : tensorFromNumbers(to, values, data.shape);
  return result(
    to,
    values.map((v) => Math.trunc(v) + 0),
    data.shape,
  );
};

const range: Fold = (c) => {
  const dtype = c.inputs[0]?.dtype;
  const [start, limit, step] = [0, 1, 2].map((i) => c.numbers(i)?.[0]);
  if (dtype === undefined || start === undefined || limit === undefined || step === undefined) return undefined;
  if (![start, limit, step].every(Number.isSafeInteger) || step === 0) return undefined;
  const n = Math.max(Math.ceil((limit - start) / step), 0);
  if (n > MAX_RANGE) return undefined;
  return result(
    dtype,
    Array.from({ length: n }, (_, i) => start + i * step),
    [n],
  );
};

/** Longer ranges are left to the runtime. */
const MAX_RANGE = 1024;

export const ARITHMETIC: Readonly<Record<string, Fold>> = {
  Add: elementwise(() => (a, b) => a + b),
  Sub: elementwise(() => (a, b) => a - b),
  Mul: elementwise(() => (a, b) => a * b),
  Div: elementwise(quotient),
  Mod: elementwise(remainder),
  Min: ordered(Math.min),
  Max: ordered(Math.max),
  Equal: compare((a, b) => a === b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  And: elementwise(() => (a, b) => a & b),
  Or: elementwise(() => (a, b) => a | b),
  Xor: elementwise(() => (a, b) => a ^ b),
  Not: unary((a) => 1 - a),
  Neg: unary((a, integral) => (integral ? 0 - a : -a)),
  Abs: unary(Math.abs),
  Sign: unary((a) => (Number.isNaN(a) ? undefined : Math.sign(a))),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundEven),
  Sqrt: unary((a) => (a < 0 ? undefined : Math.sqrt(a))),
  Reciprocal: unary((a) => 1 / a),
  Relu: unary((a) => (Number.isNaN(a) ? undefined : Math.max(a, 0))),
  Where: where,
  Cast: cast,
  Range: range,
};
