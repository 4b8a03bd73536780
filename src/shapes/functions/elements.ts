import { type ExprEnv, type ExprValue, Float, isDim, isList, TensorRef, UNKNOWN } from '../../expr/value.js';
import { MAX_TRACKED_ELEMENTS } from '../../ir/content.js';
import { type Comparison, type Dim, dimAdd, dimFloorDiv, dimMod, dimMul, dimNeg, dimSub } from '../../ir/dim.js';
import { isIntegral } from '../../ir/dtype.js';
import { constantNumbers } from '../constant-numbers.js';
import { clampIndex, compare, maxExtent, minExtent, product, sumOf } from '../extents.js';
import { any, anyList, constant, define, dtype, type FunctionTable, int, optional, shape, str } from './define.js';

type Elements = readonly Dim[];

/** Elements of an operand: a followed tensor, an int, a bool or a list of ints. */
function elementsOf(v: ExprValue): Elements | undefined {
  if (v instanceof TensorRef) return v.elements;
  if (isDim(v)) return [v];
  if (typeof v === 'boolean') return [Number(v)];
  return isList(v) && v.every(isDim) ? v : undefined;
}

type Binary = (env: ExprEnv, a: Dim, b: Dim) => Dim | undefined;

function comparison(op: Comparison): Binary {
  return (env, a, b) => {
    const holds = compare(env, op, a, b);
    return holds === undefined ? undefined : Number(holds);
  };
}

/** C's division, which truncates: equal to `//` where the signs agree. */
function truncated(env: ExprEnv, a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b);
  const plain = compare(env, 'ge', a, 0) === true && compare(env, 'gt', b, 0) === true;
  return plain ? dimFloorDiv(a, b) : undefined;
}

const truthy = (test: (a: boolean, b: boolean) => boolean): Binary => {
  return (_, a, b) => (typeof a === 'number' && typeof b === 'number' ? Number(test(a !== 0, b !== 0)) : undefined);
};

const BINARY: Readonly<Record<string, Binary>> = {
  add: (_, a, b) => dimAdd(a, b),
  sub: (_, a, b) => dimSub(a, b),
  mul: (_, a, b) => dimMul(a, b),
  floordiv: (_, a, b) => (b === 0 ? undefined : dimFloorDiv(a, b)),
  truncdiv: truncated,
  mod: (_, a, b) => (b === 0 ? undefined : dimMod(a, b)),
  min: minExtent,
  max: maxExtent,
  pow: (_, a, b) => (typeof a === 'number' && typeof b === 'number' && b >= 0 ? a ** b : undefined),
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

/** One result element for each pair, a single element standing for all; unknown where one is undecided. */
function elementwise(env: ExprEnv, op: string, a: ExprValue, b: ExprValue): ExprValue {
  const compute = BINARY[op];
  const x = elementsOf(a);
  const y = elementsOf(b);
  if (compute === undefined || x === undefined || y === undefined) return UNKNOWN;
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) return UNKNOWN;
  const length = x.length === 1 ? y.length : x.length;
  const out: Dim[] = [];
  for (let i = 0; i < length; i++) {
    const value = compute(env, x[x.length === 1 ? 0 : i] ?? 0, y[y.length === 1 ? 0 : i] ?? 0);
    if (value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

function whereElements(condition: ExprValue, a: ExprValue, b: ExprValue): ExprValue {
  const [c, x, y] = [elementsOf(condition), elementsOf(a), elementsOf(b)];
  if (c === undefined || x === undefined || y === undefined) return UNKNOWN;
  const length = Math.max(c.length, x.length, y.length);
  const at = (list: Elements, i: number) => list[list.length === 1 ? 0 : i];
  const out: Dim[] = [];
  for (let i = 0; i < length; i++) {
    const test = at(c, i);
    const value = at(test === 0 ? y : x, i);
    if (typeof test !== 'number' || value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

/** Casting keeps ints; to bool it decides whether they are zero. Floats are not followed. */
function castElements(env: ExprEnv, v: ExprValue, to: string): ExprValue {
  const x = elementsOf(v);
  if (x === undefined) return UNKNOWN;
  if (to === 'int64' || to === 'int32') return x;
  if (to === 'bool') return elementwise(env, 'ne', x, 0);
  // Narrow ints may wrap around.
  return to === 'int16' || to === 'int8'
    ? x.every((d) => typeof d === 'number' && Math.abs(d) < 128)
      ? x
      : UNKNOWN
    : UNKNOWN;
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
  const at = elementsOf(index);
  if (x === undefined || at === undefined) return UNKNOWN;
  if (index instanceof TensorRef && !(index.dtype !== undefined && isIntegral(index.dtype))) return UNKNOWN;
  const out: Dim[] = [];
  for (const i of at) {
    if (typeof i !== 'number') return UNKNOWN;
    const value = x[i < 0 ? i + x.length : i];
    if (value === undefined) return UNKNOWN;
    out.push(value);
  }
  return out;
}

function joinElements(list: readonly ExprValue[]): ExprValue {
  const out: Dim[] = [];
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
  const only = v.elements?.length === 1 ? v.elements[0] : undefined;
  if (v.dtype === 'bool') return typeof only === 'number' ? only !== 0 : UNKNOWN;
  if (only !== undefined) return only;
  if (v.dtype === undefined) return UNKNOWN;
  if (isIntegral(v.dtype)) return env.fresh();
  const content = v.operand?.content;
  const numbers = content?.kind === 'tensor' ? constantNumbers(content.data) : undefined;
  return new Float(numbers?.length === 1 ? numbers[0] : undefined);
}

function reduceElements(op: string, v: ExprValue, env: ExprEnv): ExprValue {
  const x = elementsOf(v);
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
  elementwise: define('elements of a binary operation on small int tensors', [str, any, any], (env, op, a, b) =>
    elementwise(env, op, a, b),
  ),
  negated: define('elements negated', [any], (_, v) => elementsOf(v)?.map(dimNeg) ?? UNKNOWN),
  where_elements: define('elements of where(condition, a, b)', [any, any, any], (_, c, a, b) => whereElements(c, a, b)),
  cast_elements: define('elements after a cast', [any, dtype], castElements),
  slice_elements: define('elements of x[start:end:step]', [any, optional(int), optional(int), constant], sliceElements),
  pick_elements: define('elements at constant indexes', [any, any], (_, v, index) => pickElements(v, index)),
  join_elements: define('elements of tensors joined', [anyList], (_, list) => joinElements(list)),
  fill_elements: define('elements of a small tensor filled with a value', [any, shape], (_, v, dims) =>
    fillElements(v, dims),
  ),
  arange_elements: define('elements of arange', [int, int, constant], (_, a, b, s) => arangeElements(a, b, s)),
  reduce_elements: define('sum, prod, min, max, any or all of the elements', [str, any], (env, op, v) =>
    reduceElements(op, v, env),
  ),
  leaves: define('the numbers of nested lists in order', [any], (_, v) => leaves(v)),
  item: define('the number in a tensor of one element', [any], item),
};
