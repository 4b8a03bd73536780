import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import type { EngineKey } from './engine-key.js';

/** The engine of a whole model: an ONNX file that opens without TensorRT's builder. */
export const ENGINE_FILE = 'engine.onnx';
/** Engines of parts of a model, as ONNX Runtime keeps them. */
export const ENGINES_FOLDER = 'engines';

const MANIFEST = 'thaw-engine.json';
const KEY_LETTERS = 32;

/** What an entry says of itself: its key, and its files with their bytes, by which a file that was cut off shows. */
interface Manifest {
  readonly key: EngineKey;
  readonly files: Readonly<Record<string, number>>;
}

/** What the cache holds for a key, or a place to build it in. */
export interface CacheEntry {
  readonly folder: string;
  readonly hit: boolean;
  /** For people: why it is a hit or a miss. */
  readonly because: string;
  /** Puts what was built into the cache, whole. Of no effect after a hit, or the second time. Gives the entry's folder. */
  keep(): string;
  /** Throws what was built away. Of no effect after a hit, or after `keep`. */
  drop(): void;
}

/** The folder of engines that nobody names: in the user's cache folder. */
export function defaultCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'thaw', 'engines');
}

/** Tells entries apart that one process builds. */
let builds = 0;

/**
 * Looks an engine up. A miss is built in a folder of its own, which takes its place in the cache when it is whole: a
 * build that breaks off, or two at a time, never leave an entry that is damaged. Errors: `output-write`.
 */
export function openEntry(root: string, key: EngineKey): CacheEntry {
  const keyText = JSON.stringify(key);
  const name = createHash('sha256').update(keyText).digest('hex').slice(0, KEY_LETTERS);
  const folder = join(root, name);
  if (isWhole(folder, keyText)) {
    const because = `${folder} holds the engine of this very model, profile, options and machine`;
    return { folder, hit: true, because, keep: () => folder, drop() {} };
  }
  const because = whyMissed(root, key);
  const building = `${folder}.${process.pid}-${builds++}`;
  try {
    mkdirSync(building, { recursive: true });
  } catch (error) {
    fail('output-write', `the engine cache ${root} cannot be written: ${fileReason(error)}`);
  }
  let kept = false;
  const keep = (): string => {
    if (kept) return folder;
    kept = true;
    if (existsSync(folder) && !isWhole(folder, keyText)) rmSync(folder, { recursive: true, force: true });
    const manifest: Manifest = { key, files: filesOf(building) };
    writeFileSync(join(building, MANIFEST), JSON.stringify(manifest, undefined, 2));
    try {
      renameSync(building, folder);
    } catch {
      // Another process was faster, and its engine is the same.
      rmSync(building, { recursive: true, force: true });
    }
    return folder;
  };
  return {
    folder: building,
    hit: false,
    because,
    keep,
    drop: () => rmSync(building, { recursive: true, force: true }),
  };
}

/** Whether an entry has the key, and every file that was kept with it. */
function isWhole(folder: string, keyText: string): boolean {
  const manifest = manifestOf(folder);
  if (manifest === undefined || JSON.stringify(manifest.key) !== keyText) return false;
  const there = filesOf(folder);
  const files = Object.entries(manifest.files);
  return files.length > 0 && files.every(([file, bytes]) => there[file] === bytes);
}

/** Bytes of the files of an entry, beside its manifest. */
function filesOf(folder: string): Record<string, number> {
  const files: Record<string, number> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, name));
    if (stats.isFile() && name !== MANIFEST) files[name] = stats.size;
  }
  return files;
}

/** Which part of the key no entry of the same model has. */
function whyMissed(root: string, key: EngineKey): string {
  const others = entriesOf(root).filter((other) => other.model === key.model);
  if (others.length === 0) return 'no engine of this model was built yet';
  const parts = ['profile', 'options', 'tensorrt', 'onnxruntime', 'gpu', 'tf32'] as const;
  const differing = others.map((other) => parts.filter((part) => other[part] !== key[part]));
  const nearest = differing.reduce((a, b) => (b.length < a.length ? b : a));
  if (nearest.length === 0) return 'files of the engine are missing or cut off';
  const [other] = others.filter((_, i) => differing[i] === nearest);
  return `the nearest engine has another ${nearest.map((part) => `${part} (${other?.[part]}, now ${key[part]})`).join(', ')}`;
}

function entriesOf(root: string): EngineKey[] {
  const names = existsSync(root) ? readdirSync(root) : [];
  return names.flatMap((name) => manifestOf(join(root, name))?.key ?? []);
}

/** Undefined for a folder that is no entry, or whose manifest is damaged. */
function manifestOf(folder: string): Manifest | undefined {
  try {
    const manifest: Partial<Manifest> | null = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    const { key, files } = manifest ?? {};
    return key === undefined || files === undefined ? undefined : { key, files };
  } catch {
    return undefined;
  }
}
