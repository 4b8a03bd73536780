import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { RuleId } from '../../schema/rule.js';

/** The text of a rule as its file has it. */
export interface RuleText {
  /** From the dash to the end, moved to the left margin. */
  readonly whole: string;
  /** Each key with its value, moved to the left margin: `match: { op: ... }`. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads rules as text; a file is parsed once. */
export class RuleTexts {
  private readonly files = new Map<string, ReadonlyMap<RuleId, RuleText>>();

  /** Undefined where the file has no such rule any more. */
  of(path: string, id: RuleId): RuleText | undefined {
    let texts = this.files.get(path);
    if (texts === undefined) {
      texts = rulesOf(readFileSync(path, 'utf8'));
      this.files.set(path, texts);
    }
    return texts.get(id);
  }
}

function rulesOf(text: string): Map<RuleId, RuleText> {
  const found = new Map<RuleId, RuleText>();
  const { contents } = parseDocument(text);
  const rules = isMap(contents) ? contents.get('rules') : undefined;
  if (!isMap(contents) || !isSeq(rules)) return found;
  for (const rule of rules.items) {
    const id = isMap(rule) ? rule.get('id') : undefined;
    if (!isMap(rule) || typeof id !== 'string' || rule.range == null) continue;
    const fields = new Map<string, string>();
    let end = rule.range[0];
    for (const { key, value } of rule.items) {
      if (!isScalar(key) || key.range == null) continue;
      end = isNode(value) && value.range != null ? value.range[1] : key.range[1];
      fields.set(String(key.value), dedent(text, key.range[0], end));
    }
    found.set(id, { whole: dedent(text, text.lastIndexOf('-', rule.range[0]), end), fields });
  }
  return found;
}

/** A part of a text with its further lines moved left by as much as the first one stands to the right. */
function dedent(text: string, start: number, end: number): string {
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const [first = '', ...rest] = text.slice(start, end).trimEnd().split('\n');
  return [first, ...rest.map((line) => line.slice(Math.min(column, line.length - line.trimStart().length)))].join('\n');
}
