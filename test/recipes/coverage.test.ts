import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONVERTERS } from '../../src/converters/registry.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { convertedOperators, readCaseFile, readRuleCases } from '../../src/testing/index.js';
import { recordedCases } from '../operators/case.js';

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

let book: RuleBook;
beforeAll(async () => {
  book = await RuleBook.load({ base: join(TEST, '../rules') });
});

function yamlFiles(folder: string): string[] {
  return readdirSync(join(TEST, folder), { recursive: true, encoding: 'utf8' })
    .filter((p) => p.endsWith('.yaml'))
    .map((p) => join(TEST, folder, p));
}

describe('recipes and converters', () => {
  it('each have a numeric case: a recorded call, a recipe case, or a rule case that is run', () => {
    const covered = new Set(Object.keys(FOLDED));
    for (const cases of recordedCases(new URL('../operators/cases/', import.meta.url)).values())
      for (const c of cases) covered.add(c.op);
    for (const path of yamlFiles('recipes')) {
      const file = readCaseFile(path);
      if (file.kind === 'recipe') covered.add(file.op);
    }
    for (const path of yamlFiles('rules')) {
      const { rule, cases } = readRuleCases(path);
      for (const c of cases) for (const op of convertedOperators(book, rule, c)) covered.add(op);
    }
    const all = new Set([...book.recipeOperators(), ...CONVERTERS.keys()]);
    expect([...all].filter((op) => !covered.has(op)).sort()).toEqual([]);
    // What is excused has a conversion, and no case.
    expect(Object.keys(FOLDED).filter((op) => !all.has(op))).toEqual([]);
  });
});
