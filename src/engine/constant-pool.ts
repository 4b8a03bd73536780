import type { Attribute, Value } from '../ir/graph.js';
import type { Provenance } from '../ir/provenance.js';
import { TensorData } from '../ir/tensor-data.js';
import { type Type, typeEquals } from '../ir/type.js';
import { sameLiteral, type TypedConstant } from './constant.js';

/** The constants that a rewrite has made, one for each value and type; those of tensors are told apart. */
export class ConstantPool {
  /** The newest constant of each kind and value: of the rewrite under way if it has its origin. */
  private readonly newest = new Map<Type['kind'], Map<Attribute, Value>>();

  /** The constant that the rewrite of this origin has made. */
  find({ value, type }: TypedConstant, origin: Provenance): Value | undefined {
    const known = this.newest.get(type.kind)?.get(keyOf(value));
    const { producer } = known ?? {};
    if (known === undefined || producer?.origin !== origin) return undefined;
    return typeEquals(known.type, type) && sameLiteral(producer.attributes.get('value'), value) ? known : undefined;
  }

  add({ value, type }: TypedConstant, made: Value): void {
    if (value instanceof TensorData) return;
    let ofKind = this.newest.get(type.kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      this.newest.set(type.kind, ofKind);
    }
    ofKind.set(keyOf(value), made);
  }
}

/** Lists are found by their text. */
function keyOf(value: Attribute): Attribute {
  return Array.isArray(value) ? `[${value.join()}]` : value;
}
