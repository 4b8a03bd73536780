import { type ExprEnv, type ExprValue, UNKNOWN } from '../../expr/value.js';
import { type Dim, dimAdd, dimEquals, dimKey, dimMul, dimRange } from '../../ir/dim.js';
import {
  axesOf,
  axisOf,
  broadcastExtent,
  broadcastShapes,
  compare,
  maxExtent,
  minExtent,
  product,
  quotient,
} from '../extents.js';
import { reshapesAlways } from '../reshapes-in-place.js';
import { mismatch } from '../shape-error.js';
import {
  bool,
  constant,
  constants,
  define,
  type FunctionTable,
  int,
  listOf,
  optional,
  shape,
  variadic,
} from './define.js';

/** The sizes of a view, with -1 solved. An int of unknown sign may itself be the -1. */
export function viewShape(env: ExprEnv, from: readonly Dim[], sizes: readonly Dim[]): Dim[] {
  const open = sizes.indexOf(-1);
  if (open >= 0 && sizes.includes(-1, open + 1)) mismatch('only one size of a view can be -1');
  const at = open < 0 ? onlyUnsigned(env, sizes) : open;
  if (at === undefined) {
    if (compare(env, 'eq', product(from), product(sizes)) === false)
      mismatch(
        `a tensor of sizes [${from.map(dimKey).join(', ')}] cannot be viewed as [${sizes.map(dimKey).join(', ')}]`,
      );
    return [...sizes];
  }
  const others = sizes.filter((_, i) => i !== at);
  const out = [...sizes];
  if (others.includes(0)) out[at] = env.fresh();
  else {
    const total = product(from);
    const by = product(others);
    if (typeof total === 'number' && typeof by === 'number' && total % by !== 0)
      mismatch(`${total} elements do not fill sizes [${sizes.map(dimKey).join(', ')}]`);
    out[at] = quotient(from, others);
  }
  return out;
}

/** The place of the one size that may be negative. */
function onlyUnsigned(env: ExprEnv, sizes: readonly Dim[]): number | undefined {
  let found: number | undefined;
  for (let i = 0; i < sizes.length; i++) {
    if (dimRange(sizes[i] as Dim, env.ranges).min >= 0) continue;
    if (found !== undefined) return undefined;
    found = i;
  }
  return found;
}

function flattenShape(from: readonly Dim[], start: number, end: number): Dim[] {
  if (from.length === 0) return [1];
  const a = axisOf(start, from.length);
  const b = axisOf(end, from.length);
  if (a > b) mismatch('flatten: start_dim comes after end_dim');
  return [...from.slice(0, a), product(from.slice(a, b + 1)), ...from.slice(b + 1)];
}

function expandShape(env: ExprEnv, from: readonly Dim[], sizes: readonly Dim[]): Dim[] {
  if (sizes.length < from.length) mismatch(`${sizes.length} sizes cannot expand a tensor of rank ${from.length}`);
  const offset = sizes.length - from.length;
  return sizes.map((size, i) => {
    const old = from[i - offset];
    if (size === -1) {
      if (old === undefined) mismatch('a new axis of expand cannot have size -1');
      return old;
    }
    if (old === undefined || old === 1 || dimEquals(old, size)) return size;
    if (typeof old === 'number') {
      if (typeof size === 'number') mismatch(`an axis of ${old} does not expand to ${size}`);
      return old;
    }
    if (compare(env, 'eq', old, size) === false && dimRange(old, env.ranges).min > 1)
      mismatch(`an axis of ${dimKey(old)} does not expand to ${dimKey(size)}`);
    // A size of unknown sign may be the -1 that keeps the axis.
    return dimRange(size, env.ranges).min >= 0 ? size : broadcastExtent(env, old, size);
  });
}

function repeatShape(from: readonly Dim[], times: readonly Dim[]): Dim[] {
  if (times.length < from.length) mismatch(`repeat needs at least ${from.length} counts`);
  const offset = times.length - from.length;
  return times.map((t, i) => dimMul(t, from[i - offset] ?? 1));
}

