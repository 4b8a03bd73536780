import { type DType, dtypeBytes } from './dtype.js';
import { copyStrided } from './strided-copy.js';

/** Bytes of one storage: lazily read from a file, or in memory. Little-endian, dense. */
export interface ByteSource {
  /** Two tensors with the same identity share their storage (tied weights). */
  readonly identity: object;
  readonly byteLength: number;
  /** Reads `length` bytes at `offset`; never more than the caller asked for is held. */
  read(offset: number, length: number): Uint8Array;
}

/**
 * A constant tensor: a strided view onto a storage. Nothing is read until `read` or `chunks` is called,
 * and weights are never kept in memory afterwards.
 */
export class TensorData {
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly source: ByteSource,
    /** In elements. */
    readonly storageOffset = 0,
    /** In elements, one for each axis. */
    readonly strides: readonly number[] = contiguousStrides(shape),
  ) {}

  get elementCount(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  get byteLength(): number {
    return this.elementCount * dtypeBytes(this.dtype);
  }

  get isContiguous(): boolean {
    let expected = 1;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      const size = this.shape[i] as number;
      if (size !== 1 && this.strides[i] !== expected) return false;
      expected *= size;
    }
    return true;
  }

  /** All elements as dense row-major little-endian bytes. */
  read(): Uint8Array {
    const bytes = dtypeBytes(this.dtype);
    const count = this.elementCount;
    if (count === 0) return new Uint8Array(0);
    if (this.isContiguous) return this.source.read(this.storageOffset * bytes, count * bytes);
    return this.gather(bytes);
  }

  /** `read` in pieces of at most `chunkBytes`, for streaming to a file. */
  *chunks(chunkBytes = 1 << 22): Generator<Uint8Array> {
    if (!this.isContiguous) {
      yield* this.gathered(chunkBytes);
      return;
    }
    const start = this.storageOffset * dtypeBytes(this.dtype);
    for (let done = 0; done < this.byteLength; done += chunkBytes) {
      yield this.source.read(start + done, Math.min(chunkBytes, this.byteLength - done));
    }
  }

  private gather(bytes: number): Uint8Array {
    return copyStrided(this.span(bytes), this.shape, this.strides, bytes);
  }

  /** From the first element of the view to its last. */
  private span(bytes: number): Uint8Array {
    const last = this.shape.reduce((sum, size, i) => sum + (size - 1) * (this.strides[i] ?? 0), 0);
    return this.source.read(this.storageOffset * bytes, (last + 1) * bytes);
  }

  /** Some of the outermost rows at a time: the view is in memory, but not all of its copy. */
  private *gathered(chunkBytes: number): Generator<Uint8Array> {
    const [rows = 1, ...inner] = this.shape;
    const [stride = 0] = this.strides;
    const bytes = dtypeBytes(this.dtype);
    if (this.byteLength <= chunkBytes) {
      yield this.read();
      return;
    }
    const read = this.span(bytes);
    // Copied once here, or for each piece there.
    const span = read.byteOffset % 4 === 0 ? read : new Uint8Array(read);
    const step = Math.max(1, Math.floor((chunkBytes * rows) / this.byteLength));
    for (let row = 0; row < rows; row += step) {
      const part = span.subarray(row * stride * bytes);
      yield copyStrided(part, [Math.min(step, rows - row), ...inner], this.strides, bytes);
    }
  }
}

/** Strides in elements of a row-major tensor. Empty axes count as of 1, as in PyTorch. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i] as number, 1);
  }
  return strides;
}

/** A storage held in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    identity: bytes,
    byteLength: bytes.byteLength,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.byteLength) throw new RangeError('read beyond the storage');
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * An int64 from a number: beyond 2^53 numbers are rounded, and PyTorch's `sys.maxsize` (2^63 - 1, the open end of a
 * slice) rounds up to 2^63, so the ends saturate.
 */
export function saturateInt64(v: number): bigint {
  if (v >= 2 ** 63) return 2n ** 63n - 1n;
  if (v <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(v);
}
