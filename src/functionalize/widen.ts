import { type Type, tensorType, typeEquals } from '../ir/type.js';
import { unifyTypes } from '../schema/subtype.js';

/** The type of a value that is of one type or the other. */
export function widen(a: Type, b: Type): Type {
  if (typeEquals(a, b)) return a;
  if (a.kind === 'tensor' && b.kind === 'tensor') return tensorType(a.dtype === b.dtype ? a.dtype : undefined);
  return unifyTypes(a, b) ?? a;
}
