import type { Dim } from '../../src/ir/dim.js';
import { dimAdd, dimEvaluate, dimMul, symbol } from '../../src/ir/dim.js';
import type { DType } from '../../src/ir/dtype.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import type { AttrInput } from '../../src/onnx/attributes.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import type { OnnxModel, OnnxValue } from '../../src/onnx/types.js';
import type { Feed } from './run-model.js';

export type Sizes = Readonly<Record<'N' | 'H' | 'W' | 'K', number>>;

/** Small, odd and even sizes; one is 1. */
export const SIZES: readonly Sizes[] = [
  { N: 1, H: 7, W: 6, K: 3 },
  { N: 2, H: 8, W: 9, K: 1 },
  { N: 3, H: 12, W: 11, K: 4 },
];

const [N, H, W, K] = [symbol('N'), symbol('H'), symbol('W'), symbol('K')];

/** A run-time input; `values` when a ramp of small numbers will not do. */
export interface CaseInput {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  readonly values?: (s: Sizes) => readonly number[];
}

export interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  readonly build: (b: OnnxBuilder, x: Readonly<Record<string, OnnxValue>>) => readonly OnnxValue[];
  /** Opsets at which the case makes sense; all by default. */
  readonly opsets?: readonly number[];
}

type Operand = CaseInput | ConstantOperand | null;
interface ConstantOperand {
  readonly constant: readonly number[];
  readonly dtype: DType;
  readonly dims: readonly number[];
}

function f(...shape: Dim[]): CaseInput {
  return { dtype: 'float32', shape };
}

function t(dtype: DType, shape: Dim[], values?: (s: Sizes) => readonly number[]): CaseInput {
  return { dtype, shape, values };
}

function ints(...values: number[]): ConstantOperand {
  return { constant: values, dtype: 'int64', dims: [values.length] };
}

function scalar(value: number, dtype: DType = 'int64'): ConstantOperand {
  return { constant: [value], dtype, dims: [] };
}

function weights(...dims: number[]): ConstantOperand {
  const n = dims.reduce((a, b) => a * b, 1);
  return { constant: Array.from({ length: n }, (_, i) => (i % 7) * 0.25 - 0.5), dtype: 'float32', dims };
}

interface Options {
  readonly outputs?: number;
  readonly opsets?: readonly number[];
  readonly name?: string;
}

/** One node. */
function op(
  name: string,
  operands: readonly Operand[],
  attributes: Record<string, AttrInput> = {},
  o: Options = {},
): Case {
  const inputs: Record<string, CaseInput> = {};
  operands.forEach((x, i) => {
    if (x !== null && !('constant' in x)) inputs[`x${i}`] = x;
  });
  return {
    name: o.name === undefined ? name : `${name} ${o.name}`,
    inputs,
    opsets: o.opsets,
    build: (b, x) => {
      const values = operands.map((operand, i) => {
        if (operand === null) return null;
        if ('constant' in operand) return b.constant(tensorFromNumbers(operand.dtype, operand.constant, operand.dims));
        return x[`x${i}`] ?? null;
      });
      return b.add(name, values, attributes, { outputs: o.outputs });
    },
  };
}

const FROM_18 = [18, 19, 20, 21];
const FROM_20 = [20, 21];

const UNARY =
  'Abs Neg Sign Ceil Floor Round Sqrt Exp Log Reciprocal Relu Sigmoid Tanh Softplus Softsign Erf Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Elu Selu Celu LeakyRelu HardSigmoid HardSwish ThresholdedRelu Shrink Identity Softmax LogSoftmax Hardmax LpNormalization MeanVarianceNormalization IsNaN IsInf';

const unary = UNARY.split(' ').map((name) => op(name, [f(N, 3, H, W)]));

