import { fail, type Note } from '../diagnostics/diagnostic.js';
import { isComplex } from '../ir/dtype.js';
import type { Node, Value } from '../ir/graph.js';
import type { OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { Recipe } from '../schema/recipe.js';

/**
 * Compares the dtype that a recipe has made of a node's output with the one that the facts of the operator's schema
 * give. Complex tensors, which ONNX holds as pairs of numbers, and sequences are not compared. Errors: `recipe-invalid`
 * at the recipe.
 */
export function checkResult(node: Node, output: Value, made: OnnxValue, schema: OperatorSchema, recipe: Recipe): void {
  const { type, defIndex } = output;
  const fact = schema.infer[defIndex] ?? (schema.signature.varresults ? schema.infer[0] : undefined);
  if (fact?.dtype === undefined || type.kind !== 'tensor' || made.sequence === true) return;
  const { dtype } = type;
  if (dtype === undefined || isComplex(dtype) || dtype === made.dtype) return;
  const line = node.loc[0];
  const notes: Note[] = [
    ...(schema.span === undefined ? [] : [{ message: 'the facts stand here', at: schema.span }]),
    ...(line === undefined ? [] : [{ message: 'for this line', at: line }]),
  ];
  const which = node.outputs.length > 1 ? `result ${defIndex}` : 'the result';
  fail('recipe-invalid', `${node.op}: ${which} is ${dtype} by the facts, but ${made.dtype} by the recipe`, {
    at: recipe.span,
    notes,
    help: 'mend the recipe, or the facts (`infer` of the operator), whichever is wrong',
  });
}
