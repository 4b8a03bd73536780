import type { Token } from './tokenize.js';

/** Signs of other languages, the longer before those that they begin with, and what stands for them here. */
const SIGNS: readonly (readonly [sign: string, help: string])[] = [
  ['=', 'write `==`'],
  ['&&', 'write `and`'],
  ['||', 'write `or`'],
  ['&', 'write `and`'],
  ['|', 'write `or`'],
  ['!', 'write `not`'],
  ['?', 'write `a if condition else b`'],
  ['^', 'write `**` for a power'],
  ['$', 'a capture is `$` and a name'],
];

/** The sign of another language that a text begins with; undefined for one that stands for nothing. */
export function signHelp(rest: string): { readonly sign: string; readonly help: string } | undefined {
  const found = SIGNS.find(([sign]) => rest.startsWith(sign));
  return found === undefined ? undefined : { sign: found[0], help: found[1] };
}

const WORDS = ['and', 'or', 'not', 'in', 'if', 'else', 'for'];

/** What to write where a token follows a complete expression. */
export function strayHelp(before: Token | undefined, t: Token): string | undefined {
  const word = t.text.toLowerCase();
  if (t.kind === 'name' && t.text !== word && WORDS.includes(word)) return `write \`${word}\``;
  if (t.kind === 'name' && word === 'is') return 'write `==`';
  if (before?.text === '<' && t.text === '>') return 'write `!=`';
  const called = before?.kind === 'name' && !before.text.startsWith('$') && !WORDS.includes(before.text);
  if (called && t.kind !== 'op' && t.kind !== 'end')
    return `a function is called with brackets: ${before.text}(${t.text})`;
  return undefined;
}

/** Names of other languages, and what stands for them here. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'none'],
  ['null', 'none'],
  ['nil', 'none'],
  ['undefined', 'none'],
  ['integer', 'int64'],
  ['int', 'int64'],
  ['long', 'int64'],
  ['short', 'int16'],
  ['byte', 'uint8'],
  ['char', 'int8'],
  ['float', 'float32'],
  ['half', 'float16'],
  ['double', 'float64'],
  ['boolean', 'bool'],
  ['fp16', 'float16'],
  ['fp32', 'float32'],
  ['fp64', 'float64'],
  ['bf16', 'bfloat16'],
]);

/** The constant or dtype that a name of another language means; undefined for other names. */
export function meantName(name: string): string | undefined {
  return NAMES.get(name);
}
