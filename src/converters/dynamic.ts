import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';
import { splitToSequence } from './sequences.js';

/** Scalars put together to a shape: one 1-d tensor. */
const concat = defineConverter({
  ops: ['trt::shape_concat'],
  emits: [['Unsqueeze', 'Concat']],
  convert: (ctx) => {
    const axis = ctx.ints1d([0]);
    const dtype = ctx.resultDtype();
    const parts = ctx.node.inputs.map((v) => ctx.add('Unsqueeze', [ctx.scope.tensorOf(v, dtype), axis]));
    return ctx.add('Concat', parts, { axis: 0 });
  },
});

/** Number of pieces of a list whose length the graph fixes. */
function pieceCount(ctx: ConvertContext): number {
  const content = ctx.node.outputs[0]?.content;
  if (content?.kind !== 'list')
    return ctx.fail('needs-constant', `the number of pieces of ${ctx.node.op} is known only at run time`);
  return content.items.length;
}

function axisOf(ctx: ConvertContext): number {
  const dim = ctx.int('dim');
  return dim < 0 ? dim + ctx.rank('self') : dim;
}

/** Pieces of sizes that a tensor holds: ONNX Split takes them as they are. */
const splitSizes = defineConverter({
  ops: ['trt::split_sizes_dyn'],
  emits: [['Split']],
  convert: (ctx) => {
    const count = pieceCount(ctx);
    const inputs = [ctx.tensor('self'), ctx.tensor('split_sizes', 'int64')];
    return [ctx.builder.add('Split', inputs, { axis: axisOf(ctx) }, { outputs: count })];
  },
});

/**
 * Pieces of one size that a tensor holds, the last one shorter: slices, which clamp at the end; a sequence where their
 * number is known only at run time.
 */
const split = defineConverter({
  ops: ['trt::split_dyn'],
  emits: [['Reshape', 'Mul', 'Slice'], ['SplitToSequence']],
  convert: (ctx) => {
    const length = ctx.tensor('split_size', 'int64');
    if (ctx.node.outputs[0]?.content?.kind !== 'list') return splitToSequence(ctx, axisOf(ctx), length);
    const self = ctx.tensor('self');
    const axis = ctx.ints1d([axisOf(ctx)]);
    const size = ctx.add('Reshape', [length, ctx.ints1d([1])]);
    const bound = (i: number) => ctx.add('Mul', [size, ctx.ints1d([i])]);
    return [Array.from({ length: pieceCount(ctx) }, (_, i) => ctx.add('Slice', [self, bound(i), bound(i + 1), axis]))];
  },
});

/**
 * Adaptive average pooling to sizes that a tensor holds. Window i of an axis covers floor(i * in / out) up to
 * ceil((i + 1) * in / out) (ATen/native/AdaptivePooling.h): a product with a matrix of averages for each axis.
 */
const adaptivePool = defineConverter({
  ops: ['trt::adaptive_avg_pool_dyn'],
  emits: [
    [
      'Gather',
      'Shape',
      'Range',
      'Unsqueeze',
      'Add',
      'Sub',
      'Mul',
      'Div',
      'GreaterOrEqual',
      'Less',
      'And',
      'Cast',
      'ReduceSum',
      'Transpose',
      'MatMul',
    ],
  ],
  convert: (ctx) => {
    const sizes = ctx.tensor('output_size', 'int64');
    const asked = sizes.shape?.[0];
    const rank = ctx.rank('self');
    const axes =
      typeof asked === 'number' ? asked : ctx.fail('rank-unknown', 'the number of output sizes is not known');
    let x = ctx.tensor('self');
    for (let i = 0; i < axes; i++) {
      const axis = rank - axes + i;
      const out = ctx.add('Gather', [sizes, ctx.builder.scalar(i, 'int64')], { axis: 0 });
      x = averaged(ctx, x, axis, rank, out);
    }
    return x;
  },
});

/** `x` with one axis pooled to `out` (0-d) windows. */
function averaged(ctx: ConvertContext, x: OnnxValue, axis: number, rank: number, out: OnnxValue): OnnxValue {
  const scalar = (v: number) => ctx.builder.scalar(v, 'int64');
  const size = ctx.add('Gather', [ctx.add('Shape', [x]), scalar(axis)], { axis: 0 });
  const window = ctx.add('Range', [scalar(0), out, scalar(1)]);
  const element = ctx.add('Unsqueeze', [ctx.add('Range', [scalar(0), size, scalar(1)]), ctx.ints1d([1])]);
  const start = ctx.add('Div', [ctx.add('Mul', [window, size]), out]);
  const next = ctx.add('Mul', [ctx.add('Add', [window, scalar(1)]), size]);
  const end = ctx.add('Div', [ctx.add('Add', [next, ctx.add('Sub', [out, scalar(1)])]), out]);
  const inside = ctx.add('And', [ctx.add('GreaterOrEqual', [element, start]), ctx.add('Less', [element, end])]);
  const weights = ctx.cast(inside, ctx.dtype('self'));
  const total = ctx.add('ReduceSum', [weights, ctx.ints1d([0])], { keepdims: 1 });
  const matrix = ctx.add('Div', [weights, total]);
  const last = rank - 1;
  if (axis === last) return ctx.add('MatMul', [x, matrix]);
  const perm = Array.from({ length: rank }, (_, i) => i);
  perm[axis] = last;
  perm[last] = axis;

  const turned = ctx.add('MatMul', [ctx.add('Transpose', [x], { perm }), matrix]);
  return ctx.add('Transpose', [turned], { perm });
}

/** Each element by its place in the tensor, which lies in memory in row-major order (src/shapes/storage.ts): offset + the sum of index * stride. */
const asStrided = defineConverter({
  ops: ['trt::as_strided_dyn'],
  emits: [['Gather', 'Range', 'Unsqueeze', 'Add', 'Mul', 'Reshape']],
  convert: (ctx) => {
    const rank = ctx.resultShape().length;
    const sizes = ctx.tensor('size', 'int64');
    const strides = ctx.tensor('stride', 'int64');
    const scalar = (v: number) => ctx.builder.scalar(v, 'int64');
    let place = ctx.tensor('storage_offset', 'int64');
    for (let i = 0; i < rank; i++) {
      const size = ctx.add('Gather', [sizes, scalar(i)], { axis: 0 });
      const stride = ctx.add('Gather', [strides, scalar(i)], { axis: 0 });
      const steps = ctx.add('Mul', [ctx.add('Range', [scalar(0), size, scalar(1)]), stride]);
      const axes = Array.from({ length: rank - 1 - i }, (_, k) => k + 1);
      place = ctx.add('Add', [place, axes.length === 0 ? steps : ctx.add('Unsqueeze', [steps, ctx.ints1d(axes)])]);
    }
    return ctx.add('Gather', [ctx.add('Reshape', [ctx.tensor('self'), ctx.ints1d([-1])]), place], { axis: 0 });
  },
});

export const DYNAMIC = [asStrided, concat, splitSizes, split, adaptivePool];
