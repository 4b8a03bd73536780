import type { Span } from '../../../diagnostics/diagnostic.js';

/** Targets of an assignment on one line: `a`, `a, b`, `a: int`, `a +`. */
const ASSIGNMENT = /^\s*([\w\s,*]+?)\s*(?::[^=]*)?(?:[-+*/]|\/\/)?=(?!=)/;
const DEFINITION = /^\s*(?:async\s+)?def\b/;

/** The text that debug ranges are about: the source of a user's function, or a call stack. */
export class SourceText {
  /** Lines that assign a name, by the name. */
  private assigned: Map<string, number[]> | undefined;
  private cut: readonly string[] | undefined;

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
    const bytes = Buffer.from(this.text, 'utf8');
    const lineStart = start === 0 ? 0 : bytes.lastIndexOf(10, start - 1) + 1;
    const newline = bytes.indexOf(10, lineStart);
    const lineEnd = newline < 0 ? bytes.length : newline;
    let line = this.firstLine;
    for (let at = bytes.indexOf(10); at >= 0 && at < lineStart; at = bytes.indexOf(10, at + 1)) line++;
    return {
      file: this.file,
      line,
      column: bytes.subarray(lineStart, start).toString('utf8').length + 1,
      length: Math.max(1, bytes.subarray(start, Math.min(end, lineEnd)).toString('utf8').length),
      text: bytes.subarray(lineStart, lineEnd).toString('utf8'),
    };
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
