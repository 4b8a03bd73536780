import { counted } from '../../diagnostics/counted.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { DiagnosticError } from '../../diagnostics/diagnostic.js';
import { renderDiagnostics, toJson } from '../../diagnostics/render.js';
import type { PackReference } from '../../rulebook/find-pack.js';
import { lintRules } from '../../rulebook/lint.js';
import { readPacks } from '../../rulebook/read-pack.js';
import { stubsIn } from '../../rulebook/stubs.js';
import { distrust } from '../../testing/distrust.js';
import { untestedRecipes } from '../../testing/untested-recipes.js';
import { loadChoice } from '../load-book.js';
import { EXIT_DONE, EXIT_FAILED } from '../report.js';
import type { Terminal } from '../terminal.js';
import { SHIPPED_CASES, yamlFiles } from './case-index.js';
import { type Catalog, loadCatalog, ownLayers } from './catalog.js';
import { COMMON_OPTIONS, countOption, readRulesLine } from './options.js';
import { selectFiles } from './test-files.js';

const OPTIONS = { ...COMMON_OPTIONS, 'max-warnings': { type: 'string' } } as const;

/** `thaw rules lint [PACK...]`. */
export async function lintCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('lint', argv, OPTIONS);
  const most = countOption('max-warnings', values['max-warnings']);
  const choice = { ...values, rules: [...(values.rules ?? []), ...words] };
  const options = await loadChoice(choice);
  const shipped = options.packs.length === 0;
  const found = await lintRules(shipped ? { cases: SHIPPED_CASES } : options);
  const broken = found.some(({ severity }) => severity === 'error');
  // What does not load has no rules that cases could be about.
  const cases = broken ? [] : caseProblems(await loadCatalog(choice));
  const problems = [...found, ...cases, ...(shipped ? [] : stubsOf(options.packs))];
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const ok = errors === 0 && warnings <= (most ?? warnings);
  if (values.json) {
    terminal.out(JSON.stringify({ ok, errors, warnings, diagnostics: problems.map(toJson) }, null, 2));
  } else {
    if (problems.length > 0) terminal.error(`${renderDiagnostics(problems, { color: terminal.color })}\n`);
    const names = shipped ? 'the shipped rules' : options.packs.map(({ pack }) => pack).join(', ');
    terminal.out(
      `${names}: ${errors + warnings === 0 ? 'no problems' : `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`}`,
    );
    if (errors === 0 && !ok) terminal.out(`more than --max-warnings ${most}`);
  }
  return ok ? EXIT_DONE : EXIT_FAILED;
}

/** Case files that cannot be read, that are about no rule, or that say a thing twice; recipes that no case is about. */
function caseProblems(catalog: Catalog): Diagnostic[] {
  const { files } = selectFiles(catalog, []);
  const read = files.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const dirs = new Set(ownLayers(catalog).flatMap(({ dir, shipped }) => (shipped ? [] : [dir])));
  return [
    ...files.flatMap(({ problems }) => problems),
    ...distrust(catalog.book, read),
    ...untestedRecipes(catalog.book, read, ({ kind, path }) => kind === 'pack' && dirs.has(path)),
  ];
}

/** What is left to fill in below the packs; their own problems are told by the lint. */
function stubsOf(packs: readonly PackReference[]): Diagnostic[] {
  try {
    return readPacks(packs).flatMap(({ dir }) => stubsIn(yamlFiles(dir)));
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return [];
  }
}
