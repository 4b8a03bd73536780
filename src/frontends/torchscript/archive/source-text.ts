import type { Span } from '../../../diagnostics/diagnostic.js';

/** Targets of an assignment on one line: `a`, `a, b`, `a: int`, `a +`. */
const ASSIGNMENT = /^\s*([\w\s,*]+?)\s*(?::[^=]*)?(?:[-+*/]|\/\/)?=(?!=)/;
const DEFINITION = /^\s*(?:async\s+)?def\b/;

/** The text that debug ranges are about: the source of a user's function, or a call stack. */
export class SourceText {
  /** Lines that assign a name, by the name. */
  private assigned: Map<string, number[]> | undefined;
  private cut: readonly string[] | undefined;
  private lineStarts: number[] | undefined;
  /** Null where bytes and characters are the same. */
  private bytes: Buffer | null | undefined;

  constructor(
    readonly text: string,
    readonly file: string,
    /** 1-based line of the text's first line in the file. */
    readonly firstLine: number,
    /** Of a traced program the text is no source, but these calls, innermost first. */
    readonly calls: readonly Span[],
  ) {}

  /** Bytes `start` to `end`. */
  span(start: number, end: number): Span {
    const from = this.character(start);
    const { starts } = this;
    const index = lastAtOrBefore(starts, from);
    const lineStart = starts[index] ?? 0;
    const lineEnd = (starts[index + 1] ?? this.text.length + 1) - 1;
    return {
      file: this.file,
      line: this.firstLine + index,
      column: from - lineStart + 1,
      length: Math.max(1, Math.min(this.character(end), lineEnd) - from),
      text: this.text.slice(lineStart, lineEnd),
    };
  }

  /** The character that starts at a byte, or the one that the byte is part of. */
  private character(byte: number): number {
    const { text } = this;
    this.bytes ??= Buffer.byteLength(text, 'utf8') === text.length ? null : Buffer.from(text, 'utf8');
    const at = this.bytes === null ? byte : this.bytes.subarray(0, byte).toString('utf8').length;
    return Math.max(0, Math.min(at, text.length));
  }

  /** Where lines start, in characters. */
  private get starts(): readonly number[] {
    if (this.lineStarts === undefined) {
      this.lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
        this.lineStarts.push(at + 1);
    }
    return this.lineStarts;
  }

  /**
   * The line that assigns the name, if the text tells it: the only one, or the first of those from line `first` to line
   * `last` of the file.
   */
  assignment(name: string, first: number, last: number): Span | undefined {
    const lines = this.assignments.get(name) ?? [];
    const [only] = lines;
    const line =
      lines.length === 1 ? only : lines.find((at) => at + this.firstLine >= first && at + this.firstLine <= last);
    return line === undefined ? undefined : this.line(line);
  }

  /** The line that the function's definition starts on. */
  definition(): Span {
    return this.line(
      Math.max(
        0,
        this.lines.findIndex((text) => DEFINITION.test(text)),
      ),
    );
  }

  private get lines(): readonly string[] {
    this.cut ??= this.text.split('\n');
    return this.cut;
  }

  private get assignments(): ReadonlyMap<string, readonly number[]> {
    if (this.assigned !== undefined) return this.assigned;
    const assigned = new Map<string, number[]>();
    for (const [i, text] of this.lines.entries()) {
      const targets = ASSIGNMENT.exec(text)?.[1] ?? '';
      for (const name of targets.match(/\w+/g) ?? []) {
        const lines = assigned.get(name);
        if (lines === undefined) assigned.set(name, [i]);
        else lines.push(i);
      }
    }
    this.assigned = assigned;
    return assigned;
  }

  private line(index: number): Span {
    const text = this.lines[index] ?? '';
    const code = text.trim();
    return {
      file: this.file,
      line: this.firstLine + index,
      column: text.length - text.trimStart().length + 1,
      length: Math.max(1, code.length),
      text,
    };
  }
}

/** Index of the last start that is not beyond `offset`; -1 when there is none. */
export function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
