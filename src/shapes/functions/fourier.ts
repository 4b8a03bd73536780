import { type Dim, dimAdd, dimFloorDiv, dimMul } from '../../ir/dim.js';
import { axisOf } from '../extents.js';
import { constants, define, type FunctionTable, ints, optional, shape } from './define.js';

/** The axes of an n-d transform: those named, else as many of the last as there are sizes, else all. */
function transformed(rank: number, sizes: readonly Dim[] | null, dims: readonly number[] | null): number[] {
  if (dims !== null) return dims.map((d) => axisOf(d, rank));
  const count = sizes?.length ?? rank;
  return Array.from({ length: count }, (_, i) => rank - count + i);
}

function resized(from: readonly Dim[], sizes: readonly Dim[] | null, axes: readonly number[]): Dim[] {
  if (sizes === null) return [...from];
  return from.map((d, i) => {
    const size = sizes[axes.indexOf(i)];
    return size === undefined || size === -1 ? d : size;
  });
}

/** A real transform keeps n // 2 + 1 of its last axis. */
function half(from: readonly Dim[], dims: readonly number[] | null): Dim[] {
  const last = transformed(from.length, null, dims).at(-1) ?? from.length - 1;
  return from.map((d, i) => (i === last ? dimAdd(dimFloorDiv(d, 2), 1) : d));
}

/** The inverse of a real transform makes 2 * (n - 1) of its last axis, unless a size is given. */
function whole(from: readonly Dim[], sizes: readonly Dim[] | null, dims: readonly number[] | null): Dim[] {
  const axes = transformed(from.length, sizes, dims);
  const last = axes.at(-1) ?? from.length - 1;
  const size = sizes?.at(-1);
  return resized(from, sizes, axes).map((d, i) => {
    if (i !== last || (size !== undefined && size !== -1)) return d;
    return dimMul(dimAdd(from[i] ?? 1, -1), 2);
  });
}

export const FOURIER_FUNCTIONS: FunctionTable = {
  fft_sizes: define(
    'shape after an n-d transform to sizes',
    [shape, optional(ints), optional(constants)],
    (_, s, n, d) => resized(s, n, transformed(s.length, n, d)),
  ),
  fft_half: define('shape of the half spectrum of a real transform', [shape, optional(constants)], (_, s, d) =>
    half(s, d),
  ),
  fft_whole: define('shape of the real inverse', [shape, optional(ints), optional(constants)], (_, s, n, d) =>
    whole(s, n, d),
  ),
};
