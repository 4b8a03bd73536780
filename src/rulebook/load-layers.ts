import { statSync } from 'node:fs';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { parseSignature } from '../schema/parse-signature.js';
import { argText, printSignature } from '../schema/print-signature.js';
import { operatorOf } from '../schema/registry.js';
import type { Arg } from '../schema/signature.js';
import { isSubtype } from '../schema/subtype.js';
import { checkRules } from './check.js';
import { checkBehaviour, MAX_LOAD_TRIALS } from './check-behaviour.js';
import { RuleBook, type RuleBookOptions } from './load.js';
import type { DisabledRule, PackInfo } from './pack-info.js';
import { checkDisabled, type PackLayer, readPacks } from './read-pack.js';
import { type RuleSource, readRules, ruleFiles } from './read-rules.js';
import type { RuleData } from './rule-data.js';

/**
 * The rule book of `base` (compiled rules, or a folder of YAML) with the packs of the options on top. Every folder is
 * checked against the layers below it. Errors: see `RuleBook.load`.
 */
export function loadLayers(base: RuleData | string, options: RuleBookOptions): RuleBook {
  const packs = readPacks((options.packs ?? []).map((pack) => (typeof pack === 'string' ? { pack } : pack)));
  const parts: RuleData[] = typeof base === 'string' ? [] : [base];
  let book: RuleBook | undefined;
  const add = (dir: string, layer?: PackLayer): RuleSource => {
    const source = readRules(dir, parts);
    if (layer !== undefined) raise(checkDisabled(layer.disable, idsOf(parts), layer.pack));
    const below = [...parts];
    const data = { ...source.data, pack: layer?.pack, disable: layer?.disable };
    parts.push(data);
    book = new RuleBook([...parts]);
    checkRules({ ...source, data }, book);
    raise(lostArguments(data, below));
    return source;
  };
  if (typeof base === 'string') addBase(base, parts, () => add(base));
  const sources = packs.map((layer) => add(layer.dir, layer));
  const { disable = [], file = '' } = options;
  if (disable.length > 0) {
    const pack: PackInfo = { name: file === '' ? 'the options' : file, path: file, kind: 'settings' };
    const rules = disable.map((rule): DisabledRule => (typeof rule === 'string' ? { id: rule } : rule));
    raise(checkDisabled(rules, idsOf(parts), pack));
    parts.push({ operators: [], lowering: [], translation: [], recipes: [], pack, disable: rules });
    book = undefined;
  }
  const whole = book ?? new RuleBook(parts);
  raise(checkBehaviour(sources, whole, MAX_LOAD_TRIALS));
  return whole;
}

/** What a folder of shipped rules said when it was read and checked last, by its path. */
const checked = new Map<string, { readonly stamp: string; readonly data: RuleData }>();

/** Adds the lowest layer: anew only where a file has changed since, as a long process loads it many times. */
function addBase(dir: string, parts: RuleData[], read: () => void): void {
  const stamp = ruleFiles(dir)
    .map(({ path }) => {
      const { mtimeMs, size } = statSync(path);
      return `${path} ${mtimeMs} ${size}`;
    })
    .join('\n');
  const known = checked.get(dir);
  if (known?.stamp === stamp) {
    parts.push(known.data);
    return;
  }
  read();
  const [data] = parts;
  if (data !== undefined) checked.set(dir, { stamp, data });
}

/** A schema that replaces one below takes the same arguments by name: the rules and recipes below give them. */
function lostArguments({ operators }: RuleData, below: readonly RuleData[]): Diagnostic[] {
  return operators.flatMap((o): Diagnostic[] => {
    const start = `${operatorOf(o.signature)}(`;
    const known = below.flatMap((part) => part.operators.findLast((p) => p.signature.startsWith(start)) ?? []);
    const text = known[known.length - 1]?.signature;
    if (text === undefined) return [];
    const replaced = parseSignature(text);
    const { args } = parseSignature(o.signature);
    const keeps = (a: Arg): boolean => args.some((own) => own.name === a.name && isSubtype(a.type, own.type));
    const lost = replaced.args.filter((a) => !keeps(a)).map((a) => `\`${argText(a)}\``);
    if (lost.length === 0) return [];
    return [
      {
        code: 'pack-invalid',
        severity: 'error',
        message: `this schema of ${replaced.op} replaces one with ${lost.join(', ')}, which rules and recipes below may give`,
        at: o.span,
        help: `keep the arguments of ${printSignature(replaced)}`,
      },
    ];
  });
}

function idsOf(parts: readonly RuleData[]): Set<string> {
  return new Set(parts.flatMap((part) => [...part.lowering, ...part.translation].map(({ id }) => id)));
}

function raise(found: readonly Diagnostic[]): void {
  if (found.length > 0) throw new DiagnosticError(found);
}
