import { type Token, tokenize } from '../expr/tokenize.js';
import { ExprError } from '../expr/value.js';
import type { Predicate } from './definitions.js';

/** Finds a predicate that a call may mean. */
export type PredicateSource = (name: string) => Predicate | undefined;

/** A part of an expression's text that other text stands for. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * An expression with its calls of predicates replaced by what they hold for these arguments. Calls with another number
 * of arguments stay, and so does a text that is no expression: checks tell of both.
 */
export function expandPredicates(text: string, predicates: PredicateSource): string {
  const tokens = tokensOf(text);
  const edits: Edit[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const name = tokens[i];
    const predicate = name?.kind === 'name' && tokens[i + 1]?.text === '(' ? predicates(name.text) : undefined;
    if (name === undefined || predicate === undefined) continue;
    const call = argumentsOf(tokens, i + 1);
    if (call === undefined || call.ranges.length !== predicate.args.length) continue;
    const args = call.ranges.map(([from, to]) => expandPredicates(text.slice(from, to).trim(), predicates));
    const body = bind(predicate, args);
    edits.push({ from: name.offset, to: call.end, text: `(${body})` });
    i = call.last;
  }
  return applyEdits(text, edits);
}

/** An expression with other names in the place of some. */
export function renameNames(text: string, names: ReadonlyMap<string, string>): string {
  const edits = tokensOf(text).flatMap((t): Edit[] => {
    const other = t.kind === 'name' ? names.get(t.text) : undefined;
    return other === undefined ? [] : [{ from: t.offset, to: t.offset + t.text.length, text: other }];
  });
  return applyEdits(text, edits);
}

/** The body of a predicate with its arguments in their places. */
function bind({ args, holds }: Predicate, given: readonly string[]): string {
  const used = new Set(given.flatMap((text) => tokensOf(text).map((t) => t.text)));
  const values = new Map(args.map((arg, i) => [arg, atomic(given[i] ?? '')]));
  // The name of a comprehension's item must not stand for another of that name in an argument.
  const tokens = tokensOf(holds);
  for (let i = 0; i + 1 < tokens.length; i++) {
    const bound = tokens[i]?.text === 'for' ? tokens[i + 1]?.text : undefined;
    if (bound === undefined || values.has(bound)) continue;
    let fresh = bound;
    while (used.has(fresh)) fresh += '_';
    if (fresh !== bound) values.set(bound, fresh);
  }
  return renameNames(holds, values);
}

function atomic(text: string): string {
  return tokensOf(text).length <= 2 ? text : `(${text})`;
}

/** The arguments of the call whose bracket is token `open`; undefined where it does not close. */
function argumentsOf(
  tokens: readonly Token[],
  open: number,
): { ranges: [from: number, to: number][]; end: number; last: number } | undefined {
  const ranges: [number, number][] = [];
  let depth = 0;
  let from = (tokens[open]?.offset ?? 0) + 1;
  for (let i = open; i < tokens.length; i++) {
    const t = tokens[i];
    if (t === undefined || t.kind !== 'op') continue;
    if (t.text === '(' || t.text === '[') depth += 1;
    if (t.text === ')' || t.text === ']') depth -= 1;
    const ends = depth === 0;
    if (!ends && !(depth === 1 && t.text === ',')) continue;
    if (i > open + 1) ranges.push([from, t.offset]);
    if (ends) return { ranges, end: t.offset + 1, last: i };
    from = t.offset + 1;
  }
  return undefined;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const { from, to, text: other } of edits) {
    out += text.slice(at, from) + other;
    at = to;
  }
  return out + text.slice(at);
}

function tokensOf(text: string): readonly Token[] {
  try {
    return tokenize(text);
  } catch (e) {
    if (!(e instanceof ExprError)) throw e;
    return [];
  }
}
