import type { Code } from '../../diagnostics/codes.js';
import { DiagnosticError, fail, type Span } from '../../diagnostics/diagnostic.js';
import { DEFAULT_LIMITS, RAISE_NESTING, type ReadLimits } from './limits.js';

/** `value` is a name with its `%`; `punct` one sign or `->`. */
export type GraphTokenKind = 'value' | 'word' | 'number' | 'complex' | 'string' | 'punct' | 'end';

export interface GraphToken {
  readonly kind: GraphTokenKind;
  readonly text: string;
  readonly offset: number;
}

const NUMBER = String.raw`(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|(?:inf|nan)(?=j?\b))`;

const KINDS = ['value', 'complex', 'number', 'word', 'string', 'punct'] as const;

/** One token; a group for each of KINDS, in this order. */
const TOKEN = new RegExp(
  [
    // Submodules may be named `block1-0`, and values after them.
    String.raw`(%[\w.]+(?:[-/][\w.]+)*)`,
    `(-?(?:${NUMBER}[-+])?${NUMBER}j)`,
    `(-?${NUMBER})`,
    String.raw`([A-Za-z_]\w*(?:::\w+)*(?:\.\w+)*)`,
    String.raw`("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')`,
    String.raw`(->|[()[\]{},:=?*<>^])`,
  ].join('|'),
  'y',
);

/** White space and comments between tokens. */
const GAP = /(?:\s|#[^\n]*)*/y;

/** What may follow a node on its line: its scope and a comment. */
const TRAILER = /(?:[ \t]*,[ \t]*scope:[^#\n]*)?[ \t]*(?:#([^\n]*))?/y;

/**
 * Cuts TorchScript's graph text into tokens, one ahead of the parser. Comments are skipped, but for the one that follows
 * a node and says where it comes from.
 */
export class GraphLexer {
  private current: GraphToken;
  /** Where the token before the current one ended. */
  private previousEnd = 0;
  private end = 0;
  private lineNumber = 1;
  private lineStart = 0;
  private counted = 0;
  private depth = 0;

  constructor(
    readonly text: string,
    readonly file: string,
    private readonly limits: ReadLimits = DEFAULT_LIMITS,
  ) {
    this.end = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.current = this.scan();
  }

  get peek(): GraphToken {
    return this.current;
  }

  take(): GraphToken {
    const t = this.current;
    this.previousEnd = this.end;
    this.current = this.scan();
    return t;
  }

  /** True if the current token is this sign or word. */
  at(text: string): boolean {
    return this.current.text === text && this.current.kind !== 'string';
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  expect(text: string, where: string): void {
    if (!this.accept(text)) this.unexpected(`\`${text}\` ${where}`);
  }

  word(what: string): string {
    if (this.current.kind !== 'word') this.unexpected(what);
    return this.take().text;
  }

  /** The comment behind the node that was just read, on its line; skips the node's scope. */
  trailer(): string | undefined {
    TRAILER.lastIndex = this.previousEnd;
    const m = TRAILER.exec(this.text);
    if (m === null || m[0] === '') return undefined;
    if (this.current.offset < TRAILER.lastIndex) {
      this.end = TRAILER.lastIndex;
      this.current = this.scan();
    }
    return m[1]?.trim();
  }

  /** What `pattern` (sticky) matches from the current token on, blanks before it included; moves behind it. */
  raw(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.previousEnd;
    const m = pattern.exec(this.text);
    if (m === null) return undefined;
    this.end = pattern.lastIndex;
    this.current = this.scan();
    return m;
  }

  /** The place of a token. Cheap for tokens in order, the usual case. */
  span(token: GraphToken = this.current): Span {
    if (token.offset < this.lineStart) {
      this.lineNumber = 1;
      this.lineStart = 0;
      this.counted = 0;
    }
    for (let at = this.text.indexOf('\n', this.counted); at >= 0 && at < token.offset; ) {
      this.lineNumber += 1;
      this.lineStart = at + 1;
      this.counted = at + 1;
      at = this.text.indexOf('\n', this.counted);
    }
    const lineEnd = this.text.indexOf('\n', token.offset);
    return {
      file: this.file,
      line: this.lineNumber,
      column: token.offset - this.lineStart + 1,
      length: Math.max(1, token.text.length),
      text: this.text.slice(this.lineStart, lineEnd < 0 ? undefined : lineEnd),
    };
  }

  unexpected(wanted: string): never {
    const { kind, text } = this.current;
    return this.fail(
      'syntax-error',
      `expected ${wanted}, not ${kind === 'end' ? 'the end of the text' : `\`${text}\``}`,
    );
  }

  /** Reads something that may hold its own kind. Errors: `unsupported-syntax` beyond `codeNesting`. */
  nested<T>(read: () => T): T {
    this.depth += 1;
    this.checkNesting(0);
    const result = read();
    this.depth -= 1;
    return result;
  }

  /** So many more levels must fit. */
  checkNesting(levels: number): void {
    const most = this.limits.codeNesting;
    if (this.depth + levels <= most) return;
    this.fail('unsupported-syntax', `types or values nest deeper than ${most} levels`, this.peek, RAISE_NESTING);
  }

  fail(code: Code, message: string, token: GraphToken = this.current, help?: string): never {
    return fail(code, message, { at: this.span(token), help });
  }

  private scan(): GraphToken {
    GAP.lastIndex = this.end;
    GAP.exec(this.text);
    const offset = GAP.lastIndex;
    if (offset >= this.text.length) {
      this.end = this.text.length;
      return { kind: 'end', text: '', offset: this.text.length };
    }
    TOKEN.lastIndex = offset;
    const m = TOKEN.exec(this.text);
    if (m === null) return this.stray(offset);
    this.end = TOKEN.lastIndex;
    const group = m.findIndex((g, i) => i > 0 && g !== undefined);
    return { kind: KINDS[group - 1] ?? 'end', text: m[0], offset };
  }

  /** A sign of no token: fatal, unless a tensor's values are read over it. */
  private stray(offset: number): GraphToken {
    this.end = offset + 1;
    return { kind: 'punct', text: this.text[offset] ?? '', offset };
  }
}

/** Collects the problems of a text whose reading goes on after them. */
export class GraphProblems {
  private readonly errors: DiagnosticError[] = [];

  /** Runs `read`; a DiagnosticError is kept, and the result undefined. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      this.errors.push(e);
      return undefined;
    }
  }

  /** Throws all that was kept as one error. */
  raise(): void {
    if (this.errors.length > 0) throw new DiagnosticError(this.errors.flatMap((e) => e.diagnostics));
  }
}
