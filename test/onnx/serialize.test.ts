import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { dimAdd, dimFloorDiv, symbol } from '../../src/ir/dim.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { type ByteSource, memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { parseModel } from '../../src/onnx/parse.js';
import { originOf, readProvenance, writeProvenance } from '../../src/onnx/provenance.js';
import { MAX_MODEL_BYTES, modelBytes, serializeModel } from '../../src/onnx/serialize.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import { first } from './infer-cases.js';
import { ramp, runModel } from './run-model.js';

const [N, H] = [symbol('N'), symbol('H')];

/** y = x * weight + bias, with a branch and provenance. */
function sample(opset: number): OnnxModel {
  const b = new OnnxBuilder({ opset });
  const x = b.input('x', 'float32', [N, H]);
  const flag = b.input('flag', 'bool', []);
  const loc = [
    { file: 'lib/scale.py', line: 7, column: 1 },
    { file: 'model.py', line: 30, column: 1 },
  ];
  const scaled = b.withProvenance({ op: 'my::mul_dyn', origin: originOf('my::mul > mul-dyn'), loc }, () =>
    first(b.add('Mul', [x, b.constant(tensorFromNumbers('float32', [2, -0.5]), 'weight')], {}, { hint: 'scaled' })),
  );
  const yes = b.graph((g) => [first(g.add('Elu', [first(g.add('Neg', [scaled]))], { alpha: 0.5 }))]);
  const no = b.graph(() => [scaled]);
  b.output('y', first(b.add('If', [flag], { then_branch: yes, else_branch: no })));
  const model = b.finish();
  model.metadata.set('thaw.inputs', '{"x":"float32[N,H]"}');
  writeProvenance(model);
  return model;
}

/** A graph in plain data, tensors as numbers. */
function plain(model: OnnxModel): unknown {
  return JSON.parse(
    JSON.stringify(model, (_, v: unknown) => {
      if (v instanceof TensorData) return { dtype: v.dtype, shape: v.shape, values: readNumbers(v) };
      if (v instanceof Map) return [...v];
      return typeof v === 'object' && v !== null && 'terms' in v ? String(v) : v;
    }),
  );
}

describe('the file', () => {
  it.each([17, 18, 19, 20, 21])('reads back and runs at opset %i', async (opset) => {
    const model = sample(opset);
    const read = parseModel(modelBytes(model));
    expect([...(read.graph.nodes[0]?.metadata ?? [])]).toEqual([
      ['thaw.op', 'my::mul_dyn'],
      ['thaw.rules', 'my::mul > mul-dyn'],
      ['thaw.source', 'scale.py:7 #1'],
    ]);
    readProvenance(read);
    expect(plain(read)).toEqual(plain(model));
    const run = (flag: number) =>
      runModel(model, { x: ramp([3, 2]), flag: { dtype: 'bool', dims: [], values: [flag] } });
    expect((await run(0)).y?.values).toEqual([0, -0.5, 4, -1.5, 8, -2.5]);
    expect((await run(1)).y?.values[1]).toBe(0.5);
  });

  it('names every intermediate value, its extents by their text', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N, 3, H]);
    const pooled = first(b.add('MaxPool', [x], { kernel_shape: [3], strides: [2] }, { hint: 'pooled' }));
    const found = first(b.add('NonZero', [pooled], {}, { hint: 'found' }));
    b.output('y', first(b.add('Neg', [found])));
    const { graph } = parseModel(modelBytes(b.finish()));
    expect(graph.valueInfo.get('pooled')?.shape?.map(String)).toEqual([
      'N',
      '3',
      String(dimAdd(dimFloorDiv(dimAdd(H, -3), 2), 1)),
    ]);
    expect(graph.valueInfo.get('found')?.shape?.map(String)).toEqual(['3', '_n1']);
    expect(graph.outputs[0]?.shape?.map(String)).toEqual(['3', '_n1']);
  });

  it.each(['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'] as const)(
    '%s tensors keep their bytes',
    async (dtype) => {
      const values = dtype === 'bool' ? [0, 1, 1] : dtype === 'uint8' ? [0, 200, 3] : [0, -2, 100];
      const b = new OnnxBuilder({ opset: 20 });
      b.output(
        'y',
        first(b.add('Cast', [b.add('Identity', [b.input('x', 'float32', [3])])[0] ?? null], { to: dtype })),
      );
      b.output('c', b.constant(tensorFromNumbers(dtype, values)));
      const model = b.finish();
      const [data] = parseModel(modelBytes(model)).graph.initializers.values();
      expect(data?.dtype).toBe(dtype);
      expect(data === undefined ? [] : readNumbers(data)).toEqual(values);
    },
  );

  it('refuses what is no model', () => {
    expect(() => parseModel(new Uint8Array([1, 2, 3]))).toThrow(/not an ONNX model/);
    expect(() => parseModel(modelBytes(sample(20)).subarray(0, 100))).toThrow(/cut short/);
  });
});

