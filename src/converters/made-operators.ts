import type { OpName } from '../ir/graph.js';
import type { Recipe, RecipeStep } from '../schema/recipe.js';
import type { Converter } from './define-converter.js';
import { CONVERTERS } from './registry.js';

type RecipesOf = (op: OpName) => readonly Recipe[];

/** What a form makes: all that it may, and what it makes whichever way it goes. */
interface Made {
  readonly all: Set<string>;
  readonly sure: Set<string>;
}

/**
 * The ONNX operators of each form that an operator has in ONNX, its recipes' first; none where it has no form. A recipe
 * that goes several ways counts as two: what it makes in each way, and what it may make. `within`: operators whose
 * recipes call it.
 */
export function madeOperators(op: OpName, recipesOf: RecipesOf, within: readonly OpName[] = []): ReadonlySet<string>[] {
  if (within.includes(op)) return [];
  const recipes = recipesOf(op);
  const converter = recipes.some(takesAll) ? undefined : CONVERTERS.get(op);
  // One that brings its operand into a form for the others goes their way.
  const others = recipes.filter(({ steps }) => !steps.some((step) => step.kind === 'call' && step.op === op));
  const forms = (others.length > 0 ? others : recipes).flatMap(({ steps }) =>
    variants(stepsMake(steps, recipesOf, [...within, op])),
  );
  return converter === undefined ? forms : [...forms, ...convertedOperators(converter, recipesOf)];
}

/** The ONNX operators of each form of a converter. */
export function convertedOperators({ emits, calls = [] }: Converter, recipesOf: RecipesOf): ReadonlySet<string>[] {
  return emits.flatMap((form) => {
    const made: Made = { all: new Set(form), sure: new Set(form) };
    for (const op of calls) include(made, oneOf(madeOperators(op, recipesOf)));
    return variants(made);
  });
}

/** A recipe that leaves nothing to a converter. */
function takesAll({ when, opset, complex }: Recipe): boolean {
  return when === undefined && opset === undefined && complex !== 'only';
}

function variants({ all, sure }: Made): ReadonlySet<string>[] {
  return all.size === sure.size ? [all] : [sure, all];
}

/** What one of several forms makes. */
function oneOf(forms: readonly ReadonlySet<string>[]): Made {
  const all = new Set(forms.flatMap((form) => [...form]));
  return { all, sure: new Set([...all].filter((op) => forms.every((form) => form.has(op)))) };
}

function include(made: Made, more: Made): void {
  for (const op of more.all) made.all.add(op);
  for (const op of more.sure) made.sure.add(op);
}

function stepsMake(steps: readonly RecipeStep[], recipesOf: RecipesOf, within: readonly OpName[]): Made {
  const made: Made = { all: new Set(), sure: new Set() };
  for (const step of steps) include(made, stepMakes(step, recipesOf, within));
  return made;
}

function stepMakes(step: RecipeStep, recipesOf: RecipesOf, within: readonly OpName[]): Made {
  switch (step.kind) {
    case 'node':
      return oneOf([new Set([step.op])]);
    case 'call':
      return oneOf(madeOperators(step.op, recipesOf, within));
    case 'for':
      return stepsMake(step.do, recipesOf, within);
    case 'if': {
      const ways = [step.do, step.else].map((steps) => stepsMake(steps, recipesOf, within));
      return oneOf(ways.flatMap(variants));
    }
  }
}
