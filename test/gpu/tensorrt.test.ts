/**
 * TensorRT on a GPU: `npm run test:gpu`. Skipped, with the reason, on other machines. TensorRT takes about 10 seconds to
 * start for each engine that is built.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, loadModel } from '../../src/compiler.js';
import type { DimRange } from '../../src/compiler-options.js';
import type { TensorData } from '../../src/ir/tensor-data.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { createSession, type Session, type SessionOptions } from '../../src/runtime/session.js';
import { difference, inputSpecs, loadArray, type ModelCase, modelCases } from '../models/model-case.js';
import { whyNoGpu } from './gpu.js';

const reason = await whyNoGpu();
if (reason !== undefined) console.log(`the GPU tests are skipped: ${reason}`);

const folder = mkdtempSync(join(tmpdir(), 'thaw-gpu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base: SessionOptions = {
  provider: 'tensorrt',
  tf32: false,
  engineCache: join(folder, 'engines'),
  tensorrt: { optimizationLevel: 1 },
};

function caseOf(name: string): ModelCase {
  const found = modelCases().find((c) => c.name === name);
  if (found === undefined) throw new Error(`no model ${name}`);
  return found;
}

/** The ONNX file of a recorded model, all its dims dynamic. */
async function compiled(c: ModelCase): Promise<string> {
  const file = join(folder, `${c.name}.onnx`);
  if (existsSync(file)) return file;
  const model = await loadModel(join(c.dir, c.file));
  const { onnx } = await compile(model, { inputs: inputSpecs(c), dims: c.dims });
  writeFileSync(file, modelBytes(onnx));
  model.close();
  return file;
}

function feedsOf(c: ModelCase, run: ModelCase['runs'][number]): Record<string, TensorData> {
  return Object.fromEntries(c.inputs.map(({ name }, i) => [name, loadArray(c, run.inputs[i]?.file ?? '')]));
}

/** Every recorded run agrees with PyTorch. */
async function agrees(session: Session, c: ModelCase, tolerance: number): Promise<void> {
  for (const run of c.runs) {
    const results = Object.values(await session.run(feedsOf(c, run)));
    for (const [i, { file }] of run.outputs.entries()) {
      const got = results[i];
      expect(got === undefined ? 'no output' : difference(got, loadArray(c, file), tolerance)).toBeUndefined();
    }
  }
}

const SLOW = 300_000;

describe.skipIf(reason !== undefined)('on the GPU', { timeout: SLOW }, () => {
  test.each(['resnet18', 'bert', 'unet'])('%s is one engine for all sizes', async (name) => {
    const c = caseOf(name);
    await using session = await createSession(await compiled(c), { ...base, requireProvider: true });
    expect(session.reports).toMatchObject([{ provider: 'tensorrt', parts: 1, left: [], cache: { hit: false } }]);
    await agrees(session, c, 1e-3);
    const ranges = Object.entries(c.dims).map(([symbol, range]): [string, DimRange] => [symbol, range]);
    const tooLarge = feedsOf(c, c.runs[0] ?? { inputs: [], outputs: [] });
    const wrong = Object.fromEntries(
      c.inputs.map(({ name: input, dims }) => {
        const data = tooLarge[input];
        const shape = dims.map((dim) => (typeof dim === 'number' ? dim : (new Map(ranges).get(dim)?.max ?? 1) + 1));
        const length = shape.reduce((a, b) => a * b, 1);
        return [input, { dtype: data?.dtype ?? 'float32', shape, data: new Array<number>(length).fill(0) }];
      }),
    );
    await expect(session.run(wrong)).rejects.toThrow(/input-shape.*outside the range/);
  });

  test('the cache gives the engine back, and only for the same profile', async () => {
    const c = caseOf('resnet18');
    const file = await compiled(c);
    const first = await createSession(file, base);
    await first.dispose();
    await using again = await createSession(file, base);
    expect(again.reports[0]?.cache?.hit).toBe(true);
    expect(again.inputs).toEqual(first.inputs);
    await agrees(again, c, 1e-3);
    const [symbol = '', range = { min: 1, opt: 1, max: 1 }] = Object.entries(c.dims)[0] ?? [];
    const dims = { [symbol]: { ...range, opt: range.min } };
    await using other = await createSession(file, { ...base, dims });
    expect(other.reports[0]?.cache).toMatchObject({ hit: false, because: expect.stringMatching(/another profile/) });
  });

  test('an engine file opens without building', async () => {
    const c = caseOf('bert');
    const engineFile = join(folder, 'bert-engine.onnx');
    const built = await createSession(await compiled(c), { ...base, engineFile });
    await built.dispose();
    await using session = await createSession(engineFile, { provider: 'tensorrt', engineCache: false });
    expect(session.inputs).toEqual(built.inputs);
    await agrees(session, c, 1e-3);
  });

  test('what TensorRT does not get runs on CUDA, and the report tells it', async () => {
    const c = caseOf('bert');
    const file = await compiled(c);
    const options = { ...base, tensorrt: { ...base.tensorrt, excludeOps: ['Softmax'] } };
    for (const hit of [false, true]) {
      await using session = await createSession(file, options);
      const [report] = session.reports;
      expect(report?.cache?.hit).toBe(hit);
      expect(report?.parts).toBeGreaterThan(1);
      expect(new Set(report?.left.map(({ op }) => op))).toEqual(new Set(['Softmax']));
      await agrees(session, c, 1e-3);
    }
    await expect(createSession(file, { ...options, requireProvider: true })).rejects.toThrow(/provider-partial/);
  });

  test('float16 agrees within its precision', async () => {
    const c = caseOf('bert');
    await using session = await createSession(await compiled(c), {
      ...base,
      tensorrt: { ...base.tensorrt, fp16: true },
    });
    await agrees(session, c, 1e-2);
  });

  test('bound memory, runs at the same time, and the plain run give the same', async () => {
    const c = caseOf('bert');
    await using session = await createSession(await compiled(c), base);
    await Promise.all(
      c.runs.flatMap((run) =>
        Array.from({ length: 4 }, async () => {
          const feeds = feedsOf(c, run);
          using bound = await session.bind(
            Object.fromEntries(Object.entries(feeds).map(([n, { shape }]) => [n, shape])),
          );
          for (const [name, data] of Object.entries(feeds)) bound.inputs[name]?.bytes.set(data.read());
          const [results, plain] = await Promise.all([bound.run(), session.run(feeds)]);
          for (const [i, { file }] of run.outputs.entries()) {
            for (const got of [Object.values(results)[i], Object.values(plain)[i]]) {
              expect(got === undefined ? 'no output' : difference(got, loadArray(c, file), 1e-3)).toBeUndefined();
            }
          }
        }),
      ),
    );
  });

  test('CUDA alone runs a model too', async () => {
    const c = caseOf('resnet18');
    await using session = await createSession(await compiled(c), { provider: 'cuda', tf32: false });
    expect(session.provider).toBe('cuda');
    expect(session.reports[0]?.nodes.cuda).toBeGreaterThan(0);
    await agrees(session, c, 1e-3);
  });
});
