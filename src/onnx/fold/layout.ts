import { dtypeBytes } from '../../ir/dtype.js';
import { contiguousStrides, memorySource, TensorData } from '../../ir/tensor-data.js';

/** Number of elements of a static shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** NumPy's broadcast of static shapes; undefined when they do not fit. */
export function broadcastStatic(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const s of shapes) {
    for (let i = 0; i < s.length; i++) {
      const at = rank - s.length + i;
      const d = s[i] ?? 1;
      if (d === 1) continue;
      if (out[at] !== 1 && out[at] !== d) return undefined;
      out[at] = d;
    }
  }
  return out;
}

/** For each element of `out` in order, the flat index of its source, given the source's step on every axis of `out`. */
export function sourceIndices(out: readonly number[], steps: readonly number[], start = 0): number[] {
  const n = countOf(out);
  const list = new Array<number>(n);
  const position = new Array<number>(out.length).fill(0);
  let at = start;
  for (let k = 0; k < n; k++) {
    list[k] = at;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const next = (position[axis] ?? 0) + 1;
      at += step;
      if (next < (out[axis] ?? 1)) {
        position[axis] = next;
        break;
      }
      at -= step * (out[axis] ?? 1);
      position[axis] = 0;
    }
  }
  return list;
}

/** Steps that read a tensor of `shape` broadcast to `out`. */
export function broadcastSteps(shape: readonly number[], out: readonly number[]): number[] {
  const strides = contiguousStrides(shape);
  return out.map((_, i) => {
    const at = i - (out.length - shape.length);
    return at < 0 || shape[at] === 1 ? 0 : (strides[at] ?? 0);
  });
}

/** A tensor of `shape` whose elements are copied from `data` (flat indices into its row-major elements). */
export function pick(data: TensorData, indices: readonly number[], shape: readonly number[]): TensorData {
  const size = dtypeBytes(data.dtype);
  const from = data.read();
  const to = new Uint8Array(indices.length * size);
  indices.forEach((index, k) => {
    to.set(from.subarray(index * size, (index + 1) * size), k * size);
  });
  return new TensorData(data.dtype, shape, memorySource(to));
}

/** The same elements under another shape of as many. */
export function reshaped(data: TensorData, shape: readonly number[]): TensorData {
  if (data.isContiguous) return new TensorData(data.dtype, shape, data.source, data.storageOffset);
  return new TensorData(data.dtype, shape, memorySource(data.read()));
}
