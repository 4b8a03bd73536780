import type { AddOptions, OutputType } from '../onnx/builder.js';
import { opSpec } from '../onnx/op-spec.js';
import type { NodeStep } from '../schema/recipe.js';
import type { RecipeScope } from './recipe-scope.js';

/**
 * What the builder has to be told of a node of another domain than ONNX's, whose shapes it does not infer: the step's
 * own `infer`, else the type of the result that the output is. `final`: the step's outputs are the recipe's results
 * unless its `out` says. Errors: `recipe-invalid` where neither the step nor a table tells a dtype.
 */
export function foreignOptions(step: NodeStep, final: boolean, scope: RecipeScope): AddOptions {
  const { ctx, recipe } = scope;
  const known = opSpec(step.op, ctx.opset, step.domain) !== undefined;
  const results = ctx.node.outputs;
  // Which result an output is; -1 for none.
  const resultAt = (k: number): number => {
    if (recipe.out === undefined) return final ? k : -1;
    const name = step.out[k];
    return name === undefined ? -1 : recipe.out.findIndex((out) => out.replace(/^\$/, '') === name);
  };
  const outputType = (k: number): OutputType => {
    const fact = step.infer?.[k];
    const result = results[resultAt(k)]?.type;
    const own = result?.kind === 'tensor' ? result : undefined;
    // A table knows better than the facts of the operator that the node stands for.
    const dtype = fact?.dtype !== undefined ? scope.dtype(fact.dtype) : known ? undefined : own?.dtype;
    if (dtype === undefined && !known) {
      const of = `output ${k} of ${step.domain}::${step.op}`;
      return scope.bad(`the dtype of ${of} is not known: write \`infer: { dtype: ..., shape: ... }\` in the step`);
    }
    return { dtype, shape: fact?.shape === undefined ? own?.shape : scope.extents(fact.shape) };
  };
  const made = step.out.length > 0 ? step.out.length : final && !known ? results.length : undefined;
  const outputs = made ?? (known ? undefined : 1);
  const outputTypes = Array.from({ length: outputs ?? Math.max(1, results.length) }, (_, k) => outputType(k));
  return { domain: step.domain, version: step.version, outputs, effect: !(step.pure ?? ctx.schema.pure), outputTypes };
}
