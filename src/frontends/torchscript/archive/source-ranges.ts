import { fail, type Span } from '../../../diagnostics/diagnostic.js';
import { FrameTable } from './frame-table.js';
import type { PickleTuple, PickleValue } from './pickle-value.js';
import { lastAtOrBefore, SourceText } from './source-text.js';

/** The Python behind a source file of an archive. */
export interface CodeRanges {
  /**
   * The lines behind the code at `offset` (in characters), which is part of the function at `def`: a call stack, innermost
   * frame first, without PyTorch's own frames where the archive tells them apart. Empty when nothing is known of the
   * place. Equal places give the same list.
   */
  at(offset: number, def?: CodeRange): readonly Span[];
  /** The line of a place that nothing is known of, as far as the code around it tells. */
  near(offset: number, def?: CodeRange): readonly Span[];
}

/** Characters of a source file. */
export interface CodeRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Debug ranges of one source file of an archive: which place in the user's own Python made which stretch of the
 * serialized source. The record is a pickle `(marker, strings, rows)`; a row is `(byte offset, range, tag)` and a range
 * `((string indices of the text, string index of the file, first line), start, end)`, start and end being bytes of the
 * text. Archives of PyTorch before 1.10 hold the rows alone, each with its own texts. A traced program's text is the
 * Python call stack; a scripted one's is the function's source.
 */
export class SourceRanges implements CodeRanges {
  private readonly starts: number[] = [];
  private readonly ranges: PickleTuple[] = [];
  private readonly strings: readonly string[] | undefined;
  /** Ranges and sources that stand in the pickle once are read once. */
  private readonly stacks = new Map<PickleTuple, readonly Span[]>();
  /** Of ranges in PyTorch's built-in texts: with the line that uses them. */
  private readonly uses = new Map<number, readonly Span[]>();
  private readonly guesses = new Map<number, readonly Span[]>();
  private readonly texts = new Map<PickleValue, SourceText>();
  /** By what they are spelled of. */
  private readonly spelled = new Map<string, SourceText>();
  private readonly byteOffsets: (offset: number) => number;

  /**
   * `code` is the text that `offset` counts in. Errors: `archive-corrupt` for another form of record.
   */
  constructor(
    record: PickleValue,
    private readonly code: string,
    private readonly label: string,
    private readonly frames: FrameTable = new FrameTable(),
  ) {
    const [marker, table, rows] = this.tuple(record);
    const withTable = marker?.kind === 'str' && marker.value === STRING_TABLE_MARKER;
    if (withTable) this.strings = this.tuple(table).map((v) => this.text(v));
    for (const row of withTable ? this.tuple(rows) : this.tuple(record)) {
      const [offset, second, third] = this.tuple(row);
      const range = second?.kind === 'tuple' ? second : third;
      if (offset?.kind !== 'int' || range?.kind !== 'tuple') this.malformed();
      this.starts.push(Number(offset.value));
      this.ranges.push(range);
    }
    this.byteOffsets = byteCounter(code);
  }

  at(offset: number, def?: CodeRange): readonly Span[] {
    const row = lastAtOrBefore(this.starts, this.byteOffsets(offset));
    const own = this.stackOf(row);
    if (own.length > 0) return isBuiltIn(own) ? this.withUse(row, own, offset, def) : own;
    // Text that the printer put in between (a callee's name, a constant) stems from the code before it on the line.
    return this.beforeOnLine(row, offset, (stack) => stack.length > 0);
  }

  private beforeOnLine(row: number, offset: number, suits: (stack: readonly Span[]) => boolean): readonly Span[] {
    const lineStart = this.byteOffsets(this.code.lastIndexOf('\n', offset - 1) + 1);
    const last = Math.max(0, row - MAX_NEIGHBOURS);
    for (let i = row - 1; i >= last && (this.starts[i] ?? 0) >= lineStart; i--) {
      const stack = this.stackOf(i);
      if (suits(stack)) return stack;
    }
    return UNKNOWN;
  }

  /** A range in a built-in text (of `x.shape`, say) hides the line that uses it: the code around it tells that. */
  private withUse(row: number, own: readonly Span[], offset: number, def: CodeRange | undefined): readonly Span[] {
    let stack = this.uses.get(row);
    if (stack === undefined) {
      const around = this.beforeOnLine(row, offset, (s) => s.length > 0 && !isBuiltIn(s));
      stack = [...own, ...(around.length > 0 ? around : this.near(offset, def))];
      this.uses.set(row, stack);
    }
    return stack;
  }

  near(offset: number, def?: CodeRange): readonly Span[] {
    const row = lastAtOrBefore(this.starts, this.byteOffsets(offset));
    let stack = this.guesses.get(row);
    if (stack === undefined) {
      stack = this.statement(row, offset, def);
      this.guesses.set(row, stack);
    }
    return stack;
  }

  /**
   * The line of a statement that has no range of its own: the line that the code on both sides stems from, else by the
   * variable that it assigns, else the function's line. Of a traced program, the
   * calls that both sides share.
   */
  private statement(row: number, offset: number, def: CodeRange | undefined): readonly Span[] {
    const first = def === undefined ? 0 : this.byteOffsets(def.start);
    const last = def === undefined ? Number.POSITIVE_INFINITY : this.byteOffsets(def.end);
    const before = this.neighbour(row, -1, first, last);
    const after = this.neighbour(row, 1, first, last);
    const text = before?.text ?? after?.text;
    if (text === undefined) return UNKNOWN;
    if (text.calls.length > 0) return sharedCallers(before ?? after, after ?? before);
    if (before !== undefined && after !== undefined && sameLine(before.stack[0], after.stack[0])) return before.stack;
    const [from, to] = [before?.stack[0]?.line ?? 0, after?.stack[0]?.line ?? Number.POSITIVE_INFINITY];
    const lineStart = this.code.lastIndexOf('\n', offset - 1) + 1;
    const [, name = ''] = /^\s*(\w+)\b[^\n=]*=/.exec(this.code.slice(lineStart, offset)) ?? [];
    // PyTorch numbers the values of a variable that is assigned again.
    const line = text.assignment(name, from, to) ?? text.assignment(name.replace(/\d+$/, ''), from, to);
    return [line ?? text.definition()];
  }

