import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { RuleId } from '../../schema/rule.js';

/** The text of a rule as its file has it. */
export interface RuleText {
  /** From the dash to the end, moved to the left margin. */
  readonly whole: string;
  /** Each key with its value, moved to the left margin: `match: { op: ... }`. */
  readonly fields: ReadonlyMap<string, string>;
}

interface FileText {
  readonly rules: ReadonlyMap<RuleId, RuleText>;
  /** Predicates and fragments with their text: `name:` and what is below. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** Reads rules as text; a file is parsed once. */
export class RuleTexts {
  private readonly files = new Map<string, FileText>();

  /** `paths` are the files whose predicates and fragments rules may use, the lowest layer first. */
  constructor(private readonly paths: Iterable<string>) {}

  /** Undefined where the file has no such rule any more. */
  of(path: string, id: RuleId): RuleText | undefined {
    return this.file(path).rules.get(id);
  }

  /** The texts of the predicates and fragments that a text names, and of those that these name, in order. */
  definitionsFor(text: string): string[] {
    const all = new Map([...new Set(this.paths)].flatMap((path) => [...this.file(path).definitions]));
    const used = new Map<string, string>();
    for (let open = [text]; open.length > 0; ) {
      const words = new Set(open.flatMap((part) => part.match(/\w+/g) ?? []));
      open = [];
      for (const [name, definition] of all) {
        if (used.has(name) || !words.has(name)) continue;
        used.set(name, definition);
        open.push(definition);
      }
    }
    return [...used.values()];
  }

  private file(path: string): FileText {
    let known = this.files.get(path);
    if (known === undefined) {
      known = fileText(readFileSync(path, 'utf8'));
      this.files.set(path, known);
    }
    return known;
  }
}

/** Parts of a file of rules that define names for rules. */
const DEFINITIONS = ['predicates', 'fragments'] as const;

function fileText(text: string): FileText {
  const { contents } = parseDocument(text);
  const rules = new Map<RuleId, RuleText>();
  const definitions = new Map<string, string>();
  if (!isMap(contents)) return { rules, definitions };
  for (const section of DEFINITIONS) {
    const map = contents.get(section);
    if (isMap(map)) for (const [name, part] of pairTexts(map, text)) definitions.set(name, part);
  }
  const list = contents.get('rules');
  for (const rule of isSeq(list) ? list.items : []) {
    const id = isMap(rule) ? rule.get('id') : undefined;
    if (!isMap(rule) || typeof id !== 'string' || rule.range == null) continue;
    const start = text.lastIndexOf('-', rule.range[0]);
    rules.set(id, { whole: dedent(text, start, endOf(rule)), fields: pairTexts(rule, text) });
  }
  return { rules, definitions };
}

/** Each key of a mapping with its value as text. */
function pairTexts(map: YAMLMap, text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { key, value } of map.items) {
    if (!isScalar(key) || key.range == null) continue;
    const end = isNode(value) && value.range != null ? value.range[1] : key.range[1];
    found.set(String(key.value), dedent(text, key.range[0], end));
  }
  return found;
}

/** Where the last value of a mapping ends, comments behind it left out. */
function endOf(map: YAMLMap): number {
  const last = map.items[map.items.length - 1]?.value;
  return (isNode(last) ? last.range?.[1] : undefined) ?? map.range?.[1] ?? 0;
}

/** A part of a text with its further lines moved left by as much as the first one stands to the right. */
function dedent(text: string, start: number, end: number): string {
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  const [first = '', ...rest] = text.slice(start, end).trimEnd().split('\n');
  return [first, ...rest.map((line) => line.slice(Math.min(column, line.length - line.trimStart().length)))].join('\n');
}
