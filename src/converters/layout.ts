import { type Dim, dimMod, dimNeg } from '../ir/dim.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

const OPEN_END = Number.MAX_SAFE_INTEGER;

/** Moves the first `k` elements of an axis to its end; `k` may be symbolic. */
function rotate(ctx: ConvertContext, v: OnnxValue, axis: number, size: Dim, shift: Dim): OnnxValue {
  const k = dimMod(dimNeg(shift), size);
  if (k === 0) return v;
  const at = ctx.shapeTensor([k]);
  const axes = ctx.ints1d([axis]);
  const tail = ctx.add('Slice', [v, at, ctx.ints1d([OPEN_END]), axes]);
  const head = ctx.add('Slice', [v, ctx.ints1d([0]), at, axes]);
  return ctx.add('Concat', [tail, head], { axis });
}

const roll = defineConverter({
  ops: ['aten::roll'],
  convert: (ctx) => {
    const shape = ctx.shape('self');
    const shifts = ctx.dims('shifts');
    const dims = ctx.ints('dims');
    const self = ctx.tensor('self');
    if (dims.length === 0) {
      const total = shape.reduce<Dim>((a, d) => (typeof a === 'number' && typeof d === 'number' ? a * d : a), 1);
      const flat = ctx.add('Reshape', [self, ctx.ints1d([-1])]);
      if (shape.some((d) => typeof d !== 'number')) {
        return ctx.fail('needs-constant', 'a roll of the flattened tensor needs static sizes', 'name the dims to roll');
      }
      return ctx.reshape(rotate(ctx, flat, 0, total, shifts[0] ?? 0), shape);
    }
    return dims.reduce<OnnxValue>((v, d, i) => {
      const axis = d < 0 ? d + shape.length : d;
      return rotate(ctx, v, axis, shape[axis] as Dim, shifts[i] ?? 0);
    }, self);
  },
});

/** [N, C, H, W] regrouped: channels as (g, C/g) swapped. */
const channelShuffle = defineConverter({
  ops: ['aten::channel_shuffle', 'aten::native_channel_shuffle'],
  convert: (ctx) => {
    const shape = ctx.shape('self');
    const groups = ctx.int('groups');
    const [n, c, ...rest] = shape;
    if (n === undefined || typeof c !== 'number')
      return ctx.fail('needs-constant', 'channel_shuffle needs a static number of channels');
    const wide = ctx.reshape(ctx.tensor('self'), [n, groups, c / groups, ...rest]);
    const perm = [0, 2, 1, ...rest.map((_, i) => i + 3)];
    return ctx.reshape(ctx.add('Transpose', [wide], { perm }), shape);
  },
});

const pixelUnshuffle = defineConverter({
  ops: ['aten::pixel_unshuffle'],
  convert: (ctx) => {
    const r = ctx.int('downscale_factor');
    const out = ctx.resultShape();
    const shape = ctx.shape('self');
    const lead = shape.slice(0, -3);
    const [c] = shape.slice(-3) as [Dim, Dim, Dim];
    const [, h, w] = out.slice(-3) as [Dim, Dim, Dim];
    const k = lead.length;
    const wide = ctx.reshape(ctx.tensor('self'), [...lead, c, h, r, w, r]);
    const perm = [...lead.map((_, i) => i), k, k + 2, k + 4, k + 1, k + 3];
    return ctx.reshape(ctx.add('Transpose', [wide], { perm }), out);
  },
});

const pixelShuffle = defineConverter({
  ops: ['aten::pixel_shuffle'],
  convert: (ctx) => {
    const r = ctx.int('upscale_factor');
    const shape = ctx.shape('self');
    const out = ctx.resultShape();
    const lead = shape.slice(0, -3);
    const [c] = out.slice(-3) as [Dim, Dim, Dim];
    const [, h, w] = shape.slice(-3) as [Dim, Dim, Dim];
    const k = lead.length;
    const wide = ctx.reshape(ctx.tensor('self'), [...lead, c, r, r, h, w]);
    const perm = [...lead.map((_, i) => i), k, k + 3, k + 1, k + 4, k + 2];
    return ctx.reshape(ctx.add('Transpose', [wide], { perm }), out);
  },
});

const movedim = defineConverter({
  ops: ['aten::movedim.int', 'aten::movedim.intlist', 'aten::moveaxis.int', 'aten::moveaxis.intlist'],
  convert: (ctx) => {
    const rank = ctx.rank('self');
    const fix = (d: number): number => (d < 0 ? d + rank : d);
    const from = ctx.ints('source').map(fix);
    const to = ctx.ints('destination').map(fix);
    const perm = new Array<number>(rank).fill(-1);
    from.forEach((s, i) => {
      perm[to[i] as number] = s;
    });
    const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => !from.includes(i));
    for (let i = 0; i < rank; i++) if (perm[i] === -1) perm[i] = rest.shift() as number;
    return ctx.add('Transpose', [ctx.tensor('self')], { perm });
  },
});

export const LAYOUT = [roll, channelShuffle, pixelShuffle, pixelUnshuffle, movedim];
