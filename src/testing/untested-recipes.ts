import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { RuleBook } from '../rulebook/load.js';
import type { PackInfo } from '../rulebook/pack-info.js';
import type { Recipe } from '../schema/recipe.js';
import type { CaseFile } from './case-file.js';
import { Proof } from './proof.js';
import { type ConvertedForms, convertedForms } from './prove.js';

/**
 * `recipe-untested`, a warning at each recipe of the packs that no case of `files` holds to numbers that it has not made
 * itself: recorded ones (`runs`), those of another graph (`same-as`), or those of the other side of a rule. A rule whose
 * two sides are made by one recipe proves nothing of that. Cases that do not convert are left to their run.
 */
export function untestedRecipes(
  book: RuleBook,
  files: readonly CaseFile[],
  packs: (layer: PackInfo) => boolean,
): Diagnostic[] {
  const wanted = new Set<Recipe>();
  for (const op of book.recipeOperators()) {
    for (const { recipe, layer } of book.recipesWithLayer(op)) if (packs(layer)) wanted.add(recipe);
  }
  for (const file of wanted.size === 0 ? [] : files) {
    for (const made of convertedForms(book, file)) {
      try {
        for (const recipe of proven(book, made())) wanted.delete(recipe);
      } catch (e) {
        if (!(e instanceof DiagnosticError)) throw e;
        // The run of the case tells why; which recipes it is about is not known.
        for (const recipe of mentioned(book, file)) wanted.delete(recipe);
      }
    }
  }
  return [...wanted].map(({ ops, when, span }): Diagnostic => {
    const [op = ''] = ops;
    const condition = when === undefined ? '' : ` when ${when}`;
    return {
      code: 'recipe-untested',
      severity: 'warning',
      message: `no case tells what the recipe of ${ops.join(', ')} gives${condition}`,
      at: span,
      help: `write a case file with \`recipe: ${op}\` and the results that PyTorch gives (\`runs\`), or a graph of other operators that gives the same (\`same-as\`)`,
    };
  });
}

/** The recipes whose numbers a case compares with others. */
function proven(book: RuleBook, { case: c, dynamic, bound }: ConvertedForms): Iterable<Recipe> {
  if (c.runs !== undefined) return [...dynamic.recipes, ...(bound?.recipes ?? [])];
  if ('graph' in c) {
    if (c.sameAs === undefined) return [];
    const others = new Proof(book, c, {}).dynamicForm(c.sameAs, c.graph).recipes;
    return [...dynamic.recipes, ...(bound?.recipes ?? [])].filter((recipe) => !others.has(recipe));
  }
  if (c.numbers === 'shapes' || bound === undefined) return [];
  const [before, after] = [bound.recipes, dynamic.recipes];
  return [...after].filter((r) => !before.has(r)).concat([...before].filter((r) => !after.has(r)));
}

/** The recipes of all operators that stand in the texts of a file. */
function mentioned(book: RuleBook, { cases }: CaseFile): Recipe[] {
  const texts = cases.flatMap((c) => ('graph' in c ? [c.graph] : [c.before, c.after]));
  const ops = new Set(texts.flatMap((text) => text?.match(/\b\w+::\w+/g) ?? []));
  return [...ops].flatMap((base) => book.registry.overloads(base)).flatMap((s) => book.recipes(s.signature.op));
}
