import { beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { CallSession, difference } from '../operators/call-session.js';
import { recordedCases } from '../operators/case.js';
import { DynamicCall, numericKind } from './dynamic-call.js';

/** Calls of operators with what PyTorch gives. */
const RECORDED = recordedCases(new URL('../operators/cases/', import.meta.url));

/** PyTorch takes a square root for the exponent 0.5, which only -inf tells from a power (NaN, not inf). */
const SPECIAL = new Set(['aten::pow.Tensor_Scalar(float32[6], 0.5)']);

let book: RuleBook;
const fired = new Set<string>();
beforeAll(async () => {
  book = await RuleBook.load();
});

/** Each number of each recorded call is given at run time instead: the result must be the same, or the report honest. */
describe.each([...RECORDED])('%s with numbers at run time', (_, cases) => {
  it('agrees with PyTorch', async () => {
    const wrong: string[] = [];
    for (const c of cases) {
      if (SPECIAL.has(c.id)) continue;
      const args = book.registry.require(c.op).signature.args;
      for (const arg of args) {
        const given = c.args[arg.name];
        if (given === undefined || numericKind(given, arg.type) === undefined) continue;
        const call = new DynamicCall(book, c, new Set([arg.name]));
        const label = `${c.id}(${arg.name})`;
        try {
          const compiled = call.compile();
          if ('illegal' in compiled) continue;
          for (const r of compiled.rules) fired.add(r);
          const session = await CallSession.open(call.feeds, compiled.model);
          for (const [i, sizes] of c.sizes.entries()) {
            const found = await session.run(sizes);
            for (const [k, wanted] of (c.results[i] ?? []).entries()) {
              const got = found[k];
              const d = got === undefined ? 'no result' : difference(got, wanted, c.tol, c.random === true);
              if (d !== undefined) wrong.push(`${label} ${JSON.stringify(sizes)}: ${d}`);
            }
          }
          await session.close();
        } catch (e) {
          // Lists of a length that is known only at run time are sequences, which sessions do not give.
          if (e instanceof DiagnosticError && e.diagnostics.some((d) => d.code === 'unsupported-format')) continue;
          if (e instanceof DiagnosticError)
            wrong.push(`${label}: ${e.diagnostics.map((d) => `${d.code} ${d.message}`)[0]}`);
          else wrong.push(`${label}: ${String(e).slice(0, 300)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('rules with recorded calls', () => {
  it('fire', () => {
    expect(fired.size).toBeGreaterThan(70);
  });
});
