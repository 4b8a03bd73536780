import { MAX_TRACKED_ELEMENTS } from '../ir/content.js';
import { isFloating, isIntegral } from '../ir/dtype.js';
import { readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';

const cache = new WeakMap<TensorData, readonly number[]>();

/**
 * The numbers of a small constant tensor, row-major; undefined for complex and quantized ones and for a large tensor,
 * which is a weight and is never read at compile time.
 */
export function constantNumbers(data: TensorData): readonly number[] | undefined {
  const { dtype } = data;
  if (!(isFloating(dtype) || isIntegral(dtype) || dtype === 'bool') || data.elementCount > MAX_TRACKED_ELEMENTS)
    return undefined;
  const known = cache.get(data);
  if (known !== undefined) return known;
  const numbers = readNumbers(data);
  cache.set(data, numbers);
  return numbers;
}
