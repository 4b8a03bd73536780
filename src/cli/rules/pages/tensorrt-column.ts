import type { OpName } from '../../../ir/graph.js';
import { tensorRtRules } from '../../../runtime/provider-rules.js';
import type { Recipe, RecipeStep } from '../../../schema/recipe.js';
import type { OperatorColumn } from './operator-columns.js';

/** Where an operator runs under TensorRT: told from the ONNX operators that its recipes make. */
export const TENSORRT: OperatorColumn = {
  title: 'TensorRT',
  legend: [
    '`yes`: every ONNX operator of its recipes runs inside. `no`: one of those that are named does not and runs beside it, on CUDA or the CPU (rules/providers/tensorrt.yaml says why); `in part`: so in some of its forms.',
    'Nothing is said of converters, and of other limits of TensorRT, such as dtypes.',
  ],
  cell({ still, recipes }, { recipesOf }) {
    if (still.kind !== 'recipe') return '';
    const left = recipes.map((recipe) => leftOut(recipe, recipesOf));
    const names = [...new Set(left.flat())].sort();
    if (names.length === 0) return 'yes';
    return `${left.every((ops) => ops.length > 0) ? 'no' : 'in part'}: ${names.join(', ')}`;
  },
};

/** ONNX operators of a recipe that TensorRT leaves, those of the operators that it calls included. */
function leftOut(recipe: Recipe, recipesOf: (op: OpName) => readonly Recipe[]): string[] {
  const { reasons } = tensorRtRules();
  const found = new Set<string>();
  const called = new Set<OpName>();
  const visit = (steps: readonly RecipeStep[]): void => {
    for (const step of steps) {
      switch (step.kind) {
        case 'node':
          if (reasons.has(step.op)) found.add(step.op);
          break;
        case 'call':
          if (called.has(step.op)) break;
          called.add(step.op);
          for (const inner of recipesOf(step.op)) visit(inner.steps);
          break;
        case 'for':
          visit(step.do);
          break;
        case 'if':
          visit(step.do);
          visit(step.else);
          break;
      }
    }
  };
  visit(recipe.steps);
  return [...found];
}
