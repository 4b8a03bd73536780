import { afterAll, describe, expect, test } from 'vitest';
import { RuleBook } from '../../src/rulebook/load.js';
import type { Mode } from '../recorded/recorded-case.js';
import gaps from './gaps.json' with { type: 'json' };
import { failureOf, type OpdbCase, opdbCases, operatorsOf } from './opdb-case.js';

/** Known gaps: operators without a form, with the reason, and single cases by `mode id`. */
const operators: ReadonlyMap<string, string> = new Map(Object.entries(gaps.operators));
const known: ReadonlyMap<string, string> = new Map(Object.entries(gaps.cases));

const MODES: readonly Mode[] = ['static', 'dynamic'];
const book = await RuleBook.load();
const rates = new Map<string, { passed: number; supported: number; all: number }>();

function count(c: OpdbCase, mode: Mode, missing: boolean, passed: boolean): void {
  const dtype = /\.(float16|int64|bool)\.\d+$/.exec(c.id)?.[1] ?? 'float32';
  const key = `${mode} ${dtype}`;
  const rate = rates.get(key) ?? { passed: 0, supported: 0, all: 0 };
  rates.set(key, rate);
  rate.all += 1;
  if (!missing) rate.supported += 1;
  if (passed) rate.passed += 1;
}

for (const [group, cases] of opdbCases(new URL('./cases/', import.meta.url))) {
  describe(group, () => {
    for (const mode of MODES) {
      test(mode, async () => {
        const wrong: string[] = [];
        for (const c of cases) {
          const key = `${mode} ${c.id}`;
          const missing = [...operatorsOf(c)].find((op) => operators.has(op));
          const gap = missing ?? (known.has(key) ? key : undefined);
          const why = await failureOf(book, c, mode);
          count(c, mode, missing !== undefined, why === undefined);
          if (why !== undefined && gap === undefined) wrong.push(`${key}\n    ${why}`);
          if (why === undefined && gap !== undefined) wrong.push(`${key}\n    passes: take ${gap} from gaps.json`);
        }
        expect(wrong.join('\n')).toBe('');
      });
    }
  });
}

afterAll(() => {
  const lines = [...rates].map(([key, { passed, supported, all }]) => {
    const percent = ((100 * passed) / supported).toFixed(1);
    return `  ${key.padEnd(16)} ${passed} of ${supported} cases of supported operators (${percent} %), ${all} recorded`;
  });
  console.log(`Operator database:\n${lines.join('\n')}`);
});
