import { fail } from '../../../diagnostics/diagnostic.js';
import { spanAt } from './code-unit.js';

export type TokenKind = 'name' | 'int' | 'float' | 'imaginary' | 'str' | 'op' | 'newline' | 'indent' | 'dedent' | 'end';

const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const BACKSLASH = 92;
const DOT = 46;
const UNDERSCORE = 95;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;

/** By first character, longest first. */
const OPERATORS = new Map<number, readonly string[]>();
for (const op of [
  ...['**=', '//=', '<<=', '>>=', '...', '->', '==', '!=', '<=', '>=', '<<', '>>', '**', '//', '+=', '-=', '*=', '/='],
  ...['%=', '&=', '|=', '^=', '@=', '+', '-', '*', '/', '%', '@', '&', '|', '^', '~', '<', '>', '=', '(', ')', '['],
  ...[']', '{', '}', ',', ':', '.', ';'],
]) {
  const code = op.charCodeAt(0);
  OPERATORS.set(code, [...(OPERATORS.get(code) ?? []), op]);
}

const EXPONENT = /[eE][-+]?\d+/y;
const RADIX_NUMBER = /0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)/y;

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isNameStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === UNDERSCORE || c >= 128;
}

/**
 * Cuts a serialized source into tokens, one at a time: `next` moves the current token on. Indentation becomes
 * `indent` and `dedent` tokens; line ends inside brackets and after a backslash are blank.
 * Offsets count characters. Errors: `syntax-error`.
 */
export class Lexer {
  kind: TokenKind = 'newline';
  /** Operators, names and numbers as they are spelled; empty for others. */
  text = '';
  start = 0;
  end = 0;
  /** Where the token before the current one ended. */
  previousEnd = 0;
  private at = 0;
  private depth = 0;
  private atLineStart = true;
  private pendingDedents = 0;
  private readonly indents = [0];

  constructor(
    readonly source: string,
    readonly file: string,
  ) {
    this.next();
  }

  next(): void {
    this.previousEnd = this.end;
    if (this.pendingDedents > 0) {
      this.pendingDedents -= 1;
      this.set('dedent', this.at);
      return;
    }
    if (this.atLineStart && this.depth === 0) {
      this.atLineStart = false;
      if (this.indentation()) return;
    }
    this.skipBlanks();
    const start = this.at;
    if (start >= this.source.length) {
      this.finish(start);
      return;
    }
    const c = this.source.charCodeAt(start);
    if (isNameStart(c)) this.name(start);
    else if (isDigit(c) || (c === DOT && isDigit(this.source.charCodeAt(start + 1)))) this.number(start);
    else if (c === DOUBLE_QUOTE || c === SINGLE_QUOTE) this.string(start, c);
    else if (c === NEWLINE || c === RETURN) {
      this.at += 1;
      this.atLineStart = true;
      this.set('newline', start);
    } else this.operator(start, c);
  }

  /** Stops with a `syntax-error` at a place of this source, by default the current token. */
  bad(message: string, start = this.start, end = this.end): never {
    return fail('syntax-error', message, {
      at: spanAt(this.file, this.source, start, end),
      help: 'the archive may be damaged or from a newer PyTorch; save the model again with torch.jit.save',
    });
  }

  private set(kind: TokenKind, start: number, text = ''): void {
    this.kind = kind;
    this.start = start;
    this.end = this.at;
    this.text = text;
  }

  /** Measures a line's indentation, blank lines skipped. True when a token came of it. */
  private indentation(): boolean {
    const { source } = this;
    let width = 0;
    for (;;) {
      const c = source.charCodeAt(this.at);
      if (c === SPACE) width += 1;
      else if (c === TAB) width += 8 - (width % 8);
      else if (c === NEWLINE || c === RETURN) width = 0;
      else if (c === HASH) {
        this.skipComment();
        continue;
      } else break;
      this.at += 1;
    }
    if (this.at >= source.length) width = 0;
    const current = this.openIndent();
    if (width === current) return false;
    if (width > current) {
      this.indents.push(width);
      this.set('indent', this.at);
      return true;
    }
    let closed = 0;
    while (this.openIndent() > width) {
      this.indents.pop();
      closed += 1;
    }
    if (this.openIndent() !== width) this.bad('the indentation fits no block that is open', this.at, this.at + 1);
    this.pendingDedents = closed - 1;
    this.set('dedent', this.at);
    return true;
  }

