import { listOf, NONE, optionalOf, TENSOR, type Type, tupleOf, typeEquals } from '../../../ir/type.js';

/** What is known of a test before the program runs. */
export type Certainty = 'always' | 'never' | 'perhaps';

/**
 * The type of a variable that has one or the other type after a branch, as TorchScript unifies them; undefined when
 * they have nothing in common.
 */
export function joinTypes(a: Type, b: Type): Type | undefined {
  if (typeEquals(a, b)) return a;
  if (a.kind === 'any' || b.kind === 'any') return a.kind === 'any' ? a : b;
  if (a.kind === 'none') return optionalOf(b);
  if (b.kind === 'none') return optionalOf(a);
  if (a.kind === 'optional' || b.kind === 'optional') {
    const inner = joinTypes(a.kind === 'optional' ? a.element : a, b.kind === 'optional' ? b.element : b);
    return inner === undefined ? undefined : optionalOf(inner);
  }
  if (a.kind === 'tensor' && b.kind === 'tensor') return TENSOR;
  if (a.kind === 'list' && b.kind === 'list') {
    const element = joinTypes(a.element, b.element);
    return element === undefined ? undefined : listOf(element);
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') return joinTuples(a, b);
  if (a.kind === 'dict' && b.kind === 'dict' && typeEquals(a.key, b.key)) {
    const value = joinTypes(a.value, b.value);
    return value === undefined ? undefined : { kind: 'dict', key: a.key, value };
  }
  if (isNumber(a) && isNumber(b)) return a.kind === 'number' || b.kind === 'number' ? { kind: 'number' } : undefined;
  return undefined;
}

function joinTuples(a: Type & { kind: 'tuple' }, b: Type & { kind: 'tuple' }): Type | undefined {
  if (a.elements.length !== b.elements.length || a.name !== b.name) return undefined;
  const elements: Type[] = [];
  for (const [i, x] of a.elements.entries()) {
    const y = b.elements[i];
    const joined = y === undefined ? undefined : joinTypes(x, y);
    if (joined === undefined) return undefined;
    elements.push(joined);
  }
  return tupleOf(elements, a.name, a.fields);
}

function isNumber(t: Type): boolean {
  return t.kind === 'int' || t.kind === 'float' || t.kind === 'complex' || t.kind === 'number';
}

/** Whether a value of this static type is None: surely, never, or perhaps. */
export function noneness(type: Type): Certainty {
  switch (type.kind) {
    case 'none':
      return 'always';
    case 'optional':
    case 'any':
    case 'var':
      return 'perhaps';
    case 'union':
      return type.members.some((m) => noneness(m) !== 'never') ? 'perhaps' : 'never';
    default:
      return 'never';
  }
}

/** `isinstance` by static type: what is known of it before the program runs. */
export function instanceOf(type: Type, wanted: Type): Certainty {
  if (wanted.kind === 'any') return 'always';
  if (type.kind === 'any') return 'perhaps';
  if (type.kind === 'optional') return either([instanceOf(NONE, wanted), instanceOf(type.element, wanted)]);
  if (type.kind === 'union') return either(type.members.map((m) => instanceOf(m, wanted)));
  if (wanted.kind === 'optional')
    return instanceOf(type, wanted.element) === 'always' || type.kind === 'none'
      ? 'always'
      : instanceOf(type, wanted.element);
  if (wanted.kind === 'union') {
    const parts = wanted.members.map((m) => instanceOf(type, m));
    return parts.includes('always') ? 'always' : parts.includes('perhaps') ? 'perhaps' : 'never';
  }
  if (type.kind !== wanted.kind) return 'never';
  switch (type.kind) {
    case 'list':
    case 'future':
      return wanted.kind === type.kind ? instanceOf(type.element, wanted.element) : 'never';
    case 'tuple': {
      if (wanted.kind !== 'tuple' || wanted.elements.length !== type.elements.length) return 'never';
      if (wanted.name !== undefined && wanted.name !== type.name) return 'never';
      return every(type.elements.map((t, i) => instanceOf(t, wanted.elements[i] ?? NONE)));
    }
    case 'dict':
      return wanted.kind === 'dict'
        ? every([instanceOf(type.key, wanted.key), instanceOf(type.value, wanted.value)])
        : 'never';
    case 'class':
      return wanted.kind === 'class' && wanted.name === type.name ? 'always' : 'never';
    default:
      return 'always';
  }
}

/** Whether a value of this static type is a list, tuple or dict. */
export function ofKind(type: Type, kind: 'list' | 'tuple' | 'dict'): Certainty {
  if (type.kind === kind) return 'always';
  if (type.kind === 'any' || type.kind === 'var') return 'perhaps';
  if (type.kind === 'optional') return ofKind(type.element, kind) === 'never' ? 'never' : 'perhaps';
  return type.kind === 'union' ? either(type.members.map((m) => ofKind(m, kind))) : 'never';
}

function either(parts: readonly Certainty[]): Certainty {
  if (parts.every((p) => p === 'always')) return 'always';
  return parts.every((p) => p === 'never') ? 'never' : 'perhaps';
}

function every(parts: readonly Certainty[]): Certainty {
  if (parts.includes('never')) return 'never';
  return parts.includes('perhaps') ? 'perhaps' : 'always';
}
