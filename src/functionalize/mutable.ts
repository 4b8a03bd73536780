import { type Type, typeName } from '../ir/type.js';

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

/** True if a value of the one type may be, or hold at any depth, one of the other. */
export function mayHold(type: Type, wanted: Type): boolean {
  if (mayBeOne(type, wanted)) return true;
  switch (type.kind) {
    case 'optional':
    case 'future':
    case 'list':
      return mayHold(type.element, wanted);
    case 'union':
      return type.members.some((t) => mayHold(t, wanted));
    case 'dict':
      return mayHold(type.value, wanted);
    case 'tuple':
      return type.elements.some((t) => mayHold(t, wanted));
    default:
      return false;
  }
}

/** True unless the types exclude that two values are one object. Names of tuples say nothing: they may be dropped. */
function mayBeOne(a: Type, b: Type): boolean {
  if (isOpen(a) || isOpen(b)) return true;
  if (a.kind === 'optional') return mayBeOne(a.element, b);
  if (b.kind === 'optional') return mayBeOne(a, b.element);
  if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'future' && b.kind === 'future'))
    return mayBeOne(a.element, b.element);
  if (a.kind === 'dict' && b.kind === 'dict') return mayBeOne(a.key, b.key) && mayBeOne(a.value, b.value);
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    const { elements } = b;
    return a.elements.length === elements.length && a.elements.every((t, i) => mayBeOne(t, elements[i] ?? t));
  }
  return typeName(a) === typeName(b);
}

/** Types that say too little: of several, or unknown. */
function isOpen({ kind }: Type): boolean {
  return kind === 'any' || kind === 'var' || kind === 'union' || kind === 'number' || kind === 'class';
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
