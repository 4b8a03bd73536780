import { EDGES } from './numbers.js';
import type { Random } from './random.js';

/** Words, numbers, strings, runs of blanks, and signs, of Python's grammar and of graph text alike. */
const TOKEN = /%[\w.]+|[A-Za-z_]\w*|\d+(?:\.\d*)?(?:e[-+]?\d+)?|"(?:[^"\\\n]|\\.)*"|\n[ ]*|[ ]+|->|[^\s]/g;

const ODD_NUMBERS = [
  ...EDGES.map(String),
  '1e308',
  '1e999',
  '-0.',
  '9'.repeat(400),
  '0x7f',
  '1_000',
  '1.e',
  'inf',
  'nan',
];
const ODD_STRINGS = ['""', '"\\x"', '"\\777"', '"\\u12"', '"{} {}"', '"\n"', '"', "'a'", '"\\"', '"é\u{1f600}"'];
const ODD_SIGNS = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '=',
  '.',
  '*',
  '->',
  '-',
  '~',
  '#',
  '\\',
  '\0',
  '\t',
  '\r',
  '@',
  '?',
  '!',
];
const NESTED = 400;

type TextMutation = (tokens: string[], random: Random) => void;

const MUTATIONS: readonly TextMutation[] = [
  drop,
  duplicate,
  swap,
  replaceAlike,
  replaceAlike,
  replaceAlike,
  replaceAlike,
  replaceAlike,
  replaceAlike,
  replaceAlike,
  number,
  number,
  string,
  sign,
  moveLine,
  moveLine,
  dropLine,
  dropLine,
  repeatLine,
  repeatLine,
  indent,
  nest,
  cut,
  repeatSpan,
];

/** Changes a text at one or a few places: tokens and lines dropped, doubled, swapped, replaced by their like, nested. */
export function mutateText(text: string, random: Random): string {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.length === 0) return text;
  for (let n = random.count(6); n > 0; n--) random.pick(MUTATIONS)(tokens, random);
  return tokens.join('');
}

function drop(tokens: string[], random: Random): void {
  tokens.splice(random.below(tokens.length), random.count(4));
}

function duplicate(tokens: string[], random: Random): void {
  const at = random.below(tokens.length);
  tokens.splice(at, 0, ...tokens.slice(at, at + random.count(8)));
}

function swap(tokens: string[], random: Random): void {
  const a = random.below(tokens.length);
  const b = random.chance(0.5) ? Math.min(a + 1 + random.below(4), tokens.length - 1) : random.below(tokens.length);
  const [first, second] = [tokens[a], tokens[b]];
  if (first === undefined || second === undefined) return;
  tokens[a] = second;
  tokens[b] = first;
}

/** A name by another name, a number by another number of the same text. */
function replaceAlike(tokens: string[], random: Random): void {
  const at = places(tokens, /^[%\w"]/, random);
  const old = at === undefined ? undefined : tokens[at];
  if (at === undefined || old === undefined) return;
  const alike = tokens.filter((t) => kindOf(t) === kindOf(old));
  if (alike.length > 0) tokens[at] = random.pick(alike);
}

function kindOf(token: string): string {
  if (/^%/.test(token)) return 'value';
  if (/^\d/.test(token)) return 'number';
  if (/^"/.test(token)) return 'string';
  return /^\w/.test(token) ? 'word' : 'sign';
}

function number(tokens: string[], random: Random): void {
  const at = places(tokens, /^\d/, random);
  if (at !== undefined) tokens[at] = random.pick(ODD_NUMBERS);
}

function string(tokens: string[], random: Random): void {
  const at = places(tokens, /^["\d]/, random);
  if (at !== undefined) tokens[at] = random.pick(ODD_STRINGS);
}

function sign(tokens: string[], random: Random): void {
  tokens.splice(random.below(tokens.length), random.below(2), random.pick(ODD_SIGNS));
}

function places(tokens: readonly string[], like: RegExp, random: Random): number | undefined {
  const start = random.below(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const at = (start + i) % tokens.length;
    if (like.test(tokens[at] ?? '')) return at;
  }
  return undefined;
}

/** From the start of a line to the start of the next. */
function lineAt(tokens: readonly string[], random: Random): { start: number; length: number } {
  let start = random.below(tokens.length);
  while (start > 0 && !tokens[start]?.startsWith('\n')) start--;
  let end = start + 1;
  while (end < tokens.length && !tokens[end]?.startsWith('\n')) end++;
  return { start, length: end - start };
}

function moveLine(tokens: string[], random: Random): void {
  const { start, length } = lineAt(tokens, random);
  const line = tokens.splice(start, length);
  tokens.splice(tokens.length === 0 ? 0 : lineAt(tokens, random).start, 0, ...line);
}

function dropLine(tokens: string[], random: Random): void {
  const { start, length } = lineAt(tokens, random);
  tokens.splice(start, length);
}

function repeatLine(tokens: string[], random: Random): void {
  const { start, length } = lineAt(tokens, random);
  const line = tokens.slice(start, start + length);
  for (let n = random.pick([1, 2, 50]); n > 0; n--) tokens.splice(start, 0, ...line);
}

function indent(tokens: string[], random: Random): void {
  const { start } = lineAt(tokens, random);
  const margin = tokens[start];
  if (margin?.startsWith('\n')) tokens[start] = random.chance(0.5) ? `${margin}  ` : margin.slice(0, -2) || '\n';
}

/** Brackets and operators around a token, many deep. */
function nest(tokens: string[], random: Random): void {
  const at = places(tokens, /^[\w%]/, random);
  if (at === undefined) return;
  const depth = random.pick([1, 3, NESTED]);
  const [open, close] = random.pick([
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
    ['-', ''],
    ['not ', ''],
    ['torch.neg(', ')'],
    ['Optional[', ']'],
    ['(', ', )'],
  ]);
  tokens[at] = `${open?.repeat(depth)}${tokens[at]}${close?.repeat(depth)}`;
}

function cut(tokens: string[], random: Random): void {
  if (random.chance(0.3)) tokens.length = random.below(tokens.length);
}

function repeatSpan(tokens: string[], random: Random): void {
  const start = random.below(tokens.length);
  const span = tokens.slice(start, start + 1 + random.below(40));
  const more = Array.from({ length: random.pick([1, 2, 30]) }, () => span).flat();
  tokens.splice(random.below(tokens.length), 0, ...more);
}
