import { type ExprValue, UNKNOWN } from '../../expr/value.js';
import { sliced } from '../python-slice.js';
import { any, anyList, bool, constant, define, type FunctionTable, optional, str } from './define.js';

/** How a constant prints in Python; undefined where it would not be alike here. */
function printed(v: ExprValue): string | undefined {
  if (typeof v === 'string') return v;
  if (typeof v === 'number') return String(v);
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  return v === null ? 'None' : undefined;
}

/** `aten::format`: `{}` takes the arguments in turn. Only constants that print alike in Python and here. */
function format(template: string, args: readonly ExprValue[]): ExprValue {
  const texts = args.map(printed);
  if (texts.includes(undefined)) return UNKNOWN;
  let next = 0;
  return template.replace(/\{\}/g, () => texts[next++] ?? '');
}

/** `aten::percentFormat`, of `%s`, `%d` and `%i` without a width. */
function percentFormat(template: string, args: readonly ExprValue[]): ExprValue {
  let next = 0;
  let known = true;
  const text = template.replace(/%(.?)/g, (_, kind: string) => {
    if (kind === '%') return '%';
    const arg = args[next++] ?? UNKNOWN;
    const made = kind === 's' || ((kind === 'd' || kind === 'i') && typeof arg === 'number') ? printed(arg) : undefined;
    if (made === undefined) known = false;
    return made ?? '';
  });
  return known && next === args.length ? text : UNKNOWN;
}

/** The part of a text that a search looks at: an `end` below 0 counts from behind the last character. */
function searched(s: string, start: number, end: number): { readonly text: string; readonly offset: number } {
  const to = end < 0 ? Math.max(0, s.length + end + 1) : Math.min(end, s.length);
  const from = start < 0 ? Math.max(0, s.length + start) : Math.min(start, s.length);
  return { text: s.slice(from, to), offset: from };
}

function find(s: string, part: string, start: number, end: number, last: boolean): number {
  const { text, offset } = searched(s, start, end);
  const at = last ? text.lastIndexOf(part) : text.indexOf(part);
  return at < 0 ? -1 : at + offset;
}

/** Occurrences that do not overlap. */
function count(s: string, part: string, start: number, end: number): number {
  const { text } = searched(s, start, end);
  return text.split(part).length - 1;
}

function replace(s: string, old: string, by: string, most: number): ExprValue {
  if (old === '') return UNKNOWN;
  const parts = s.split(old);
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  const rest = parts.slice(times).join(old);
  return [...parts.slice(0, times), rest].join(by);
}

function strip(s: string, chars: string, side: string): ExprValue {
  let from = 0;
  let to = s.length;
  if (side !== 'right') while (from < to && chars.includes(s.charAt(from))) from++;
  if (side !== 'left') while (to > from && chars.includes(s.charAt(to - 1))) to--;
  return s.slice(from, to);
}

/** `s.split(at, most)` or, from the right, `s.rsplit(at, most)`; words where `at` is none. */
function split(s: string, at: string | null, most: number, right: boolean): ExprValue {
  if (at === '') return UNKNOWN;
  if (at === null) return most < 0 ? s.split(/\s+/).filter((word) => word !== '') : UNKNOWN;
  const parts = s.split(at);
  if (most < 0 || parts.length - 1 <= most) return parts;
  return right
    ? [parts.slice(0, parts.length - most).join(at), ...parts.slice(parts.length - most)]
    : [...parts.slice(0, most), parts.slice(most).join(at)];
}

function partition(s: string, at: string, last: boolean): ExprValue {
  const found = last ? s.lastIndexOf(at) : s.indexOf(at);
  if (found < 0) return last ? ['', '', s] : [s, '', ''];
  return [s.slice(0, found), at, s.slice(found + at.length)];
}

const TESTS: Readonly<Record<string, RegExp>> = {
  alnum: /^[A-Za-z0-9]+$/,
  alpha: /^[A-Za-z]+$/,
  decimal: /^[0-9]+$/,
  digit: /^[0-9]+$/,
  identifier: /^[A-Za-z_]\w*$/,
  lower: /^[^A-Z]*[a-z][^A-Z]*$/s,
  numeric: /^[0-9]+$/,
  printable: /^[\x20-\x7e]*$/,
  space: /^[ \t\n\v\f\r]+$/,
  upper: /^[^a-z]*[A-Z][^a-z]*$/s,
};

