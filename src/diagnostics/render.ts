import { CODES } from './codes.js';
import type { Diagnostic, Note, Severity, Span } from './diagnostic.js';

export interface RenderOptions {
  /** ANSI colors; off by default. */
  readonly color?: boolean;
}

type Paint = (text: string) => string;

interface Palette {
  readonly severity: Readonly<Record<Severity, Paint>>;
  /** Arrows, bars and line numbers. */
  readonly frame: Paint;
  readonly strong: Paint;
}

const ansi =
  (open: number, close: number): Paint =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`;
const plain: Paint = (text) => text;

const PLAIN: Palette = {
  severity: { error: plain, warning: plain, note: plain },
  frame: plain,
  strong: plain,
};

const COLORED: Palette = {
  severity: { error: ansi(31, 39), warning: ansi(33, 39), note: ansi(36, 39) },
  frame: ansi(34, 39),
  strong: ansi(1, 22),
};

/** Longer source lines are cut around the caret: generated code has lines of thousands of characters. */
const MAX_LINE_LENGTH = 120;
const TAB = '    ';

/**
 * One diagnostic as a person reads it: what is wrong, where (with the source line and a caret where the span holds
 * them), the notes, the next step. Several lines, without a newline at the end.
 */
export function renderDiagnostic(d: Diagnostic, options: RenderOptions = {}): string {
  const colors = options.color ? COLORED : PLAIN;
  const paint = colors.severity[d.severity];
  const lines = [colors.strong(`${paint(`${d.severity}[${d.code}]`)}: ${d.message}`)];
  const notes = d.notes ?? [];
  const width = Math.max(
    1,
    ...[d.at, ...notes.map(({ at }) => at)].map((at) => (at?.text === undefined ? 0 : digits(at))),
  );
  if (d.at !== undefined) lines.push(...renderPlace(d.at, width, paint, colors));
  for (const note of notes) lines.push(...renderNote(note, width, colors));
  const help = d.help ?? helpOf(d);
  if (help !== undefined) lines.push(...renderText('help', help, width, colors));
  return lines.join('\n');
}

/** All diagnostics, a blank line between them. */
export function renderDiagnostics(list: readonly Diagnostic[], options: RenderOptions = {}): string {
  return list.map((d) => renderDiagnostic(d, options)).join('\n\n');
}

/** A diagnostic as plain JSON data: the next step is filled in from the table of codes. */
export function toJson(d: Diagnostic): Diagnostic & { readonly title: string } {
  return { ...d, title: CODES[d.code].title, help: d.help ?? helpOf(d) };
}

function helpOf(d: Diagnostic): string | undefined {
  const entry: { readonly title: string; readonly help?: string } = CODES[d.code];
  return entry.help;
}

function digits(at: Span): number {
  return String(at.line).length;
}

function renderPlace(at: Span, width: number, paint: Paint, { frame }: Palette): string[] {
  const place = `${' '.repeat(width)}${frame('-->')} ${at.file}:${at.line}:${at.column}`;
  if (at.text === undefined) return [place];
  const { line, caret } = sourceLine(at, at.text);
  return [
    place,
    `${frame(`${String(at.line).padStart(width)} |`)} ${line}`.trimEnd(),
    `${' '.repeat(width)} ${frame('|')} ${' '.repeat(caret.start)}${paint('^'.repeat(caret.length))}`,
  ];
}

/** The line as it is shown, tabs widened and the ends cut where it is long, and the caret's place in it. */
function sourceLine(at: Span, text: string): { line: string; caret: { start: number; length: number } } {
  const from = Math.min(at.column - 1, text.length);
  const to = Math.min(from + Math.max(1, at.length ?? 1), Math.max(text.length, from + 1));
  const before = text.slice(0, from).replaceAll('\t', TAB);
  const marked = text.slice(from, to).replaceAll('\t', TAB);
  const after = text.slice(to).replaceAll('\t', TAB);
  const line = before + marked + after;
  const caret = { start: before.length, length: Math.max(1, marked.length) };
  if (line.length <= MAX_LINE_LENGTH) return { line, caret };
  const start = Math.max(0, Math.min(caret.start - MAX_LINE_LENGTH / 3, line.length - MAX_LINE_LENGTH));
  const head = start > 0 ? '...' : '';
  const cut = line.slice(Math.floor(start), Math.floor(start) + MAX_LINE_LENGTH);
  const left = caret.start - Math.floor(start);
  return {
    line: `${head}${cut}${Math.floor(start) + MAX_LINE_LENGTH < line.length ? '...' : ''}`,
    caret: { start: head.length + left, length: Math.max(1, Math.min(caret.length, cut.length - left)) },
  };
}

function renderNote(note: Note, width: number, colors: Palette): string[] {
  const lines = renderText('note', note.message, width, colors);
  if (note.at !== undefined) lines.push(...renderPlace(note.at, width, colors.severity.note, colors));
  return lines;
}

/** ` = help: ...`; further lines of the text stand below its first. */
function renderText(label: string, text: string, width: number, { frame, strong }: Palette): string[] {
  const [first = '', ...rest] = text.split('\n');
  const indent = ' '.repeat(width + 1);
  return [
    `${indent}${frame('=')} ${strong(`${label}:`)} ${first}`,
    ...rest.map((line) => `${indent}${' '.repeat(label.length + 4)}${line}`.trimEnd()),
  ];
}
