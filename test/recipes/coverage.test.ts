import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONVERTERS } from '../../src/converters/registry.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { RuleBook } from '../../src/rulebook/load.js';
import type { Recipe } from '../../src/schema/recipe.js';
import { convertedOperators, readCaseFile } from '../../src/testing/index.js';
import { conversionRules } from '../../src/testing/numeric-form.js';
import { recordedCases } from '../operators/case.js';
import { compileCase, type Mode } from '../operators/run-operator.js';
import { watchRecipes } from './used-recipes.js';

const TEST = join(import.meta.dirname, '..');

/** Operators whose conversion no graph reaches. */
const FOLDED: Readonly<Record<string, string>> = {
  'aten::copy.t': 'no list is changed in place any more, so that a copy is the list itself',
  'aten::list.t': 'as aten::copy.t',
  'prim::If': 'one that is not decided has become trt::if_dyn, which the same converter takes',
  'prim::Loop': 'one that is not unrolled has become trt::loop_dyn, which the same converter takes',
  'prim::TupleIndex': 'tuples are opened before the conversion',
  'prim::TupleUnpack': 'tuples are opened before the conversion',
};

/** Recipes of other operators' forms that no graph reaches, by operator and condition. */
const UNREACHED: Readonly<Record<string, string>> = {
  'aten::tensor when len(nested_shape(data)) == 1': 'a list with a number of the run has become trt::shape_concat',
  'aten::tensor': 'as the one before',
};

/** Ways in which test/operators runs the recorded calls, where recipes differ. */
const FORMS: readonly (readonly [mode: Mode, opset: number])[] = [
  ['static', 20],
  ['named', 17],
  ['fresh', 21],
];

let book: RuleBook;
/** Recipes and operators that some numeric case converts. */
let used: ReadonlySet<Recipe>;
const operators = new Set<string>();
beforeAll(async () => {
  book = await RuleBook.load({ base: join(TEST, '../rules') });
  used = watchRecipes(book);
  const rules = { ...conversionRules(book), schemas: book.registry };
  for (const cases of recordedCases(new URL('../operators/cases/', import.meta.url)).values()) {
    for (const c of cases) {
      operators.add(c.op);
      for (const [mode, opset] of FORMS) attempt(() => compileCase(rules, c, mode, c.sizes[0] ?? {}, opset));
    }
  }
  for (const path of [...yamlFiles('rules'), ...yamlFiles('recipes')]) {
    const file = readCaseFile(path);
    if (file.kind === 'recipe') operators.add(file.op);
    for (const op of convertedOperators(book, file)) operators.add(op);
  }
});

/** What a form of a call has no conversion for is told by the tests that run it. */
function attempt(body: () => unknown): void {
  try {
    body();
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
  }
}

function yamlFiles(folder: string): string[] {
  return readdirSync(join(TEST, folder), { recursive: true, encoding: 'utf8' })
    .filter((p) => p.endsWith('.yaml'))
    .map((p) => join(TEST, folder, p));
}

function label({ ops: [op], when }: Recipe): string {
  return when === undefined ? `${op}` : `${op} when ${when}`;
}

describe('a numeric case (a recorded call, a recipe case, or a rule case that is run)', () => {
  it('meets every operator that has a recipe or converter', () => {
    const all = new Set([...book.recipeOperators(), ...CONVERTERS.keys()]);
    expect([...all].filter((op) => !operators.has(op) && FOLDED[op] === undefined).sort()).toEqual([]);
    expect(Object.keys(FOLDED).filter((op) => !all.has(op) || operators.has(op))).toEqual([]);
  });

  it('makes the steps of every recipe', async () => {
    const plain = await RuleBook.load({ base: join(TEST, '../rules') });
    const key = (r: Recipe) => `${r.span?.file}:${r.span?.line}`;
    const all = new Map<string, Recipe>();
    for (const op of plain.recipeOperators()) for (const r of plain.recipes(op)) all.set(key(r), r);
    for (const r of used) all.delete(key(r));
    expect([...all.values()].map(label).sort()).toEqual(Object.keys(UNREACHED).sort());
  });
});