function tileShape(from: readonly Dim[], times: readonly Dim[]): Dim[] {
  const padded = [...new Array<Dim>(Math.max(0, from.length - times.length)).fill(1), ...times];
  return repeatShape(from, padded);
}

function permuteShape(from: readonly Dim[], dims: readonly number[]): Dim[] {
  const axes = dims.map((d) => axisOf(d, from.length));
  if (axes.length !== from.length || new Set(axes).size !== axes.length)
    mismatch(`[${dims.join(', ')}] is no permutation of ${from.length} axes`);
  return axes.map((a) => from[a] ?? 1);
}

function transposeShape(from: readonly Dim[], d0: number, d1: number): Dim[] {
  const out = [...from];
  const a = axisOf(d0, from.length);
  const b = axisOf(d1, from.length);
  if (from.length > 0) [out[a], out[b]] = [from[b] ?? 1, from[a] ?? 1];
  return out;
}

function movedimShape(from: readonly Dim[], source: readonly number[], destination: readonly number[]): Dim[] {
  const out: (Dim | undefined)[] = new Array<Dim | undefined>(from.length).fill(undefined);
  const taken = new Set<number>();
  source.forEach((s, i) => {
    const a = axisOf(s, from.length);
    taken.add(a);
    out[axisOf(destination[i] ?? 0, from.length)] = from[a];
  });
  const rest = from.filter((_, i) => !taken.has(i));
  return out.map((d) => d ?? rest.shift() ?? 1);
}

function unsqueezeShape(from: readonly Dim[], dim: number): Dim[] {
  const a = axisOf(dim, from.length + 1);
  return [...from.slice(0, a), 1, ...from.slice(a)];
}

/**
 * Axes of constant extent 1 among `dims` (all when none) go. A symbolic axis stays: a graph's ranks are
 * fixed, and an axis that varies is not one that a model means to squeeze.
 */
function squeezeShape(from: readonly Dim[], dims: readonly number[] | null): Dim[] {
  const axes = dims === null ? axesOf(null, from.length) : new Set(dims.map((d) => axisOf(d, from.length)));
  return from.filter((d, i) => !(axes.has(i) && d === 1));
}

function unflattenShape(env: ExprEnv, from: readonly Dim[], dim: number, sizes: readonly Dim[]): Dim[] {
  const a = axisOf(dim, from.length);
  return [...from.slice(0, a), ...viewShape(env, [from[a] ?? 1], sizes), ...from.slice(a + 1)];
}

function diagonalShape(env: ExprEnv, from: readonly Dim[], offset: number, dim1: number, dim2: number): ExprValue {
  const a = axisOf(dim1, from.length);
  const b = axisOf(dim2, from.length);
  if (a === b) mismatch('the two dims of a diagonal are the same');
  const rows = from[a] ?? 1;
  const columns = from[b] ?? 1;
  const rest = from.filter((_, i) => i !== a && i !== b);
  if (offset === 0 && dimEquals(rows, columns)) return [...rest, rows];
  const down = dimAdd(rows, Math.min(0, offset));
  const across = dimAdd(columns, -Math.max(0, offset));
  return [...rest, maxExtent(env, minExtent(env, down, across), 0)];
}

/** Axes of `tensordot`: those of a that are not contracted, then those of b. */
function tensordotShape(a: readonly Dim[], b: readonly Dim[], da: readonly number[], db: readonly number[]): Dim[] {
  const inA = new Set(da.map((d) => axisOf(d, a.length)));
  const inB = new Set(db.map((d) => axisOf(d, b.length)));
  return [...a.filter((_, i) => !inA.has(i)), ...b.filter((_, i) => !inB.has(i))];
}

/** A new square of axes for the last one; the offset widens it. */
function diagEmbedShape(from: readonly Dim[], offset: number, dim1: number, dim2: number): Dim[] {
  const rank = from.length + 1;
  const n = dimAdd(from[from.length - 1] ?? 1, Math.abs(offset));
  const square = new Set([axisOf(dim1, rank), axisOf(dim2, rank)]);
  const rest = from.slice(0, -1);
  return Array.from({ length: rank }, (_, i) => (square.has(i) ? n : (rest.shift() ?? 1)));
}

