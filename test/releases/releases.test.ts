import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadModel } from '../../src/compiler.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { failureOf, type RecordedCase } from '../recorded/recorded-case.js';

interface Release {
  readonly torch: string;
  readonly cases: readonly (RecordedCase & { readonly name: string })[];
}

const book = await RuleBook.load();
const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true }).filter((e) => e.isDirectory());

for (const { name: folder } of folders) {
  const at = new URL(`${folder}/`, import.meta.url);
  const release: Release = JSON.parse(readFileSync(new URL('cases.json', at), 'utf8'));
  describe(`archives of PyTorch ${release.torch}`, () => {
    for (const c of release.cases) {
      test(c.name, async () => {
        const path = fileURLToPath(new URL(`${c.name}.pt`, at));
        const load = () => loadModel(path, { rules: book });
        expect({ static: await failureOf(book, load, c, 'static') }).toEqual({ static: undefined });
        expect({ dynamic: await failureOf(book, load, c, 'dynamic') }).toEqual({ dynamic: undefined });
      });
    }
  });
}
