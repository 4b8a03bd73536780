import { type Dim, dimEquals } from '../ir/dim.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

function spatialAxes(op: string): number {
  return Number(/([123])d/.exec(op)?.[1] ?? 2);
}

function listOf(ctx: ConvertContext, name: string, n: number): number[] {
  const v = ctx.ints(name);
  return v.length === 1 ? Array.from({ length: n }, () => v[0] as number) : v;
}

/** Adds a batch axis where PyTorch takes an unbatched input, and takes it off the results again. */
function batched(ctx: ConvertContext, n: number, pool: (x: OnnxValue) => OnnxValue[]): OnnxValue[] {
  const x = ctx.tensor('self');
  if (ctx.rank('self') === n + 2) return pool(x);
  const axis = ctx.ints1d([0]);
  return pool(ctx.add('Unsqueeze', [x, axis])).map((y) => ctx.add('Squeeze', [y, axis]));
}

const maxPool = defineConverter({
  ops: [1, 2, 3].flatMap((n) => [`aten::max_pool${n}d`, `aten::max_pool${n}d_with_indices`]),
  convert: (ctx) => {
    const n = spatialAxes(ctx.node.op);
    const kernel = listOf(ctx, 'kernel_size', n);
    const stride = ctx.ints('stride').length === 0 ? kernel : listOf(ctx, 'stride', n);
    const padding = listOf(ctx, 'padding', n);
    const attrs = {
      kernel_shape: kernel,
      strides: stride,
      pads: [...padding, ...padding],
      dilations: listOf(ctx, 'dilation', n),
      ceil_mode: Number(ctx.bool('ceil_mode')),
    };
    if (!ctx.node.op.endsWith('_with_indices')) return batched(ctx, n, (x) => [ctx.add('MaxPool', [x], attrs)]);
    return batched(ctx, n, (x) => {
      const [values, flat] = ctx.addAll('MaxPool', [x], attrs, { outputs: 2 });
      // ONNX counts over the whole tensor, PyTorch within one channel's plane.
      const shape = ctx.shape('self').slice(-n);
      const plane = ctx.shapeTensor(shape);
      const size = ctx.add('ReduceProd', [plane, ctx.ints1d([0])], { keepdims: 0 });
      return [values as OnnxValue, ctx.add('Mod', [flat as OnnxValue, size])];
    });
  },
});

/**
 * Average pooling in its general form: the sum over each window, by a pool that counts pads, is divided by the number
 * of elements that PyTorch counts (ATen/native/AveragePool: with count_include_pad the window clipped to the padded
 * extent, else to the input).
 */
const avgPool = defineConverter({
  ops: [1, 2, 3].map((n) => `aten::avg_pool${n}d`),
  convert: (ctx) => {
    const n = spatialAxes(ctx.node.op);
    const kernel = listOf(ctx, 'kernel_size', n);
    const stride = ctx.ints('stride').length === 0 ? kernel : listOf(ctx, 'stride', n);
    const padding = listOf(ctx, 'padding', n);
    const names = ctx.schema.signature.args.map((a) => a.name);
    const divisor =
      names.includes('divisor_override') && ctx.has('divisor_override') ? ctx.int('divisor_override') : undefined;
    const include = ctx.bool('count_include_pad');
    const ceil = Number(ctx.bool('ceil_mode'));
    const dtype = ctx.dtype('self');
    const attrs = { kernel_shape: kernel, strides: stride, ceil_mode: ceil };
    const window = kernel.reduce((a, b) => a * b, 1);
    return batched(ctx, n, (x) => {
      const pads = ctx.ints1d([0, 0, ...padding, 0, 0, ...padding]);
      const zero = ctx.builder.scalar(0, dtype);
      const padded = padding.some((p) => p > 0) ? ctx.add('Pad', [x, pads, zero]) : x;
      // A window that ceil_mode lets reach past the end is padded by zeros too: pool counts are taken apart from sums.
      const sums = (v: OnnxValue): OnnxValue => {
        const reach = ctx.ints1d([0, 0, ...kernel.map(() => 0), 0, 0, ...stride.map((s) => s * ceil)]);
        const wide = ceil === 1 ? ctx.add('Pad', [v, reach, zero]) : v;
        const pooled = ctx.add('AveragePool', [wide], { ...attrs, ceil_mode: 0 });
        return ctx.add('Mul', [pooled, ctx.builder.scalar(window, dtype)]);
      };
      const target = [...(x.shape ?? []).slice(0, 2), ...ctx.resultShape().slice(-n)];
      const crop = (v: OnnxValue): OnnxValue => {
        if (ceil === 0) return v;
        const axes = Array.from({ length: n }, (_, i) => i + 2);
        return ctx.add('Slice', [v, ctx.ints1d(axes.map(() => 0)), ctx.shapeTensor(target.slice(2)), ctx.ints1d(axes)]);
      };
      const total = crop(sums(padded));
      if (divisor !== undefined) return [ctx.add('Div', [total, ctx.builder.scalar(divisor, dtype)])];
      const ones = ctx.add('Expand', [ctx.builder.scalar(1, dtype), ctx.add('Shape', [include ? padded : x])]);
      const counted = include || !padding.some((p) => p > 0) ? ones : ctx.add('Pad', [ones, pads, zero]);
      return [ctx.add('Div', [total, crop(sums(counted))])];
    });
  },
});

