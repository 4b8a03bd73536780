import { type ParseArgsConfig, parseArgs } from 'node:util';
import { fail } from '../../diagnostics/diagnostic.js';
import { nearest } from '../../schema/nearest.js';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** What every command of `thaw rules` takes. */
export const COMMON_OPTIONS = {
  rules: { type: 'string', multiple: true },
  config: { type: 'string' },
  'no-config': { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies OptionTable;

type Parsed<T extends OptionTable> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: T; readonly allowPositionals: true }>
>;

/** The words and options behind `thaw rules COMMAND`, their values not parsed yet. */
export interface RulesLine<T extends OptionTable> {
  readonly words: readonly string[];
  readonly values: Parsed<T>['values'];
}

/** Splits the arguments of one command. Errors: `usage` for an unknown option, with the nearest, or one without its value. */
export function readRulesLine<const T extends OptionTable>(
  command: string,
  argv: readonly string[],
  options: T,
): RulesLine<T> {
  const help = `see thaw rules ${command} --help`;
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return { words: positionals, values };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const unknown = /^Unknown option '(--?[^']*)'/.exec(error.message)?.[1];
    if (unknown === undefined) fail('usage', error.message.split(/\. |\n/)[0] ?? error.message, { help });
    const close = nearest(unknown.replace(/^-+/, ''), Object.keys(options));
    fail('usage', `thaw rules ${command} takes no ${unknown}`, {
      help: close === undefined ? help : `did you mean --${close}?`,
    });
  }
}

/** The one word that a command needs. Errors: `usage` for none or several. */
export function oneWord(command: string, what: string, words: readonly string[]): string {
  const [word, extra] = words;
  const help = `see thaw rules ${command} --help`;
  if (word === undefined) fail('usage', `thaw rules ${command} needs ${what}`, { help });
  if (extra !== undefined)
    fail('usage', `thaw rules ${command} takes one ${what}, but there is ${extra} too`, { help });
  return word;
}

/** Errors: `usage` where a command that takes no words is given some. */
export function noWords(command: string, words: readonly string[]): void {
  const [extra] = words;
  if (extra === undefined) return;
  fail('usage', `thaw rules ${command} takes no ${extra}`, { help: `see thaw rules ${command} --help` });
}

/** A count such as `--max-warnings 3`. Errors: `usage`. */
export function countOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) fail('usage', `--${name} takes a number, not ${text}`);
  return Number(text);
}
