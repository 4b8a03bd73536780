import { optionalOf, TENSOR, type Type, tupleOf, typeEquals } from '../ir/type.js';

/** The type of any enum's members. */
const ANY_ENUM = 'AnyEnumType';

/**
 * True if a value of type `given` may stand, unconverted, where `wanted` is asked for: TorchScript's subtyping
 * (aten/src/ATen/core/type.cpp). Numbers are subtypes of Scalar, None and T of T?, members of their union; containers
 * are invariant, tuples covariant. Tensors are alike whatever their dtype and shape.
 */
export function isSubtype(given: Type, wanted: Type): boolean {
  if (wanted.kind === 'any') return true;
  if (given.kind === 'union') return given.members.every((m) => isSubtype(m, wanted));
  if (given.kind === 'optional') {
    if (wanted.kind === 'optional') return isSubtype(given.element, wanted.element);
    return wanted.kind === 'union' && isSubtype({ kind: 'none' }, wanted) && isSubtype(given.element, wanted);
  }
  switch (wanted.kind) {
    case 'optional':
      return given.kind === 'none' || isSubtype(given, wanted.element);
    case 'union':
      return wanted.members.some((m) => isSubtype(given, m));
    case 'number':
      return given.kind === 'number' || given.kind === 'int' || given.kind === 'float' || given.kind === 'complex';
    case 'tensor':
      return given.kind === 'tensor';
    case 'list':
      return given.kind === 'list' && isSameItem(given.element, wanted.element);
    case 'dict':
      return given.kind === 'dict' && isSameItem(given.key, wanted.key) && isSameItem(given.value, wanted.value);
    case 'future':
      return given.kind === 'future' && isSubtype(given.element, wanted.element);
    case 'tuple':
      return (
        given.kind === 'tuple' &&
        given.elements.length === wanted.elements.length &&
        given.elements.every((e, i) => isSubtype(e, wanted.elements[i] ?? e)) &&
        (wanted.name === undefined || given.name === undefined || given.name === wanted.name)
      );
    case 'class':
      return given.kind === 'class' && (given.name === wanted.name || wanted.name === ANY_ENUM);
    default:
      return typeEquals(given, wanted);
  }
}

/** Items of mutable containers must agree both ways, but for what is known of tensors. */
function isSameItem(a: Type, b: Type): boolean {
  if (b.kind === 'any') return true;
  return isSubtype(a, b) && isSubtype(b, a);
}

/** The type that both are subtypes of; undefined when TorchScript has none but Any. */
export function unifyTypes(a: Type, b: Type): Type | undefined {
  if (a.kind === 'tensor' && b.kind === 'tensor') return typeEquals(a, b) ? a : TENSOR;
  if (isSubtype(a, b)) return b;
  if (isSubtype(b, a)) return a;
  if (a.kind === 'none') return optionalOf(b);
  if (b.kind === 'none') return optionalOf(a);
  if (a.kind === 'optional' || b.kind === 'optional') {
    const inner = unifyTypes(a.kind === 'optional' ? a.element : a, b.kind === 'optional' ? b.element : b);
    return inner === undefined ? undefined : optionalOf(inner);
  }
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.elements.length === b.elements.length) {
    const elements: Type[] = [];
    for (const [i, e] of a.elements.entries()) {
      const joined = unifyTypes(e, b.elements[i] ?? e);
      if (joined === undefined) return undefined;
      elements.push(joined);
    }
    return tupleOf(elements);
  }
  return undefined;
}

/** `unifyTypes` over a list; undefined for an empty one. */
export function unifyAll(types: readonly Type[]): Type | undefined {
  let all: Type | undefined = types[0];
  for (let i = 1; i < types.length && all !== undefined; i++) all = unifyTypes(all, types[i] ?? all);
  return all;
}
