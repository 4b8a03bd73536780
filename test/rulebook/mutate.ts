import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Code } from '../../src/diagnostics/codes.js';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { seededRandom } from '../../src/engine/worklist.js';
import { loadLayers } from '../../src/rulebook/load-layers.js';
import { readRules } from '../../src/rulebook/read-rules.js';
import type { RuleData } from '../../src/rulebook/rule-data.js';

export const RULES = join(import.meta.dirname, '../../rules');

/** A way to spoil a text, once in each place that it finds. */
export interface Kind {
  readonly name: string;
  /** Files that it is for: a folder of rules/, or a file. */
  readonly files: string;
  readonly code: Code;
  /** Places in a text: each match, or each match's first group. */
  readonly find: RegExp;
  /** What takes the place of what was found; undefined where that would not be wrong. */
  readonly change: (found: string, random: () => number) => string | undefined;
  /** Where the mistake is told: at the change, unless this says an offset in the changed text. */
  readonly told?: (text: string, at: number, changed: string) => number;
}

export interface Mutation {
  readonly kind: Kind;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** What was there, and what is there now. */
  readonly what: string;
}

const texts = new Map<string, string>();

export function shippedText(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(join(RULES, file), 'utf8');
    texts.set(file, text);
  }
  return text;
}

export function filesOf(where: string): string[] {
  if (where.endsWith('.yaml')) return [where];
  return readdirSync(join(RULES, where))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => `${where}/${name}`);
}

let words: Set<string> | undefined;

/** Every word of the shipped rules: a slip of the pen must not give another one. */
function knownWords(): Set<string> {
  words ??= new Set(
    [...filesOf('schemas'), ...filesOf('lowering'), ...filesOf('onnx'), 'translation-map.yaml'].flatMap(
      (f) => shippedText(f).match(/[\w$:.]+/g) ?? [],
    ),
  );
  return words;
}

/** A slip of the pen: a letter doubled, lost or swapped with the next; the colons of `aten::` stay, they are told otherwise. */
export function slip(name: string, random: () => number): string | undefined {
  const letters = [...name.matchAll(/[A-Za-z]/g)].map((m) => m.index).filter((i) => i > 0);
  for (let tries = 0; tries < 20; tries++) {
    const i = letters[Math.floor(random() * letters.length)];
    if (i === undefined) return `${name}x`;
    const [c = '', next = ''] = [name[i], name[i + 1]];
    const way = Math.floor(random() * 3);
    const lost = name.slice(0, i) + name.slice(i + 1);
    const swapped = name.slice(0, i) + next + c + name.slice(i + 2);
    const slipped = way === 0 ? name.slice(0, i) + c + name.slice(i) : way === 1 ? lost : swapped;
    const colons = slipped.includes('::') === name.includes('::');
    if (slipped !== name && colons && /^['$A-Za-z_]/.test(slipped) && !knownWords().has(slipped)) return slipped;
  }
  return undefined;
}

/** `count` mutations of a kind at places that the seed decides. */
export function mutationsOf(kind: Kind, count: number, seed: number): Mutation[] {
  const random = seededRandom(seed);
  const places = filesOf(kind.files).flatMap((file) =>
    [...shippedText(file).matchAll(new RegExp(kind.find.source, 'dgm'))].map((m) => ({ file, m })),
  );
  const found: Mutation[] = [];
  for (let tries = 0; tries < 20 * count && found.length < count && places.length > 0; tries++) {
    const [place] = places.splice(Math.floor(random() * places.length), 1);
    if (place === undefined) break;
    const { file, m } = place;
    const [from, to] = m.indices?.[1] ?? m.indices?.[0] ?? [0, 0];
    const text = shippedText(file);
    const old = text.slice(from, to);
    const changed = kind.change(old, random);
    if (changed === undefined || changed === old) continue;
    const spoilt = text.slice(0, from) + changed + text.slice(to);
    const told = kind.told?.(spoilt, from, changed) ?? from;
    const before = spoilt.slice(0, told).split('\n');
    found.push({
      kind,
      file,
      text: spoilt,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      what: `${old} -> ${changed}`.replaceAll('\n', ' ').slice(0, 100),
    });
  }
  return found;
}

/** Loads files as a pack over the shipped rules; what is wrong with them. */
export class Loader {
  private readonly shipped: RuleData = readRules(RULES).data;
  private readonly dir = mkdtempSync(join(tmpdir(), 'mutations-'));
  private count = 0;

  problems(file: string, text: string): { readonly dir: string; readonly found: readonly Diagnostic[] } {
    this.count += 1;
    const dir = join(this.dir, String(this.count));
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
    try {
      loadLayers(this.shipped, { packs: [dir] });
      return { dir, found: [] };
    } catch (e) {
      if (e instanceof DiagnosticError) return { dir, found: e.diagnostics };
      throw e;
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}
