import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { type PackReference, shown } from '../rulebook/find-pack.js';
import type { DisabledRule } from '../rulebook/pack-info.js';
import { findConfig } from './find-config.js';

/** What a project's thaw.config.yaml says. Its fields are options of `RuleBook.load`. */
export interface Config {
  /** The file; absent when the project has none. */
  readonly file?: string;
  /** Packs over the shipped rules, the lowest first; folders are seen from the file. */
  readonly packs: readonly PackReference[];
  /** Rules that are switched off. */
  readonly disable: readonly DisabledRule[];
  /** ONNX opset where a caller does not say. */
  readonly opset?: number;
}

/** Of a project without a file. */
export const NO_CONFIG: Config = { packs: [], disable: [] };

/**
 * Reads a project's configuration: a file, or the one that is found from a folder upwards (by default the current one)
 * as far as the nearest package.json or git repository; empty where there is none. The library looks for it only when
 * this is called. Errors: `file-not-found`, `yaml-syntax`, `yaml-schema`, each at its place.
 */
export async function loadConfig(path = '.'): Promise<Config> {
  const there = statSync(path, { throwIfNoEntry: false });
  const file = there?.isDirectory() ? findConfig(path) : path;
  if (file === undefined) return NO_CONFIG;
  // The YAML parser and the validator are loaded only where there is a file.
  const [{ YamlFile }, { validate }, { items, record }] = await Promise.all([
    import('../rulebook/yaml-file.js'),
    import('../rulebook/validate.js'),
    import('../rulebook/data.js'),
  ]);
  const name = shown(file);
  const yaml = new YamlFile(name, textOf(file));
  if (yaml.value === null) return { ...NO_CONFIG, file: name };
  const problems = validate(yaml, 'config');
  if (problems.length > 0) throw new DiagnosticError(problems);
  const data = record(yaml.value);
  return {
    file: name,
    packs: items(data.rules).map((pack, i) => ({
      pack: String(pack),
      from: dirname(file),
      at: yaml.span(['rules', i]),
    })),
    disable: items(data.disable).map((id, i) => ({ id: String(id), at: yaml.span(['disable', i]) })),
    opset: typeof data.opset === 'number' ? data.opset : undefined,
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail('file-not-found', `cannot read the configuration ${shown(file)}: ${fileReason(error)}`);
  }
}