  private openIndent(): number {
    return this.indents[this.indents.length - 1] ?? 0;
  }

  private skipBlanks(): void {
    const { source } = this;
    for (;;) {
      const c = source.charCodeAt(this.at);
      if (c === SPACE || c === TAB) this.at += 1;
      else if (c === HASH) this.skipComment();
      else if ((c === NEWLINE || c === RETURN) && this.depth > 0) this.at += 1;
      else if (c === BACKSLASH && this.lineEnd(this.at + 1) > 0) this.at += 1 + this.lineEnd(this.at + 1);
      else return;
    }
  }

  private lineEnd(at: number): number {
    if (this.source.charCodeAt(at) === NEWLINE) return 1;
    return this.source.charCodeAt(at) === RETURN && this.source.charCodeAt(at + 1) === NEWLINE ? 2 : 0;
  }

  private skipComment(): void {
    const end = this.source.indexOf('\n', this.at);
    this.at = end < 0 ? this.source.length : end;
  }

  /** At the end of the text: one line end, the open blocks closed, then `end` for ever. */
  private finish(start: number): void {
    if (this.kind !== 'newline' && this.kind !== 'dedent' && this.kind !== 'end') {
      this.atLineStart = true;
      this.set('newline', start);
    } else if (this.indents.length > 1) {
      this.indents.pop();
      this.set('dedent', start);
    } else this.set('end', start);
  }

  private name(start: number): void {
    const { source } = this;
    let at = start + 1;
    for (;;) {
      const c = source.charCodeAt(at);
      if (isNameStart(c) || isDigit(c)) at += 1;
      else break;
    }
    this.at = at;
    this.set('name', start, source.slice(start, at));
  }

  private number(start: number): void {
    const { source } = this;
    let at = this.match(RADIX_NUMBER, start);
    let kind: TokenKind = 'int';
    if (at === start) {
      while (isDigit(source.charCodeAt(at))) at += 1;
      if (source.charCodeAt(at) === DOT) {
        kind = 'float';
        at += 1;
        while (isDigit(source.charCodeAt(at))) at += 1;
      }
      const end = this.match(EXPONENT, at);
      if (end > at) kind = 'float';
      at = end;
    }
    const text = source.slice(start, at);
    if (source.charAt(at) === 'j') {
      kind = 'imaginary';
      at += 1;
    }
    this.at = at;
    this.set(kind, start, text);
  }

  /** Where a sticky pattern that matches at `at` ends; `at` itself when it does not. */
  private match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return pattern.test(this.source) ? pattern.lastIndex : at;
  }

  private string(start: number, quote: number): void {
    const { source } = this;
    const triple = source.charCodeAt(start + 1) === quote && source.charCodeAt(start + 2) === quote;
    let at = start + (triple ? 3 : 1);
    for (;;) {
      if (at >= source.length) this.bad('a string does not end', start, start + 1);
      const c = source.charCodeAt(at);
      if (c === BACKSLASH) at += 2;
      else if (c === NEWLINE && !triple) this.bad('a string does not end on its line', start, at);
      else if (c !== quote) at += 1;
      else if (!triple) {
        at += 1;
        break;
      } else if (source.charCodeAt(at + 1) === quote && source.charCodeAt(at + 2) === quote) {
        at += 3;
        break;
      } else at += 1;
    }
    this.at = at;
    this.set('str', start);
  }

  private operator(start: number, c: number): void {
    for (const op of OPERATORS.get(c) ?? []) {
      if (op.length > 1 && !this.source.startsWith(op, start)) continue;
      if (op === '(' || op === '[' || op === '{') this.depth += 1;
      else if (op === ')' || op === ']' || op === '}') this.depth = Math.max(0, this.depth - 1);
      this.at = start + op.length;
      this.set('op', start, op);
      return;
    }
    this.bad(`unexpected character \`${this.source.charAt(start)}\``, start, start + 1);
  }
}
