import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { RuleBook } from '../../src/rulebook/load.js';
import { isConditional, proveRuleCase, readRuleCases, runRuleCase } from '../../src/testing/index.js';

const HERE = import.meta.dirname;
const PATHS = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .filter((p) => p.endsWith('.yaml'))
  .sort();
const FILES = PATHS.map((p) => readRuleCases(join(HERE, p)));

let book: RuleBook;
beforeAll(async () => {
  book = await RuleBook.load({ base: join(HERE, '../../rules') });
});

describe('rule cases', () => {
  describe.each(FILES)('$rule', ({ rule, cases }) => {
    it.each(cases)('$name', (c) => {
      expect(runRuleCase(book, rule, c)).toEqual([]);
    });
    it.each(cases.filter((c) => c.before !== undefined))('$name, by numbers', async (c) => {
      expect(await proveRuleCase(book, rule, c)).toEqual([]);
    });
  });
});

describe('the rule book and its cases', () => {
  const rules = () => [...book.lowering.rules, ...book.translation.rules];

  it('has one case file for each rule, named after it', () => {
    expect(PATHS.map((p) => basename(p, '.yaml')).sort()).toEqual(
      rules()
        .map((r) => r.id)
        .sort(),
    );
    expect(FILES.filter((f) => basename(f.path, '.yaml') !== f.rule)).toEqual([]);
  });

  it('has a firing and a non-firing case for each rule', () => {
    const bare = FILES.filter(
      (f) => !f.cases.some((c) => c.before !== undefined) || !f.cases.some((c) => c.unchanged !== undefined),
    );
    expect(bare.map((f) => f.rule)).toEqual([]);
  });

  it('has no case twice', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const f of FILES) {
      for (const c of f.cases) {
        const key = `${f.rule} ${JSON.stringify(c.dims)} ${c.before ?? c.unchanged}`;
        if (seen.has(key)) twice.push(`${f.rule}: ${c.name}`);
        seen.set(key, c.name);
      }
    }
    expect(twice).toEqual([]);
  });

  it('says a reason of its own for conditional rules', () => {
    const conditional = new Set(
      rules()
        .filter(isConditional)
        .map((r) => r.id),
    );
    const idle = FILES.filter((f) => conditional.has(f.rule) && f.cases.some((c) => c.because?.startsWith('no ')));
    expect(idle.map((f) => f.rule)).toEqual([]);
  });
});
