import type { Code } from '../diagnostics/codes.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { renderDiagnostics, toJson } from '../diagnostics/render.js';
import type { Terminal } from './terminal.js';

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** What is wrong with the command line itself, not with the model. */
const USAGE_CODES: ReadonlySet<Code> = new Set<Code>([
  'usage',
  'input-syntax',
  'const-syntax',
  'dim-syntax',
  'dim-range',
  'opset-range',
  'option-invalid',
]);

/** The problems that an error stands for; anything but a DiagnosticError is a defect of Thaw. */
function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  const frames = stack.map((line) => line.trim()).filter((line) => line.startsWith('at '));
  const notes = frames.length > 0 ? [{ message: frames.slice(0, MAX_FRAMES).join('\n') }] : [];
  return [{ code: 'internal', severity: 'error', message, notes }];
}

/** Enough of a stack to find the defect. */
const MAX_FRAMES = 6;

/** Prints the problems, on standard output as JSON or on standard error as text. Returns the exit code. */
export function reportFailure(error: unknown, json: boolean, terminal: Terminal): number {
  const diagnostics = diagnosticsOf(error);
  if (json) terminal.out(JSON.stringify({ ok: false, diagnostics: diagnostics.map(toJson) }, null, 2));
  else terminal.error(renderDiagnostics(diagnostics, { color: terminal.color }));
  return diagnostics.some(({ code }) => USAGE_CODES.has(code)) ? EXIT_USAGE : EXIT_FAILED;
}
