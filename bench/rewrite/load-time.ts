/**
 * The time that a fresh process takes for its rule book, a line of JSON on stdout: `node load-time.js DIST [PACK]`. DIST
 * is the built library, whose compiled rules are read; the files of PACK are read and checked as YAML.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LoadTime {
  /** Milliseconds: the modules of the loader, and the rule book itself, what it imports when it is asked for included. */
  readonly modules: number;
  readonly book: number;
}

interface Loader {
  readonly RuleBook: {
    load(options: { packs: readonly string[] }): Promise<{ lowering: { rules: readonly unknown[] } }>;
  };
}

const [dist = 'dist', pack] = process.argv.slice(2);
const start = performance.now();
const { RuleBook }: Loader = await import(pathToFileURL(join(dist, 'rulebook/load.js')).href);
const loaded = performance.now();
const book = await RuleBook.load({ packs: pack === undefined ? [] : [pack] });
const done = performance.now();
if (book.lowering.rules.length === 0) throw new Error('the rule book is empty');
console.log(JSON.stringify({ modules: loaded - start, book: done - loaded } satisfies LoadTime));