  /** The nearest range of a Python file between these bytes of the code. */
  private neighbour(row: number, step: 1 | -1, first: number, last: number): Neighbour | undefined {
    for (let i = row + step, left = MAX_NEIGHBOURS; left > 0; i += step, left--) {
      const start = this.starts[i];
      if (start === undefined || start < first || start >= last) return undefined;
      const stack = this.stackOf(i);
      const source = this.ranges[i]?.items[0];
      if (source !== undefined && stack.length > 0 && !isBuiltIn(stack)) return { text: this.source(source), stack };
    }
    return undefined;
  }

  private stackOf(row: number): readonly Span[] {
    const range = this.ranges[row];
    if (range === undefined) return UNKNOWN;
    const known = this.stacks.get(range);
    if (known !== undefined) return known;
    const stack = this.locate(range);
    this.stacks.set(range, stack);
    return stack;
  }

  private locate(range: PickleTuple): readonly Span[] {
    const [source, start, end] = range.items;
    if (source === undefined || start?.kind !== 'int' || end?.kind !== 'int') this.malformed();
    const text = this.source(source);
    if (text.file === '' || text.text === '') return UNKNOWN;
    return text.calls.length > 0 ? text.calls : [text.span(Number(start.value), Number(end.value))];
  }

  private source(value: PickleValue): SourceText {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    const [pieces, file, line] = this.tuple(value);
    if (line?.kind !== 'int') this.malformed();
    const path = file?.kind === 'none' ? '' : this.text(file);
    const key = `${this.spelling(pieces)}\n${path}\n${line.value}`;
    let read = this.spelled.get(key);
    if (read === undefined) {
      const text = this.pieces(pieces);
      read = new SourceText(text, path, Number(line.value), this.frames.read(text));
      this.spelled.set(key, read);
    }
    this.texts.set(value, read);
    return read;
  }

  /** Tells one text from another without putting it together: the numbers of its pieces, which all rows repeat. */
  private spelling(value: PickleValue | undefined): string {
    const list = value?.kind === 'tuple' ? value.items[0] : value;
    if (list?.kind !== 'list') return this.text(value);
    let key = '';
    for (const piece of list.items) key += piece.kind === 'int' ? `${piece.value},` : `${this.text(piece)},`;
    return key;
  }

  private pieces(value: PickleValue | undefined): string {
    const list = value?.kind === 'tuple' ? value.items[0] : value;
    if (list?.kind !== 'list') return this.text(value);
    const parts = list.items.map((v) => this.text(v));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (size > MAX_TEXT) fail('archive-limit', `${this.label} has a text of ${size} characters`);
    return parts.join('');
  }

  private text(value: PickleValue | undefined): string {
    if (value?.kind === 'str') return value.value;
    const text = value?.kind === 'int' ? this.strings?.[Number(value.value)] : undefined;
    return text ?? this.malformed();
  }

  private tuple(value: PickleValue | undefined): readonly PickleValue[] {
    return value?.kind === 'tuple' ? value.items : this.malformed();
  }

  private malformed(): never {
    fail('archive-corrupt', `${this.label} is no record of source ranges`);
  }
}

/** One list for all places that nothing is known of. */
const UNKNOWN: readonly Span[] = [];

const STRING_TABLE_MARKER = 'FORMAT_WITH_STRING_TABLE';

/** The file that ranges name for operators that PyTorch has built in as Python text. */
const BUILT_IN = '<string>';

/** Characters of a function's source or a call stack; pieces that repeat could stand for any number. */
const MAX_TEXT = 2 ** 24;

/** So many ranges around a place are looked at: a line of code or a short function has fewer. */
const MAX_NEIGHBOURS = 256;

interface Neighbour {
  readonly text: SourceText;
  readonly stack: readonly Span[];
}

function sameLine(a: Span | undefined, b: Span | undefined): boolean {
  return a?.line === b?.line && a?.file === b?.file;
}

/** The outer frames that two stacks share, innermost first. */
function sharedCallers(left: Neighbour | undefined, right: Neighbour | undefined): readonly Span[] {
  const a = left?.stack ?? UNKNOWN;
  const b = right?.stack ?? UNKNOWN;
  let count = 0;
  while (count < Math.min(a.length, b.length) && sameLine(a[a.length - 1 - count], b[b.length - 1 - count])) count++;
  return a.slice(a.length - count);
}

function isBuiltIn(stack: readonly Span[]): boolean {
  return stack[0]?.file === BUILT_IN;
}

/** Turns characters into UTF-8 bytes. Serialized source is nearly always ASCII, where they are the same. */
function byteCounter(source: string): (offset: number) => number {
  const length = Buffer.byteLength(source, 'utf8');
  if (length === source.length) return (offset) => offset;
  const bytes = new Uint32Array(source.length + 1);
  let count = 0;
  for (let i = 0; i < source.length; i++) {
    bytes[i] = count;
    const unit = source.charCodeAt(i);
    // The two halves of a surrogate pair make four bytes together.
    count += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
  }
  bytes[source.length] = count;
  return (offset) => bytes[offset] ?? count;
}
