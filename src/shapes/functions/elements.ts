import {
  floatOf,
  quotientArithmetic,
  quotientCeil,
  quotientCompare,
  quotientFloor,
  quotientOf,
  quotientTruncate,
} from '../../expr/quotient.js';
import {
  type ExprEnv,
  type ExprValue,
  Float,
  isDim,
  isList,
  type Quotient,
  TensorRef,
  UNKNOWN,
} from '../../expr/value.js';
import { MAX_TRACKED_ELEMENTS } from '../../ir/content.js';
import { type Comparison, type Dim, dimAdd, dimFloorDiv, dimMod, dimNeg, dimSub } from '../../ir/dim.js';
import { type DType, dtypeBytes, isComplex, isFloating, isIntegral } from '../../ir/dtype.js';
import { clampIndex, compare, maxExtent, minExtent, product, sumOf } from '../extents.js';
import { any, anyList, constant, define, dtype, type FunctionTable, int, optional, shape, str } from './define.js';

/** An element: an int, or a float that is an exact quotient of extents. */
type Num = Dim | Float;
type Elements = readonly Num[];

/** A followed number in one form: floats without a fraction are ints; the tensor's dtype tells them apart. */
function num(v: ExprValue): Num | undefined {
  if (isDim(v)) return v;
  const q = quotientOf(v);
  if (q === undefined || !(v instanceof Float)) return undefined;
  return q.denominator === 1 ? q.numerator : v;
}

/** Elements of an operand: a followed tensor, a number, or a list of numbers. */
function elementsOf(v: ExprValue): Elements | undefined {
  if (typeof v === 'boolean') return [Number(v)];
  const list: readonly ExprValue[] | undefined =
    v instanceof TensorRef ? (v.elements ?? v.floats) : isList(v) ? v : [v];
  if (list === undefined) return undefined;
  const out: Num[] = [];
  for (const item of list) {
    const n = num(item);
    if (n === undefined) return undefined;
    out.push(n);
  }
  return out;
}

function intsOf(v: ExprValue): readonly Dim[] | undefined {
  const x = elementsOf(v);
  return x?.every(isDim) ? x : undefined;
}

type Binary = (env: ExprEnv, a: Num, b: Num) => Num | undefined;

/** An operation on ints alone. */
function onInts(compute: (env: ExprEnv, a: Dim, b: Dim) => Dim | undefined): Binary {
  return (env, a, b) => (isDim(a) && isDim(b) ? compute(env, a, b) : undefined);
}

function arithmetic(op: '+' | '-' | '*' | '/'): Binary {
  return (_, a, b) => {
    const [x, y] = [quotientOf(a), quotientOf(b)];
    const q = x === undefined || y === undefined ? undefined : quotientArithmetic(op, x, y);
    return q === undefined ? undefined : num(floatOf(q));
  };
}

function decide(env: ExprEnv, op: Comparison, a: Num, b: Num): boolean | undefined {
  if (isDim(a) && isDim(b)) return compare(env, op, a, b);
  const [x, y] = [quotientOf(a), quotientOf(b)];
  return x === undefined || y === undefined ? undefined : quotientCompare(op, x, y, env.ranges);
}

function comparison(op: Comparison): Binary {
  return (env, a, b) => {
    const holds = decide(env, op, a, b);
    return holds === undefined ? undefined : Number(holds);
  };
}

/** The extreme of two ints, or of two floats whose order is known. */
function extreme(op: 'le' | 'ge', ofInts: (env: ExprEnv, a: Dim, b: Dim) => Dim): Binary {
  return (env, a, b) => {
    if (isDim(a) && isDim(b)) return ofInts(env, a, b);
    const first = decide(env, op, a, b);
    return first === undefined ? undefined : first ? a : b;
  };
}

/** C's division, which truncates: equal to `//` where the signs agree. */
function truncated(env: ExprEnv, a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b);
  const plain = compare(env, 'ge', a, 0) === true && compare(env, 'gt', b, 0) === true;
  return plain ? dimFloorDiv(a, b) : undefined;
}

function truthy(test: (a: boolean, b: boolean) => boolean): Binary {
  return onInts((_, a, b) =>
    typeof a === 'number' && typeof b === 'number' ? Number(test(a !== 0, b !== 0)) : undefined,
  );
}

/** A power of constants that is a whole number; square roots of squares are (the side of a square grid of tokens). */
function power(base: number, exponent: Num): number | undefined {
  if (typeof exponent === 'number') return exponent >= 0 ? base ** exponent : undefined;
  if (isDim(exponent) || exponent.value !== 0.5 || base < 0) return undefined;
  const root = Math.round(Math.sqrt(base));
  return root * root === base ? root : undefined;
}

