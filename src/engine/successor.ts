import type { Node, Value } from '../ir/graph.js';
import { TENSOR } from '../ir/type.js';
import type { Match } from '../matcher/pattern.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { Template } from '../schema/rule.js';
import type { Inference } from '../shapes/infer.js';
import { carryOver } from './refine.js';

/** Makes the results of a node those of its successor: what reads them stays as it is. The node must be removed. */
export function takeOver(from: Node, to: Node, inference: Inference): void {
  const known = from.outputs.map(({ type, content }) => ({ type, content }));
  for (const out of from.outputs) {
    to.adoptOutput(out);
    out.type = TENSOR;
    out.content = undefined;
  }
  inference.inferNode(to, known);
  known.forEach((old, i) => {
    const out = to.outputs[i];
    if (out !== undefined) carryOver(old, out);
  });
}

/** True if an operator gives a tensor for each result of a node, all of them tensors. */
export function isSuccessor({ signature: { results, varresults } }: OperatorSchema, { outputs }: Node): boolean {
  if (!varresults && results.length !== outputs.length) return false;
  for (let i = 0; i < outputs.length; i++)
    if (outputs[i]?.type.kind !== 'tensor' || (results[i]?.type ?? TENSOR).kind !== 'tensor') return false;
  return true;
}

/** The replaced results that those of a template are equal to, as they are or as the tensors that stand for them. */
export function equals({ node, rule }: Match, t: Template, index: number): readonly Value[] | undefined {
  if (rule.rewrite !== t) return undefined;
  return rule.each && node.outputs.length > 1 ? node.outputs.slice(index, index + 1) : node.outputs;
}
