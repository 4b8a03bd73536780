import { type ExprEnv, type ExprValue, UNKNOWN } from '../../expr/value.js';
import { type Dim, dimAdd, dimFloorDiv, dimKey, dimMul, dimSub } from '../../ir/dim.js';
import {
  axisOf,
  broadcastExtent,
  ceilDiv,
  clampIndex,
  compare,
  maxExtent,
  product,
  requireEqual,
  sumOf,
} from '../extents.js';
import { mismatch } from '../shape-error.js';
import { constant, constants, define, type FunctionTable, int, listOf, shape, str } from './define.js';

function withExtent(from: readonly Dim[], axis: number, extent: Dim): Dim[] {
  return from.map((d, i) => (i === axis ? extent : d));
}

/** Pieces of `size`, the last one shorter. The count must be a constant. */
function splitShapes(from: readonly Dim[], size: Dim, dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  if (size === 0) return n === 0 ? [withExtent(from, a, 0)] : mismatch('split: pieces of size 0');
  const count = ceilDiv(n, size);
  if (typeof count !== 'number') return UNKNOWN;
  const pieces = Math.max(count, 1);
  return Array.from({ length: pieces }, (_, i) =>
    withExtent(from, a, i < pieces - 1 ? size : dimSub(n, dimMul(size, pieces - 1))),
  );
}

function splitSizesShapes(env: ExprEnv, from: readonly Dim[], sizes: readonly Dim[], dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  requireEqual(env, sumOf(sizes), from[a] ?? 1, 'the sizes of a split must fill the axis');
  return sizes.map((s) => withExtent(from, a, s));
}

/**
 * Pieces of ceil(n / chunks); fewer pieces than asked for when that leaves none. A symbolic axis gives the count
 * asked for: fewer would change the number of results, which a graph fixes.
 */
function chunkShapes(from: readonly Dim[], chunks: number, dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  const size = ceilDiv(n, chunks);
  if (typeof n === 'number') return splitShapes(from, Math.max(Number(size), n === 0 ? 0 : 1), dim);
  const last = dimSub(n, dimMul(size, chunks - 1));
  return Array.from({ length: chunks }, (_, i) => withExtent(from, a, i < chunks - 1 ? size : last));
}

/** The first n % sections pieces are one longer. */
function tensorSplitShapes(from: readonly Dim[], sections: number, dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  return Array.from({ length: sections }, (_, i) =>
    withExtent(from, a, dimFloorDiv(dimAdd(n, sections - 1 - i), sections)),
  );
}

/** Pieces between the indexes, which clamp as in a slice. */
function tensorSplitAtShapes(env: ExprEnv, from: readonly Dim[], indices: readonly number[], dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  const bounds = [0, ...indices.map((i) => clampIndex(env, n, i) ?? env.fresh()), n];
  return bounds.slice(1).map((end, i) => withExtent(from, a, maxExtent(env, dimSub(end, bounds[i] ?? 0), 0)));
}

function unbindShapes(from: readonly Dim[], dim: number): ExprValue {
  const a = axisOf(dim, from.length);
  const n = from[a] ?? 1;
  const rest = from.filter((_, i) => i !== a);
  return typeof n === 'number' ? Array.from({ length: n }, () => rest) : UNKNOWN;
}

/** 1-d tensors of extent 0 are skipped, as PyTorch's legacy rule has it. */
function catShape(env: ExprEnv, shapes: readonly (readonly Dim[])[], dim: number): ExprValue {
  const real = shapes.filter((s) => !(s.length === 1 && s[0] === 0));
  const first = real[0] ?? shapes[0];
  if (first === undefined) return mismatch('cat of no tensors');
  const a = axisOf(dim, first.length);
  const parts = real.length === 0 ? shapes : real;
  for (const s of parts) {
    if (s.length !== first.length) mismatch(`cat of tensors of rank ${first.length} and ${s.length}`);
    s.forEach((d, i) => {
      if (i !== a && compare(env, 'eq', d, first[i] ?? 1) === false)
        mismatch(`cat: sizes ${dimKey(first[i] ?? 1)} and ${dimKey(d)} differ on axis ${i}`);
    });
  }
  return first.map((d, i) => (i === a ? sumOf(parts.map((s) => s[i] ?? 1)) : simplest(parts.map((s) => s[i] ?? d))));
}

