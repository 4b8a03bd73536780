import type { Type } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';
import { isSubtype } from '../schema/subtype.js';
import { hasVariables } from '../schema/type-variables.js';

/**
 * True unless a value of type `given` can never stand where `wanted` is asked for. Fixed lengths of lists, optionals
 * that the pattern has tested and Scalars may fit.
 */
export function fits(given: Type, wanted: Type): boolean {
  if (hasVariables(given) || hasVariables(wanted) || given.kind === 'any' || wanted.kind === 'any') return true;
  if (isSubtype(given, wanted)) return true;
  if (given.kind === 'union') return given.members.some((m) => fits(m, wanted));
  if (wanted.kind === 'union') return wanted.members.some((m) => fits(given, m));
  if (given.kind === 'optional') return fits(given.element, wanted);
  if (wanted.kind === 'optional') return fits(given, wanted.element);
  if (given.kind === 'list' && wanted.kind === 'list') return fits(given.element, wanted.element);
  if (wanted.kind === 'number') return given.kind === 'bool';
  return given.kind === 'number' && (wanted.kind === 'int' || wanted.kind === 'float' || wanted.kind === 'bool');
}

/** True if a constant can be of the type. */
export function literalFits(value: Literal, type: Type): boolean {
  switch (type.kind) {
    case 'optional':
      return value === null || literalFits(value, type.element);
    case 'union':
      return type.members.some((m) => literalFits(value, m));
    case 'none':
      return value === null;
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'number':
      return typeof value === 'number' || typeof value === 'boolean';
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
    case 'device':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value) ? value.every((v) => literalFits(v, type.element)) : isFixed(type, value);
    case 'tensor':
    case 'generator':
      return false;
    default:
      return true;
  }
}

/** One number stands for each item of an `int[2]`. */
function isFixed(type: Type & { kind: 'list' }, value: Literal): boolean {
  return type.size !== undefined && literalFits(value, type.element);
}
