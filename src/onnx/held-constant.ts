import { tensorFromNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import type { OnnxAttribute } from './types.js';

/** The tensor that a Constant node holds; undefined for strings. */
export function heldConstant(attributes: ReadonlyMap<string, OnnxAttribute>): TensorData | undefined {
  for (const [name, a] of attributes) {
    if (!name.startsWith('value')) continue;
    switch (a.kind) {
      case 'tensor':
        return a.value;
      case 'int':
        return tensorFromNumbers('int64', [a.value], []);
      case 'float':
        return tensorFromNumbers('float32', [a.value], []);
      case 'ints':
        return tensorFromNumbers('int64', a.value);
      case 'floats':
        return tensorFromNumbers('float32', a.value);
      default:
        return undefined;
    }
  }
  return undefined;
}
