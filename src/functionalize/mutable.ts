import type { Type } from '../ir/type.js';

/** True for values that a program can change, or that hold such: tensors, lists, dicts and what contains them. */
export function isMutable(type: Type): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'list':
    case 'dict':
    case 'any':
    case 'var':
      return true;
    case 'optional':
    case 'future':
      return isMutable(type.element);
    case 'tuple':
      return type.elements.some(isMutable);
    case 'union':
      return type.members.some(isMutable);
    default:
      return false;
  }
}

/** The type of a container's items; `any` for what is no container. */
export function itemTypeOf(type: Type): Type {
  switch (type.kind) {
    case 'list':
      return type.element;
    case 'dict':
      return type.value;
    case 'optional':
      return itemTypeOf(type.element);
    default:
      return { kind: 'any' };
  }
}

/** The container under an optional. */
export function bareType(type: Type): Type {
  return type.kind === 'optional' ? type.element : type;
}
