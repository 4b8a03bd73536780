import { type Dirent, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, DiagnosticError, fail, type Span } from '../diagnostics/diagnostic.js';
import { nearest } from '../schema/nearest.js';
import { items, optionalText, record } from './data.js';
import { findPack, type PackReference } from './find-pack.js';
import type { DisabledRule, PackInfo } from './pack-info.js';
import { validate } from './validate.js';
import { YamlFile } from './yaml-file.js';

/** What stands in the folder of a pack. */
const FOLDERS = ['schemas', 'lowering', 'translation', 'onnx', 'cases'] as const;
const FILES = ['translation-map.yaml', 'translation-map.yml', 'pack.yaml', 'pack.yml'] as const;

/** A pack in its place among the layers. */
export interface PackLayer {
  readonly dir: string;
  readonly pack: PackInfo;
  readonly disable: readonly DisabledRule[];
}

/**
 * The packs that are asked for, the lowest first, those that they build on (`extends` of pack.yaml) below them; each
 * folder once. Errors: the problems of all of them: `pack-not-found`, `pack-invalid`, `yaml-syntax`, `yaml-schema`.
 */
export function readPacks(references: readonly PackReference[]): PackLayer[] {
  const layers = new Map<string, PackLayer>();
  const problems: Diagnostic[] = [];
  const visit = (reference: PackReference, above: readonly string[]): void => {
    try {
      const found = findPack(reference);
      const key = realpathSync(found.dir);
      if (layers.has(key)) return;
      if (above.includes(key)) {
        fail('pack-invalid', `packs build on each other: ${[...above, key].join(' -> ')}`, { at: reference.at });
      }
      const { extend, disable, name, version } = packFile(found.dir, reference.at);
      for (const below of extend) visit(below, [...above, key]);
      const pack: PackInfo = {
        name: name ?? found.name,
        version: version ?? found.version,
        path: found.dir,
        kind: 'pack',
      };
      layers.set(key, { dir: found.dir, pack, disable });
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      problems.push(...error.diagnostics);
    }
  };
  for (const reference of references) visit(reference, []);
  if (problems.length > 0) throw new DiagnosticError(problems);
  return [...layers.values()];
}

interface PackFile {
  readonly name?: string;
  readonly version?: string;
  readonly extend: readonly PackReference[];
  readonly disable: readonly DisabledRule[];
}

/** pack.yaml of a folder; nothing where there is none, if the folder has rules. */
function packFile(dir: string, at: Span | undefined): PackFile {
  const entries = readdirSync(dir, { withFileTypes: true });
  misspelt(dir, entries, at);
  const name = entries.find((e) => e.name === 'pack.yaml' || e.name === 'pack.yml')?.name;
  if (name === undefined) return { extend: [], disable: [] };
  const path = join(dir, name);
  const file = new YamlFile(path, readFileSync(path, 'utf8'));
  const problems = validate(file, 'pack');
  if (problems.length > 0) throw new DiagnosticError(problems);
  const data = record(file.value);
  return {
    name: optionalText(data.name),
    version: optionalText(data.version),
    extend: items(data.extends).map((pack, i) => ({
      pack: String(pack),
      from: dir,
      at: file.span(['extends', i]),
    })),
    disable: items(data.disable).map((id, i) => ({ id: String(id), at: file.span(['disable', i]) })),
  };
}

/** A folder of rules whose name is nearly one that is read would be left out in silence. */
function misspelt(dir: string, entries: readonly Dirent[], at: Span | undefined): void {
  const known: readonly string[] = [...FOLDERS, ...FILES];
  const names = new Set(entries.map((e) => e.name));
  for (const entry of entries) {
    const meant = known.includes(entry.name) ? undefined : nearest(entry.name, known);
    if (meant === undefined || names.has(meant)) continue;
    const path = join(dir, entry.name);
    const holdsYaml = entry.isDirectory() ? readdirSync(path).some(isYaml) : isYaml(entry.name);
    if (holdsYaml) fail('pack-invalid', `${path} is no part of a rule pack`, { at, help: `did you mean ${meant}?` });
  }
  if (known.some((name) => names.has(name))) return;
  fail('pack-invalid', `the folder ${dir} holds no rules`, {
    at,
    help: `a rule pack has folders ${FOLDERS.join(', ')} or a file pack.yaml (docs/rules.md)`,
  });
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** Errors: `pack-unknown-rule` for each rule that a layer switches off and none below has. */
export function checkDisabled(
  disable: readonly DisabledRule[],
  known: ReadonlySet<string>,
  own: PackInfo,
): Diagnostic[] {
  return disable
    .filter(({ id }) => !known.has(id))
    .map(({ id, at }) => {
      const close = nearest(id, known);
      return {
        code: 'pack-unknown-rule',
        severity: 'error',
        message: `there is no rule \`${id}\` below ${own.name} to switch off`,
        at,
        help: close === undefined ? 'thaw rules list tells the rules' : `did you mean \`${close}\`?`,
      };
    });
}
