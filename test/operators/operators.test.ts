import { describe, expect, test } from 'vitest';
import { recordedCases } from './case.js';
import gaps from './gaps.json' with { type: 'json' };
import { failureOf } from './report.js';
import { shippedRules } from './rules.js';
import type { Mode } from './run-operator.js';

const rules = shippedRules();

/** Opsets are taken in turns, so that every operator meets several. */
const RUNS: readonly { mode: Mode; opset: number }[] = [
  { mode: 'static', opset: 20 },
  { mode: 'named', opset: 20 },
  { mode: 'fresh', opset: 21 },
  { mode: 'named', opset: 17 },
];

const known: ReadonlyMap<string, string> = new Map(Object.entries(gaps));

for (const [family, cases] of recordedCases(new URL('./cases/', import.meta.url))) {
  describe(family, () => {
    for (const { mode, opset } of RUNS) {
      test(`${mode}, opset ${opset}`, async () => {
        const wrong: string[] = [];
        for (const c of cases) {
          const why = await failureOf(rules, c, mode, opset);
          const key = `${mode}@${opset} ${c.id}`;
          if (why !== undefined && !known.has(key)) wrong.push(`${key}\n    ${why}`);
          if (why === undefined && known.has(key)) wrong.push(`${key}\n    passes: take it from gaps.json`);
        }
        expect(wrong.join('\n')).toBe('');
      });
    }
  });
}
