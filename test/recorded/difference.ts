import { readNumbers } from '../../src/ir/half.js';
import type { TensorData } from '../../src/ir/tensor-data.js';

/**
 * Allowed difference, relative to the larger of 1 and the wanted element: float32 kernels of two libraries add in
 * different orders; a float16 has 11 bits, of which chains of kernels lose some.
 */
const TOLERANCE: Readonly<Record<string, number>> = { float16: 1e-2, bfloat16: 5e-2, float32: 1e-3, float64: 1e-4 };

/** What differs between two tensors; only dtype and shape count for random ones. */
export function difference(got: TensorData, want: TensorData, random: boolean): string | undefined {
  if (got.dtype !== want.dtype) return `dtype ${got.dtype}, not ${want.dtype}`;
  if (got.shape.join() !== want.shape.join()) return `shape [${got.shape}], not [${want.shape}]`;
  if (random) return undefined;
  const limit = TOLERANCE[want.dtype] ?? 0;
  const a = readNumbers(got);
  const b = readNumbers(want);
  for (let i = 0; i < b.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (!(Math.abs(x - y) <= limit * Math.max(1, Math.abs(y)))) return `element ${i} is ${x}, not ${y}`;
  }
  return undefined;
}
