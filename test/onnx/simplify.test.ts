import { describe, expect, it } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { simplify } from '../../src/onnx/simplify/simplify.js';
import type { OnnxModel, OnnxValue } from '../../src/onnx/types.js';
import { buildCase, CASES, feed, first, SIZES } from './infer-cases.js';
import { ramp, runModel } from './run-model.js';

const [N, H, W] = [symbol('N'), symbol('H'), symbol('W')];

type Build = (b: OnnxBuilder, x: OnnxValue) => Readonly<Record<string, OnnxValue>>;

/** A model with one input x[N, 3, H, W]. */
function model(build: Build): OnnxModel {
  const b = new OnnxBuilder({ opset: 20 });
  const x = b.input('x', 'float32', [N, 3, H, W]);
  for (const [name, v] of Object.entries(build(b, x))) b.output(name, v);
  return b.finish();
}

function ops(m: OnnxModel): string[] {
  return m.graph.nodes.map((n) => n.op);
}

/** Simplifies, checks that the results stay the same, and returns the operators that are left. */
async function simplified(build: Build): Promise<string[]> {
  const after = simplify(model(build));
  for (const dims of [
    [1, 3, 5, 4],
    [2, 3, 4, 7],
  ]) {
    const feeds = { x: ramp(dims, 0.37) };
    expect(await runModel(after, feeds)).toEqual(await runModel(model(build), feeds));
  }
  return ops(after);
}

describe('chains', () => {
  it('casts through a wider type', async () => {
    const chain =
      (...to: string[]): Build =>
      (b, x) => ({
        y: first(b.add('Neg', [to.reduce((v, dtype) => first(b.add('Cast', [v], { to: dtype })), x)])),
      });
    expect(await simplified(chain('float64', 'float32'))).toEqual(['Neg']);
    expect(await simplified(chain('float64', 'int32'))).toEqual(['Cast', 'Neg']);
    expect(await simplified(chain('int32', 'float32'))).toEqual(['Cast', 'Cast', 'Neg']);
    expect(await simplified(chain('bool', 'int64', 'float32'))).toEqual(['Cast', 'Cast', 'Neg']);
  });

  it('transposes', async () => {
    const chain =
      (...perms: number[][]): Build =>
      (b, x) => ({
        y: first(b.add('Neg', [perms.reduce((v, perm) => first(b.add('Transpose', [v], { perm })), x)])),
      });
    expect(await simplified(chain([0, 2, 3, 1], [0, 3, 1, 2]))).toEqual(['Neg']);
    expect(await simplified(chain([0, 2, 3, 1], [0, 2, 1, 3]))).toEqual(['Transpose', 'Neg']);
  });

  it('views', async () => {
    const reshape = (b: OnnxBuilder, x: OnnxValue, ...to: number[]): OnnxValue =>
      first(b.add('Reshape', [x, b.ints(to)]));
    const neg = (b: OnnxBuilder, x: OnnxValue): Record<string, OnnxValue> => ({ y: first(b.add('Neg', [x])) });
    expect(await simplified((b, x) => neg(b, reshape(b, reshape(b, x, 0, -1), -1, 3)))).toEqual(['Reshape', 'Neg']);
    // The 0 copies an extent of the first reshape's result, not of x.
    expect(await simplified((b, x) => neg(b, reshape(b, reshape(b, x, -1, 3), 0, 3)))).toEqual(['Reshape', 'Neg']);
    expect(await simplified((b, x) => neg(b, reshape(b, reshape(b, x, -1, 3), 0, 1, 3)))).toEqual([
      'Reshape',
      'Reshape',
      'Neg',
    ]);
    expect(
      await simplified((b, x) =>
        neg(b, first(b.add('Squeeze', [first(b.add('Unsqueeze', [x], { axes: [1] }))], { axes: [1] }))),
      ),
    ).toEqual(['Neg']);
  });
});

describe('names of outputs', () => {
  it('pass to the node that makes the value', async () => {
    const build: Build = (b, x) => {
      const relu = first(b.add('Relu', [x]));
      const back = first(b.add('Squeeze', [first(b.add('Unsqueeze', [relu], { axes: [0] }))], { axes: [0] }));
      return { y: back, z: first(b.add('Neg', [relu])) };
    };
    expect(await simplified(build)).toEqual(['Relu', 'Neg']);
  });

  it('stay apart where two outputs have one value', async () => {
    const build: Build = (b, x) => {
      const relu = first(b.add('Relu', [x]));
      return { a: relu, b: relu, c: x };
    };
    expect((await simplified(build)).sort()).toEqual(['Identity', 'Identity', 'Relu']);
  });
});