const CASES: Readonly<Record<string, (s: string) => string>> = {
  capitalize: (s) => s.charAt(0).toUpperCase() + s.slice(1).toLowerCase(),
  lower: (s) => s.toLowerCase(),
  swap: (s) => s.replace(/[A-Za-z]/g, (c) => (c < 'a' ? c.toLowerCase() : c.toUpperCase())),
  title: (s) => s.toLowerCase().replace(/(?<![a-z])[a-z]/g, (c) => c.toUpperCase()),
  upper: (s) => s.toUpperCase(),
};

/** A longer text than this decides nothing in a model. */
const MAX_PADDED = 4096;

function pad(s: string, side: string, width: number, by: string): ExprValue {
  if (width > MAX_PADDED || by.length !== 1) return UNKNOWN;
  if (side === 'zero')
    return /^[+-]/.test(s) ? s.charAt(0) + s.slice(1).padStart(width - 1, '0') : s.padStart(width, '0');
  return side === 'left' ? s.padStart(width, by) : s.padEnd(width, by);
}

/** Python's text of an int in base 2, 8 or 16. */
function inBase(value: number, base: number): string {
  const prefix = base === 2 ? '0b' : base === 8 ? '0o' : '0x';
  return `${value < 0 ? '-' : ''}${prefix}${Math.abs(value).toString(base)}`;
}

/** What TorchScript computes of texts while a model runs: all of it is known at compile time, or nothing. */
export const TEXT_FUNCTIONS: FunctionTable = {
  format: define('text with each {} replaced', [str, anyList], (_, template, args) => format(template, args)),
  percent_format: define('text with each %s and %d replaced', [str, anyList], (_, template, args) =>
    percentFormat(template, args),
  ),
  text_of: define('str(x) of a constant', [any], (_, v) => printed(v) ?? UNKNOWN),
  parse_int: define('int of a text', [str], (_, s) => (/^[+-]?\d+$/.test(s.trim()) ? Number.parseInt(s, 10) : UNKNOWN)),
  string_item: define('one character', [str, constant], (_, s, i) => s.at(i) ?? UNKNOWN),
  string_slice: define(
    'text[start:end:step]',
    [str, optional(constant), optional(constant), constant],
    (_, s, a, b, step) => sliced(s.split(''), a, b, step).join(''),
  ),
  contains_text: define('true if the text contains the other', [str, str], (_, s, part) => s.includes(part)),
  starts_with: define('true if the text starts with the other', [str, str], (_, s, part) => s.startsWith(part)),
  ends_with: define('true if the text ends with the other', [str, str], (_, s, part) => s.endsWith(part)),
  find_text: define(
    'index of the first or last place of a part between two indexes, -1 for none',
    [str, str, constant, constant, bool],
    (_, s, part, start, end, last) => find(s, part, start, end, last),
  ),
  count_text: define(
    'how often a part stands in a text between two indexes',
    [str, str, constant, constant],
    (_, s, part, start, end) => (part === '' ? UNKNOWN : count(s, part, start, end)),
  ),
  replace_text: define(
    'text with the first occurrences replaced, all if below 0',
    [str, str, str, constant],
    (_, s, old, by, most) => replace(s, old, by, most),
  ),
  strip_text: define('text without these characters at its left and right end', [str, str, str], (_, s, chars, side) =>
    strip(s, chars, side),
  ),
  split_text: define(
    'text split at a separator or, if none, at white space, so many times from the left or right',
    [str, optional(str), constant, bool],
    (_, s, at, most, right) => split(s, at, most, right),
  ),
  partition_text: define(
    'what stands before, at and behind the first or last separator',
    [str, str, bool],
    (_, s, at, last) => partition(s, at, last),
  ),
  join_text: define('texts joined', [str, anyList], (_, s, list) =>
    list.every((t) => typeof t === 'string') ? list.join(s) : UNKNOWN,
  ),
  text_is: define('true if all characters are of a kind', [str, str], (_, kind, s) => TESTS[kind]?.test(s) ?? UNKNOWN, {
    choices: Object.keys(TESTS),
  }),
  text_case: define('text in another case', [str, str], (_, kind, s) => CASES[kind]?.(s) ?? UNKNOWN, {
    choices: Object.keys(CASES),
  }),
  pad_text: define(
    'text of a width at least, filled at the left (zero: behind a sign) or right',
    [str, str, constant, str],
    (_, side, s, width, by) => pad(s, side, width, by),
    { choices: ['left', 'right', 'zero'] },
  ),
  code_of: define('code of a character', [str], (_, s) => (s.length === 1 ? s.charCodeAt(0) : UNKNOWN)),
  character: define('character of a code', [constant], (_, i) =>
    i >= 0 && i < 128 ? String.fromCharCode(i) : UNKNOWN,
  ),
  int_text: define('text of an int in base 2, 8 or 16', [constant, constant], (_, i, base) => inBase(i, base)),
};
