import { describe, expect, it } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import type { OnnxValue } from '../../src/onnx/types.js';
import { ramp, runModel } from './run-model.js';

const [N, H, W] = [symbol('N'), symbol('H'), symbol('W')];

function one(values: OnnxValue[]): OnnxValue {
  const [v] = values;
  if (v === undefined) throw new Error('no output');
  return v;
}

function nodeCount(b: OnnxBuilder): number {
  return b.finish().graph.nodes.length;
}

describe('peepholes', () => {
  const b = new OnnxBuilder({ opset: 20 });
  const x = b.input('x', 'float32', [N, 3, H]);
  it.each([
    ['Cast', [x], { to: 'float32' }],
    ['Identity', [x], {}],
    ['Transpose', [x], { perm: [0, 1, 2] }],
    ['Concat', [x], { axis: 1 }],
    ['Squeeze', [x, b.ints([])], {}],
    ['Unsqueeze', [x], { axes: [] }],
    ['Slice', [x, b.ints([0]), b.ints([2 ** 63]), b.ints([1])], {}],
    ['Slice', [x, b.ints([0]), b.ints([3]), b.ints([1]), b.ints([1])], {}],
    ['Reshape', [x, b.ints([0, 3, -1])], {}],
    ['Expand', [x, b.ints([1, 3, 1])], {}],
    ['Tile', [x, b.ints([1, 1, 1])], {}],
    ['Dropout', [x], {}],
  ] as const)('%s that changes nothing returns its operand', (op, inputs, attributes) => {
    expect(one(b.add(op, inputs, attributes))).toBe(x);
  });
  it('a reversing Slice of the whole axis is no identity', () => {
    const y = one(b.add('Slice', [x, b.ints([-1]), b.ints([-(2 ** 63)]), b.ints([1]), b.ints([-1])]));
    expect(y).not.toBe(x);
    expect(y.shape).toEqual(x.shape);
  });
});

describe('shape arithmetic', () => {
  it('of static extents becomes constants', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [2, 3, 8]);
    const shape = one(b.add('Shape', [x]));
    const last = one(b.add('Gather', [shape, b.scalar(2, 'int64')], { axis: 0 }));
    const half = one(b.add('Div', [last, b.scalar(2, 'int64')]));
    const list = one(b.add('Concat', [b.ints([-1]), one(b.add('Unsqueeze', [half], { axes: [0] }))], { axis: 0 }));
    expect(list.data).toBeDefined();
    expect(list.elements).toEqual([-1, 4]);
    expect(one(b.add('Reshape', [x, list])).shape).toEqual([12, 4]);
    expect(nodeCount(b)).toBe(1);
  });

  it('of symbolic extents is followed, and equal extents are one value', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N, 3, H, W]);
    const y = b.input('y', 'float32', [N, H]);
    const size = (v: OnnxValue, axis: number): OnnxValue =>
      one(b.add('Gather', [one(b.add('Shape', [v])), b.ints([axis])], { axis: 0 }));
    expect(size(x, 0)).toBe(size(y, 0));
    const area = one(b.add('Mul', [size(x, 2), size(x, 3)]));
    const flat = one(b.add('Concat', [size(x, 0), b.ints([3]), area], { axis: 0 }));
    const r = one(b.add('Reshape', [x, flat]));
    expect(r.shape?.map(String)).toEqual(['N', '3', 'H*W']);
    expect(one(b.add('Reshape', [r, b.ints([0, -1])])).shape?.map(String)).toEqual(['N', '3*H*W']);
  });

  it('integer division truncates, so an unknown sign is not floor division', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const n = b.input('n', 'int64', []);
    const x = b.input('x', 'float32', [H]);
    const h = one(b.add('Shape', [x]));
    expect(one(b.add('Div', [h, b.ints([2])])).elements?.map(String)).toEqual(['floor((H)/(2))']);
    expect(one(b.add('Div', [n, b.scalar(2, 'int64')])).elements).toBeUndefined();
    expect(one(b.add('Div', [b.scalar(-7, 'int64'), b.scalar(2, 'int64')])).elements).toEqual([-3]);
  });

  it('a size that may be -1 stays unknown in Reshape', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const n = b.input('n', 'int64', [1]);
    const x = b.input('x', 'float32', [N, 4]);
    const target = one(b.add('Concat', [n, b.ints([2])], { axis: 0 }));
    const shape = one(b.add('Reshape', [x, target])).shape;
    expect(shape?.[1]).toBe(2);
    expect(String(shape?.[0])).not.toBe(String(n.elements?.[0]));
  });
});

