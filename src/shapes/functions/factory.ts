import { MAX_LIST_ITEMS } from '../../expr/evaluate.js';
import { quotientOf } from '../../expr/quotient.js';
import { type ExprEnv, type ExprValue, Float, isDim, UNKNOWN } from '../../expr/value.js';
import { type Dim, dimMul, dimSub } from '../../ir/dim.js';
import { ceilDiv, maxExtent } from '../extents.js';
import { any, anyList, bool, constant, define, type FunctionTable, int, real, shape, tensors } from './define.js';

/** A bool or a float without a fraction as an int. */
function numeric(v: ExprValue): ExprValue {
  if (typeof v === 'boolean') return Number(v);
  const q = v instanceof Float ? quotientOf(v) : undefined;
  return q?.denominator === 1 ? q.numerator : v;
}

/** Items of arange: ceil((end - start) / step), in doubles when a float takes part. */
function arangeLength(env: ExprEnv, start: ExprValue, end: ExprValue, step: ExprValue): ExprValue {
  const a = numeric(start);
  const b = numeric(end);
  const s = numeric(step);
  if (isDim(a) && isDim(b) && isDim(s)) {
    if (typeof s !== 'number' || s === 0) return env.fresh();
    const span: Dim = s > 0 ? dimSub(b, a) : dimSub(a, b);
    return maxExtent(env, ceilDiv(span, Math.abs(s)), 0);
  }
  const x = real(a);
  const y = real(b);
  const z = real(s);
  if (typeof x !== 'number' || typeof y !== 'number' || typeof z !== 'number' || z === 0) {
    return env.fresh();
  }
  return Math.max(0, Math.ceil((y - x) / z));
}

function arangeDtype(...numbers: readonly ExprValue[]): ExprValue {
  if (numbers.includes(UNKNOWN)) return UNKNOWN;
  return numbers.some((v) => v instanceof Float) ? 'float32' : 'int64';
}

/** Shape of torch.tensor over nested lists. */
function nestedShape(v: ExprValue): Dim[] {
  if (v === UNKNOWN || !Array.isArray(v)) return [];
  const list = v as readonly ExprValue[];
  return [list.length, ...nestedShape(list[0] ?? null)];
}

function firstLeaf(v: ExprValue): ExprValue {
  return Array.isArray(v) ? firstLeaf((v as readonly ExprValue[])[0] ?? UNKNOWN) : v;
}

/** LSTM, GRU and RNN: the output and the final state. Layers, directions and width are read off the states and weights. */
function rnnOutput(input: readonly Dim[], hidden: readonly Dim[], directions: number): Dim[] {
  const width = hidden[hidden.length - 1] ?? 1;
  return [...input.slice(0, -1), dimMul(width, directions)];
}

/** torch.range includes its end. */
function rangeCount(env: ExprEnv, start: ExprValue, end: ExprValue, step: ExprValue): ExprValue {
  const [a, b, s] = [real(start), real(end), real(step)];
  if (typeof a !== 'number' || typeof b !== 'number' || typeof s !== 'number' || s === 0) return env.fresh();
  return Math.floor((b - a) / s) + 1;
}

export const FACTORY_FUNCTIONS: FunctionTable = {
  arange_length: define('items of arange(start, end, step)', [any, any, any], arangeLength),
  range_count: define('items of torch.range, end included', [any, any, any], rangeCount),
  arange_dtype: define(
    'int64, or float32 if a number is a float',
    [any, any, any],
    (_, a, b, c) => arangeDtype(a, b, c),
    {
      optional: 2,
    },
  ),
  nested_shape: define('shape of nested lists', [any], (_, v) => nestedShape(v)),
  first_leaf: define('first number of nested lists', [any], (_, v) => firstLeaf(v)),
  rnn_output: define('shape of a recurrent output', [shape, shape, constant], (_, input, hidden, n) =>
    rnnOutput(input, hidden, n),
  ),
  shapes_of: define('the shapes of a list of tensors', [tensors], (_, list) => list.map((t) => t.shape ?? UNKNOWN)),
  dtypes_of: define('the dtypes of a list of tensors', [tensors], (_, list) => list.map((t) => t.dtype ?? UNKNOWN)),
  choose: define('the second value if true, else the third', [bool, any, any], (_, test, yes, no) => (test ? yes : no)),
  list_times: define('a list repeated n times', [anyList, int], (_, list, n) =>
    typeof n === 'number' && n * list.length <= MAX_LIST_ITEMS
      ? Array.from({ length: Math.max(0, n) }, () => list).flat()
      : UNKNOWN,
  ),
};