const ARITHMETIC = 'Add Sub Mul Div Pow Equal Less LessOrEqual Greater GreaterOrEqual Min Max Mean Sum';
const binary = ARITHMETIC.split(' ').flatMap((name) => [
  op(name, [f(N, 3, 1), f(3, K)]),
  op(name, [f(N, H), scalar(2, 'float32')], {}, { name: 'with a scalar' }),
]);

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'
  .split(' ')
  .flatMap((n) => [
    op(`Reduce${n}`, [f(N, 3, H)], { axes: [1, -1], keepdims: 0 }),
    op(`Reduce${n}`, [f(N, 3, H)], { axes: [-2] }, { name: 'keeping dims' }),
    op(`Reduce${n}`, [f(N, 3, H)], {}, { name: 'over all' }),
  ]);

const logic = ['And', 'Or', 'Xor'].map((n) => op(n, [t('bool', [N, H]), t('bool', [H])]));

function pools(name: string): Case[] {
  const x = f(N, 4, H, W);
  return [
    op(name, [x], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
    op(name, [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, { name: 'ceil' }),
    op(
      name,
      [x],
      { kernel_shape: [2, 3], strides: [2, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
      { name: 'ceil, padded' },
    ),
    op(name, [x], { kernel_shape: [3, 2], strides: [2, 3], auto_pad: 'SAME_UPPER' }, { name: 'same' }),
  ];
}

const convolutions: Case[] = [
  op('Conv', [f(N, 4, H, W), weights(6, 4, 3, 3), weights(6)], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  op(
    'Conv',
    [f(N, 4, H, W), weights(4, 1, 3, 2)],
    { group: 4, dilations: [2, 3], kernel_shape: [3, 2] },
    { name: 'depthwise' },
  ),
  op('Conv', [f(N, 4, H), weights(2, 4, 5)], { auto_pad: 'SAME_LOWER', strides: [3] }, { name: 'same, 1-d' }),
  op('ConvTranspose', [f(N, 4, H, W), weights(4, 3, 3, 2)], {
    strides: [2, 3],
    pads: [1, 0, 1, 0],
    output_padding: [1, 0],
    group: 2,
  }),
  op('ConvTranspose', [f(N, 2, H), weights(2, 3, 4)], { dilations: [2] }, { name: 'dilated, 1-d' }),
  ...pools('MaxPool'),
  ...pools('AveragePool'),
  op(
    'MaxPool',
    [f(1, 2, 5, 7)],
    { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    { name: 'ceil, static' },
  ),
  op('MaxPool', [f(N, 2, H)], { kernel_shape: [2] }, { outputs: 2, name: 'with indices' }),
  op('LpPool', [f(N, 2, H, W)], { kernel_shape: [2, 2], strides: [2, 2] }),
  op('GlobalAveragePool', [f(N, 4, H, W)]),
  op('GlobalMaxPool', [f(N, 4, H)]),
  op('Col2Im', [f(N, 12, 20), ints(5, 6), ints(2, 2)], {}, { opsets: FROM_18 }),
];

const linear: Case[] = [
  op('MatMul', [f(N, 1, H, 3), f(K, 3, W)]),
  op('MatMul', [f(N, H), f(H)], {}, { name: 'with a vector' }),
  op('MatMul', [f(H), f(N, H, W)], {}, { name: 'of a vector' }),
  op('Gemm', [f(H, N), f(W, H), f(W)], { transA: 1, transB: 1, alpha: 0.5 }),
  op('Einsum', [f(N, H, K), f(N, K, W)], { equation: 'bij, bjk -> bik' }),
  op('Einsum', [f(N, 3, H, W)], { equation: '...ij->...ji' }, { name: 'with an ellipsis' }),
  op('Einsum', [f(N, H), f(N, W)], { equation: 'bi,bj' }, { name: 'without an arrow' }),
  op('Det', [f(N, 3, 3)]),
];

const norms: Case[] = [
  op('BatchNormalization', [f(N, 3, H, W), weights(3), weights(3), weights(3), { ...weights(3), constant: [1, 2, 3] }]),
  op('LayerNormalization', [f(N, H, 8), weights(8), weights(8)], { axis: -1 }, { outputs: 3 }),
  op('InstanceNormalization', [f(N, 3, H), weights(3), weights(3)]),
  op('GroupNormalization', [f(N, 4, H, W), weights(4), weights(4)], { num_groups: 2 }, { opsets: [21] }),
  op('LRN', [f(N, 3, H, W)], { size: 3 }),
  op('Dropout', [f(N, H)], {}, { outputs: 2 }),
];

const shapes: Case[] = [
  op('Shape', [f(N, 3, H)]),
  op('Shape', [f(N, 3, H)], { start: -2, end: 3 }, { name: 'of a part' }),
  op('Size', [f(N, 3, H)]),
  op('Reshape', [f(N, 4, H, W), ints(0, 2, 2, -1)]),
  op('Reshape', [f(N, 4, H, 6), ints(-1, 3)], {}, { name: 'merging' }),
  op('Flatten', [f(N, 4, H, W)], { axis: 2 }),
  op('Flatten', [f(N, H)], { axis: -1 }, { name: 'from the end' }),
  op('Squeeze', [f(N, 1, H, 1)], { axes: [1, -1] }),
  op('Squeeze', [f(2, 1, 3)], {}, { name: 'of all ones' }),
  op('Unsqueeze', [f(N, H)], { axes: [0, -1] }),
  op('Transpose', [f(N, 3, H, W)], { perm: [0, 2, 3, 1] }),
  op('Transpose', [f(N, H)], {}, { name: 'reversing' }),
  op('Expand', [f(N, 1, H), t('int64', [4], (s) => [2, 1, 3, s.H])]),
  op('Expand', [f(N, 1), ints(1, 5)], {}, { name: 'to constants' }),
  op('Tile', [f(N, H), ints(2, 3)]),
  op('ConstantOfShape', [t('int64', [2], (s) => [s.N, s.H])]),
  op('Range', [scalar(0), t('int64', [], (s) => [s.H]), scalar(2)]),
  op(
    'Range',
    [t('float32', [], () => [0]), t('float32', [], (s) => [s.H]), t('float32', [], () => [0.5])],
    {},
    { name: 'of floats' },
  ),
  op('EyeLike', [f(N, H)], { k: 1 }),
  op('Trilu', [f(N, H, W)], { upper: 0 }),
  op('CumSum', [f(N, H), scalar(1)]),
];

const indexing: Case[] = [
  op('Concat', [f(N, 2, H), f(N, K, H), f(N, 1, H)], { axis: 1 }),
  op('Split', [f(N, 6, H)], { axis: 1 }, { outputs: 3 }),
  op('Split', [f(N, 7)], { axis: -1, split: [3, 0, 4] }, { outputs: 3, name: 'in given sizes' }),
  op('Split', [f(N, 7)], { axis: 1, num_outputs: 3 }, { opsets: FROM_18, outputs: 3, name: 'uneven' }),
  op('Slice', [f(N, H, W), ints(1, -3), ints(2 ** 62, -1), ints(1, 2)]),
  op('Slice', [f(N, H), ints(-1), ints(-(2 ** 62)), ints(1), ints(-2)], {}, { name: 'backward' }),
  op('Slice', [f(N, 10), ints(3), t('int64', [1], (s) => [s.H]), ints(1)], {}, { name: 'to a run-time end' }),
  op('Gather', [f(N, 5, H), t('int64', [K, 2], (s) => new Array(s.K * 2).fill(1))], { axis: 1 }),
  op('GatherElements', [f(N, H), t('int64', [N, 1], (s) => new Array(s.N).fill(0))], { axis: 1 }),
  op('GatherND', [f(N, H, W), t('int64', [N, 1], (s) => new Array(s.N).fill(0))], {}),
  op(
    'GatherND',
    [f(N, H, W), t('int64', [N, 2, 1], (s) => new Array(s.N * 2).fill(1))],
    { batch_dims: 1 },
    { name: 'batched' },
  ),
  op('ScatterElements', [f(N, H), t('int64', [N, 1], (s) => new Array(s.N).fill(0)), f(N, 1)], { axis: 1 }),
  op('ScatterND', [f(N, H), t('int64', [1, 1], () => [0]), f(1, H)]),
  op('Pad', [f(N, 3, H), ints(0, 1, 2, 0, 0, -1)]),
  op('Pad', [f(N, 3, H), ints(1, 2), scalar(0, 'float32'), ints(-1)], {}, { opsets: FROM_18, name: 'of axes' }),
  op('Pad', [f(N, H), t('int64', [4], (s) => [0, 1, 0, s.K])], {}, { name: 'by run-time amounts' }),
  op('Compress', [f(N, H), t('bool', [3], () => [1, 0, 1])], { axis: 1 }),
  op('NonZero', [f(N, H)]),
  op(
    'OneHot',
    [
      t('int64', [N, H], (s) => new Array(s.N * s.H).fill(1)),
      scalar(5),
      { constant: [0, 1], dtype: 'float32', dims: [2] },
    ],
    {
      axis: 1,
    },
  ),
  op('TopK', [f(N, H), ints(3)], { axis: -1 }),
  op('TopK', [f(N, H), t('int64', [1], (s) => [s.K])], {}, { name: 'of a run-time number' }),
  op('Unique', [f(N, H)], {}, { outputs: 4 }),
  op('Unique', [f(N, H)], { axis: 1 }, { outputs: 4, name: 'along an axis' }),
  op('ArgMax', [f(N, 3, H)], { axis: 1, keepdims: 0 }),
  op('ArgMin', [f(N, 3, H)], { axis: -1 }),
  op('ReverseSequence', [f(H, N), t('int64', [N], (s) => new Array(s.N).fill(2))]),
];

const casts: Case[] = [
  op('Cast', [f(N, H)], { to: 'int64' }),
  op('CastLike', [f(N, H), t('int32', [1])]),
  op('Where', [t('bool', [N, 1]), f(H), scalar(0, 'float32')]),
  op('Clip', [f(N, H), scalar(0, 'float32'), scalar(6, 'float32')]),
  op('PRelu', [f(N, 3, H), weights(3, 1)]),
  op('Not', [t('bool', [N, H])]),
  op('Mod', [t('int64', [N, H]), scalar(3)]),
  op('BitShift', [t('uint8', [N]), t('uint8', [1])], { direction: 'LEFT' }),
  op('BitwiseAnd', [t('int32', [N]), t('int32', [1])], {}, { opsets: FROM_18 }),
  op('Gelu', [f(N, H)], { approximate: 'tanh' }, { opsets: FROM_20 }),
  op('Mish', [f(N, H)], {}, { opsets: FROM_18 }),
];

const images: Case[] = [
  op('Resize', [f(N, 3, H, W), null, null, t('int64', [4], (s) => [s.N, 3, 9, 5])], { mode: 'linear' }),
  op(
    'Resize',
    [f(N, 3, H, W), null, { constant: [1, 1, 2, 0.5], dtype: 'float32', dims: [4] }],
    { mode: 'nearest' },
    { name: 'by scales' },
  ),
  op(
    'Resize',
    [f(N, 3, H, W), null, null, ints(9, 5)],
    { axes: [2, 3], mode: 'linear' },
    { opsets: FROM_18, name: 'of axes' },
  ),
  op('GridSample', [f(N, 3, H, W), f(N, K, 5, 2)], {}, {}),
  op('AffineGrid', [f(N, 2, 3), t('int64', [4], (s) => [s.N, 1, s.H, s.W])], {}, { opsets: FROM_20 }),
  op('RoiAlign', [f(N, 3, H, W), f(K, 4), t('int64', [K], (s) => new Array(s.K).fill(0))], {
    output_height: 2,
    output_width: 3,
  }),
  op('DepthToSpace', [f(N, 8, H, W)], { blocksize: 2 }),
  op('SpaceToDepth', [f(N, 2, dimMul(H, 2), 4)], { blocksize: 2 }),
  op('CenterCropPad', [f(N, H, W), ints(4, 20)], { axes: [1, 2] }, { opsets: FROM_18 }),
  op('NonMaxSuppression', [f(1, K, 4), f(1, 2, K), scalar(3), scalar(0.5, 'float32')]),
];

const recurrent: Case[] = [
  op(
    'LSTM',
    [f(H, N, 3), weights(2, 16, 3), weights(2, 16, 4)],
    { hidden_size: 4, direction: 'bidirectional' },
    { outputs: 3 },
  ),
  op('GRU', [f(H, N, 3), weights(1, 12, 3), weights(1, 12, 4)], { hidden_size: 4 }, { outputs: 2 }),
  op('RNN', [f(H, N, 3), weights(1, 4, 3), weights(1, 4, 4)], { hidden_size: 4 }, { outputs: 2 }),
];

const random: Case[] = [
  op('RandomNormal', [], { shape: [2, 3] }),
  op('RandomUniformLike', [f(N, H)], { dtype: 'float64' }),
  op('Bernoulli', [t('float32', [N, H], (s) => new Array(s.N * s.H).fill(0.5))], { dtype: 'bool' }),
  op('Multinomial', [f(N, 4)], { sample_size: 3, dtype: 'int64' }),
];

const quantized: Case[] = [
  op('QuantizeLinear', [f(N, H), scalar(0.1, 'float32'), scalar(3, 'int8')]),
  op('DequantizeLinear', [t('uint8', [N, H]), scalar(0.1, 'float32'), scalar(3, 'uint8')]),
  op('DynamicQuantizeLinear', [f(N, H)], {}, { outputs: 3 }),
  op('MatMulInteger', [t('uint8', [N, H]), t('uint8', [H, W])]),
  op('ConvInteger', [t('uint8', [N, 1, H, W]), t('uint8', [2, 1, 3, 3])]),
];

const signal: Case[] = [
  op('DFT', [f(N, H, 1)], { axis: 1 }, { opsets: [17, 18, 19] }),
  op('DFT', [f(N, H, 1)], { onesided: 1 }, { opsets: FROM_20 }),
  op('DFT', [f(N, H, W, 2), null, scalar(1)], {}, { opsets: FROM_20, name: 'along an axis' }),
  op('STFT', [f(N, 16, 1), scalar(2), weights(6), scalar(6)], { onesided: 1 }),
  op('HannWindow', [t('int64', [], (s) => [s.H])]),
  op('MelWeightMatrix', [scalar(8), scalar(16), scalar(8000), scalar(0, 'float32'), scalar(4000, 'float32')]),
];

/** Sizes of `x` as tensors, and arithmetic on them. */
function size(b: OnnxBuilder, x: OnnxValue, axis: number): OnnxValue {
  return first(b.add('Gather', [first(b.add('Shape', [x])), b.ints([axis])], { axis: 0 }));
}

export function first(values: readonly OnnxValue[]): OnnxValue {
  const [v] = values;
  if (v === undefined) throw new Error('no output');
  return v;
}

/** Expressions of extents, whose elements are followed symbolically. */
function arithmetic(name: string, fn: (b: OnnxBuilder, h: OnnxValue, w: OnnxValue) => OnnxValue): Case {
  return {
    name: `elements: ${name}`,
    inputs: { x: f(N, H, W) },
    opsets: [17, 21],
    build: (b, { x }) => (x === undefined ? [] : [fn(b, size(b, x, 1), size(b, x, 2))]),
  };
}

function two(b: OnnxBuilder, name: string, h: OnnxValue, other: OnnxValue, attributes = {}): OnnxValue {
  return first(b.add(name, [h, other], attributes));
}

const elements: Case[] = [
  arithmetic('h + w', (b, h, w) => two(b, 'Add', h, w)),
  arithmetic('h - w', (b, h, w) => two(b, 'Sub', h, w)),
  arithmetic('h / 2', (b, h) => two(b, 'Div', h, b.ints([2]))),
  arithmetic('(h - 20) / 3', (b, h) => two(b, 'Div', two(b, 'Sub', h, b.ints([20])), b.ints([3]))),
  arithmetic('(h - 20) % 3', (b, h) => two(b, 'Mod', two(b, 'Sub', h, b.ints([20])), b.ints([3]))),
  arithmetic('h % w', (b, h, w) => two(b, 'Mod', h, w)),
  arithmetic('fmod', (b, h, w) => two(b, 'Mod', two(b, 'Sub', h, w), b.ints([4]), { fmod: 1 })),
  arithmetic('min, max', (b, h, w) => two(b, 'Max', two(b, 'Min', h, w), b.ints([7]))),
  arithmetic('h > 0 ? h : w', (b, h, w) => first(b.add('Where', [two(b, 'Greater', h, b.ints([0])), h, w]))),
  arithmetic('h > w ? h : w', (b, h, w) => first(b.add('Where', [two(b, 'Greater', h, w), h, w]))),
  arithmetic('abs(-h)', (b, h) => first(b.add('Abs', [first(b.add('Neg', [h]))]))),
  arithmetic('product', (b, h, w) =>
    first(b.add('ReduceProd', [two(b, 'Concat', h, w, { axis: 0 })], { axes: [0], keepdims: 0 })),
  ),
  arithmetic('cast', (b, h) => first(b.add('Cast', [first(b.add('Cast', [h], { to: 'int32' }))], { to: 'int64' }))),
  arithmetic('to bool', (b, h) => first(b.add('Cast', [h], { to: 'bool' }))),
  arithmetic('slice', (b, h, w) =>
    first(
      b.add('Slice', [
        first(b.add('Concat', [h, w, b.ints([5])], { axis: 0 })),
        b.ints([-1]),
        b.ints([-9]),
        b.ints([0]),
        b.ints([-2]),
      ]),
    ),
  ),
  arithmetic('range(3) + h', (b, h) =>
    two(b, 'Add', first(b.add('Range', [b.scalar(0, 'int64'), b.scalar(3, 'int64'), b.scalar(1, 'int64')])), h),
  ),
  arithmetic('expand', (b, h) => first(b.add('Expand', [h, b.ints([3])]))),
  arithmetic('split', (b, h, w) =>
    first(b.add('Split', [two(b, 'Concat', h, w, { axis: 0 })], { axis: 0 }, { outputs: 2 }).slice(1)),
  ),
  arithmetic('zeros', (b, h) =>
    two(b, 'Add', first(b.add('ConstantOfShape', [b.ints([2])], { value: tensorFromNumbers('int64', [4]) })), h),
  ),
  {
    name: 'elements: a run-time reshape, sliced and padded',
    inputs: { x: f(N, H, W) },
    build: (b, { x }) => {
      if (x === undefined) return [];
      const flat = two(b, 'Mul', size(b, x, 1), size(b, x, 2));
      const target = first(b.add('Concat', [b.ints([-1]), flat, b.ints([1])], { axis: 0 }));
      const y = first(b.add('Reshape', [x, target]));
      const half = two(b, 'Div', flat, b.ints([2]));
      const cut = first(b.add('Slice', [y, b.ints([0]), half, b.ints([1])]));
      const ones = first(b.add('Expand', [cut, first(b.add('Concat', [b.ints([1, 1]), size(b, x, 1)], { axis: 0 }))]));
      return [y, cut, ones];
    },
  },
];

const control: Case[] = [
  {
    name: 'If with one extent that differs',
    inputs: { x: f(N, H), flag: t('bool', [], (s) => [s.N % 2]) },
    build: (b, { x, flag }) => {
      if (x === undefined || flag === undefined) return [];
      const yes = b.graph((g) => g.add('Relu', [x]));
      const no = b.graph((g) => g.add('Concat', [x, x], { axis: 1 }));
      return b.add('If', [flag], { then_branch: yes, else_branch: no });
    },
  },
  {
    name: 'Loop with a carried value, a growing one and a scan',
    inputs: { x: f(N, H), n: t('int64', [], (s) => [s.K]) },
    build: (b, { x, n }) => {
      if (x === undefined || n === undefined) return [];
      const body = b.graph((g) => {
        g.input('i', 'int64', []);
        const go = g.input('go', 'bool', []);
        const sum = g.input('sum', 'float32', [N, H]);
        const list = g.input('list', 'float32', [symbol('_len'), H]);
        const next = first(g.add('Add', [sum, x]));
        return [
          go,
          next,
          first(g.add('Concat', [list, x], { axis: 0 })),
          first(g.add('ReduceSum', [next], { axes: [1], keepdims: 0 })),
        ];
      });
      return b.add('Loop', [n, null, x, x], { body });
    },
  },
  {
    name: 'Scan',
    inputs: { x: f(H, N), start: f(N) },
    build: (b, { x, start }) => {
      if (x === undefined || start === undefined) return [];
      const body = b.graph((g) => {
        const state = g.input('state', 'float32', [N]);
        const item = g.input('item', 'float32', [N]);
        const sum = first(g.add('Add', [state, item]));
        return [sum, first(g.add('Neg', [sum]))];
      });
      return b.add('Scan', [start, x], { body, num_scan_inputs: 1 });
    },
  },
  {
    name: 'sequences',
    inputs: { x: f(N, H), y: f(K, H) },
    build: (b, { x, y }) => {
      if (x === undefined || y === undefined) return [];
      const list = first(b.add('SequenceConstruct', [x, y]));
      const longer = first(b.add('SequenceInsert', [list, x]));
      const one = b.scalar(1, 'int64');
      return [
        first(b.add('ConcatFromSequence', [longer], { axis: 0 })),
        first(b.add('SequenceAt', [longer, one])),
        first(b.add('SequenceAt', [list, b.scalar(0, 'int64')])),
        first(b.add('SequenceLength', [longer])),
        first(b.add('ConcatFromSequence', [first(b.add('SplitToSequence', [x, one], { axis: 1 }))], { axis: 1 })),
      ];
    },
  },
  {
    name: 'extents of symbols with arithmetic',
    inputs: { x: f(dimAdd(H, 3), dimMul(W, 2)) },
    build: (b, { x }) =>
      x === undefined
        ? []
        : b.add('MaxPool', [first(b.add('Unsqueeze', [x], { axes: [0] }))], { kernel_shape: [3], strides: [2] }),
  },
];

export const CASES: readonly Case[] = [
  ...unary,
  ...binary,
  ...reductions,
  ...logic,
  ...convolutions,
  ...linear,
  ...norms,
  ...shapes,
  ...indexing,
  ...casts,
  ...images,
  ...recurrent,
  ...random,
  ...quantized,
  ...signal,
  ...elements,
  ...control,
];

/** What a run at these sizes feeds an input. */
export function feed(input: CaseInput, sizes: Sizes): Feed {
  const dims = input.shape.map((d) => dimEvaluate(d, new Map(Object.entries(sizes))));
  const n = dims.reduce((a, b) => a * b, 1);
  const values =
    input.values?.(sizes) ?? Array.from({ length: n }, (_, i) => (input.dtype === 'float32' ? (i % 5) * 0.25 : i % 2));
  return { dtype: input.dtype, dims, values };
}

export interface Built {
  readonly model: OnnxModel;
  readonly outputs: readonly { name: string; value: OnnxValue }[];
}

/**
 * The case as a model, and its outputs with their inferred types. With `sizes` its inputs are constants that hold the
 * values which a run at these sizes would be fed.
 */
export function buildCase(c: Case, opset: number, sizes?: Sizes): Built {
  const b = new OnnxBuilder({ opset });
  const inputs: Record<string, OnnxValue> = {};
  for (const [name, input] of Object.entries(c.inputs)) {
    const fed = sizes === undefined ? undefined : feed(input, sizes);
    inputs[name] =
      fed === undefined
        ? b.input(name, input.dtype, input.shape)
        : b.constant(tensorFromNumbers(fed.dtype, fed.values, fed.dims));
  }
  const outputs = c.build(b, inputs).map((value, i) => ({ name: b.output(`y${i}`, value), value }));
  return { model: b.finish(), outputs };
}
