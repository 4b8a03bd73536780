import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { DiagnosticError, fail } from '../../diagnostics/diagnostic.js';
import { fileReason } from '../../diagnostics/file-reason.js';
import { canonicalText } from '../../ir/fingerprint.js';
import type { RuleBook } from '../../rulebook/load.js';
import type { CaseFile, RuleCase } from '../../testing/case-file.js';
import { caseGraph } from '../../testing/case-graph.js';
import { ruleResult } from './rule-result.js';

/** A part of a text and what takes its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Writes what a rule gives into the `after` of its cases where another graph stands there. The rest of the file stays as
 * it is, to the letter; what does not verify is never written. Returns the names of the cases that changed.
 */
export function updateCases(book: RuleBook, file: CaseFile, takes: (c: RuleCase) => boolean): string[] {
  if (file.kind !== 'rule') return [];
  const entry = book.entry(file.rule);
  if (entry === undefined || entry.state === 'disabled') return [];
  const { rule } = entry;
  const source = readFileSync(file.path, 'utf8');
  const maps = parseDocument(source).get('cases');
  const edits: Edit[] = [];
  const changed: string[] = [];
  file.cases.forEach((c, i) => {
    const { before, after } = c;
    if (before === undefined || after === undefined || !takes(c)) return;
    const result = ruleResult(book, rule, c, before);
    if (!('text' in result) || sameGraph(book, c, result.text, after)) return;
    const map = isSeq(maps) ? maps.items[i] : undefined;
    const edit = isMap(map) ? editOf(map, source, result.text) : undefined;
    if (edit === undefined) return;
    edits.push(edit);
    changed.push(c.name);
  });
  if (edits.length > 0) write(file.path, applied(source, edits));
  return changed;
}

function sameGraph(book: RuleBook, c: RuleCase, given: string, after: string): boolean {
  const text = (graph: string) => canonicalText(caseGraph(book, { ...c, dims: {} }, graph));
  try {
    return text(given) === text(after);
  } catch (error) {
    // What is no graph is not the one that the rule gives.
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

/** Puts a block scalar in the place of the value of `after`; a comment beside it stays. */
function editOf(map: YAMLMap, source: string, text: string): Edit | undefined {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === 'after');
  const key = pair?.key;
  const value = pair?.value;
  if (!isScalar(key) || !isScalar(value) || key.range == null || value.range == null) return undefined;
  const [start, end] = value.range;
  // What stands in braces has no blocks.
  if (map.flow === true) return { start, end, text: JSON.stringify(text) };
  const indent = ' '.repeat(key.range[0] - (source.lastIndexOf('\n', key.range[0]) + 1) + 2);
  const block = text
    .trimEnd()
    .split('\n')
    .map((line) => indent + line)
    .join('\n');
  const isBlock = value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED';
  const lineEnd = endOfLine(source, isBlock ? start : end);
  const comment = /\s*#.*$/.exec(source.slice(isBlock ? start : end, lineEnd))?.[0] ?? '';
  // The range of a block has the newline at its end, that of another value has not.
  return { start, end: isBlock ? end : lineEnd, text: `|${comment}\n${block}${isBlock ? '\n' : ''}` };
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

function applied(source: string, edits: readonly Edit[]): string {
  return edits.reduceRight((text, { start, end, text: part }) => text.slice(0, start) + part + text.slice(end), source);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    fail('output-write', `cannot write ${path}: ${fileReason(error)}`);
  }
}
