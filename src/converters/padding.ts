import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** PyTorch lists pads from the last axis backwards, (begin, end) each; ONNX lists all begins, then all ends. */
function onnxPads(pads: readonly number[], rank: number): number[] {
  const begin = new Array<number>(rank).fill(0);
  const end = new Array<number>(rank).fill(0);
  for (let i = 0; i * 2 + 1 < pads.length; i++) {
    begin[rank - 1 - i] = pads[i * 2] as number;
    end[rank - 1 - i] = pads[i * 2 + 1] as number;
  }
  return [...begin, ...end];
}

const MODES: Record<string, string> = { constant: 'constant', reflect: 'reflect', replicate: 'edge', circular: 'wrap' };

function padWith(ctx: ConvertContext, pads: number[], mode: string, value: OnnxValue | null): OnnxValue {
  const self = ctx.tensor('self');
  if (pads.every((p) => p === 0)) return self;
  if (mode === 'wrap' && ctx.opset < 19) return wrap(ctx, self, pads);
  // ONNX and onnxruntime take negative pads only in constant mode; PyTorch crops first.
  if (mode !== 'constant' && pads.some((p) => p < 0)) {
    const rank = pads.length / 2;
    const cropped = crop(ctx, self, pads);
    const rest = pads.map((p) => Math.max(0, p));
    return rest.some((p) => p > 0) ? ctx.add('Pad', [cropped, ctx.ints1d(rest)], { mode }) : rank > 0 ? cropped : self;
  }
  return ctx.add('Pad', [self, ctx.ints1d(pads), value], { mode });
}

function crop(ctx: ConvertContext, v: OnnxValue, pads: readonly number[]): OnnxValue {
  const rank = pads.length / 2;
  const axes = Array.from({ length: rank }, (_, i) => i).filter(
    (i) => (pads[i] as number) < 0 || (pads[rank + i] as number) < 0,
  );
  const starts = axes.map((i) => Math.max(0, -(pads[i] as number)));
  const ends = axes.map((i) => ((pads[rank + i] as number) < 0 ? (pads[rank + i] as number) : Number.MAX_SAFE_INTEGER));
  return ctx.add('Slice', [v, ctx.ints1d(starts), ctx.ints1d(ends), ctx.ints1d(axes)]);
}

/** Circular padding by joining the ends, for opsets before Pad had `wrap`. */
function wrap(ctx: ConvertContext, v: OnnxValue, pads: readonly number[]): OnnxValue {
  const rank = pads.length / 2;
  let out = v;
  for (let axis = 0; axis < rank; axis++) {
    const [b, e] = [pads[axis] as number, pads[rank + axis] as number];
    const piece = (from: number, to: number) =>
      ctx.add('Slice', [out, ctx.ints1d([from]), ctx.ints1d([to]), ctx.ints1d([axis])]);
    const parts = [...(b > 0 ? [piece(-b, Number.MAX_SAFE_INTEGER)] : []), out, ...(e > 0 ? [piece(0, e)] : [])];
    if (parts.length > 1) out = ctx.add('Concat', parts, { axis });
  }
  return out;
}

const pad = defineConverter({
  ops: ['aten::pad', 'aten::constant_pad_nd'],
  convert: (ctx) => {
    const name = ctx.node.op === 'aten::pad' ? ctx.str('mode') : 'constant';
    const mode = MODES[name] ?? ctx.fail('unsupported-argument', `padding mode '${name}'`);
    const dtype = ctx.dtype('self');
    const value =
      mode !== 'constant' ? null : ctx.has('value') ? ctx.tensor('value', dtype) : ctx.builder.scalar(0, dtype);
    return padWith(ctx, onnxPads(ctx.ints('pad'), ctx.rank('self')), mode, value);
  },
});

const edges = defineConverter({
  ops: [1, 2, 3].flatMap((n) => [`aten::reflection_pad${n}d`, `aten::replication_pad${n}d`]),
  convert: (ctx) => {
    const mode = ctx.node.op.includes('reflection') ? 'reflect' : 'edge';
    return padWith(ctx, onnxPads(ctx.ints('padding'), ctx.rank('self')), mode, null);
  },
});

export const PADDING = [pad, edges];
