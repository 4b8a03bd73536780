import { MAX_OPSET } from '../compiler-options.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import { visitTemplates } from '../matcher/templates.js';
import { opSpec } from '../onnx/op-spec.js';
import type { Recipe, RecipeStep } from '../schema/recipe.js';
import type { Rule } from '../schema/rule.js';
import type { RuleBook } from './load.js';

/** `schema-untold`: operators whose facts tell of some of their results and not of the others. */
export function untold(book: RuleBook, own: readonly OpName[]): Diagnostic[] {
  return own.flatMap((op): Diagnostic[] => {
    const { signature, infer, span } = book.registry.require(op);
    const { results, varresults } = signature;
    if (varresults || infer.length === 0 || infer.length >= results.length) return [];
    const message = `${op} has ${results.length} results, but \`infer\` tells of ${infer.length} only`;
    const help = 'give a list of facts, one for each result; `{}` for one of which nothing can be told';
    return [{ code: 'schema-untold', severity: 'warning', message, at: span, help }];
  });
}

/** `rule-unreached`: lowering rules of `own` on operators that only translation rules make, which run later. */
export function unreached(book: RuleBook, own: ReadonlySet<Rule>): Diagnostic[] {
  // Operators of the namespace of casts are made by rules: no model has them.
  const [namespace = ''] = book.castOperator.split('::');
  const made = new Set<OpName>();
  for (const rule of book.lowering.rules) {
    visitTemplates(rule, (t) => {
      if (t.kind === 'node') made.add(t.op);
    });
  }
  return book.lowering.rules.flatMap((rule): Diagnostic[] => {
    const { ops } = rule.match;
    if (!own.has(rule) || !ops.every((op) => op.startsWith(`${namespace}::`) && !made.has(op))) return [];
    const message = `\`${rule.id}\` never fires: no model has ${ops.join(', ')}, and no lowering rule makes it`;
    const help = 'rules on what translation rules make stand in `translation/`';
    return [{ code: 'rule-unreached', severity: 'warning', message, at: rule.span, help }];
  });
}

/** `recipe-partial`: recipes that give fewer results than their operators have. Shipped ones leave out what no model reads. */
export function partial(book: RuleBook): Diagnostic[] {
  const [shipped] = book.layers;
  const found = new Map<Recipe, Diagnostic>();
  for (const op of book.recipeOperators()) {
    const results = book.registry.get(op)?.signature;
    for (const { recipe, layer } of book.recipesWithLayer(op)) {
      const given = recipe.out?.length ?? stepResults(recipe.steps, book);
      if (
        layer === shipped ||
        results === undefined ||
        results.varresults ||
        given === undefined ||
        given >= results.results.length
      )
        continue;
      const message = `the recipe gives ${given} of the ${results.results.length} results of ${op}`;
      const help = 'name each result: `out: [a, b]` of the recipe or of its last step';
      found.set(recipe, { code: 'recipe-partial', severity: 'warning', message, at: recipe.span, help });
    }
  }
  return [...found.values()];
}

/** How many results the last step gives; undefined where a branch or loop decides, or nothing tells. */
function stepResults(steps: readonly RecipeStep[], book: RuleBook): number | undefined {
  const last = steps.at(-1);
  if (last?.kind === 'call') return book.registry.get(last.op)?.signature.results.length;
  if (last?.kind !== 'node') return undefined;
  return last.out.length > 0 ? last.out.length : (opSpec(last.op, MAX_OPSET, last.domain)?.minOutputs ?? 1);
}
