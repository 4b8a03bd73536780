import { performance } from 'node:perf_hooks';
import { DiagnosticError, fail } from '../../diagnostics/diagnostic.js';
import type { RuleBook } from '../../rulebook/load.js';
import { stubsIn } from '../../rulebook/stubs.js';
import { type CaseRun, distrust, readCaseFile, runCaseFile } from '../../testing/index.js';
import { EXIT_DONE, EXIT_FAILED, reportFailure } from '../report.js';
import type { Terminal } from '../terminal.js';
import { SHIPPED_CASES, yamlFiles } from './case-index.js';
import { type Catalog, loadCatalog, ownLayers } from './catalog.js';
import { COMMON_OPTIONS, countOption, readRulesLine } from './options.js';
import { nothingTaken, type Selection, selectFiles, subjectOf, type TestFile } from './test-files.js';
import { type FileResult, passes, printFile, printSummary, resultJson, type TestResult } from './test-report.js';
import { updateCases } from './test-update.js';
import { watchFolders } from './watch.js';

const OPTIONS = {
  ...COMMON_OPTIONS,
  watch: { type: 'boolean' },
  update: { type: 'boolean' },
  numbers: { type: 'boolean' },
  'no-numbers': { type: 'boolean' },
  seed: { type: 'string' },
} as const;

interface TestOptions {
  readonly filters: readonly string[];
  readonly update: boolean;
  readonly numbers: boolean;
  readonly seed: number | undefined;
}

/** `thaw rules test [FILTER...]`. */
export async function testCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('test', argv, OPTIONS);
  if (values.numbers && values['no-numbers']) fail('usage', '--numbers and --no-numbers exclude each other');
  if (values.watch && values.json) fail('usage', '--watch has no end that --json could tell');
  const options: TestOptions = {
    filters: words,
    update: values.update === true,
    numbers: values['no-numbers'] !== true,
    seed: countOption('seed', values.seed),
  };
  if (values.watch) return watchTests(() => loadCatalog(values), options, terminal);
  const result = await runTests(await loadCatalog(values), options, values.json ? undefined : terminal);
  if (values.json) terminal.out(JSON.stringify(resultJson(result), null, 2));
  return passes(result) ? EXIT_DONE : EXIT_FAILED;
}

/** Runs the cases; prints each file as it ends, where there is a terminal. Errors: `usage` where there is nothing to run. */
async function runTests(catalog: Catalog, options: TestOptions, terminal: Terminal | undefined): Promise<TestResult> {
  const start = performance.now();
  const selection = selectFiles(catalog, options.filters);
  const { files, rules } = selection;
  if (files.length === 0 && rules.length === 0) throw new DiagnosticError(nothingTaken(catalog, options.filters));
  const width = Math.max(0, ...files.map(({ file, path }) => (file === undefined ? path : subjectOf(file)).length));
  const results: FileResult[] = [];
  for (const given of files) {
    const result = await runFile(given, catalog.book, selection, options);
    results.push(result);
    if (terminal !== undefined) printFile(result, width, terminal);
  }
  const read = files.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const stubs = ownLayers(catalog).flatMap((layer) => (layer.shipped ? [] : stubsIn(yamlFiles(layer.dir))));
  const problems = [...distrust(catalog.book, read, { rules }), ...stubs];
  const result = { files: results, problems, ms: Math.round(performance.now() - start) };
  if (terminal !== undefined) printSummary(result, terminal);
  return result;
}

/** Runs the cases of one file that the selection takes, after their update where it is asked for. */
async function runFile(
  { path, file, problems }: TestFile,
  book: RuleBook,
  { takes }: Selection,
  { update, numbers, seed }: TestOptions,
): Promise<FileResult> {
  if (file === undefined) return { path, subject: path, runs: [], problems, updated: [], ms: 0 };
  const start = performance.now();
  const updated = update ? updateCases(book, file, (c) => takes(file, c)) : [];
  const current = updated.length > 0 ? readCaseFile(path) : file;
  const runs: CaseRun[] = [];
  for await (const run of runCaseFile(book, current, { numbers, seed, filter: (c) => takes(current, c) }))
    runs.push(run);
  return { path, subject: subjectOf(file), runs, problems: [], updated, ms: Math.round(performance.now() - start) };
}

/** Runs the cases again whenever a file of the rules or cases changes, until the process is interrupted. */
async function watchTests(load: () => Promise<Catalog>, options: TestOptions, terminal: Terminal): Promise<number> {
  const first = await load();
  const folders = ownLayers(first).flatMap((layer) => (layer.shipped ? [layer.dir, ...SHIPPED_CASES] : [layer.dir]));
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  let code = EXIT_DONE;
  const run = async () => {
    try {
      const result = await runTests(await load(), options, terminal);
      code = passes(result) ? EXIT_DONE : EXIT_FAILED;
    } catch (error) {
      code = reportFailure(error, false, terminal);
    }
    terminal.out('\nwaiting for changes; Ctrl+C ends');
  };
  await watchFolders(folders, run, interrupted.signal);
  return code;
}
