import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { gpuDriver } from './gpu.js';
import type { OrtApi } from './ort-c-api.js';
import type { Profile } from './profile.js';
import { tensorRtVersion } from './provider-libraries.js';
import type { SessionOptions } from './session-options.js';
import { type Tf32, tf32Here } from './tf32.js';

/** All that an engine depends on, by name. Two engines are the same only if all of it is. */
export interface EngineKey {
  /** SHA-256 of the model. */
  readonly model: string;
  readonly profile: string;
  readonly options: string;
  readonly tensorrt: string;
  readonly onnxruntime: string;
  /** Name and compute capability. */
  readonly gpu: string;
  readonly tf32: Tf32;
}

const CHUNK_BYTES = 1 << 22;

/**
 * The key of the engine that a session would build here. `hash` is the model's (`modelHash`); `tensorRtKeys` are the
 * options in ONNX Runtime's terms.
 */
export async function engineKey(
  api: OrtApi,
  hash: string,
  profile: Profile,
  tensorRtKeys: Readonly<Record<string, string>>,
  options: SessionOptions,
): Promise<EngineKey> {
  return {
    model: hash,
    profile: sortedText(profile.dims),
    options: sortedText(tensorRtKeys),
    ...(await machineOf(api, options.device ?? 0)),
    tf32: tf32Here(),
  };
}

/** The part of a key that the machine decides. */
export async function machineOf(
  api: OrtApi,
  device: number,
): Promise<Pick<EngineKey, 'tensorrt' | 'onnxruntime' | 'gpu'>> {
  const gpu = (await gpuDriver())?.gpus[device];
  return {
    tensorrt: (await tensorRtVersion()) ?? 'unknown',
    onnxruntime: api.version,
    gpu: gpu === undefined ? 'unknown' : `${gpu.name}, ${gpu.computeCapability}`,
  };
}

/** SHA-256 of a model's bytes and of the files of its external weights. */
export function modelHash(model: Uint8Array, weights: readonly string[]): string {
  const hash = createHash('sha256').update(model);
  for (const file of weights) hashFile(hash, file);
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

/** JSON with its names in order: equal records have equal texts. */
function sortedText(record: object): string {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}
