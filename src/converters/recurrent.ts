import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

type Kind = 'LSTM' | 'GRU' | 'RNN';

/** Gates in PyTorch's order, by their place in ONNX's: LSTM i f g o -> i o f c, GRU r z n -> z r h. */
const GATE_ORDER: Record<Kind, readonly number[]> = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2], RNN: [0] };

/** Reorders the gates of a stacked weight [gates * H, ...]. */
function reorder(ctx: ConvertContext, kind: Kind, w: OnnxValue): OnnxValue {
  const order = GATE_ORDER[kind];
  if (order.length === 1) return w;
  const pieces = ctx.addAll('Split', [w], { axis: 0, num_outputs: order.length }, { outputs: order.length });
  return ctx.add(
    'Concat',
    order.map((i) => pieces[i] as OnnxValue),
    { axis: 0 },
  );
}

/** [directions, ...] from the weights of each direction. */
function perDirection(ctx: ConvertContext, parts: readonly OnnxValue[]): OnnxValue {
  const axis = ctx.ints1d([0]);
  const wide = parts.map((p) => ctx.add('Unsqueeze', [p, axis]));
  return wide.length === 1 ? (wide[0] as OnnxValue) : ctx.add('Concat', wide, { axis: 0 });
}

function pick(ctx: ConvertContext, v: OnnxValue, from: number, count: number): OnnxValue {
  return ctx.add('Slice', [v, ctx.ints1d([from]), ctx.ints1d([from + count]), ctx.ints1d([0])]);
}

/** Multi-layer recurrent networks: one ONNX node a layer. Inputs [T, B, I] unless batch_first; states [L * D, B, H]. */
function recurrent(ctx: ConvertContext, kind: Kind, activation: string | undefined): OnnxValue[] {
  const layers = ctx.int('num_layers');
  const directions = ctx.bool('bidirectional') ? 2 : 1;
  const biases = ctx.bool('has_biases');
  const batchFirst = ctx.bool('batch_first');
  const params = ctx.tensors('params');
  const states = kind === 'LSTM' ? ctx.tensors('hx') : [ctx.tensor('hx')];
  const input = ctx.tensor('input');
  const unbatched = input.shape?.length === 2;
  const lift = (v: OnnxValue, axis: number): OnnxValue =>
    unbatched ? ctx.add('Unsqueeze', [v, ctx.ints1d([axis])]) : v;
  const drop = (v: OnnxValue, axis: number): OnnxValue => (unbatched ? ctx.add('Squeeze', [v, ctx.ints1d([axis])]) : v);
  const timeFirst = { perm: [1, 0, 2] };
  let x = lift(input, batchFirst ? 0 : 1);
  if (batchFirst) x = ctx.add('Transpose', [x], timeFirst);
  const initial = states.map((s) => lift(s, 1));
  const perCell =
    (biases ? 4 : 2) + (kind === 'LSTM' && isProjected(params.length, layers * directions, biases) ? 1 : 0);
  if (perCell % 2 === 1)
    return ctx.fail('unsupported-argument', 'an LSTM with a projection (proj_size) has no ONNX form');
  const finals: OnnxValue[][] = states.map(() => []);
  const hidden = params[1]?.shape?.[1];
  if (typeof hidden !== 'number')
    return ctx.fail('needs-constant', 'the hidden size of a recurrent network must be static');
  for (let layer = 0; layer < layers; layer++) {
    const cells = Array.from({ length: directions }, (_, d) =>
      params.slice((layer * directions + d) * perCell, (layer * directions + d + 1) * perCell),
    );
    const w = perDirection(
      ctx,
      cells.map((c) => reorder(ctx, kind, c[0] as OnnxValue)),
    );
    const r = perDirection(
      ctx,
      cells.map((c) => reorder(ctx, kind, c[1] as OnnxValue)),
    );
    const b = biases
      ? perDirection(
          ctx,
          cells.map((c) =>
            ctx.add('Concat', [reorder(ctx, kind, c[2] as OnnxValue), reorder(ctx, kind, c[3] as OnnxValue)], {
              axis: 0,
            }),
          ),
        )
      : null;
    const starts = initial.map((s) => pick(ctx, s, layer * directions, directions));
    const attrs = {
      hidden_size: hidden,
      direction: directions === 2 ? 'bidirectional' : 'forward',
      ...(kind === 'GRU' ? { linear_before_reset: 1 } : {}),
      ...(activation === undefined ? {} : { activations: Array.from({ length: directions }, () => activation) }),
    };
    const outs = ctx.addAll(kind, [x, w, r, b, null, ...starts], attrs, { outputs: kind === 'LSTM' ? 3 : 2 });
    const y = outs[0] as OnnxValue;
    // [T, D, B, H] to [T, B, D * H].
    x =
      directions === 1
        ? ctx.add('Squeeze', [y, ctx.ints1d([1])])
        : ctx.add('Reshape', [ctx.add('Transpose', [y], { perm: [0, 2, 1, 3] }), ctx.ints1d([0, 0, -1])]);
    finals.forEach((f, i) => {
      f.push(outs[i + 1] as OnnxValue);
    });
  }
  const output = batchFirst ? ctx.add('Transpose', [x], timeFirst) : x;
  const ends = finals.map((f) => drop(f.length === 1 ? (f[0] as OnnxValue) : ctx.add('Concat', f, { axis: 0 }), 1));
  return [drop(output, batchFirst ? 0 : 1), ...ends];
}

function isProjected(count: number, cells: number, biases: boolean): boolean {
  return count !== cells * (biases ? 4 : 2);
}

export const RECURRENT = [
  defineConverter({ ops: ['aten::lstm.input'], convert: (ctx) => recurrent(ctx, 'LSTM', undefined) }),
  defineConverter({ ops: ['aten::gru.input'], convert: (ctx) => recurrent(ctx, 'GRU', undefined) }),
  defineConverter({ ops: ['aten::rnn_tanh.input'], convert: (ctx) => recurrent(ctx, 'RNN', 'Tanh') }),
  defineConverter({ ops: ['aten::rnn_relu.input'], convert: (ctx) => recurrent(ctx, 'RNN', 'Relu') }),
];
