import type { Code } from '../diagnostics/codes.js';
import { fail } from '../diagnostics/diagnostic.js';

/** Reads the value of one option from left to right; its problems point into it with a caret. */
export class ArgumentScanner {
  private at = 0;

  constructor(
    /** The option's name, which stands where a file's name stands in a diagnostic. */
    private readonly option: string,
    private readonly text: string,
    private readonly code: Code,
  ) {}

  /** Consumes a match of a sticky pattern here, after white space; undefined and nothing consumed without one. */
  match(pattern: RegExp): string | undefined {
    this.skipSpace();
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }

  /** Consumes a punctuation character if it stands here. */
  take(symbol: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(symbol, this.at)) return false;
    this.at += symbol.length;
    return true;
  }

  expect(symbol: string, help?: string): void {
    if (!this.take(symbol)) this.fail(`\`${symbol}\` is expected here`, { help });
  }

  /** Consumes everything up to the end. */
  rest(): string {
    const rest = this.text.slice(this.at);
    this.at = this.text.length;
    return rest;
  }

  get position(): number {
    this.skipSpace();
    return this.at;
  }

  get isAtEnd(): boolean {
    return this.position === this.text.length;
  }

  end(): void {
    if (!this.isAtEnd) this.fail('this is left over', { length: this.text.length - this.at });
  }

  fail(
    message: string,
    more: { readonly help?: string; readonly from?: number; readonly length?: number } = {},
  ): never {
    const from = more.from ?? this.position;
    const length = more.length ?? Math.max(1, this.at - from);
    const at = { file: this.option, line: 1, column: from + 1, length, text: this.text };
    fail(this.code, message, { at, help: more.help });
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
  }
}

/** Containers may be nested this deep; the parsers recurse. */
export const MAX_ARGUMENT_DEPTH = 32;

const NAME = /%?[^\s=%]+(?=\s*=)/y;

/** `NAME=` at the start of a value; a `%` before a graph's own name is dropped. */
export function scanName(scanner: ArgumentScanner, form: string): string {
  const name = scanner.match(NAME);
  if (name === undefined) scanner.fail('a name and `=` are expected here', { help: `the form is ${form}` });
  scanner.expect('=');
  return name.replace(/^%/, '');
}
