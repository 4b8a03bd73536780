import type { Node, Value } from '../../ir/graph.js';
import type { OperatorRegistry } from '../../schema/registry.js';
import { type Resolution, resolveCall, resolveOverload } from '../../schema/resolve.js';
import type { Signature } from '../../schema/signature.js';

/** Operators by whose schemas the overloads of a text are chosen. */
export type GraphRegistry = OperatorRegistry<{ readonly signature: Signature }>;

/**
 * The overload of a node as the text writes it, with or without overload name. Undefined where there is nothing to do:
 * for an operator that the registry lacks, and for one whose operands are all there (`typed`: and its result types).
 * Errors: `no-overload`.
 */
export function chooseOverload(
  registry: GraphRegistry,
  node: Node,
  operands: readonly Value[],
  typed: boolean,
): Resolution<{ readonly signature: Signature }> | undefined {
  const { op } = node;
  const at = node.loc[0];
  const given = registry.get(op);
  const alone = registry.overloads(op).length <= 1;
  if (!alone || (given === undefined && registry.hasBase(op))) return resolveCall(registry, op, operands, at, 'node');
  if (given === undefined) return undefined;
  const { varargs, args } = given.signature;
  const isWhole = varargs || args.length === operands.length;
  return isWhole && typed ? undefined : resolveOverload(given, operands, at, 'node');
}
