import { listOf, optionalOf, type Type, tupleOf } from '../ir/type.js';
import { unifyAll, unifyTypes } from './subtype.js';

/** What the type variables of one call stand for. */
export type Bindings = Map<string, Type>;

/** True where a type variable (`t`) stands at any depth. */
export function hasVariables(type: Type): boolean {
  switch (type.kind) {
    case 'var':
      return true;
    case 'list':
    case 'optional':
    case 'future':
      return hasVariables(type.element);
    case 'dict':
      return hasVariables(type.key) || hasVariables(type.value);
    case 'tuple':
      return type.elements.some(hasVariables);
    case 'union':
      return type.members.some(hasVariables);
    default:
      return false;
  }
}

/** The names of the variables in types, each once. */
export function variableNames(types: readonly Type[], into: Set<string> = new Set()): Set<string> {
  for (const type of types) {
    switch (type.kind) {
      case 'var':
        into.add(type.name);
        break;
      case 'list':
      case 'optional':
      case 'future':
        variableNames([type.element], into);
        break;
      case 'dict':
        variableNames([type.key, type.value], into);
        break;
      case 'tuple':
        variableNames(type.elements, into);
        break;
      case 'union':
        variableNames(type.members, into);
        break;
      default:
    }
  }
  return into;
}

/**
 * Binds the variables of `formal` by a value's type. The first binding of a variable stands; a later one must have a
 * common type with it (torch/csrc: matchTypeVariables). False when the types have different forms.
 */
export function bindVariables(formal: Type, actual: Type, bindings: Bindings): boolean {
  switch (formal.kind) {
    case 'var': {
      const bound = bindings.get(formal.name);
      if (bound === undefined) bindings.set(formal.name, actual);
      return bound === undefined || unifyTypes(bound, actual) !== undefined;
    }
    case 'list': {
      if (!hasVariables(formal)) return true;
      if (actual.kind === 'list') return bindVariables(formal.element, actual.element, bindings);
      const item = actual.kind === 'tuple' ? unifyAll(actual.elements) : undefined;
      return item !== undefined && bindVariables(formal.element, item, bindings);
    }
    case 'optional':
      if (actual.kind === 'optional') return bindVariables(formal.element, actual.element, bindings);
      return actual.kind === 'none' || bindVariables(formal.element, actual, bindings);
    case 'future':
      if (!hasVariables(formal)) return true;
      return actual.kind === 'future' && bindVariables(formal.element, actual.element, bindings);
    case 'dict':
      if (!hasVariables(formal)) return true;
      return (
        actual.kind === 'dict' &&
        bindVariables(formal.key, actual.key, bindings) &&
        bindVariables(formal.value, actual.value, bindings)
      );
    case 'tuple':
      if (!hasVariables(formal)) return true;
      return (
        actual.kind === 'tuple' &&
        actual.elements.length === formal.elements.length &&
        formal.elements.every((f, i) => bindVariables(f, actual.elements[i] ?? f, bindings))
      );
    default:
      return true;
  }
}

/** The type with its bound variables replaced; an unbound one stays. */
export function substitute(type: Type, bindings: Bindings): Type {
  if (bindings.size === 0) return type;
  switch (type.kind) {
    case 'var':
      return bindings.get(type.name) ?? type;
    case 'list':
      return listOf(substitute(type.element, bindings));
    case 'optional':
      return optionalOf(substitute(type.element, bindings));
    case 'tuple':
      return tupleOf(
        type.elements.map((e) => substitute(e, bindings)),
        type.name,
        type.fields,
      );
    case 'dict':
      return { kind: 'dict', key: substitute(type.key, bindings), value: substitute(type.value, bindings) };
    case 'union':
      return { kind: 'union', members: type.members.map((m) => substitute(m, bindings)) };
    case 'future':
      return { kind: 'future', element: substitute(type.element, bindings) };
    default:
      return type;
  }
}
