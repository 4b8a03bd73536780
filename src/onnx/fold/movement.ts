import { tensorFromNumbers } from '../../ir/half.js';
import { contiguousStrides, memorySource, TensorData } from '../../ir/tensor-data.js';
import { normalAxes, normalAxis } from '../infer/dims.js';
import { broadcastStatic, broadcastSteps, countOf, pick, reshaped, sourceIndices } from './layout.js';
import type { Fold } from './operands.js';

const reshape: Fold = (c) => {
  const [data] = c.inputs;
  const target = c.numbers(1);
  if (data === undefined || target === undefined) return undefined;
  const keepsZero = c.int('allowzero', 0) === 0;
  const shape = target.map((d, i) => (d === 0 && keepsZero ? (data.shape[i] ?? 0) : d));
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = countOf(shape.filter((_, i) => i !== open));
    if (rest === 0) return undefined;
    shape[open] = data.elementCount / rest;
  }
  return countOf(shape) === data.elementCount ? reshaped(data, shape) : undefined;
};

const flatten: Fold = (c) => {
  const [data] = c.inputs;
  if (data === undefined) return undefined;
  const axis = c.int('axis', 1);
  const at = axis < 0 ? axis + data.shape.length : axis;
  return reshaped(data, [countOf(data.shape.slice(0, at)), countOf(data.shape.slice(at))]);
};

const squeeze: Fold = (c) => {
  const [data] = c.inputs;
  if (data === undefined) return undefined;
  const given = c.axes(1);
  const axes = given === undefined ? undefined : normalAxes(given, data.shape.length);
  if (given !== undefined && axes === undefined) return undefined;
  return reshaped(
    data,
    data.shape.filter((d, i) => !(axes === undefined ? d === 1 : axes.includes(i))),
  );
};

const unsqueeze: Fold = (c) => {
  const [data] = c.inputs;
  const given = c.axes(1);
  if (data === undefined || given === undefined) return undefined;
  const rank = data.shape.length + given.length;
  const axes = normalAxes(given, rank);
  if (axes === undefined) return undefined;
  let from = 0;
  return reshaped(
    data,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (data.shape[from++] ?? 1))),
  );
};

const transpose: Fold = (c) => {
  const [data] = c.inputs;
  if (data === undefined) return undefined;
  const order = c.ints('perm') ?? data.shape.map((_, i) => data.shape.length - 1 - i);
  const strides = contiguousStrides(data.shape);
  const shape = order.map((i) => data.shape[i] ?? 1);
  const steps = order.map((i) => strides[i] ?? 0);
  return pick(data, sourceIndices(shape, steps), shape);
};

const expand: Fold = (c) => {
  const [data] = c.inputs;
  const target = c.numbers(1);
  const shape = data === undefined || target === undefined ? undefined : broadcastStatic([data.shape, target]);
  if (data === undefined || shape === undefined) return undefined;
  return pick(data, sourceIndices(shape, broadcastSteps(data.shape, shape)), shape);
};

const tile: Fold = (c) => {
  const [data] = c.inputs;
  const repeats = c.numbers(1);
  if (data === undefined || repeats?.length !== data.shape.length) return undefined;
  // Every axis becomes a pair: the repetition, which moves nothing, and the axis itself.
  const strides = contiguousStrides(data.shape);
  const pairs = data.shape.flatMap((d, i) => [repeats[i] ?? 1, d]);
  const steps = strides.flatMap((s) => [0, s]);
  const shape = data.shape.map((d, i) => d * (repeats[i] ?? 1));
  return pick(data, sourceIndices(pairs, steps), shape);
};

const slice: Fold = (c) => {
  const [data] = c.inputs;
  const starts = c.numbers(1);
  const ends = c.numbers(2);
  if (data === undefined || starts === undefined || ends === undefined) return undefined;
  const axes = normalAxes(c.numbers(3) ?? starts.map((_, i) => i), data.shape.length);
  const steps = c.numbers(4) ?? starts.map(() => 1);
  if (axes === undefined || steps.includes(0)) return undefined;
  const strides = contiguousStrides(data.shape);
  const shape = [...data.shape];
  let first = 0;
  for (const [k, axis] of axes.entries()) {
    const n = data.shape[axis] ?? 0;
    const step = steps[k] ?? 1;
    const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v < 0 ? v + n : v, low), high);
    const last = step > 0 ? n : n - 1;
    const from = clamp(starts[k] ?? 0, 0, last);
    const to = clamp(ends[k] ?? 0, step > 0 ? 0 : -1, last);
    shape[axis] = Math.max(Math.ceil((to - from) / step), 0);
    first += from * (strides[axis] ?? 0);
    strides[axis] = (strides[axis] ?? 0) * step;
  }
  return pick(data, sourceIndices(shape, strides, first), shape);
};

const concat: Fold = (c) => {
  const parts = c.inputs.filter((t) => t !== undefined);
  const [head] = parts;
  const axis = head === undefined ? undefined : normalAxis(c.int('axis', 0), head.shape.length);
  if (head === undefined || axis === undefined || parts.length !== c.inputs.length) return undefined;
  const shape = head.shape.map((d, i) => (i === axis ? parts.reduce((n, t) => n + (t.shape[axis] ?? 0), 0) : d));
  // Rows up to the axis are interleaved, part by part.
  const rows = countOf(shape.slice(0, axis));
  const chunks: Uint8Array[] = [];
  const bytes = parts.map((t) => t.read());
  for (let r = 0; r < rows; r++) {
    for (const b of bytes) chunks.push(b.subarray((b.length / rows) * r, (b.length / rows) * (r + 1)));
  }
  return new TensorData(head.dtype, shape, memorySource(new Uint8Array(Buffer.concat(chunks))));
};

const gather: Fold = (c) => {
  const [data, indices] = c.inputs;
  const picks = c.numbers(1);
  const axis = data === undefined ? undefined : normalAxis(c.int('axis', 0), data.shape.length);
  if (data === undefined || indices === undefined || picks === undefined || axis === undefined) return undefined;
  const n = data.shape[axis] ?? 0;
  if (picks.some((i) => i < -n || i >= n)) return undefined;
  const inner = countOf(data.shape.slice(axis + 1));
  const outer = countOf(data.shape.slice(0, axis));
  const list: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const i of picks) {
      const row = (o * n + (i < 0 ? i + n : i)) * inner;
      for (let k = 0; k < inner; k++) list.push(row + k);
    }
  }
  return pick(data, list, [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)]);
};

const constantOfShape: Fold = (c) => {
  const shape = c.numbers(0);
  const value = c.tensor('value') ?? tensorFromNumbers('float32', [0]);
  return shape === undefined ? undefined : pick(value, new Array<number>(countOf(shape)).fill(0), shape);
};

const shapeOf: Fold = (c) => {
  const [data] = c.inputs;
  if (data === undefined) return undefined;
  const rank = data.shape.length;
  const bound = (n: number): number => Math.min(Math.max(n < 0 ? n + rank : n, 0), rank);
  return tensorFromNumbers('int64', data.shape.slice(bound(c.int('start', 0)), bound(c.int('end', rank))));
};

/** Operators that move elements without looking at them. */
export const MOVEMENT: Readonly<Record<string, Fold>> = {
  Identity: (c) => c.inputs[0],
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Slice: slice,
  Concat: concat,
  Gather: gather,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
};