function kronShape(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  const at = (s: readonly Dim[], i: number) => s[i - rank + s.length] ?? 1;
  return Array.from({ length: rank }, (_, i) => dimMul(at(a, i), at(b, i)));
}

export const VIEW_FUNCTIONS: FunctionTable = {
  reshapes_in_place: define(
    'true if a dense tensor, whose axes lay in this order in memory, has other sizes without a copy, elements in rows apart',
    [shape, listOf(constant), shape],
    (env, from, order, sizes) => reshapesAlways(from, order, sizes, env.ranges) ?? UNKNOWN,
  ),
  broadcast: variadic('shape of tensors broadcast together', shape, (env, shapes) => broadcastShapes(env, shapes)),
  view: define('sizes of a view or reshape, -1 solved', [shape, shape], (env, from, sizes) =>
    viewShape(env, from, sizes),
  ),
  flatten_dims: define('shape with the axes start..end made one', [shape, constant, constant], (_, from, a, b) =>
    flattenShape(from, a, b),
  ),
  unflatten: define('shape with one axis split into sizes', [shape, constant, shape], unflattenShape),
  expand: define('shape expanded to sizes, -1 keeps', [shape, shape], expandShape),
  repeat: define('shape repeated by counts', [shape, shape], (_, from, times) => repeatShape(from, times)),
  tile: define('shape tiled by counts', [shape, shape], (_, from, times) => tileShape(from, times)),
  permute: define('shape with its axes in another order', [shape, constants], (_, from, dims) =>
    permuteShape(from, dims),
  ),
  transpose: define('shape with two axes swapped', [shape, constant, constant], (_, from, a, b) =>
    transposeShape(from, a, b),
  ),
  movedim: define('shape with axes moved', [shape, constants, constants], (_, from, s, d) => movedimShape(from, s, d)),
  unsqueeze: define('shape with an axis of 1 inserted', [shape, constant], (_, from, dim) => unsqueezeShape(from, dim)),
  squeeze: define(
    'shape without its axes of 1 (only those of dims, if given)',
    [shape, optional(constants)],
    (_, s, d) => squeezeShape(s, d),
  ),
  diagonal: define('shape of a diagonal', [shape, constant, constant, constant], diagonalShape),
  diag_embed: define('shape of diagonals put into squares', [shape, constant, constant, constant], (_, s, o, a, b) =>
    diagEmbedShape(s, o, a, b),
  ),
  kron: define('shape of a Kronecker product', [shape, shape], (_, a, b) => kronShape(a, b)),
  same_extents: define('n shapes of one axis of the same unknown extent', [constant], (env, n) => {
    const shared = env.fresh();
    return Array.from({ length: n }, () => [shared]);
  }),
  tensordot: define('shape of a tensordot', [shape, shape, constants, constants], (_, a, b, da, db) =>
    tensordotShape(a, b, da, db),
  ),
  reduce: define(
    'shape of a reduction over dims (none or [] is all)',
    [shape, optional(constants), bool],
    (_, from, dims, keep) => {
      const axes = axesOf(dims, from.length);
      return keep ? from.map((d, i) => (axes.has(i) ? 1 : d)) : from.filter((_, i) => !axes.has(i));
    },
  ),
  with_extent: define('shape with the extent of one axis replaced', [shape, constant, int], (_, from, dim, n) => {
    if (from.length === 0) return [];
    const a = axisOf(dim, from.length);
    return from.map((d, i) => (i === a ? n : d));
  }),
  numel: define('number of elements of a shape', [shape], (_, s) => product(s)),
  broadcast_all: define('shape of a list of shapes broadcast together', [listOf(shape)], (env, list) =>
    broadcastShapes(env, list),
  ),
  fresh: define('an extent that only the data tells', [], (env) => env.fresh()),
};
