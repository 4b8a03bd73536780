import { type Dim, dimAdd, dimFloorDiv, dimSub } from '../ir/dim.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

function pair(values: readonly number[]): [number, number] {
  return [values[0] ?? 1, values[1] ?? values[0] ?? 1];
}

/** Places of the windows along one axis: [kernel, windows] indexes into the padded axis. */
function windowIndexes(ctx: ConvertContext, kernel: number, dilation: number, stride: number, windows: Dim): OnnxValue {
  const offsets = ctx.add('Unsqueeze', [
    ctx.ints1d(Array.from({ length: kernel }, (_, i) => i * dilation)),
    ctx.ints1d([1]),
  ]);
  const count = ctx.add('Range', [
    ctx.builder.scalar(0, 'int64'),
    ctx.scope.extent(windows),
    ctx.builder.scalar(1, 'int64'),
  ]);
  const starts = ctx.add('Mul', [count, ctx.builder.scalar(stride, 'int64')]);
  return ctx.add('Add', [offsets, ctx.add('Unsqueeze', [starts, ctx.ints1d([0])])]);
}

/**
 * Windows of an image as columns: [N, C, H, W] to [N, C * kh * kw, windows] (torch.nn.Unfold). Rows and columns are
 * gathered axis by axis; the image's size may be symbolic.
 */
const im2col = defineConverter({
  ops: ['aten::im2col'],
  convert: (ctx) => {
    const shape = ctx.shape('self');
    const [kh, kw] = pair(ctx.ints('kernel_size'));
    const [dh, dw] = pair(ctx.ints('dilation'));
    const [ph, pw] = pair(ctx.ints('padding'));
    const [sh, sw] = pair(ctx.ints('stride'));
    const batched = shape.length === 4;
    const [c, h, w] = shape.slice(-3) as [Dim, Dim, Dim];
    let x = ctx.tensor('self');
    if (!batched) x = ctx.add('Unsqueeze', [x, ctx.ints1d([0])]);
    if (ph > 0 || pw > 0) {
      const zero = ctx.builder.scalar(0, ctx.dtype('self'));
      x = ctx.add('Pad', [x, ctx.ints1d([0, 0, ph, pw, 0, 0, ph, pw]), zero]);
    }
    const count = (size: Dim, k: number, d: number, p: number, s: number): Dim =>
      dimAdd(dimFloorDiv(dimSub(dimAdd(size, 2 * p), d * (k - 1) + 1), s), 1);
    const rows = windowIndexes(ctx, kh, dh, sh, count(h, kh, dh, ph, sh));
    const columns = windowIndexes(ctx, kw, dw, sw, count(w, kw, dw, pw, sw));
    // [N, C, kh, Lh, W], then [N, C, kh, Lh, kw, Lw].
    const cut = ctx.add('Gather', [ctx.add('Gather', [x, rows], { axis: 2 }), columns], { axis: 4 });
    const ordered = ctx.add('Transpose', [cut], { perm: [0, 1, 2, 4, 3, 5] });
    if (typeof c !== 'number')
      return ctx.fail('needs-constant', 'the number of channels of an unfolded image must be static');
    const flat = ctx.add('Reshape', [ordered, ctx.ints1d([0, c * kh * kw, -1])]);
    return batched ? flat : ctx.add('Squeeze', [flat, ctx.ints1d([0])]);
  },
});

export const UNFOLD = [im2col];