const BINARY: Readonly<Record<string, Binary>> = {
  add: arithmetic('+'),
  sub: arithmetic('-'),
  mul: arithmetic('*'),
  div: arithmetic('/'),
  floordiv: onInts((_, a, b) => (b === 0 ? undefined : dimFloorDiv(a, b))),
  truncdiv: onInts(truncated),
  mod: onInts((_, a, b) => (b === 0 ? undefined : dimMod(a, b))),
  min: extreme('le', minExtent),
  max: extreme('ge', maxExtent),
  pow: (_, a, b) => (typeof a === 'number' ? power(a, b) : undefined),
  lt: comparison('lt'),
  le: comparison('le'),
  gt: comparison('gt'),
  ge: comparison('ge'),
  eq: comparison('eq'),
  ne: comparison('ne'),
  and: truthy((a, b) => a && b),
  or: truthy((a, b) => a || b),
  xor: truthy((a, b) => a !== b),
};

const ROUNDING: Readonly<Record<string, (env: ExprEnv, q: Quotient) => Dim | undefined>> = {
  floor: (_, q) => quotientFloor(q),
  ceil: (_, q) => quotientCeil(q),
  trunc: (env, q) => quotientTruncate(q, env.ranges),
};

/** Elements rounded to whole numbers; the dtype stays. */
function roundElements(env: ExprEnv, op: string, v: ExprValue): ExprValue {
  const x = elementsOf(v);
  const round = ROUNDING[op];
  if (x === undefined || round === undefined) return UNKNOWN;
  const out: Dim[] = [];
  for (const item of x) {
    const q = quotientOf(item);
    const whole = q === undefined ? undefined : round(env, q);
    if (whole === undefined) return UNKNOWN;
    out.push(whole);
  }
  return out;
}

