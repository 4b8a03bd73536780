import { hasNumberForm } from '../../ir/half.js';
import type { TensorData } from '../../ir/tensor-data.js';
import type { OnnxAttribute } from '../types.js';
import { ARITHMETIC } from './arithmetic.js';
import { MOVEMENT } from './movement.js';
import { FoldOperands } from './operands.js';

/** Larger tensors are computed by the runtime: index and mask tables fit, weights do not. */
export const MAX_FOLDED_ELEMENTS = 1024;

/**
 * The value of a standard operator with one output whose operands are small constants, bit for bit as onnxruntime
 * computes it; undefined where that is not certain, or where an operand or the result is large. `shape` is the
 * result's inferred static shape, undefined when it is not known to be static.
 */
export function foldNode(
  op: string,
  inputs: readonly (TensorData | undefined)[],
  attributes: ReadonlyMap<string, OnnxAttribute>,
  shape: readonly number[] | undefined,
): TensorData | undefined {
  const fold = Object.hasOwn(MOVEMENT, op) ? MOVEMENT[op] : Object.hasOwn(ARITHMETIC, op) ? ARITHMETIC[op] : undefined;
  if (fold === undefined || shape === undefined) return undefined;
  if (shape.some((d) => d < 0) || shape.reduce((a, b) => a * b, 1) > MAX_FOLDED_ELEMENTS) return undefined;
  for (const t of inputs) {
    if (t !== undefined && (t.elementCount > MAX_FOLDED_ELEMENTS || !hasNumberForm(t.dtype))) return undefined;
  }
  return fold(new FoldOperands(op, inputs, attributes));
}
