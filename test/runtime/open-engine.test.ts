import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { ENGINE_FILE, openEntry } from '../../src/runtime/engine-cache.js';
import { describedEngine, type EngineDescription, sealEngineFile } from '../../src/runtime/engine-file.js';
import { type EngineKey, engineKey } from '../../src/runtime/engine-key.js';
import { openEngine } from '../../src/runtime/open-engine.js';
import type { ModelSource } from '../../src/runtime/open-model.js';
import { loadOrtApi } from '../../src/runtime/ort-c-api.js';
import type { Profile } from '../../src/runtime/profile.js';
import { tensorRtRules } from '../../src/runtime/provider-rules.js';
import type { SessionOptions } from '../../src/runtime/session.js';
import { tensorRtKeys } from '../../src/runtime/tensorrt-options.js';
import { mixedModel } from './mixed-model.js';

const api = await loadOrtApi();
const folder = mkdtempSync(join(tmpdir(), 'thaw-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = mixedModel(symbol('N'));
const profile: Profile = { name: 'the model', dims: { N: { min: 1, opt: 2, max: 4 } } };
const root = join(folder, 'cache');
beforeEach(() => rmSync(root, { recursive: true, force: true }));

/** The CPU stands for TensorRT: it opens the same files, and builds nothing. */
function source(options: SessionOptions): ModelSource {
  return { model, chosen: { provider: 'cpu', because: 'a test' }, options: { engineCache: root, ...options } };
}

async function key(): Promise<EngineKey> {
  const chosen = tensorRtKeys({ excludeOps: tensorRtRules().keptOut });
  return engineKey(api, model, new Set(), profile, chosen, {});
}

/** A file with the model's own graph in the place of an engine. */
async function putEngine(bytes: Uint8Array): Promise<void> {
  const entry = openEntry(root, await key());
  const file = join(entry.folder, ENGINE_FILE);
  writeFileSync(file, bytes);
  const inputs: EngineDescription['inputs'] = [{ name: 'x', dtype: 'float32', dims: ['N', 8] }];
  sealEngineFile(file, { key: await key(), profile, inputs, outputs: [], unranked: [], nodes: 4 });
  entry.keep();
}

describe('an engine', () => {
  test('comes from the cache with the description that it was kept with', async () => {
    await putEngine(mixedModel(symbol('lost')));
    const opened = await openEngine(api, source({}), profile);
    expect(opened.report).toMatchObject({ nodes: { tensorrt: 4 }, cache: { hit: true } });
    expect(opened.inputs).toEqual([{ name: 'x', dtype: 'float32', dims: ['N', 8] }]);
    opened.native.handle.dispose();
  });

  test('is written to a place of the user, whole or not at all', async () => {
    await putEngine(model);
    const engineFile = join(folder, 'mine.onnx');
    (await openEngine(api, source({ engineFile }), profile)).native.handle.dispose();
    expect(describedEngine(engineFile)?.profile).toEqual(profile);
    const again = openEngine(api, { ...source({ engineFile }), model: engineFile }, profile);
    await expect(again).rejects.toThrow(/an engine file already/);
    const nowhere = join(folder, 'no-folder', 'mine.onnx');
    await expect(openEngine(api, source({ engineFile: nowhere }), profile)).rejects.toThrow(/output-write/);
  });

  test('of another machine is refused', async () => {
    const file = join(folder, 'foreign.onnx');
    writeFileSync(file, model);
    const foreign = { ...(await key()), gpu: 'another GPU', tensorrt: '9.0.0' };
    sealEngineFile(file, { key: foreign, profile, inputs: [], outputs: [], unranked: [], nodes: 4 });
    await expect(openEngine(api, { ...source({}), model: file }, profile)).rejects.toThrow(
      /engine-mismatch.*tensorrt 9\.0\.0.*gpu another GPU/,
    );
  });

  test('that does not open is built again', async () => {
    await putEngine(Buffer.from([0x3a, 1, 0xff]));
    const opened = await openEngine(api, source({}), profile);
    expect(opened.report.cache).toMatchObject({ hit: false, because: expect.stringMatching(/did not open/) });
    opened.native.handle.dispose();
  });

  test('of a model that is not taken leaves nothing in the cache', async () => {
    const broken = { ...source({}), model: Buffer.from([0x3a, 2, 0x0a, 0]) };
    await expect(openEngine(api, broken, { name: 'none', dims: {} })).rejects.toThrow(/runtime-error/);
    expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
  });
});
