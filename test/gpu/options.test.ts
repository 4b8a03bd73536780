/** TensorRT's options on a GPU, each in an engine that runs: `npm run test:gpu`. Skipped, with the reason, on other machines. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import type { TensorData } from '../../src/ir/tensor-data.js';
import { createSession, type Session, type SessionOptions } from '../../src/runtime/session.js';
import type { TensorRtOptions } from '../../src/runtime/tensorrt-options.js';
import { difference } from '../models/model-case.js';
import { mixedModel } from '../runtime/mixed-model.js';
import { whyNoGpu } from './gpu.js';
import { quantizedModel } from './quantized-model.js';

const reason = await whyNoGpu();
const folder = mkdtempSync(join(tmpdir(), 'thaw-gpu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engineCache = join(folder, 'engines');
const base: SessionOptions = {
  provider: 'tensorrt',
  tf32: false,
  engineCache,
  dims: { N: { min: 1, opt: 3, max: 4 } },
};
const mixed = mixedModel(symbol('N'));

function open(tensorrt: TensorRtOptions, more: SessionOptions = {}): Promise<Session> {
  return createSession(mixed, { ...base, ...more, tensorrt: { optimizationLevel: 0, ...tensorrt } });
}

function rows(count: number, seed: number): TensorData {
  const values = Array.from({ length: count * 8 }, (_, i) => Math.sin(i * seed) * 3);
  return tensorFromNumbers('float32', values, [count, 8]);
}

/** What ONNX Runtime's CPU kernels give. */
async function onCpu(model: Uint8Array, x: TensorData): Promise<Record<string, TensorData>> {
  await using session = await createSession(model);
  return session.run({ x });
}

function agree(got: Record<string, TensorData>, wanted: Record<string, TensorData>, tolerance: number): void {
  for (const [name, want] of Object.entries(wanted)) {
    const data = got[name];
    expect([name, data === undefined ? 'no output' : difference(data, want, tolerance)]).toEqual([name, undefined]);
  }
}

describe.skipIf(reason !== undefined)('an engine', { timeout: 300_000 }, () => {
  test.each<[string, TensorRtOptions, number]>([
    ['of bfloat16', { bf16: true }, 3e-2],
    ['of float16', { fp16: true }, 1e-2],
    ['for every GPU from Ampere on', { hardwareCompatible: true }, 1e-4],
    [
      'with limits, extra streams, sparse weights and a plugin library',
      {
        workspaceMiB: 256,
        auxiliaryStreams: 0,
        sparsity: true,
        minEngineNodes: 2,
        plugins: ['libnvinfer_plugin.so.10'],
      },
      1e-4,
    ],
  ])('%s', async (_, options, tolerance) => {
    const x = rows(3, 0.7);
    const wanted = await onCpu(mixed, x);
    for (const hit of [false, true]) {
      await using session = await open(options);
      expect(session.reports).toMatchObject([{ parts: 1, left: [], cache: { hit } }]);
      agree(await session.run({ x }), wanted, tolerance);
    }
  });

  test('of int8, from a model with QuantizeLinear and DequantizeLinear', async () => {
    const model = quantizedModel(symbol('N'));
    const values = Array.from({ length: 3 * 16 * 64 }, (_, i) => Math.sin(i * 1.7));
    const x = tensorFromNumbers('float32', values, [3, 16, 8, 8]);
    const options: SessionOptions = { ...base, tensorrt: { optimizationLevel: 0, int8: true } };
    await using session = await createSession(model, options);
    expect(session.reports).toMatchObject([{ parts: 1, left: [] }]);
    agree(await session.run({ x }), await onCpu(model, x), 2e-2);
  });

  test('leaves what the builder measured in the timing cache', async () => {
    const root = join(folder, 'timing');
    await using first = await open({ timingCache: true, optimizationLevel: 2 }, { engineCache: root });
    expect(first.reports[0]?.cache?.hit).toBe(false);
    expect(readdirSync(root).filter((name) => name.endsWith('.timing'))).toHaveLength(1);
  });

  test('in a CUDA graph replays the run for what lies in the bound memory', async () => {
    const dims = { N: { min: 3, opt: 3, max: 3 } };
    await expect(open({ cudaGraphs: true })).rejects.toThrow(/option-invalid.*one size/);
    for (const hit of [false, true]) {
      await using session = await open({ cudaGraphs: true }, { dims });
      expect(session.reports[0]?.cache?.hit).toBe(hit);
      using bound = await session.bind({ x: [3, 8] });
      for (const seed of [0.3, 0.7, 1.1, 1.3, 1.7]) {
        const x = rows(3, seed);
        bound.inputs.x?.bytes.set(x.read());
        const wanted = await onCpu(mixed, x);
        agree(bound.runSync(), wanted, 1e-4);
        agree(await bound.run(), wanted, 1e-4);
      }
    }
  });

  test('for each profile, and a wider one when a size leaves them all', async () => {
    const profiles = [
      { name: 'one', dims: { N: { min: 1, opt: 1, max: 1 } } },
      { name: 'some', dims: { N: { min: 2, opt: 3, max: 4 } } },
    ];
    const options: SessionOptions = { dims: undefined, profiles, onOutOfRange: 'rebuild' };
    await using session = await open({}, options);
    expect(session.reports).toHaveLength(2);
    for (const count of [1, 4, 2]) {
      const x = rows(count, 0.2);
      agree(await session.run({ x }), await onCpu(mixed, x), 1e-4);
    }
    expect(session.reports).toHaveLength(2);
    for (const count of [9, 6]) {
      const x = rows(count, 0.2);
      agree(await session.run({ x }), await onCpu(mixed, x), 1e-4);
      expect(session.reports).toHaveLength(3);
    }
  });

  test('of a damaged cache is built again', async () => {
    const root = join(folder, 'damaged');
    const first = await open({}, { engineCache: root });
    await first.dispose();
    const file = readdirSync(root, { recursive: true })
      .map(String)
      .find((name) => name.endsWith('engine.onnx'));
    writeFileSync(join(root, file ?? ''), 'damaged');
    await using again = await open({}, { engineCache: root });
    expect(again.reports[0]?.cache).toMatchObject({ hit: false });
    const x = rows(2, 0.4);
    agree(await again.run({ x }), await onCpu(mixed, x), 1e-4);
  });
});
