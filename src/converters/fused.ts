import type { Dim } from '../ir/dim.js';
import type { OnnxValue } from '../onnx/types.js';
import { ATTEND, attend } from './attention.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** y = x w^T + b for x of any rank. */
function affine(ctx: ConvertContext, x: OnnxValue, weight: OnnxValue, bias: OnnxValue | null): OnnxValue {
  const y = ctx.add('MatMul', [x, ctx.add('Transpose', [weight], { perm: [1, 0] })]);
  return bias === null ? y : ctx.add('Add', [y, bias]);
}

/** [B, L, H * D] to [B, H, L, D]. */
function splitHeads(ctx: ConvertContext, x: OnnxValue, shape: readonly Dim[], heads: number, depth: number): OnnxValue {
  const [b, l] = shape as [Dim, Dim];
  return ctx.add('Transpose', [ctx.reshape(x, [b, l, heads, depth])], { perm: [0, 2, 1, 3] });
}

interface Projection {
  readonly heads: number;
  readonly width: number;
  readonly qkvWeight: OnnxValue;
  readonly qkvBias: OnnxValue;
  readonly outWeight: OnnxValue;
  readonly outBias: OnnxValue;
  /** True excludes a key; [B, S], [L, S] or broadcast to [B, H, L, S] (nn.MultiheadAttention's fast path). */
  readonly mask: OnnxValue | null;
  readonly maskType: number | undefined;
}

function projectionOf(ctx: ConvertContext, heads: string): Projection {
  return {
    heads: ctx.int(heads),
    width: ctx.int('embed_dim'),
    qkvWeight: ctx.tensor('qkv_weight'),
    qkvBias: ctx.tensor('qkv_bias'),
    outWeight: ctx.tensor('proj_weight'),
    outBias: ctx.tensor('proj_bias'),
    mask: ctx.optionalTensor('mask'),
    maskType: ctx.has('mask_type') ? ctx.int('mask_type') : undefined,
  };
}

/** The additive or boolean mask in the form that `attend` takes: true takes part. */
function keepMask(ctx: ConvertContext, p: Projection): OnnxValue | null {
  if (p.mask === null) return null;
  const rank = p.mask.shape?.length;
  // mask_type 1: key padding [B, S]; 0: source mask [L, S]; 2: [B, H, L, S].
  const axes = p.maskType === 1 && rank === 2 ? [1, 2] : [];
  const shaped = axes.length > 0 ? ctx.add('Unsqueeze', [p.mask, ctx.ints1d(axes)]) : p.mask;
  return shaped.dtype === 'bool' ? ctx.add('Not', [shaped]) : shaped;
}

/** Multi-head attention with one packed projection of queries, keys and values. Returns [output, weights per head]. */
function multiHead(
  ctx: ConvertContext,
  p: Projection,
  sources: readonly [OnnxValue, OnnxValue, OnnxValue],
  shapes: readonly (readonly Dim[])[],
): [OnnxValue, OnnxValue] {
  const depth = p.width / p.heads;
  const cut = (v: OnnxValue, i: number): OnnxValue =>
    ctx.add('Slice', [v, ctx.ints1d([i * p.width]), ctx.ints1d([(i + 1) * p.width]), ctx.ints1d([0])]);
  const [q, k, v] = sources.map((x, i) =>
    splitHeads(
      ctx,
      affine(ctx, x, cut(p.qkvWeight, i), cut(p.qkvBias, i)),
      shapes[i] as readonly Dim[],
      p.heads,
      depth,
    ),
  ) as [OnnxValue, OnnxValue, OnnxValue];
  const dtype = q.dtype;
  const [mixed, weights] = attend(ctx, {
    q,
    k,
    v,
    dtype,
    scale: ctx.builder.scalar(1 / Math.sqrt(depth), dtype),
    mask: keepMask(ctx, p),
    causal: false,
    lengths: [shapes[0]?.[1] ?? 1, shapes[1]?.[1] ?? 1],
  });
  const [b, l] = shapes[0] as [Dim, Dim];
  const joined = ctx.reshape(ctx.add('Transpose', [mixed], { perm: [0, 2, 1, 3] }), [b, l, p.width]);
  return [affine(ctx, joined, p.outWeight, p.outBias), weights];
}

const MULTI_HEAD = [...ATTEND, 'Reshape', 'Slice', 'Not'] as const;

const nativeMultiHead = defineConverter({
  ops: ['aten::_native_multi_head_attention'],
  emits: [[...MULTI_HEAD, 'ReduceMean']],
  convert: (ctx) => {
    const names = ['query', 'key', 'value'] as const;
    const sources = names.map((n) => ctx.tensor(n)) as [OnnxValue, OnnxValue, OnnxValue];
    const [output, weights] = multiHead(
      ctx,
      projectionOf(ctx, 'num_head'),
      sources,
      names.map((n) => ctx.shape(n)),
    );
    if (!ctx.bool('need_weights')) return [output, ctx.builder.scalar(0, output.dtype)];
    const shown = ctx.bool('average_attn_weights')
      ? ctx.add('ReduceMean', [weights, ctx.ints1d([1])], { keepdims: 0 })
      : weights;
    return [output, shown];
  },
});

/** nn.TransformerEncoderLayer's inference fast path (ATen/native/transformers/transformer.cpp). */
const encoderLayer = defineConverter({
  ops: ['aten::_transformer_encoder_layer_fwd'],
  emits: [[...MULTI_HEAD, 'LayerNormalization', 'Relu', 'Gelu', 'Erf', 'Div']],
  convert: (ctx) => {
    const src = ctx.tensor('src');
    const shape = ctx.shape('src');
    const p = projectionOf(ctx, 'num_heads');
    const epsilon = ctx.float('eps');
    const norm = (x: OnnxValue, i: number): OnnxValue =>
      ctx.add('LayerNormalization', [x, ctx.tensor(`norm_weight_${i}`), ctx.tensor(`norm_bias_${i}`)], {
        axis: -1,
        epsilon,
      });
    const attention = (x: OnnxValue): OnnxValue => multiHead(ctx, p, [x, x, x], [shape, shape, shape])[0];
    const feedForward = (x: OnnxValue): OnnxValue => {
      const inner = affine(ctx, x, ctx.tensor('ffn_weight_1'), ctx.tensor('ffn_bias_1'));
      const active = ctx.bool('use_gelu') ? gelu(ctx, inner) : ctx.add('Relu', [inner]);
      return affine(ctx, active, ctx.tensor('ffn_weight_2'), ctx.tensor('ffn_bias_2'));
    };
    if (ctx.bool('norm_first')) {
      const x = ctx.add('Add', [src, attention(norm(src, 1))]);
      return ctx.add('Add', [x, feedForward(norm(x, 2))]);
    }
    const x = norm(ctx.add('Add', [src, attention(src)]), 1);
    return norm(ctx.add('Add', [x, feedForward(x)]), 2);
  },
});

function gelu(ctx: ConvertContext, x: OnnxValue): OnnxValue {
  if (ctx.opset >= 20) return ctx.add('Gelu', [x]);
  const half = ctx.add('Mul', [x, ctx.builder.scalar(0.5, x.dtype)]);
  const erf = ctx.add('Erf', [ctx.add('Div', [x, ctx.builder.scalar(Math.SQRT2, x.dtype)])]);
  return ctx.add('Mul', [half, ctx.add('Add', [erf, ctx.builder.scalar(1, x.dtype)])]);
}

export const FUSED = [nativeMultiHead, encoderLayer];
