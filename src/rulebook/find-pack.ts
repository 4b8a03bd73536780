import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail, type Span } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { record } from './data.js';

/** The folder that a pack's name stands for. */
export interface FoundPack {
  /** As people know it: seen from the current folder where it lies below. */
  readonly dir: string;
  /** Of an npm package, from its package.json. */
  readonly name: string;
  readonly version?: string;
}

/** A pack as it is asked for: a folder, or an npm package. */
export interface PackReference {
  readonly pack: string;
  /** The folder that relative names and `node_modules` are seen from; the current one when absent. */
  readonly from?: string;
  /** Where it is asked for. */
  readonly at?: Span;
}

const PACKAGE_NAME = /^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/i;

/**
 * Finds a pack: the folder of this name, else the npm package in the `node_modules` of `from` or a folder above it. Only
 * package.json is read of a package: `thaw: { rules: "dir" }` names its folder of rules, the package's own by default.
 * Errors: `pack-not-found`, `pack-invalid`.
 */
export function findPack({ pack, from, at }: PackReference): FoundPack {
  const folder = from === undefined || isAbsolute(pack) ? pack : shown(join(from, pack));
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there?.isDirectory()) return { dir: folder, name: basename(resolve(folder)) };
  if (there !== undefined) fail('pack-invalid', `${folder} is a file: a rule pack is a folder`, { at });
  const start = resolve(from ?? '.');
  if (!PACKAGE_NAME.test(pack)) fail('pack-not-found', `there is no folder ${folder}`, { at });
  for (let dir = start; ; dir = dirname(dir)) {
    const home = join(dir, 'node_modules', pack);
    if (statSync(join(home, 'package.json'), { throwIfNoEntry: false })?.isFile()) return packageAt(home, pack, at);
    if (dirname(dir) === dir) break;
  }
  return fail('pack-not-found', `there is no folder ${folder}, and no package ${pack} in node_modules`, {
    at,
    help: `check the path, or install the package: npm install ${pack}`,
  });
}

function packageAt(home: string, pack: string, at: Span | undefined): FoundPack {
  const manifest = join(home, 'package.json');
  const { name, version, thaw } = record(readJson(manifest, at));
  const found = {
    name: typeof name === 'string' ? name : pack,
    version: typeof version === 'string' ? version : undefined,
  };
  if (thaw === undefined) return { dir: shown(home), ...found };
  const { rules } = record(thaw);
  if (typeof rules !== 'string') {
    fail('pack-invalid', `${shown(manifest)}: \`thaw\` names no folder of rules`, {
      at,
      help: 'the form is "thaw": { "rules": "rules" }',
    });
  }
  const dir = join(home, rules);
  if (dir !== home && !dir.startsWith(home + sep)) {
    fail('pack-invalid', `${shown(manifest)}: \`thaw.rules\` leaves the package: ${rules}`, { at });
  }
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    fail('pack-invalid', `${shown(manifest)}: \`thaw.rules\` is no folder of the package: ${rules}`, { at });
  }
  return { dir: shown(dir), ...found };
}

function readJson(path: string, at: Span | undefined): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail('pack-invalid', `cannot read ${shown(path)}: ${fileReason(error)}`, { at });
  }
}

/** A path as people write it: relative where it lies below the current folder. */
export function shown(path: string): string {
  const short = relative('', path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}