/** Extents of a tensor argument's last `n` axes. */
function spatial(ctx: ConvertContext, n: number): Dim[] {
  return ctx.shape('self').slice(-n);
}

/**
 * Adaptive pooling: a global pool for output 1, a plain pool where the output divides the input, otherwise window by
 * window (start = floor(i * in / out), end = ceil((i + 1) * in / out); ATen/native/AdaptivePooling.h), which needs a
 * static output size; the input's size may be symbolic.
 */
const adaptive = defineConverter({
  ops: [1, 2, 3].flatMap((n) => [`aten::adaptive_avg_pool${n}d`, `aten::adaptive_max_pool${n}d`]),
  convert: (ctx) => {
    const n = spatialAxes(ctx.node.op);
    const max = ctx.node.op.includes('_max_');
    const input = spatial(ctx, n);
    const asked = ctx.dims('output_size');
    const output = ctx.resultShape().slice(-n);
    if (max && (ctx.node.outputs[1]?.uses.size ?? 0) > 0) {
      return ctx.fail('unsupported-argument', 'the indices of adaptive max pooling have no ONNX form');
    }
    const one = asked.length === 1 && n > 1 ? Array.from({ length: n }, () => asked[0] as Dim) : asked;
    return batched(ctx, n, (x) => {
      if (one.every((d) => d === 1)) return [ctx.add(max ? 'GlobalMaxPool' : 'GlobalAveragePool', [x])];
      const kernel = input.map((d, i) => {
        const o = output[i];
        return typeof d === 'number' && typeof o === 'number' && d % o === 0 ? d / o : undefined;
      });
      if (kernel.every((k) => k !== undefined)) {
        return [
          ctx.add(max ? 'MaxPool' : 'AveragePool', [x], {
            kernel_shape: kernel as number[],
            strides: kernel as number[],
          }),
        ];
      }
      return [output.reduce<OnnxValue>((v, o, i) => alongAxis(ctx, v, i + 2, input[i] as Dim, o, max), x)];
    });
  },
});

/** Pools one axis to a static number of windows. */
function alongAxis(ctx: ConvertContext, v: OnnxValue, axis: number, size: Dim, out: Dim, max: boolean): OnnxValue {
  if (dimEquals(size, out)) return v;
  if (typeof out !== 'number') {
    return ctx.fail(
      'needs-constant',
      `adaptive pooling to ${out}, a size known only at run time, has no ONNX form`,
      'use interpolation, or a static output size',
    );
  }
  const reduce = (w: OnnxValue): OnnxValue =>
    ctx.add(max ? 'ReduceMax' : 'ReduceMean', [w, ctx.ints1d([axis])], { keepdims: 1 });
  if (out === 1) return reduce(v);
  const windows = Array.from({ length: out }, (_, i) => {
    const [from, to] = windowOf(ctx, size, i, out);
    return reduce(ctx.add('Slice', [v, from, to, ctx.ints1d([axis])]));
  });
  return ctx.add('Concat', windows, { axis });
}

function windowOf(ctx: ConvertContext, size: Dim, i: number, out: number): [OnnxValue, OnnxValue] {
  if (typeof size === 'number')
    return [ctx.ints1d([Math.floor((i * size) / out)]), ctx.ints1d([Math.ceil(((i + 1) * size) / out)])];
  // Sizes are positive: truncating division is floor, and ceil(a / b) = floor((a + b - 1) / b).
  const n = ctx.shapeTensor([size]);
  const by = ctx.ints1d([out]);
  const from = ctx.add('Div', [ctx.add('Mul', [n, ctx.ints1d([i])]), by]);
  const end = ctx.add('Add', [ctx.add('Mul', [n, ctx.ints1d([i + 1])]), ctx.ints1d([out - 1])]);
  return [from, ctx.add('Div', [end, by])];
}

export const POOLING = [maxPool, avgPool, adaptive];
