import type { Node, Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { resultIndex } from '../schema/result-index.js';
import type { NodeTemplate, Template } from '../schema/rule.js';
import { literalConstant, type TypedConstant } from './constant.js';

/** How the operands of a template come to be, in the order of the operator's signature. */
export interface Plan {
  readonly schema: OperatorSchema;
  readonly operands: readonly OperandPlan[];
}

/** By a template, or the default of the argument. */
interface OperandPlan {
  readonly wanted: Type;
  readonly template: Template | undefined;
  readonly literal: TypedConstant;
}

/** Read once for each template: the schema is not asked again. */
export function planOf(t: NodeTemplate, schema: OperatorSchema): Plan {
  const given = new Map(t.in);
  const operands = schema.signature.args.map((arg) => ({
    wanted: arg.type,
    template: given.get(arg.name),
    literal: literalConstant(arg.default ?? null, arg.type),
  }));
  return { schema, operands };
}

/** A result of a made node, by its number or name. */
export function resultOf(node: Node, which: number | string, schema: OperatorSchema | undefined): Value | undefined {
  return node.outputs[resultIndex(schema?.signature.results ?? [], which)];
}