describe('constants', () => {
  it('a view of a large weight reads no byte, unless the weight is used elsewhere too', () => {
    const source = {
      ...memorySource(new Uint8Array(64 * 64 * 4)),
      read(): Uint8Array {
        throw new Error('read');
      },
    };
    const weight = new TensorData('float32', [64, 64], source);
    const build = (tied: boolean): OnnxModel => {
      const b = new OnnxBuilder({ opset: 20 });
      const x = b.input('x', 'float32', [N, 64]);
      const w = b.constant(weight, 'weight');
      const y = first(b.add('MatMul', [x, first(b.add('Transpose', [w], { perm: [1, 0] }))]));
      b.output('y', tied ? first(b.add('MatMul', [y, w])) : y);
      return simplify(b.finish());
    };
    expect(ops(build(false))).toEqual(['MatMul']);
    expect(ops(build(true))).toEqual(['Transpose', 'MatMul', 'MatMul']);
    const [only] = build(false).graph.initializers.values();
    expect(only).toMatchObject({ shape: [64, 64], strides: [1, 64] });
  });

  it('Constant nodes become initializers and fold', () => {
    const m = model((b, x) => ({ y: first(b.add('Add', [x, x])) }));
    const one = { kind: 'tensor' as const, value: tensorFromNumbers('float32', [1], []) };
    const node = {
      op: 'Constant',
      domain: '',
      name: '',
      inputs: [],
      outputs: ['c'],
      attributes: new Map([['value', one]]),
    };
    const neg = { op: 'Neg', domain: '', name: '', inputs: ['c'], outputs: ['d'], attributes: new Map() };
    m.graph.nodes.unshift(node, neg);
    for (const n of m.graph.nodes) if (n.op === 'Add') n.inputs = ['x', 'd'];
    m.graph.valueInfo.set('d', { name: 'd', dtype: 'float32', shape: [] });
    simplify(m);
    expect(ops(m)).toEqual(['Add']);
    expect([...m.graph.initializers.keys()]).toEqual(['d']);
  });
});

describe('dead code', () => {
  it('nodes, initializers, types and optional outputs', async () => {
    const build: Build = (b, x) => {
      b.add('Add', [x, b.scalar(7, 'float32')]);
      const [pooled = x] = b.add('MaxPool', [x], { kernel_shape: [2, 2] }, { outputs: 2 });
      return { y: pooled };
    };
    const m = simplify(model(build));
    expect(m.graph.nodes.map((n) => n.outputs)).toEqual([['y']]);
    expect(m.graph.initializers.size).toBe(0);
    expect(m.graph.valueInfo.size).toBe(0);
    expect(await simplified(build)).toEqual(['MaxPool']);
  });

  it('what only a branch reads is alive', async () => {
    const build: Build = (b, x) => {
      const relu = first(b.add('Relu', [x]));
      const sum = first(b.add('ReduceSum', [x], { keepdims: 0 }));
      const flag = first(b.add('Greater', [sum, b.scalar(100, 'float32')]));
      const yes = b.graph((g) => g.add('Neg', [relu]));
      const no = b.graph((g) => [first(g.add('Relu', [x]))]);
      return { y: first(b.add('If', [flag], { then_branch: yes, else_branch: no })) };
    };
    expect(await simplified(build)).toEqual(['Relu', 'ReduceSum', 'Greater', 'If']);
  });
});

describe('every inferred operator', () => {
  const random = /Random|Bernoulli|Multinomial/;
  for (const c of CASES.filter((k) => !random.test(k.name))) {
    it(`${c.name} gives the same`, async () => {
      const opset = c.opsets?.at(-1) ?? 20;
      const sizes = SIZES[1] ?? { N: 1, H: 1, W: 1, K: 1 };
      const feeds = Object.fromEntries(Object.entries(c.inputs).map(([name, x]) => [name, feed(x, sizes)]));
      const before = await runModel(buildCase(c, opset).model, feeds);
      expect(await runModel(simplify(buildCase(c, opset).model), feeds)).toEqual(before);
    });
  }
});
