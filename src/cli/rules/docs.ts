import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.js';
import { fileReason } from '../../diagnostics/file-reason.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { type Catalog, type Layer, loadCatalog, ownLayers } from './catalog.js';
import { COMMON_OPTIONS, noWords, readRulesLine } from './options.js';
import { allPages, MARK, OPERATORS_PATH } from './pages/all-pages.js';

const OPTIONS = { ...COMMON_OPTIONS, out: { type: 'string', short: 'o' }, check: { type: 'boolean' } } as const;

/** What differs between a folder and the pages that belong into it. */
export interface PageChanges {
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** Pages of rules that are gone. */
  readonly left: readonly string[];
}

/** `thaw rules docs`. */
export async function docsCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('docs', argv, OPTIONS);
  noWords('docs', words);
  const catalog = await loadCatalog(values);
  const folders = targets(catalog, values.out);
  const problems: Diagnostic[] = [];
  const results = folders.map(({ layer, out }) => {
    const pages = allPages(catalog, layer, out);
    const changes = compare(pages, out);
    if (values.check) problems.push(...staleness(changes, out));
    else write(pages, changes, out);
    return { layer: layer.name, out, pages: pages.size, ...changes };
  });
  if (problems.length > 0) throw new DiagnosticError(problems);
  if (values.json) terminal.out(JSON.stringify({ ok: true, docs: results }, null, 2));
  else for (const result of results) terminal.out(summary(result, values.check === true));
  return EXIT_DONE;
}

/** Packs have their pages in `docs/` inside them; without packs it is the shipped rules in `docs/` here. */
function targets(catalog: Catalog, out: string | undefined): { layer: Layer; out: string }[] {
  const layers = ownLayers(catalog);
  if (out !== undefined && layers.length > 1) {
    fail('usage', '-o is one folder, but there are several packs', {
      help: 'leave -o out: each pack has its own docs/',
    });
  }
  return layers.map((layer) => ({ layer, out: out ?? (layer.shipped ? 'docs' : join(layer.dir, 'docs')) }));
}

/** Compares a folder with the pages that belong into it. */
export function compare(pages: ReadonlyMap<string, string>, out: string): PageChanges {
  const missing: string[] = [];
  const stale: string[] = [];
  for (const [path, text] of pages) {
    const there = textAt(join(out, path));
    if (there === undefined) missing.push(path);
    else if (there !== text) stale.push(path);
  }
  const left = existingPages(out).filter((path) => !pages.has(path));
  return { missing, stale, left };
}

/** Pages of rules that are there; only those that bear the mark. */
function existingPages(out: string): string[] {
  let names: string[];
  try {
    names = readdirSync(join(out, 'rules'), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => `rules/${name.replaceAll('\\', '/')}`)
    .filter((path) => textAt(join(out, path))?.startsWith(MARK))
    .sort();
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes what differs. Errors: `output-write`; where a page of somebody else's is in the way, nothing is written. */
function write(pages: ReadonlyMap<string, string>, { missing, stale, left }: PageChanges, out: string): void {
  const foreign = stale.map((path) => join(out, path)).filter((path) => textAt(path)?.startsWith(MARK) !== true);
  if (foreign.length > 0) {
    fail('output-write', `${foreign.join(', ')}: there already, and not made by thaw rules docs`, {
      help: 'move it away, or choose another folder with -o',
    });
  }
  for (const path of [...missing, ...stale]) {
    const target = join(out, path);
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, pages.get(path) ?? '');
    } catch (error) {
      fail('output-write', `cannot write ${target}: ${fileReason(error)}`);
    }
  }
  for (const path of left) rmSync(join(out, path));
}

function staleness({ missing, stale, left }: PageChanges, out: string): Diagnostic[] {
  const problem = (path: string, what: string): Diagnostic => ({
    code: 'docs-stale',
    severity: 'error',
    message: `${join(out, path)} ${what}`,
  });
  return [
    ...missing.map((path) => problem(path, 'is missing')),
    ...stale.map((path) => problem(path, 'does not say what the YAML says')),
    ...left.map((path) => problem(path, 'is of a rule that is gone')),
  ];
}

function summary(
  { out, pages, missing, stale, left }: { out: string; pages: number } & PageChanges,
  checked: boolean,
): string {
  if (checked) return `${out}: ${pages} pages are up to date`;
  const changed = missing.length + stale.length;
  return `${join(out, OPERATORS_PATH)} and ${out}/rules: ${pages} pages, ${changed} written, ${left.length} removed`;
}
