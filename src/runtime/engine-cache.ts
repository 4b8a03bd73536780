import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { readOutline } from '../onnx/read-outline.js';

/** All that an engine depends on, by name. Two engines are the same only if all of it is. */
export interface EngineKey {
  readonly model: string;
  readonly profile: string;
  readonly options: string;
  readonly tensorrt: string;
  readonly onnxruntime: string;
  readonly gpu: string;
}

/** What the cache holds for a key: where ONNX Runtime is to look and write, and why. */
export interface CacheEntry {
  readonly folder: string;
  readonly hit: boolean;
  /** For people: why it is a hit or a miss. */
  readonly because: string;
  /** Makes what was built visible to others; of no effect after a hit. */
  keep(): void;
  /** Throws what was built away. */
  drop(): void;
}

const MANIFEST = 'thaw-engine.json';
const KEY_LETTERS = 32;
const CHUNK_BYTES = 1 << 22;

/** The folder of engines that nobody names: in the user's cache folder. */
export function defaultCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'thaw', 'engines');
}

/** SHA-256 of a model: of its file and of the files of its external weights, or of its bytes. */
export function modelHash(model: string | Uint8Array): string {
  const hash = createHash('sha256');
  if (typeof model !== 'string') return hash.update(model).digest('hex');
  hashFile(hash, model);
  const { externalFiles } = readOutline(readFileSync(model));
  for (const file of externalFiles) hashFile(hash, join(dirname(model), file));
  return hash.digest('hex');
}

function hashFile(hash: Hash, path: string): void {
  const fd = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let read = 1; read > 0; ) {
      read = readSync(fd, chunk, 0, chunk.length, null);
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Looks an engine up. A miss is built in a folder of its own, which takes its place in the cache when it is whole: a
 * build that breaks off, or two at a time, never leave an entry that is damaged. Errors: `output-write`.
 */
export function openEntry(root: string, key: EngineKey): CacheEntry {
  const text = JSON.stringify(key, undefined, 2);
  const name = createHash('sha256').update(text).digest('hex').slice(0, KEY_LETTERS);
  const folder = join(root, name);
  if (isWhole(folder, text))
    return {
      folder,
      hit: true,
      because: `an engine of this very model, profile and machine lies in ${folder}`,
      keep() {},
      drop() {},
    };
  const because = existsSync(folder) ? `${folder} is not whole` : whyMissed(root, key);
  const building = `${folder}.${process.pid}-${builds++}`;
  try {
    mkdirSync(building, { recursive: true });
  } catch (error) {
    fail('output-write', `the engine cache ${root} cannot be written: ${fileReason(error)}`);
  }
  return {
    folder: building,
    hit: false,
    because,
    keep() {
      writeFileSync(join(building, MANIFEST), text);
      if (!isWhole(folder, text)) rmSync(folder, { recursive: true, force: true });
      try {
        renameSync(building, folder);
      } catch {
        // Another process was faster: its engine is the same.
        rmSync(building, { recursive: true, force: true });
      }
    },
    drop: () => rmSync(building, { recursive: true, force: true }),
  };
}

let builds = 0;

function isWhole(folder: string, manifest: string): boolean {
  return readText(join(folder, MANIFEST)) === manifest && readdirSync(folder).some((file) => file.endsWith('.engine'));
}

/** Which part of the key no entry of the same model has. */
function whyMissed(root: string, key: EngineKey): string {
  const others = entriesOf(root).filter((other) => other.model === key.model);
  if (others.length === 0) return 'no engine of this model was built yet';
  const parts = ['profile', 'options', 'tensorrt', 'onnxruntime', 'gpu'] as const;
  const differing = others.map((other) => parts.filter((part) => other[part] !== key[part]));
  const nearest = differing.reduce((a, b) => (b.length < a.length ? b : a));
  const [other] = others.filter((_, i) => differing[i] === nearest);
  return `the nearest engine differs: ${nearest.map((part) => `${part} ${other?.[part]} -> ${key[part]}`).join('; ')}`;
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
