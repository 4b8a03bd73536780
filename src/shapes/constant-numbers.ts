import { MAX_TRACKED_ELEMENTS } from '../ir/content.js';
import type { DType } from '../ir/dtype.js';
import type { TensorData } from '../ir/tensor-data.js';

type ReadNumber = (view: DataView, index: number) => number;

const READERS: Partial<Record<DType, ReadNumber>> = {
  uint8: (v, i) => v.getUint8(i),
  bool: (v, i) => v.getUint8(i),
  int8: (v, i) => v.getInt8(i),
  int16: (v, i) => v.getInt16(2 * i, true),
  int32: (v, i) => v.getInt32(4 * i, true),
  int64: (v, i) => Number(v.getBigInt64(8 * i, true)),
  float32: (v, i) => v.getFloat32(4 * i, true),
  float64: (v, i) => v.getFloat64(8 * i, true),
};

const cache = new WeakMap<TensorData, readonly number[]>();

/**
 * The numbers of a small constant tensor, row-major; undefined for a large one, which is a weight and is
 * never read at compile time, and for dtypes without a number form here (half floats, complex, quantized).
 */
export function constantNumbers(data: TensorData): readonly number[] | undefined {
  const read = READERS[data.dtype];
  if (read === undefined || data.elementCount > MAX_TRACKED_ELEMENTS) return undefined;
  const known = cache.get(data);
  if (known !== undefined) return known;
  const bytes = data.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = Array.from({ length: data.elementCount }, (_, i) => read(view, i));
  cache.set(data, numbers);
  return numbers;
}