/** One result element for each pair, a single element standing for all; unknown where one is undecided. */
function elementwise(env: ExprEnv, op: string, a: ExprValue, b: ExprValue): ExprValue {
  const compute = BINARY[op];
  const x = elementsOf(a);
  const y = elementsOf(b);
  if (compute === undefined || x === undefined || y === undefined) return UNKNOWN;
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) return UNKNOWN;
  const length = x.length === 1 ? y.length : x.length;
  const out: Num[] = [];
  for (let i = 0; i < length; i++) {
    const value = compute(env, x[x.length === 1 ? 0 : i] ?? 0, y[y.length === 1 ? 0 : i] ?? 0);
    if (value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

function whereElements(condition: ExprValue, a: ExprValue, b: ExprValue): ExprValue {
  const c = intsOf(condition);
  const [x, y] = [elementsOf(a), elementsOf(b)];
  if (c === undefined || x === undefined || y === undefined) return UNKNOWN;
  const length = Math.max(c.length, x.length, y.length);
  const at = (list: Elements, i: number) => list[list.length === 1 ? 0 : i];
  const out: Num[] = [];
  for (let i = 0; i < length; i++) {
    const test = at(c, i);
    const value = at(test === 0 ? y : x, i);
    if (typeof test !== 'number' || value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

/** Casting to int truncates, to bool decides whether elements are zero; 8-bit ints may wrap around. */
function castElements(env: ExprEnv, v: ExprValue, to: DType): ExprValue {
  const x = elementsOf(v);
  if (x === undefined) return UNKNOWN;
  if (to === 'bool') return elementwise(env, 'ne', x, 0);
  if (isFloating(to)) return dtypeBytes(to) >= 4 ? x : UNKNOWN;
  const whole = roundElements(env, 'trunc', x);
  if (to === 'int64' || to === 'int32' || whole === UNKNOWN || !isList(whole)) return whole;
  return whole.every((d) => typeof d === 'number' && Math.abs(d) < 128) ? whole : UNKNOWN;
}

function sliceElements(env: ExprEnv, v: ExprValue, start: Dim | null, end: Dim | null, step: number): ExprValue {
  const x = elementsOf(v);
  if (x === undefined) return UNKNOWN;
  const from = clampIndex(env, x.length, start ?? 0);
  const to = end === null ? x.length : clampIndex(env, x.length, end);
  if (typeof from !== 'number' || typeof to !== 'number') return UNKNOWN;
  return x.slice(from, to).filter((_, i) => i % step === 0);
}

/** Elements at constant indexes of a 1-d tensor. */
function pickElements(v: ExprValue, index: ExprValue): ExprValue {
  const x = elementsOf(v);
  const at = intsOf(index);
  if (x === undefined || at === undefined) return UNKNOWN;
  if (index instanceof TensorRef && !(index.dtype !== undefined && isIntegral(index.dtype))) return UNKNOWN;
  const out: Num[] = [];
  for (const i of at) {
    if (typeof i !== 'number') return UNKNOWN;
    const value = x[i < 0 ? i + x.length : i];
    if (value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

function joinElements(list: readonly ExprValue[]): ExprValue {
  const out: Num[] = [];
  for (const v of list) {
    const x = elementsOf(v);
    if (x === undefined) return UNKNOWN;
    out.push(...x);
  }
  return out.length <= MAX_TRACKED_ELEMENTS ? out : UNKNOWN;
}

function fillElements(v: ExprValue, dims: readonly Dim[]): ExprValue {
  const x = elementsOf(v);
  const count = product(dims);
  if (x === undefined || dims.length > 1 || typeof count !== 'number' || count > MAX_TRACKED_ELEMENTS) return UNKNOWN;
  if (x.length === count) return x;
  return x.length === 1 ? Array.from({ length: count }, () => x[0] ?? 0) : UNKNOWN;
}

function arangeElements(start: Dim, end: Dim, step: number): ExprValue {
  const span = dimSub(end, start);
  if (typeof span !== 'number' || step === 0) return UNKNOWN;
  const count = Math.max(0, Math.ceil(span / step));
  if (count > MAX_TRACKED_ELEMENTS) return UNKNOWN;
  return Array.from({ length: count }, (_, i) => dimAdd(start, i * step));
}

/** The Python number in a tensor of one element: what `int(t)`, `t.item()` and comparisons of it read. */
function item(env: ExprEnv, v: ExprValue): ExprValue {
  if (!(v instanceof TensorRef)) return v;
  const elements = v.elements ?? v.floats;
  const only = elements?.length === 1 ? elements[0] : undefined;
  if (v.dtype !== undefined && isFloating(v.dtype)) {
    if (only instanceof Float) return only;
    return only === undefined ? new Float(undefined) : floatOf({ numerator: only, denominator: 1 });
  }
  if (v.dtype === 'bool') return typeof only === 'number' ? only !== 0 : UNKNOWN;
  if (only !== undefined) return only;
  return v.dtype !== undefined && isIntegral(v.dtype) ? env.fresh() : UNKNOWN;
}

function reduceElements(op: string, v: ExprValue, env: ExprEnv): ExprValue {
  const x = intsOf(v);
  if (x === undefined || (x.length === 0 && (op === 'min' || op === 'max'))) return UNKNOWN;
  if (op === 'sum') return [sumOf(x)];
  if (op === 'prod') return [product(x)];
  if (op === 'min' || op === 'max')
    return [x.reduce((a, b) => (op === 'min' ? minExtent(env, a, b) : maxExtent(env, a, b)))];
  const values = x.map((d) => (typeof d === 'number' ? d !== 0 : compare(env, 'gt', d, 0) === true ? true : undefined));
  if (op === 'any') return values.includes(true) ? [1] : values.includes(undefined) ? UNKNOWN : [0];
  return values.includes(false) ? [0] : values.includes(undefined) ? UNKNOWN : [1];
}

/** Leaves of nested lists in order: the elements of torch.tensor(list). */
function leaves(v: ExprValue): ExprValue[] {
  return isList(v) ? v.flatMap(leaves) : [typeof v === 'boolean' ? Number(v) : v];
}

export const ELEMENT_FUNCTIONS: FunctionTable = {
  elementwise: define(
    'elements of a binary operation on small int tensors',
    [str, any, any],
    (env, op, a, b) => elementwise(env, op, a, b),
    { choices: Object.keys(BINARY) },
  ),
  negated: define('elements negated', [any], (_, v) => intsOf(v)?.map(dimNeg) ?? UNKNOWN),
  round_elements: define("elements after 'floor', 'ceil' or 'trunc'", [str, any], roundElements, {
    choices: Object.keys(ROUNDING),
  }),
  where_elements: define('elements of where(condition, a, b)', [any, any, any], (_, c, a, b) => whereElements(c, a, b)),
  cast_elements: define('elements after a cast', [any, dtype], castElements),
  slice_elements: define('elements of x[start:end:step]', [any, optional(int), optional(int), constant], sliceElements),
  pick_elements: define('elements at constant indexes', [any, any], (_, v, index) => pickElements(v, index)),
  join_elements: define('elements of tensors joined', [anyList], (_, list) => joinElements(list)),
  fill_elements: define('elements of a small tensor filled with a value', [any, shape], (_, v, dims) =>
    fillElements(v, dims),
  ),
  arange_elements: define('elements of arange', [int, int, constant], (_, a, b, s) => arangeElements(a, b, s)),
  reduce_elements: define(
    'sum, prod, min, max, any or all of the elements',
    [str, any],
    (env, op, v) => reduceElements(op, v, env),
    { choices: ['sum', 'prod', 'min', 'max', 'any', 'all'] },
  ),
  leaves: define('the numbers of nested lists in order', [any], (_, v) => leaves(v)),
  item: define('the number in a tensor of one element', [any], item),
  as_number: {
    doc: 'the number of a constant 0-d tensor, as TorchScript reads it in arithmetic; anything else as it is',
    minArgs: 1,
    maxArgs: 1,
    unknownOk: true,
    call: ([v], env) => (v === undefined ? UNKNOWN : asNumber(env, v)),
  },
};

/**
 * TorchScript runs add, sub, mul and div of a tensor and a constant 0-d tensor in their Scalar forms, so that the
 * constant counts as a Python number in type promotion: a traced `x * 0.5` holds 0.5 as a float64 tensor.
 */
function asNumber(env: ExprEnv, v: ExprValue): ExprValue {
  if (!(v instanceof TensorRef) || v.shape?.length !== 0 || v.operand?.content?.kind !== 'tensor') return v;
  if (v.dtype === undefined || isComplex(v.dtype)) return v;
  const n = item(env, v);
  if (n === UNKNOWN) return v;
  return v.dtype === 'bool' ? n !== 0 : n;
}
