import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  const manifest = JSON.stringify(key, undefined, 2);
  const name = createHash('sha256').update(manifest).digest('hex').slice(0, KEY_LETTERS);
  const folder = join(root, name);
  if (readText(join(folder, MANIFEST)) === manifest && holdsEngine(folder)) {
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
    if (existsSync(folder) && !holdsEngine(folder)) rmSync(folder, { recursive: true, force: true });
    writeFileSync(join(building, MANIFEST), manifest);
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

function holdsEngine(folder: string): boolean {
  return existsSync(join(folder, ENGINE_FILE)) || existsSync(join(folder, ENGINES_FOLDER));
}

/** Which part of the key no entry of the same model has. */
function whyMissed(root: string, key: EngineKey): string {
  const others = entriesOf(root).filter((other) => other.model === key.model);
  if (others.length === 0) return 'no engine of this model was built yet';
  const parts = ['profile', 'options', 'tensorrt', 'onnxruntime', 'gpu'] as const;
  const differing = others.map((other) => parts.filter((part) => other[part] !== key[part]));
  const nearest = differing.reduce((a, b) => (b.length < a.length ? b : a));
  const [other] = others.filter((_, i) => differing[i] === nearest);
  return `the nearest engine has another ${nearest.map((part) => `${part} (${other?.[part]}, now ${key[part]})`).join(', ')}`;
}

function entriesOf(root: string): EngineKey[] {
  const names = existsSync(root) ? readdirSync(root) : [];
  return names.flatMap((name) => {
    const text = readText(join(root, name, MANIFEST));
    return text === undefined ? [] : [JSON.parse(text)];
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