/** Extents that a run makes equal: a constant says most, then the shortest expression. */
function simplest(dims: readonly Dim[]): Dim {
  return dims.reduce((a, b) => {
    if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? a : b;
    return b.key.length < a.key.length ? b : a;
  });
}

function stackShape(env: ExprEnv, shapes: readonly (readonly Dim[])[], dim: number): ExprValue {
  const first = shapes[0];
  if (first === undefined) return mismatch('stack of no tensors');
  const a = axisOf(dim, first.length + 1);
  for (const s of shapes) {
    if (s.length !== first.length) mismatch('stack of tensors of different ranks');
    s.forEach((d, i) => {
      requireEqual(env, d, first[i] ?? 1, 'stack: sizes differ');
    });
  }
  const common = first.map((_, i) => simplest(shapes.map((s) => s[i] ?? 1)));
  return [...common.slice(0, a), shapes.length, ...common.slice(a)];
}

function meshgridShapes(shapes: readonly (readonly Dim[])[], indexing: string): ExprValue {
  const sizes = shapes.map(product);
  if (indexing === 'xy' && sizes.length >= 2) [sizes[0], sizes[1]] = [sizes[1] ?? 1, sizes[0] ?? 1];
  return shapes.map(() => sizes);
}

/** hstack, vstack and dstack: shapes raised to a rank as numpy's atleast_nd does, then joined. */
function atLeast(rank: number, s: readonly Dim[]): readonly Dim[] {
  if (rank === 1) return s.length === 0 ? [1] : s;
  if (rank === 2) return s.length === 0 ? [1, 1] : s.length === 1 ? [1, ...s] : s;
  if (s.length === 0) return [1, 1, 1];
  if (s.length === 1) return [1, ...s, 1];
  return s.length === 2 ? [...s, 1] : s;
}

export const PIECE_FUNCTIONS: FunctionTable = {
  split: define('shapes of pieces of a size', [shape, int, constant], (_, s, n, dim) => splitShapes(s, n, dim)),
  split_sizes: define('shapes of pieces of given sizes', [shape, shape, constant], splitSizesShapes),
  chunk: define('shapes of at most n pieces', [shape, constant, constant], (_, s, n, dim) => chunkShapes(s, n, dim)),
  tensor_split: define('shapes of n pieces of nearly equal size', [shape, constant, constant], (_, s, n, dim) =>
    tensorSplitShapes(s, n, dim),
  ),
  tensor_split_at: define('shapes of pieces between indexes', [shape, constants, constant], tensorSplitAtShapes),
  unbind: define('shapes of the slices along an axis', [shape, constant], (_, s, dim) => unbindShapes(s, dim)),
  cat: define('shape of tensors joined along an axis', [listOf(shape), constant], catShape),
  stack: define('shape of tensors joined along a new axis', [listOf(shape), constant], stackShape),
  meshgrid: define('shapes of the grids of 1-d tensors', [listOf(shape), str], (_, shapes, indexing) =>
    meshgridShapes(shapes, indexing),
  ),
  at_least: define('shape raised to a rank as atleast_nd does', [constant, shape], (_, rank, s) => atLeast(rank, s)),
  block_diag: define('shape of a block diagonal', [listOf(shape)], (_, shapes) => {
    const flat = shapes.map((s) => atLeast(2, s));
    return [sumOf(flat.map((s) => s[0] ?? 1)), sumOf(flat.map((s) => s[1] ?? 1))];
  }),
  broadcast_extent: define('one axis of two shapes broadcast together', [int, int], broadcastExtent),
};
