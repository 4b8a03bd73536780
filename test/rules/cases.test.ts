import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { RuleBook } from '../../src/rulebook/load.js';
import { distrust, isConditional, type RuleCase, readCaseFile, runCaseFile } from '../../src/testing/index.js';

const HERE = import.meta.dirname;
const FILES = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .filter((p) => p.endsWith('.yaml'))
  .sort()
  .map((p) => readCaseFile(join(HERE, p)));
const RULE_FILES = FILES.filter((f) => f.kind === 'rule');

/** Cases whose elements cannot be compared, in percent of those that fire. */
const MOST_LEFT_OUT = 5;

let book: RuleBook;
beforeAll(async () => {
  book = await RuleBook.load({ base: join(HERE, '../../rules') });
});

/** Graphs and numbers: `before` with its sizes bound and `after` with its symbols kept agree at every size. */
describe.each(FILES.map((file) => [file.kind === 'rule' ? file.rule : file.op, file] as const))('%s', (_, file) => {
  it.each(file.cases.map((c, i) => [c.name, i] as const))('%s', async (_, i) => {
    for await (const run of runCaseFile(book, file, { filter: (c) => c === file.cases[i] })) {
      expect(run.problems).toEqual([]);
    }
  });
});

describe('the rule book and its cases', () => {
  const rules = () => [...book.lowering.rules, ...book.translation.rules];

  it('fit each other: one file for each rule and named after it, a firing and a non-firing case, nothing twice', () => {
    expect(distrust(book, FILES, { rules: rules().map((r) => r.id) })).toEqual([]);
  });

  it('compare the numbers of all but a few', () => {
    const fires = RULE_FILES.flatMap((f) => f.cases).filter((c) => c.before !== undefined);
    const part = fires.filter((c) => c.numbers === false || c.numbers === 'shapes');
    expect((part.length / fires.length) * 100).toBeLessThan(MOST_LEFT_OUT);
  });

  it('leave nothing but the absence of the operator to cases of rules without a condition', () => {
    const conditional = new Set(
      rules()
        .filter(isConditional)
        .map((r) => r.id),
    );
    const idle = (c: RuleCase) => c.because?.startsWith('no ') === true;
    expect(RULE_FILES.filter((f) => conditional.has(f.rule) && f.cases.some(idle)).map((f) => f.rule)).toEqual([]);
  });
});