describe('weights', () => {
  /** Zeros that are never held: every read is a view of one small block. */
  function zeros(byteLength: number): { source: ByteSource; largest: () => number } {
    const block = new Uint8Array(1 << 22);
    let largest = 0;
    const read = (_: number, length: number): Uint8Array => {
      largest = Math.max(largest, length);
      return block.subarray(0, length);
    };
    return { source: { identity: block, byteLength, read }, largest: () => largest };
  }

  function large(elements: number): { model: OnnxModel; largest: () => number } {
    const { source, largest } = zeros(elements * 4);
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N, 1]);
    b.output('y', first(b.add('Mul', [x, b.constant(new TensorData('float32', [elements], source), 'weight')])));
    return { model: b.finish(), largest };
  }

  it('are streamed in pieces', () => {
    const { model, largest } = large(1 << 26);
    let total = 0;
    const result = serializeModel(model, {
      write: (chunk) => {
        total += chunk.length;
      },
    });
    expect(result).toEqual({ byteLength: total, external: false });
    expect(total).toBeGreaterThan(2 ** 28);
    expect(largest()).toBeLessThanOrEqual(1 << 22);
  });

  it('go to a second file beyond 2 GB', () => {
    const { model } = large(2 ** 29);
    expect(() => serializeModel(model, { write: () => {} })).toThrow(/more than a single ONNX file can hold/);
    let [inside, outside] = [0, 0];
    const result = serializeModel(
      model,
      { write: (c) => (inside += c.length) },
      { externalData: { location: 'm.data', write: (c) => (outside += c.length) } },
    );
    expect(result).toEqual({ byteLength: inside, external: true });
    expect(inside).toBeLessThan(2000);
    expect(outside).toBe(2 ** 31);
    expect(MAX_MODEL_BYTES).toBe(2 ** 31 - 1);
  });

  it('in a second file are found by onnxruntime', async () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N, 1]);
    const values = Array.from({ length: 600 }, (_, i) => i);
    const sum = first(b.add('Add', [x, b.constant(tensorFromNumbers('float32', values), 'a')]));
    b.output('y', first(b.add('Mul', [sum, b.constant(tensorFromNumbers('float32', values.toReversed()), 'b')])));
    const dir = mkdtempSync(join(tmpdir(), 'thaw-onnx-'));
    try {
      const [inside, outside]: [Uint8Array[], Uint8Array[]] = [[], []];
      const externalData = { location: 'model.onnx.data', write: (c: Uint8Array) => outside.push(c) };
      serializeModel(b.finish(), { write: (c) => inside.push(c) }, { externalData, thresholdBytes: 0 });
      writeFileSync(join(dir, 'model.onnx'), Buffer.concat(inside));
      writeFileSync(join(dir, 'model.onnx.data'), Buffer.concat(outside));
      const session = await InferenceSession.create(join(dir, 'model.onnx'));
      const { y } = await session.run({ x: new Tensor('float32', [1], [1, 1]) });
      expect(y?.data[10]).toBe(11 * 589);
      await session.release();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('of a strided view are written dense', async () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N, 3]);
    const stored = tensorFromNumbers('float32', [0, 1, 2, 3, 4, 5]);
    const view = new TensorData('float32', [3, 2], memorySource(stored.read()), 0, [1, 3]);
    b.output('y', first(b.add('MatMul', [x, b.constant(view)])));
    const out = await runModel(b.finish(), { x: { dtype: 'float32', dims: [1, 3], values: [1, 1, 1] } });
    expect(out.y?.values).toEqual([3, 12]);
  });
});