describe('sharing', () => {
  it('equal calls are one node, random ones are not', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x', 'float32', [N]);
    expect(one(b.add('Elu', [x], { alpha: 1 }))).toBe(one(b.add('Elu', [x])));
    expect(one(b.add('Elu', [x], { alpha: 2 }))).not.toBe(one(b.add('Elu', [x])));
    const noise = (): OnnxValue => one(b.add('RandomNormalLike', [x]));
    expect(noise()).not.toBe(noise());
  });

  it('small constants by content, large ones by their view, never read', () => {
    const b = new OnnxBuilder({ opset: 20 });
    expect(b.ints([1, 2])).toBe(b.ints([1, 2]));
    expect(b.ints([1, 2])).not.toBe(b.constant(tensorFromNumbers('int32', [1, 2])));
    expect(b.scalar(0, 'float32')).not.toBe(b.scalar(-0, 'float32'));
    const bytes = new Uint8Array(4096);
    const source = {
      identity: bytes,
      byteLength: bytes.length,
      read(): Uint8Array {
        throw new Error('read');
      },
    };
    const weight = new TensorData('float32', [32, 32], source);
    expect(b.constant(weight, 'fc.weight')).toBe(b.constant(new TensorData('float32', [32, 32], source)));
    expect(b.constant(weight).name).toBe('fc.weight');
    expect(b.constant(new TensorData('float32', [32, 32], source, 0, [1, 32]))).not.toBe(b.constant(weight));
    expect(b.constant(new TensorData('float32', [32, 32], memorySource(new Uint8Array(4096))))).not.toBe(
      b.constant(weight),
    );
  });
});

describe('names', () => {
  it('inputs and outputs keep theirs; intermediate values give way', () => {
    const b = new OnnxBuilder({ opset: 20 });
    const x = b.input('x.1', 'float32', [N]);
    const relu = one(b.add('Relu', [x], {}, { hint: 'out' }));
    const y = one(b.add('Neg', [relu]));
    expect(b.output('out', y)).toBe('out');
    expect(b.output('again', y)).toBe('again');
    expect(b.output('same', x)).toBe('same');
    const { graph } = b.finish();
    expect(graph.inputs.map((v) => v.name)).toEqual(['x.1']);
    expect(graph.outputs.map((v) => v.name)).toEqual(['out', 'again', 'same']);
    const names = graph.nodes.flatMap((n) => n.outputs);
    expect(new Set(names).size).toBe(names.length);
    expect(graph.nodes.map((n) => n.op)).toEqual(['Relu', 'Neg', 'Identity', 'Identity']);
  });
});

describe('checks', () => {
  const b = new OnnxBuilder({ opset: 17 });
  const x = b.input('x', 'float32', [N, 4]);
  const i = b.input('i', 'int64', [N, 4]);
  it.each([
    ['an unknown operator', () => b.add('Gelu', [x]), /no operator Gelu at opset 17/],
    ['an unknown attribute', () => b.add('Relu', [x], { alpha: 1 }), /no attribute alpha/],
    ['a missing attribute', () => b.add('Concat', [x, x]), /needs the attribute axis/],
    ['a wrong kind', () => b.add('Concat', [x, x], { axis: 'last' }), /axis of ONNX Concat is no int/],
    ['too few inputs', () => b.add('Add', [x]), /takes 2 inputs, not 1/],
    ['mixed dtypes', () => b.add('Add', [x, i]), /int64, not float32/],
    ['a dtype that the operator lacks', () => b.add('Sqrt', [i]), /is int64, not one of its types/],
  ])('%s is a defect', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('axes', () => {
  it.each([17, 18, 20, 21])('are attribute or input as opset %i wants them', async (opset) => {
    const b = new OnnxBuilder({ opset });
    const x = b.input('x', 'float32', [N, 3]);
    b.output('mean', one(b.add('ReduceMean', [x], { axes: [1], keepdims: 0 })));
    b.output('max', one(b.add('ReduceMax', [x, b.ints([0])], { keepdims: 0 })));
    b.add('Split', [x], { axis: 1 }, { outputs: 3 }).forEach((v, n) => {
      b.output(`part${n}`, v);
    });
    const out = await runModel(b.finish(), { x: ramp([2, 3]) });
    expect(out.mean?.values).toEqual([1, 4]);
    expect(out.max?.values).toEqual([3, 4, 5]);
    expect(out.part2).toMatchObject({ dims: [2, 1], values: [2, 5] });
  });
});
