import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { ENGINE_FILE, openEntry } from '../../src/runtime/engine-cache.js';
import { describedEngine, type EngineDescription, sealEngineFile } from '../../src/runtime/engine-file.js';
import { type EngineKey, engineKey, modelHash } from '../../src/runtime/engine-key.js';
import { openEngine } from '../../src/runtime/open-engine.js';
import { type ModelSource, openModel } from '../../src/runtime/open-model.js';
import { loadOrtApi } from '../../src/runtime/ort-c-api.js';
import type { Profile } from '../../src/runtime/profile.js';
import { ProfiledSession } from '../../src/runtime/profiled-session.js';
import { tensorRtRules } from '../../src/runtime/provider-rules.js';
import type { SessionOptions } from '../../src/runtime/session.js';
import { tensorRtKeys } from '../../src/runtime/tensorrt-options.js';
import { tf32Here } from '../../src/runtime/tf32.js';
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
  return engineKey(api, modelHash(model, []), profile, chosen, {});
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

  test.each([
    ['no graph', Buffer.from([0x3a, 1, 0xff])],
    ['no protobuf', Buffer.from('damaged')],
    ['half of an engine', model.subarray(0, model.length >> 1)],
  ])('that does not open, with %s, is built again', async (_, bytes) => {
    await putEngine(bytes);
    const opened = await openEngine(api, source({}), profile);
    expect(opened.report.cache).toMatchObject({ hit: false, because: expect.stringMatching(/did not open/) });
    opened.native.handle.dispose();
  });

  test('whose file is cut off or empty is built again', async () => {
    for (const keep of [0, 40]) {
      await putEngine(model);
      const [entry = ''] = readdirSync(root);
      truncateSync(join(root, entry, ENGINE_FILE), keep);
      const opened = await openEngine(api, source({}), profile);
      expect(opened.report.cache).toEqual({ hit: false, because: 'files of the engine are missing or cut off' });
      opened.native.handle.dispose();
      rmSync(root, { recursive: true });
    }
  });

  test('is opened with TF32 as it was built, or refused', async () => {
    const before = process.env.NVIDIA_TF32_OVERRIDE;
    const file = join(folder, 'tf32.onnx');
    writeFileSync(file, model);
    const built: EngineKey = { ...(await key()), tf32: 'kept out' };
    sealEngineFile(file, { key: built, profile, inputs: [], outputs: [], unranked: [], nodes: 4 });
    const open = (options: SessionOptions) => openEngine(api, { ...source(options), model: file }, profile);
    try {
      await expect(open({ tf32: true })).rejects.toThrow(/engine-mismatch.*TF32 kept out.*it is allowed/);
      (await open({})).native.handle.dispose();
      expect([tf32Here(), (await key()).tf32]).toEqual(['kept out', 'kept out']);
      writeFileSync(file, model);
      sealEngineFile(file, {
        key: { ...built, tf32: 'allowed' },
        profile,
        inputs: [],
        outputs: [],
        unranked: [],
        nodes: 4,
      });
      await expect(open({})).rejects.toThrow(/engine-mismatch.*TF32 allowed.*it is kept out/);
    } finally {
      if (before === undefined) delete process.env.NVIDIA_TF32_OVERRIDE;
      else process.env.NVIDIA_TF32_OVERRIDE = before;
    }
  });

  test('that records a CUDA graph runs one bound memory, and no other', async () => {
    const own: ModelSource = source({ engineCache: false, tensorrt: { cudaGraphs: true } });
    await using session = new ProfiledSession(api, own, [await openModel(api, own, profile)]);
    const x = tensorFromNumbers('float32', new Array<number>(8).fill(1), [1, 8]);
    await expect(session.run({ x })).rejects.toThrow(/option-invalid.*one bound memory/);
    await expect(session.bind({ x: [1, 9] })).rejects.toThrow(/input-shape/);
    const bound = await session.bind({ x: [1, 8] });
    bound.inputs.x?.bytes.set(x.read());
    expect(Object.keys(bound.runSync())).toEqual(['y', 'rows']);
    bound.dispose();
    await expect(session.bind({ x: [1, 8] })).rejects.toThrow(/bound its memory already/);
  });

  test('of a model that is not taken leaves nothing in the cache', async () => {
    const broken = { ...source({}), model: Buffer.from([0x3a, 2, 0x0a, 0]) };
    await expect(openEngine(api, broken, { name: 'none', dims: {} })).rejects.toThrow(/runtime-error/);
    expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
  });
});
