import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { DimRange } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import type { Profile } from './profile.js';

const FORM =
  'a profile is `dims:` with SYMBOL: MIN:OPT:MAX, SYMBOL: SIZE, or SYMBOL: { min, opt, max }; and a `name:` if you like';

/**
 * Reads a profile's file:
 *
 *     name: decode
 *     dims:
 *       batch: 1:8:32
 *       past: { min: 0, opt: 512, max: 2048 }
 *       heads: 12
 *
 * The name is the file's own where there is none. Errors: `file-not-found`, `profile-syntax` with the place.
 */
export function readProfile(file: string): Profile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    fail('file-not-found', `cannot read the profile ${file}: ${fileReason(error)}`);
  }
  return parseProfile(text, file);
}

/**
 * A profile from the text of a YAML file, which `file` names in messages. Errors: `profile-syntax`, all at their
 * places.
 */
export function parseProfile(text: string, file: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems: Diagnostic[] = [];
  const problem = (message: string, offset: number): void => {
    const { line, col } = lines.linePos(offset);
    const at = { file, line: Math.max(line, 1), column: Math.max(col, 1), text: text.split('\n')[line - 1] };
    problems.push({ code: 'profile-syntax', severity: 'error', message, at, help: FORM });
  };
  for (const error of document.errors) problem(error.message.split('\n')[0] ?? error.message, error.pos[0]);
  let name = basename(file).replace(/\.ya?ml$/, '');
  const dims: Record<string, DimRange> = {};
  const root = document.contents;
  const entries = problems.length === 0 && isMap(root) ? root.items : [];
  if (problems.length === 0 && !isMap(root)) problem('the profile is no mapping', 0);
  for (const { key, value } of entries) {
    const word = isScalar(key) ? String(key.value) : '';
    const place = offsetOf(key);
    if (word === 'name' && isScalar(value) && typeof value.value === 'string') name = value.value;
    else if (word === 'dims' && isMap(value)) {
      for (const item of value.items) {
        const symbol = isScalar(item.key) ? String(item.key.value) : '';
        const range = rangeOf(item.value);
        if (range === undefined) problem(`the range of ${symbol} is none`, offsetOf(item.key));
        else dims[symbol] = range;
      }
    } else problem(`${word} is nothing that a profile says, or of the wrong form`, place);
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return { name, dims };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value);
}

/** YAML reads 1:8:32 as text, and 12 as a number. */
function rangeOf(node: unknown): DimRange | undefined {
  if (isMap(node)) {
    const [min, opt, max] = ['min', 'opt', 'max'].map((key) => node.get(key));
    return node.items.length === 3 ? checked(min, opt, max) : undefined;
  }
  if (!isScalar(node)) return undefined;
  const parts = String(node.value).split(':');
  if (!parts.every((part) => /^\d+$/.test(part))) return undefined;
  const [min, opt = min, max = parts.length === 1 ? min : undefined] = parts.map(Number);
  return parts.length > 3 ? undefined : checked(min, opt, max);
}

function checked(min: unknown, opt: unknown, max: unknown): DimRange | undefined {
  const whole = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  return whole(min) && whole(opt) && whole(max) && min <= opt && opt <= max ? { min, opt, max } : undefined;
}
