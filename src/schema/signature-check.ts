import { type Type, typeName } from '../ir/type.js';
import type { NodeCheck } from '../ir/verify.js';
import { fitArgument } from './fit-argument.js';
import type { OperatorRegistry } from './registry.js';
import type { Signature } from './signature.js';
import { isSubtype } from './subtype.js';
import { type Bindings, substitute } from './type-variables.js';

/**
 * Checks nodes against their signatures, for `verify`: the number of operands and results, and that each type fits as
 * it is, without conversion. Operators that the registry lacks are not checked.
 */
export function signatureCheck(registry: OperatorRegistry<{ readonly signature: Signature }>): NodeCheck {
  return (node) => {
    const signature = registry.get(node.op)?.signature;
    const message = signature === undefined ? undefined : mismatch(signature, node);
    return message === undefined ? undefined : { code: 'type-mismatch', message };
  };
}

function mismatch(sig: Signature, node: Parameters<NodeCheck>[0]): string | undefined {
  const { inputs, outputs } = node;
  const count = sig.args.length;
  if (inputs.length < count || (inputs.length > count && !sig.varargs)) {
    return `${sig.op} takes ${count} operands, not ${inputs.length}`;
  }
  const bindings: Bindings = new Map();
  for (const [i, arg] of sig.args.entries()) {
    const given = inputs[i]?.type;
    if (given !== undefined && fitArgument(arg.type, given, bindings, 'coarse').kind !== 'as-is') {
      return `operand ${arg.name} of ${sig.op} is ${typeName(arg.type)}, not ${typeName(given)}`;
    }
  }
  if (sig.varresults) return undefined;
  if (outputs.length !== sig.results.length) {
    return `${sig.op} gives ${sig.results.length} results, not ${outputs.length}`;
  }
  if (isUncheckedCast(sig)) return undefined;
  for (const [i, result] of sig.results.entries()) {
    const declared = substitute(result.type, bindings);
    const type = outputs[i]?.type;
    if (type !== undefined && !agree(type, declared)) {
      return `a result of ${sig.op} is ${typeName(declared)}, not ${typeName(type)}`;
    }
  }
  return undefined;
}

/** `(t x) -> t` gives its operand another type by the program's own word. */
function isUncheckedCast({ args, results }: Signature): boolean {
  return args.length === 1 && args[0]?.type.kind === 'var' && results.length === 1 && results[0]?.type.kind === 'var';
}

/** A result's type may say more than its signature, or less. */
function agree(type: Type, declared: Type): boolean {
  if (declared.kind === 'var' || declared.kind === 'any' || type.kind === 'any') return true;
  if (isSubtype(type, declared) || isSubtype(declared, type)) return true;
  if (type.kind === 'optional' || declared.kind === 'optional') {
    return agree(
      type.kind === 'optional' ? type.element : type,
      declared.kind === 'optional' ? declared.element : declared,
    );
  }
  if (type.kind === 'list' && declared.kind === 'list') return agree(type.element, declared.element);
  if (type.kind === 'tuple' && declared.kind === 'tuple') {
    return (
      type.elements.length === declared.elements.length &&
      type.elements.every((e, i) => agree(e, declared.elements[i] ?? e))
    );
  }
  return false;
}
