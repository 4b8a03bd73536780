import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { renderDiagnostics, toJson } from '../../diagnostics/render.js';
import type { CaseRun } from '../../testing/index.js';
import type { Terminal } from '../terminal.js';

/** What has become of one case file. */
export interface FileResult {
  readonly path: string;
  readonly subject: string;
  readonly runs: readonly CaseRun[];
  /** Why it could not be read. */
  readonly problems: readonly Diagnostic[];
  /** Cases whose `after` has been written. */
  readonly updated: readonly string[];
  readonly ms: number;
}

/** What has become of all. */
export interface TestResult {
  readonly files: readonly FileResult[];
  /** What is wrong with the cases as a whole, and what is left to fill in. */
  readonly problems: readonly Diagnostic[];
  readonly ms: number;
}

/** True where every case holds, every file could be read and nothing but notes is said of the whole. */
export function passes({ files, problems }: TestResult): boolean {
  return problems.every(isNote) && files.every(filePasses);
}

/** What does not make a run fail. */
function isNote({ severity }: Diagnostic): boolean {
  return severity === 'note';
}

function filePasses({ runs, problems }: FileResult): boolean {
  return problems.length === 0 && runs.every((run) => run.problems.length === 0);
}

/** One line a file, with what is wrong below it. */
export function printFile(result: FileResult, width: number, terminal: Terminal): void {
  const failed = result.runs.filter((run) => run.problems.length > 0);
  const off = result.runs.some((run) => run.skipped !== undefined);
  const word = off ? 'off ' : filePasses(result) ? 'ok  ' : 'FAIL';
  const count = failed.length === 0 ? cases(result.runs.length) : `${failed.length} of ${cases(result.runs.length)}`;
  const changed = result.updated.length === 0 ? '' : `  ${result.updated.length} updated`;
  terminal.out(
    `${word}  ${result.subject.padEnd(width)}  ${count.padEnd('10 cases'.length)}  ${result.ms} ms${changed}`,
  );
  const problems = [...result.problems, ...failed.flatMap((run) => run.problems)];
  if (problems.length > 0) terminal.error(`${renderDiagnostics(problems, { color: terminal.color })}\n`);
}

/** What is wrong with the cases as a whole, and one line of figures. */
export function printSummary(result: TestResult, terminal: Terminal): void {
  const { files, problems, ms } = result;
  if (problems.length > 0) terminal.error(`${renderDiagnostics(problems, { color: terminal.color })}\n`);
  const runs = files.flatMap((file) => file.runs);

  const skipped = runs.filter((run) => run.skipped !== undefined).length;
  const passed = runs.filter((run) => run.problems.length === 0 && run.skipped === undefined);
  const failed = runs.length - passed.length - skipped;
  const wrong = problems.filter((p) => !isNote(p)).length;
  const unread = files.filter((file) => file.problems.length > 0).length;
  const proven = passed.filter(({ numbers }) => numbers === 'numbers').length;
  const shapes = passed.filter(({ numbers }) => numbers === 'shapes').length;
  const parts = [
    `${passed.length} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} of disabled rules not run`] : []),
    ...(unread > 0 ? [`${unread} ${unread > 1 ? 'files' : 'file'} not read`] : []),
    ...(wrong > 0 ? [`${wrong} more problem${wrong > 1 ? 's' : ''}`] : []),
    `${proven} proven by numbers${shapes > 0 ? `, ${shapes} by shapes` : ''}`,
  ];
  terminal.out(
    `\n${cases(runs.length)} in ${files.length} file${files.length === 1 ? '' : 's'}: ${parts.join(', ')}  (${(ms / 1000).toFixed(1)} s)`,
  );
}

function cases(n: number): string {
  return `${n} case${n === 1 ? '' : 's'}`;
}

/** The whole result as JSON data. */
export function resultJson(result: TestResult): Record<string, unknown> {
  return {
    ok: passes(result),
    ms: result.ms,
    files: result.files.map((file) => ({
      path: file.path,
      subject: file.subject,
      ms: file.ms,
      updated: file.updated,
      cases: file.runs.map(({ name, kind, numbers, because, skipped, problems }) => ({
        name,
        kind,
        ok: problems.length === 0,
        numbers,
        ...(because === undefined ? {} : { because }),
        ...(skipped === undefined ? {} : { skipped }),
        diagnostics: problems.map(toJson),
      })),
      diagnostics: file.problems.map(toJson),
    })),
    diagnostics: result.problems.map(toJson),
  };
}
