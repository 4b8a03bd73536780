import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { openEntry } from '../../src/runtime/engine-cache.js';
import { describedEngine, type EngineDescription, sealEngineFile } from '../../src/runtime/engine-file.js';
import { type EngineKey, modelHash } from '../../src/runtime/engine-key.js';
import { providerReport, reportLines } from '../../src/runtime/provider-report.js';
import { createSession, type SessionOptions } from '../../src/runtime/session.js';
import { keysOfRuns, parseTensorRtOption, tensorRtKeys } from '../../src/runtime/tensorrt-options.js';
import { mixedModel } from './mixed-model.js';

const folder = mkdtempSync(join(tmpdir(), 'thaw-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("TensorRT's options", () => {
  test('have our names and units', () => {
    expect(tensorRtKeys({ fp16: true, workspaceMiB: 512, optimizationLevel: 4, plugins: ['a.so', 'b.so'] })).toEqual({
      trt_fp16_enable: 'true',
      trt_layer_norm_fp32_fallback: 'true',
      trt_max_workspace_size: String(512 << 20),
      trt_builder_optimization_level: '4',
      trt_extra_plugin_lib_paths: 'a.so;b.so',
    });
  });

  test("of runs hold for a built engine too, the others are the builder's", () => {
    const keys = tensorRtKeys({ fp16: true, cudaGraphs: true, plugins: ['a.so'], optimizationLevel: 1 });
    expect(keysOfRuns(keys)).toEqual({ trt_cuda_graph_enable: 'true', trt_extra_plugin_lib_paths: 'a.so' });
  });

  test.each([
    ['optimization-level=2', { optimizationLevel: 2 }],
    ['fp16', { fp16: true }],
    ['bf16=false', { bf16: false }],
    ['exclude-ops=NonZero,TopK', { excludeOps: ['NonZero', 'TopK'] }],
  ])('%s is read from a command line', (text, value) => {
    expect(parseTensorRtOption(text).value).toEqual(value);
  });

  test.each([
    ['optimization-level=9', /whole number from 0 to 5/],
    ['fp16=maybe', /true or false/],
    ['dla', /DLA/],
    ['strongly-typed', /weakly typed/],
    ['calibration-table=t', /int8/],
    ['speed', /no option speed/],
  ])('%s is refused', (text, message) => {
    expect(() => tensorRtKeys(parseTensorRtOption(text).value)).toThrow(message);
  });

  test.each<[string, SessionOptions, RegExp]>([
    ['a provider that is not here', { provider: 'tensorrt' }, /provider-unavailable/],
    ['options for another provider', { tensorrt: { fp16: true } }, /option-invalid.*of no use to the provider cpu/],
    ['dims and profiles', { dims: {}, profiles: [{ name: 'a', dims: {} }] }, /exclude each other/],
    ['a device that is no number', { device: -1 }, /device is a whole number/],
    ['an engine file of the CPU', { engineFile: 'x.onnx' }, /made by the provider tensorrt/],
  ])('a session refuses %s', async (_, options, message) => {
    await expect(createSession(mixedModel(symbol('N')), options)).rejects.toThrow(message);
  });

  test('auto takes the CPU here and says why', async () => {
    await using session = await createSession(mixedModel(symbol('N')), { provider: 'auto', requireProvider: true });
    expect(session.provider).toBe('cpu');
    expect(session.reports[0]?.because).toMatch(/^tensorrt: .*cuda: /);
    expect(session.reports[0]?.nodes).toEqual({ cpu: 4 });
  });
});

