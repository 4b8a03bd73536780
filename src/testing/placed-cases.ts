import { readFileSync } from 'node:fs';
import type { Span } from '../diagnostics/diagnostic.js';

/** The user's test file, where it can be read, and the place in it that called. */
export interface CallSite {
  readonly span: Span;
  /** The file's text with LF line ends, as template literals have them. */
  readonly source?: string;
}

/** The folder of the kit: its frames are not the user's. */
const OWN = new URL('.', import.meta.url).pathname;

/** Where the user's code called, by the stack. */
export function callSite(): CallSite {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const frame = frames.find((line) => !line.includes(OWN)) ?? '';
  const [, found, line = '1', column = '1'] = /\(?((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
  if (found === undefined) return { span: { file: 'cases', line: 1, column: 1 } };
  const file = found.replace('file://', '');
  return { span: { file, line: Number(line), column: Number(column) }, source: sourceOf(file) };
}

function sourceOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    // A file that only a bundler knows: mistakes are then told at the call.
    return undefined;
  }
}

/**
 * A case given as code, with its place in the user's file: each graph text that stands there word for word (a template
 * literal without `${}`) keeps its lines and columns, and the case is at the first of them, else at the call.
 */
export function placedCase<C extends object>(
  { span, source }: CallSite,
  c: C,
  name: string,
  texts: readonly (string | undefined)[],
): C & { readonly name: string; readonly span: Span; readonly placed: ReadonlyMap<string, string> } {
  const placed = new Map<string, string>();
  let at: Span | undefined;
  for (const text of texts) {
    const offset = text?.includes('\n') ? (source?.indexOf(text) ?? -1) : -1;
    if (text === undefined || source === undefined || offset < 0) continue;
    const before = source.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    // Nothing before the text but the lines and columns that bring it to its place.
    placed.set(text, `${'\n'.repeat(line - 1)}${' '.repeat(column - 1)}${text}`);
    at ??= { file: span.file, line, column };
  }
  return { ...c, name, span: at ?? span, placed };
}
