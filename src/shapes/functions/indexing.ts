import { type ExprEnv, type ExprValue, TensorRef, UNKNOWN } from '../../expr/value.js';
import { type Dim, dimAdd, dimKey, dimMul } from '../../ir/dim.js';
import { axisOf, broadcastShapes, compare, product, sliceExtent } from '../extents.js';
import { mismatch } from '../shape-error.js';
import { anyList, constant, define, type FunctionTable, int, optional, shape } from './define.js';

function sliceShape(
  env: ExprEnv,
  from: readonly Dim[],
  dim: number,
  start: Dim | null,
  end: Dim | null,
  step: Dim,
): Dim[] {
  const a = axisOf(dim, from.length);
  if (from.length === 0) mismatch('a 0-d tensor cannot be sliced');
  return from.map((n, i) => (i === a ? sliceExtent(env, n, start, end, step) : n));
}

function selectShape(env: ExprEnv, from: readonly Dim[], dim: number, index: Dim): Dim[] {
  if (from.length === 0) mismatch('select does not take a 0-d tensor');
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  if (typeof index === 'number') {
    const beyond = index >= 0 ? compare(env, 'ge', index, n) : compare(env, 'lt', dimAdd(n, index), 0);
    if (beyond === true) mismatch(`index ${index} is out of range for an axis of ${dimKey(n)}`);
  }
  return from.filter((_, i) => i !== a);
}

interface Placed {
  readonly first: number;
  readonly shapes: (readonly Dim[])[];
  readonly adjacent: boolean;
  readonly rest: readonly (Dim | undefined)[];
}

/** Which axes the index tensors consume; undefined marks a consumed axis. A mask consumes one for each of its own. */
function placeIndexes(env: ExprEnv, from: readonly Dim[], indices: readonly ExprValue[]): Placed | undefined {
  const rest: (Dim | undefined)[] = [];
  const shapes: (readonly Dim[])[] = [];
  let first = -1;
  let last = -1;
  let adjacent = true;
  let axis = 0;
  for (const index of indices) {
    if (index === null) {
      rest.push(from[axis]);
      axis += 1;
      continue;
    }
    if (!(index instanceof TensorRef) || index.shape === undefined || index.dtype === undefined) return undefined;
    const mask = index.dtype === 'bool' || index.dtype === 'uint8';
    const consumed = mask ? index.shape.length : 1;
    shapes.push(mask ? [env.fresh()] : index.shape);
    if (first < 0) first = rest.length;
    else if (last !== rest.length - 1) adjacent = false;
    for (let i = 0; i < consumed; i++) rest.push(undefined);
    last = rest.length - 1;
    axis += consumed;
  }
  if (axis > from.length) mismatch(`${axis} indexes for a tensor of rank ${from.length}`);
  return { first, shapes, adjacent, rest: [...rest, ...from.slice(axis)] };
}

/** `x[i, :, j]`: index tensors broadcast together; their axes stand where the first was, in front when apart. */
function indexShape(env: ExprEnv, from: readonly Dim[], indices: readonly ExprValue[]): ExprValue {
  if (indices.includes(UNKNOWN)) return UNKNOWN;
  const placed = placeIndexes(env, from, indices);
  if (placed === undefined) return UNKNOWN;
  if (placed.first < 0) return from;
  const indexed = broadcastShapes(env, placed.shapes);
  const kept = (dims: readonly (Dim | undefined)[]) => dims.filter((d): d is Dim => d !== undefined);
  if (!placed.adjacent) return [...indexed, ...kept(placed.rest)];
  return [...kept(placed.rest.slice(0, placed.first)), ...indexed, ...kept(placed.rest.slice(placed.first))];
}

function unfoldAxisShape(env: ExprEnv, from: readonly Dim[], dim: number, size: Dim, step: number): Dim[] {
  if (from.length === 0) return [size];
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  if (compare(env, 'gt', size, n) === true) mismatch(`unfold: size ${dimKey(size)} exceeds an axis of ${dimKey(n)}`);
  const count = sliceExtent(env, dimAdd(dimAdd(n, dimMul(size, -1)), 1), null, null, step);
  return [...from.map((d, i) => (i === a ? count : d)), size];
}

export const INDEX_FUNCTIONS: FunctionTable = {
  slice: define(
    'shape of x[start:end:step] on one axis',
    [shape, constant, optional(int), optional(int), int],
    sliceShape,
  ),
  select: define('shape without one axis', [shape, constant, int], selectShape),
  index: define('shape of x[indices], an item for each axis', [shape, anyList], indexShape),
  take_along: define(
    'shape with one axis replaced by the axes of an index',
    [shape, constant, shape],
    (_, s, dim, i) => {
      const a = axisOf(dim, s.length);
      return [...s.slice(0, a), ...i, ...s.slice(a + 1)];
    },
  ),
  index_select: define('shape with one axis as long as an index', [shape, constant, shape], (_, from, dim, index) => {
    if (from.length === 0) return [];
    const a = axisOf(dim, from.length);
    return from.map((d, i) => (i === a ? product(index) : d));
  }),
  unfold_axis: define('shape of windows along one axis', [shape, constant, int, constant], unfoldAxisShape),
  slice_length: define(
    'items of a slice of n items',
    [int, optional(int), optional(int), int],
    (env, n, start, end, step) => sliceExtent(env, n, start, end, step),
  ),
};
