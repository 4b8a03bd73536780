import { type Dim, dimFloorDiv, dimMul } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** Parts of softmax(q k^T * scale + mask) v; `q`, `k`, `v` are [..., L, E], [..., S, E], [..., S, Ev]. */
export interface Attention {
  readonly q: OnnxValue;
  readonly k: OnnxValue;
  readonly v: OnnxValue;
  readonly dtype: DType;
  readonly scale: OnnxValue;
  /** Boolean (true takes part) or additive, broadcast to [..., L, S]. */
  readonly mask: OnnxValue | null;
  readonly causal: boolean;
  /** Extents L and S. */
  readonly lengths: readonly [Dim, Dim];
}

/** Swaps the last two axes. */
export function transposeLast(ctx: ConvertContext, v: OnnxValue): OnnxValue {
  const rank = v.shape?.length ?? 0;
  const perm = Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return ctx.add('Transpose', [v], { perm });
}

/** True below and on the diagonal of an [L, S] matrix, sizes read at run time. */
export function causalMask(ctx: ConvertContext, rows: Dim, columns: Dim): OnnxValue {
  const zero = ctx.builder.scalar(0, 'int64');
  const one = ctx.builder.scalar(1, 'int64');
  const r = ctx.add('Range', [zero, ctx.scope.extent(rows), one]);
  const c = ctx.add('Range', [zero, ctx.scope.extent(columns), one]);
  return ctx.add('LessOrEqual', [
    ctx.add('Unsqueeze', [c, ctx.ints1d([0])]),
    ctx.add('Unsqueeze', [r, ctx.ints1d([1])]),
  ]);
}

export const ATTEND = [
  'MatMul',
  'Mul',
  'Transpose',
  'Range',
  'Unsqueeze',
  'LessOrEqual',
  'Where',
  'Add',
  'Softmax',
  'IsNaN',
] as const;

/** Returns [output, weights]. A row that the mask excludes wholly gives zeros, as PyTorch's safe softmax does. */
export function attend(ctx: ConvertContext, a: Attention): [OnnxValue, OnnxValue] {
  const { dtype } = a;
  const scores = ctx.add('MatMul', [ctx.add('Mul', [a.q, a.scale]), transposeLast(ctx, a.k)]);
  const lowest = ctx.builder.scalar(Number.NEGATIVE_INFINITY, dtype);
  let masked = scores;
  if (a.causal) masked = ctx.add('Where', [causalMask(ctx, a.lengths[0], a.lengths[1]), masked, lowest]);
  if (a.mask !== null) {
    masked =
      a.mask.dtype === 'bool'
        ? ctx.add('Where', [a.mask, masked, lowest])
        : ctx.add('Add', [masked, ctx.cast(a.mask, dtype)]);
  }
  let weights = ctx.add('Softmax', [masked], { axis: -1 });
  if (a.mask !== null) weights = ctx.add('Where', [ctx.add('IsNaN', [weights]), ctx.builder.scalar(0, dtype), weights]);
  return [ctx.add('MatMul', [weights, a.v]), weights];
}

/** Repeats the heads (axis -3) of keys and values so that each query group has its own: grouped-query attention. */
function repeatHeads(ctx: ConvertContext, v: OnnxValue, shape: readonly Dim[], times: Dim): OnnxValue {
  if (times === 1) return v;
  const rank = shape.length;
  const heads = shape[rank - 3] ?? 1;
  const wide = ctx.add('Unsqueeze', [v, ctx.ints1d([rank - 2])]);
  const grown = ctx.add('Expand', [wide, ctx.shapeTensor([times, 1, 1])]);
  return ctx.reshape(grown, [...shape.slice(0, rank - 3), dimMul(heads, times), ...shape.slice(rank - 2)]);
}

const sdpa = defineConverter({
  ops: ['aten::scaled_dot_product_attention'],
  emits: [[...ATTEND, 'Sqrt', 'Reciprocal', 'Unsqueeze', 'Expand', 'Reshape']],
  convert: (ctx) => {
    const [qs, ks, vs] = [ctx.shape('query'), ctx.shape('key'), ctx.shape('value')];
    const dtype = ctx.dtype('query');
    const depth = qs[qs.length - 1] as Dim;
    let scale: OnnxValue;
    if (ctx.has('scale')) scale = ctx.tensor('scale', dtype);
    else if (typeof depth === 'number') scale = ctx.builder.scalar(1 / Math.sqrt(depth), dtype);
    else {
      const root = ctx.add('Sqrt', [ctx.cast(ctx.scope.extent(depth), dtype)]);
      scale = ctx.add('Reciprocal', [root]);
    }
    const groups = ctx.schema.signature.args.some((a) => a.name === 'enable_gqa') && ctx.bool('enable_gqa');
    const times = (heads: readonly Dim[]): Dim => {
      const [q, k] = [qs[qs.length - 3], heads[heads.length - 3]];
      return groups && q !== undefined && k !== undefined ? dimFloorDiv(q, k) : 1;
    };
    const [output] = attend(ctx, {
      q: ctx.tensor('query'),
      k: repeatHeads(ctx, ctx.tensor('key'), ks, times(ks)),
      v: repeatHeads(ctx, ctx.tensor('value'), vs, times(vs)),
      dtype,
      scale,
      mask: ctx.optionalTensor('attn_mask'),
      causal: ctx.bool('is_causal'),
      lengths: [qs[qs.length - 2] as Dim, ks[ks.length - 2] as Dim],
    });
    return output;
  },
});

export const ATTENTION = [sdpa];
