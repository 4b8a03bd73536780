import type { TensorData } from '../ir/tensor-data.js';
import { tensorKey } from './attributes.js';

/** Tensors up to this size are shared by content; larger ones, never read here, by the storage that they view. */
export const SMALL_CONSTANT_BYTES = 256;

/** Finds the value that already holds a constant. */
export class ConstantPool<V> {
  private readonly small = new Map<string, V>();
  private readonly views = new Map<object, Map<string, V>>();

  /** The pooled value of equal data, made by `make` the first time. */
  intern(data: TensorData, make: () => V): V {
    if (data.byteLength <= SMALL_CONSTANT_BYTES) return getOrMake(this.small, tensorKey(data), make);
    const identity = data.source.identity;
    let views = this.views.get(identity);
    if (views === undefined) {
      views = new Map();
      this.views.set(identity, views);
    }
    return getOrMake(views, `${data.dtype}[${data.shape}]@${data.storageOffset}:${data.strides}`, make);
  }
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
