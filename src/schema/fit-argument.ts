import { listOf, type Type } from '../ir/type.js';
import { isSubtype } from './subtype.js';
import { type Bindings, bindVariables, hasVariables, substitute } from './type-variables.js';

/**
 * How much a call may bend an operand: not at all, by PyTorch's implicit conversions, or as far as types may be coarser
 * here than PyTorch's own (an Any, an optional that the program has tested, a list of a narrower type).
 */
export type Leniency = 'exact' | 'convert' | 'coarse';

export const LENIENCIES: readonly Leniency[] = ['exact', 'convert', 'coarse'];

/** How an operand serves as an argument. */
export type Fit =
  | { readonly kind: 'as-is' }
  | { readonly kind: 'convert'; readonly to: Type }
  | { readonly kind: 'broadcast'; readonly size: number }
  | { readonly kind: 'misfit' };

const AS_IS: Fit = { kind: 'as-is' };
const MISFIT: Fit = { kind: 'misfit' };

/** Fits an operand of type `given` to an argument of type `wanted`; binds the type variables of the call. */
export function fitArgument(wanted: Type, given: Type, bindings: Bindings, leniency: Leniency): Fit {
  const size = broadcastSize(wanted, given);
  if (size !== undefined) return { kind: 'broadcast', size };
  let concrete = wanted;
  if (hasVariables(wanted)) {
    if (!bindVariables(wanted, given, bindings)) return MISFIT;
    concrete = substitute(wanted, bindings);
    if (hasVariables(concrete) && leniency !== 'coarse') return MISFIT;
  }
  if (isSubtype(given, concrete)) return AS_IS;
  const to = conversion(concrete, given, leniency);
  if (to !== undefined) return { kind: 'convert', to };
  return leniency === 'coarse' && isCoarseFit(given, concrete) ? AS_IS : MISFIT;
}

/** The length of an `int[N]` or `float[N]` for which one int or float stands. */
function broadcastSize(wanted: Type, given: Type): number | undefined {
  if (given.kind !== 'int' && given.kind !== 'float') return undefined;
  const list = wanted.kind === 'optional' ? wanted.element : wanted;
  return list.kind === 'list' && list.element.kind === given.kind ? list.size : undefined;
}

/** The type that an implicit conversion gives, where one applies (torch/csrc: tryConvertToType). */
function conversion(wanted: Type, given: Type, leniency: Leniency): Type | undefined {
  if (wanted.kind === 'optional')
    return given.kind === 'optional' ? undefined : conversion(wanted.element, given, leniency);
  if (wanted.kind === 'list' && given.kind === 'tuple') {
    return given.elements.every((e) => isSubtype(e, wanted.element)) ? listOf(wanted.element) : undefined;
  }
  if (leniency === 'exact') return undefined;
  switch (wanted.kind) {
    case 'int':
    case 'float':
    case 'complex':
      return given.kind === 'tensor' || given.kind === 'number' || (given.kind === 'bool' && wanted.kind !== 'complex')
        ? wanted
        : undefined;
    case 'number':
      if (given.kind === 'bool') return { kind: 'int' };
      return given.kind === 'tensor' ? wanted : undefined;
    case 'device':
      return given.kind === 'str' ? wanted : undefined;
    default:
      return undefined;
  }
}

/** What PyTorch's finer types may allow: an Any, a tested optional, items of a narrower type, an int as a float. */
function isCoarseFit(given: Type, wanted: Type): boolean {
  if (given.kind === 'any' || wanted.kind === 'var' || isSubtype(given, wanted)) return true;
  if (given.kind === 'optional') return isCoarseFit(given.element, wanted);
  switch (wanted.kind) {
    case 'optional':
      return isCoarseFit(given, wanted.element);
    case 'float':
    case 'complex':
      return given.kind === 'int' || given.kind === 'float';
    case 'list':
      if (given.kind === 'tuple') return given.elements.every((e) => isCoarseFit(e, wanted.element));
      return given.kind === 'list' && isCoarseFit(given.element, wanted.element);
    case 'dict':
      return given.kind === 'dict' && isCoarseFit(given.key, wanted.key) && isCoarseFit(given.value, wanted.value);
    case 'tuple':
      return (
        given.kind === 'tuple' &&
        given.elements.length === wanted.elements.length &&
        given.elements.every((e, i) => isCoarseFit(e, wanted.elements[i] ?? e))
      );
    default:
      return false;
  }
}
