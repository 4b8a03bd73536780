import { MAX_OPSET } from '../compiler-options.js';
import { opSpec } from '../onnx/op-spec.js';
import type { NodeStep, Recipe, RecipeStep } from '../schema/recipe.js';

/** The steps whose outputs are the results of a recipe that has no `out`. */
export function finalSteps({ steps }: Recipe): ReadonlySet<RecipeStep> {
  const found = new Set<RecipeStep>();
  const visit = (list: readonly RecipeStep[]): void => {
    const last = list[list.length - 1];
    if (last === undefined) return;
    found.add(last);
    if (last.kind !== 'if') return;
    visit(last.do);
    visit(last.else);
  };
  visit(steps);
  return found;
}

/**
 * The outputs of a node of which nothing tells the dtype: no table knows the operator, the step's `infer` says none, and
 * the output is no result, whose facts the operator's schema has.
 */
export function untoldOutputs(step: NodeStep, recipe: Recipe, finals: ReadonlySet<RecipeStep>): number[] {
  if (step.domain === '' || opSpec(step.op, MAX_OPSET, step.domain) !== undefined) return [];
  const results = new Set(recipe.out?.map((name) => name.replace(/^\$/, '')));
  return Array.from({ length: Math.max(1, step.out.length) }, (_, k) => k).filter((k) => {
    const name = step.out[k];
    const isResult = recipe.out === undefined ? finals.has(step) : name !== undefined && results.has(name);
    return !isResult && step.infer?.[k]?.dtype === undefined;
  });
}
