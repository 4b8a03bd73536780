import { contiguousStrides, TensorData } from '../../ir/tensor-data.js';
import { allNumbers } from '../infer/context.js';
import type { OnnxNode } from '../types.js';
import type { Names } from './names.js';

/**
 * A weight seen through a shape-only operator or a transpose: another view of the same bytes, which are not read.
 * Undefined for anything else.
 */
export function weightView(node: OnnxNode, names: Names): TensorData | undefined {
  const data = names.constants.get(node.inputs[0] ?? '');
  if (data === undefined || node.domain !== '') return undefined;
  switch (node.op) {
    case 'Transpose':
      return transposed(data, node);
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze': {
      const shape = allNumbers(names.types.get(node.outputs[0] ?? '')?.shape);
      if (shape === undefined || !data.isContiguous) return undefined;
      if (shape.reduce((a, b) => a * b, 1) !== data.elementCount) return undefined;
      return new TensorData(data.dtype, shape, data.source, data.storageOffset, contiguousStrides(shape));
    }
    default:
      return undefined;
  }
}

function transposed(data: TensorData, node: OnnxNode): TensorData {
  const perm = node.attributes.get('perm');
  const order = perm?.kind === 'ints' ? perm.value.map(Number) : data.shape.map((_, i) => data.shape.length - 1 - i);
  const pick = (list: readonly number[]): number[] => order.map((axis) => list[axis] ?? 1);
  return new TensorData(data.dtype, pick(data.shape), data.source, data.storageOffset, pick(data.strides));
}
