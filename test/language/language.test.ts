import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadModel } from '../../src/compiler.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { failureOf, type Mode, type RecordedCase } from '../recorded/recorded-case.js';
import gaps from './gaps.json' with { type: 'json' };

interface LanguageCase extends RecordedCase {
  readonly name: string;
}

const book = await RuleBook.load();
const cases: LanguageCase[] = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));
/** Known gaps by `mode name`, each with its reason. */
const known: ReadonlyMap<string, string> = new Map(Object.entries(gaps));
const MODES: readonly Mode[] = ['static', 'dynamic'];

describe('modules of one feature each agree with PyTorch', () => {
  for (const c of cases) {
    test(c.name, async () => {
      const path = fileURLToPath(new URL(`archives/${c.name}.pt`, import.meta.url));
      for (const mode of MODES) {
        const why = await failureOf(book, () => loadModel(path, { rules: book }), c, mode);
        const gap = known.get(`${mode} ${c.name}`);
        if (gap === undefined) expect({ mode, why }).toEqual({ mode, why: undefined });
        else expect(why, `${mode} passes: take it from gaps.json`).toBeDefined();
      }
    });
  }
});
