/** Rows and columns of a block that is copied at once: both sides of a transpose then stay in the cache. */
const BLOCK = 32;

type Words = Uint8Array | Uint16Array | Uint32Array;

/** `bytes` as words of 1, 2 or 4 bytes; copied first where they do not start on a word. */
function wordsOf(bytes: Uint8Array, size: number): Words {
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const length = Math.floor(bytes.byteLength / size);
  switch (size) {
    case 1:
      return aligned;
    case 2:
      return new Uint16Array(aligned.buffer, aligned.byteOffset, length);
    default:
      return new Uint32Array(aligned.buffer, aligned.byteOffset, length);
  }
}

/**
 * Copies a strided view to dense row-major order. `from` starts at the view's first element and reaches its last;
 * `strides` count elements of `elementBytes` (1, 2, 4, 8 or 16).
 */
export function copyStrided(
  from: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  elementBytes: number,
): Uint8Array {
  if (elementBytes > 4) {
    // Pairs of words, one more axis of two: as doubles, bit patterns of NaN might change.
    const scaled = strides.map((s) => s * 2);
    return copyStrided(from, [...shape, 2], [...scaled, 1], elementBytes / 2);
  }
  const count = shape.reduce((a, b) => a * b, 1);
  const out = new Uint8Array(count * elementBytes);
  if (count === 0) return out;
  const source = wordsOf(from, elementBytes);
  const target = wordsOf(out, elementBytes);
  const rank = shape.length;
  const rows = shape[rank - 2] ?? 1;
  const columns = shape[rank - 1] ?? 1;
  const rowStride = strides[rank - 2] ?? 0;
  const columnStride = strides[rank - 1] ?? 0;
  const index = new Array<number>(Math.max(rank - 2, 0)).fill(0);
  let base = 0;
  for (let done = 0; done < count; done += rows * columns) {
    copyMatrix(source, base, target, done, rows, columns, rowStride, columnStride);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      base += stride;
      index[axis] = next;
      if (next < (shape[axis] ?? 1)) break;
      base -= stride * next;
      index[axis] = 0;
    }
  }
  return out;
}

function copyMatrix(
  source: Words,
  base: number,
  target: Words,
  start: number,
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
): void {
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const r1 = Math.min(r0 + BLOCK, rows);
    for (let c0 = 0; c0 < columns; c0 += BLOCK) {
      const c1 = Math.min(c0 + BLOCK, columns);
      for (let r = r0; r < r1; r++) {
        let at = base + r * rowStride + c0 * columnStride;
        const row = start + r * columns;
        for (let c = c0; c < c1; c++) {
          target[row + c] = source[at] ?? 0;
          at += columnStride;
        }
      }
    }
  }
}
