import { fail, type Note } from '../diagnostics/diagnostic.js';
import { type Dim, dimKey, dimSub } from '../ir/dim.js';
import { type DType, isComplex, storedDtype } from '../ir/dtype.js';
import type { Node, Value } from '../ir/graph.js';
import type { OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { Recipe } from '../schema/recipe.js';

/**
 * Compares what a recipe has made of a node's output with what the facts of the operator's schema give: the dtype, the
 * rank, and extents that cannot be equal at any size (`3` and `4`, `N` and `N + 1`). A complex tensor is held as pairs
 * of numbers, with a last axis of 2. Sequences are not compared. Errors: `recipe-invalid` at the recipe, with the place
 * of the facts and the user's line.
 */
export function checkResult(node: Node, output: Value, made: OnnxValue, schema: OperatorSchema, recipe: Recipe): void {
  const { type, defIndex } = output;
  const fact = schema.infer[defIndex] ?? (schema.signature.varresults ? schema.infer[0] : undefined);
  if (fact === undefined || type.kind !== 'tensor' || made.sequence === true) return;
  const told =
    (fact.dtype === undefined ? undefined : dtypeDifference(type.dtype, made)) ??
    (fact.shape === undefined ? undefined : shapeDifference(type.dtype, type.shape, made.shape));
  if (told === undefined) return;
  const line = node.loc[0];
  const notes: Note[] = [
    ...(schema.span === undefined ? [] : [{ message: 'the facts stand here', at: schema.span }]),
    ...(line === undefined ? [] : [{ message: 'for this line', at: line }]),
  ];
  const which = node.outputs.length > 1 ? `result ${defIndex}` : 'the result';
  fail('recipe-invalid', `${node.op}: ${which} ${told}`, {
    at: recipe.span,
    notes,
    help: 'mend the recipe, or the facts (`infer` of the operator), whichever is wrong',
  });
}

/** Complex tensors have no dtype of their own in ONNX, quantized ones that of their integers. */
function dtypeDifference(fact: DType | undefined, { dtype }: OnnxValue): string | undefined {
  if (fact === undefined || isComplex(fact) || storedDtype(fact) === dtype) return undefined;
  return `is ${fact} by the facts, but ${dtype} by the recipe`;
}

function shapeDifference(
  dtype: DType | undefined,
  fact: readonly Dim[] | undefined,
  made: readonly Dim[] | undefined,
): string | undefined {
  if (fact === undefined || made === undefined) return undefined;
  const held = dtype !== undefined && isComplex(dtype) ? [...fact, 2] : fact;
  if (held.length !== made.length)
    return `has ${axes(held.length)} by the facts, ${text(held)}, but ${axes(made.length)} by the recipe, ${text(made)}`;
  const at = held.findIndex((d, i) => neverEqual(d, made[i] ?? d));
  return at < 0 ? undefined : `has the shape ${text(held)} by the facts, but ${text(made)} by the recipe (axis ${at})`;
}

/** True where the difference is a number other than 0. */
function neverEqual(a: Dim, b: Dim): boolean {
  const apart = typeof a === 'number' && typeof b === 'number' ? a - b : dimSub(a, b);
  return typeof apart === 'number' && apart !== 0;
}

function axes(n: number): string {
  return n === 1 ? '1 axis' : `${n} axes`;
}

function text(shape: readonly Dim[]): string {
  return `[${shape.map(dimKey).join(', ')}]`;
}
