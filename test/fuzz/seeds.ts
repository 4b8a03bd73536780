import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CompileOptions, InputSpec } from '../../src/compiler-options.js';
import { bytesReader } from '../../src/frontends/torchscript/archive/byte-reader.js';
import { ZipReader } from '../../src/frontends/torchscript/archive/zip-reader.js';
import { isDType } from '../../src/ir/dtype.js';
import type { Part } from '../archive/zip-writer.js';

/** A small archive that loads, with a declaration of its inputs: the first axes vary, the rest stand. */
export interface Seed {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly options: CompileOptions;
}

interface Recorded {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly runs: readonly { readonly in: readonly { readonly t?: string; readonly s?: readonly number[] }[] }[];
}

/** Thousands of mutants are read: archives beyond this size would make most of the time. */
const MAX_SEED_BYTES = 7000;

/** Seen from the repository's root: `npm run fuzz` runs a bundle that stands elsewhere. */
const LANGUAGE = resolve('test/language');

/** Archives of the language's corpus, by name, and so in the same order everywhere. */
export function readSeeds(): Seed[] {
  const cases: readonly Recorded[] = JSON.parse(readFileSync(join(LANGUAGE, 'cases.json'), 'utf8'));
  const options = new Map(cases.map((c) => [`${c.name}.pt`, optionsOf(c)]));
  const folder = join(LANGUAGE, 'archives');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.pt') && statSync(join(folder, file)).size <= MAX_SEED_BYTES)
    .sort()
    .map((file) => {
      const zip = new ZipReader(bytesReader(readFileSync(join(folder, file))));
      const parts = zip.names.map((name) => ({ name, bytes: zip.read(name) }));
      return { name: file, parts, options: options.get(file) ?? {} };
    });
}

function optionsOf({ inputs, runs }: Recorded): CompileOptions {
  const [first] = runs;
  const specs = inputs.flatMap((name, i): InputSpec[] => {
    const { t, s } = first?.in[i] ?? {};
    if (t === undefined || s === undefined || !isDType(t)) return [];
    const dims = s.map((size, axis) => (axis === 0 ? `d${i}` : size));
    return [{ name, type: { kind: 'tensor', dtype: t, dims } }];
  });
  return { inputs: specs };
}