describe('the engine cache', () => {
  const key: EngineKey = {
    model: 'm',
    profile: 'p',
    options: 'o',
    tensorrt: '10.6.0',
    onnxruntime: '1.29.0',
    gpu: 'H100, 9.0',
    tf32: 'allowed',
  };
  const root = join(folder, 'cache');

  test('finds an engine by all that it depends on, and says what differs', () => {
    const built = openEntry(root, key);
    expect([built.hit, built.because]).toEqual([false, 'no engine of this model was built yet']);
    writeFileSync(join(built.folder, 'engine.onnx'), 'whole');
    const kept = built.keep();
    expect([built.keep(), existsSync(built.folder)]).toEqual([kept, false]);
    expect(openEntry(root, key)).toMatchObject({ hit: true, folder: kept });
    for (const part of ['profile', 'options', 'tensorrt', 'onnxruntime', 'gpu'] as const) {
      const other = openEntry(root, { ...key, [part]: 'new' });
      expect([other.hit, other.because]).toEqual([
        false,
        `the nearest engine has another ${part} (${key[part]}, now new)`,
      ]);
      other.drop();
    }
    expect(openEntry(root, { ...key, model: 'other' }).because).toMatch(/no engine of this model/);
  });

  test('never shows an engine that is not whole, and of two builders keeps one', () => {
    const other = { ...key, profile: 'q' };
    const [first, second] = [openEntry(root, other), openEntry(root, other)];
    writeFileSync(join(first.folder, 'engine.onnx'), 'a');
    expect(openEntry(root, other).hit).toBe(false);
    first.keep();
    second.keep();
    expect([openEntry(root, other).hit, existsSync(second.folder)]).toEqual([true, false]);
    expect(readdirSync(openEntry(root, other).folder).sort()).toEqual(['engine.onnx', 'thaw-engine.json']);
  });

  test('builds again what was taken out of it', () => {
    const third = { ...key, profile: 'r' };
    const built = openEntry(root, third);
    writeFileSync(join(built.folder, 'engine.onnx'), 'a');
    rmSync(join(built.keep(), 'engine.onnx'));
    const again = openEntry(root, third);
    expect(again.hit).toBe(false);
    writeFileSync(join(again.folder, 'engine.onnx'), 'b');
    again.keep();
    expect(openEntry(root, third).hit).toBe(true);
  });

  test('knows a model by its bytes and the files of its weights', () => {
    const model = Buffer.from('model');
    const weights = join(folder, 'w.bin');
    writeFileSync(weights, 'one');
    const before = modelHash(model, [weights]);
    expect(modelHash(model, [])).not.toBe(before);
    expect(modelHash(Buffer.from('another'), [weights])).not.toBe(before);
    writeFileSync(weights, 'two');
    expect(modelHash(model, [weights])).not.toBe(before);
  });
});

test('an engine file says what it is, and stays a model', async () => {
  const path = join(folder, 'engine.onnx');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, mixedModel(symbol('N')));
  expect(describedEngine(path)).toBeUndefined();
  const description: EngineDescription = {
    key: { model: 'm', profile: 'p', options: 'o', tensorrt: '10', onnxruntime: '1', gpu: 'g', tf32: 'allowed' },
    profile: { name: 'the model', dims: { N: { min: 1, opt: 2, max: 3 } } },
    inputs: [{ name: 'x', dtype: 'float32', dims: ['N', 8] }],
    outputs: [],
    unranked: [],
    nodes: 4,
  };
  sealEngineFile(path, description);
  expect(describedEngine(path)).toEqual(description);
  await using session = await createSession(path);
  expect(session.inputs.length).toBe(1);
});

test('a report tells what a provider left', () => {
  const node = (name: string, op: string) => ({ name, op, domain: '' });
  const report = providerReport(
    [
      { provider: 'TensorrtExecutionProvider', nodes: [node('a', 'Conv'), node('b', 'Relu')] },
      { provider: 'TensorrtExecutionProvider', nodes: [node('c', 'Conv')] },
      { provider: 'CPUExecutionProvider', nodes: [node('d', 'Unique')] },
    ],
    { provider: 'tensorrt', because: 'asked for' },
    new Map([['Unique', 'its result has a size of its own']]),
  );
  expect(report).toMatchObject({ nodes: { tensorrt: 3, cpu: 1 }, parts: 2 });
  expect(reportLines(report)).toEqual([
    'provider tensorrt (asked for); nodes: tensorrt 3, cpu 1',
    'engines: 2',
    'on cpu: 1 Unique (its result has a size of its own), first d',
  ]);
});
