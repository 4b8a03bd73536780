import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';
import { PROJECTED, projectedLayer } from './projected-lstm.js';

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
    order.flatMap((i) => pieces[i] ?? []),
    { axis: 0 },
  );
}

/** [directions, ...] from the weights of each direction. */
function perDirection(ctx: ConvertContext, parts: readonly OnnxValue[]): OnnxValue {
  const axis = ctx.ints1d([0]);
  const wide = parts.map((p) => ctx.add('Unsqueeze', [p, axis]));
  return ctx.add('Concat', wide, { axis: 0 });
}

function pick(ctx: ConvertContext, v: OnnxValue, from: number, count: number): OnnxValue {
  return ctx.add('Slice', [v, ctx.ints1d([from]), ctx.ints1d([from + count]), ctx.ints1d([0])]);
}

/** What the overloads of one kind of network have in common; tensors time first. */
interface Network {
  readonly kind: Kind;
  readonly activation: string | undefined;
  /** [T, B, I]. */
  readonly input: OnnxValue;
  /** Each [layers * directions, B, H]. */
  readonly states: readonly OnnxValue[];
  /** int32 [B], of padded sequences. */
  readonly lengths: OnnxValue | null;
}

/** Multi-layer recurrent networks: one ONNX node a layer. Returns the output [T, B, D * H] and the final states. */
function run(ctx: ConvertContext, n: Network): { output: OnnxValue; finals: OnnxValue[] } {
  const { kind, activation } = n;
  const layers = ctx.int('num_layers');
  const directions = ctx.bool('bidirectional') ? 2 : 1;
  const biases = ctx.bool('has_biases');
  const params = ctx.tensors('params');
  const plain = biases ? 4 : 2;
  const perCell = params.length / (layers * directions);
  const projected = perCell === plain + 1;
  if (perCell !== plain && !projected) return ctx.fail('unsupported-argument', 'an odd number of weights');
  const weight = params[1]?.shape?.[0];
  if (typeof weight !== 'number')
    return ctx.fail('needs-constant', 'the hidden size of a recurrent network must be static');
  const hidden = weight / GATE_ORDER[kind].length;
  const finals: OnnxValue[][] = n.states.map(() => []);
  let x = n.input;
  for (let layer = 0; layer < layers; layer++) {
    const cells = Array.from({ length: directions }, (_, d) =>
      params.slice((layer * directions + d) * perCell, (layer * directions + d + 1) * perCell),
    );
    const starts = n.states.map((s) => pick(ctx, s, layer * directions, directions));
    if (projected) {
      if (n.lengths !== null)
        return ctx.fail('unsupported-argument', 'a projected LSTM over packed sequences has no ONNX form');
      const made = projectedLayer(ctx, x, cells, starts, biases);
      x = made.output;
      made.finals.forEach((f, i) => {
        finals[i]?.push(f);
      });
      continue;
    }
    const stacked = (at: number): OnnxValue =>
      perDirection(
        ctx,
        cells.flatMap((c) => (c[at] === undefined ? [] : [reorder(ctx, kind, c[at])])),
      );
    const b = biases ? ctx.add('Concat', [stacked(2), stacked(3)], { axis: 1 }) : null;
    const attributes = {
      hidden_size: hidden,
      direction: directions === 2 ? 'bidirectional' : 'forward',
      ...(kind === 'GRU' ? { linear_before_reset: 1 } : {}),
      ...(activation === undefined ? {} : { activations: Array.from({ length: directions }, () => activation) }),
    };
    const outputs = kind === 'LSTM' ? 3 : 2;
    const [y, ...ends] = ctx.addAll(kind, [x, stacked(0), stacked(1), b, n.lengths, ...starts], attributes, {
      outputs,
    });
    if (y === undefined) throw new Error(`${kind} without output`);
    x = joined(ctx, y, directions);
    ends.forEach((e, i) => {
      finals[i]?.push(e);
    });
  }
  return { output: x, finals: finals.map((f) => ctx.add('Concat', f, { axis: 0 })) };
}

/** [T, D, B, H] to [T, B, D * H]. */
function joined(ctx: ConvertContext, y: OnnxValue, directions: number): OnnxValue {
  if (directions === 1) return ctx.add('Squeeze', [y, ctx.ints1d([1])]);
  return ctx.add('Reshape', [ctx.add('Transpose', [y], { perm: [0, 2, 1, 3] }), ctx.ints1d([0, 0, -1])]);
}

/** Inputs [T, B, I], [B, T, I] with batch_first, or [T, I] without a batch. */
function dense(ctx: ConvertContext, kind: Kind, activation: string | undefined): OnnxValue[] {
  const batchFirst = ctx.bool('batch_first');
  const states = kind === 'LSTM' ? ctx.tensors('hx') : [ctx.tensor('hx')];
  const input = ctx.tensor('input');
  const single = input.shape?.length === 2;
  const lift = (v: OnnxValue, axis: number): OnnxValue => (single ? ctx.add('Unsqueeze', [v, ctx.ints1d([axis])]) : v);
  const drop = (v: OnnxValue, axis: number): OnnxValue => (single ? ctx.add('Squeeze', [v, ctx.ints1d([axis])]) : v);
  const turn = (v: OnnxValue): OnnxValue => (batchFirst ? ctx.add('Transpose', [v], { perm: [1, 0, 2] }) : v);
  const { output, finals } = run(ctx, {
    kind,
    activation,
    input: turn(lift(input, batchFirst ? 0 : 1)),
    states: states.map((s) => lift(s, 1)),
    lengths: null,
  });
  return [drop(turn(output), batchFirst ? 0 : 1), ...finals.map((f) => drop(f, 1))];
}

const PAD = 'aten::_pad_packed_sequence';
const PACK = 'aten::_pack_padded_sequence';

/** Packed sequences are padded, run with their lengths, and packed again. */
function packed(ctx: ConvertContext, kind: Kind, activation: string | undefined): OnnxValue[] {
  const states = kind === 'LSTM' ? ctx.tensors('hx') : [ctx.tensor('hx')];
  const [input, lengths] = ctx.call(PAD, {
    data: { kind: 'made', made: ctx.tensor('data') },
    batch_sizes: { kind: 'made', made: ctx.tensor('batch_sizes') },
    batch_first: { kind: 'expr', expr: false },
    padding_value: { kind: 'expr', expr: 0 },
    total_length: { kind: 'expr', expr: -1 },
  });
  if (input === undefined || lengths === undefined || !isTensor(input) || !isTensor(lengths))
    throw new Error('a padded sequence is two tensors');
  const { output, finals } = run(ctx, { kind, activation, input, states, lengths: ctx.cast(lengths, 'int32') });
  const data = ctx.callOne(PACK, {
    input: { kind: 'made', made: output },
    lengths: { kind: 'made', made: lengths },
    batch_first: { kind: 'expr', expr: false },
  });
  return [data, ...finals];
}

function isTensor(v: unknown): v is OnnxValue {
  return !Array.isArray(v);
}

const LAYERS = ['Split', 'Concat', 'Unsqueeze', 'Squeeze', 'Slice', 'Transpose', 'Reshape'] as const;

const NETWORKS = [
  ['lstm', 'LSTM', undefined],
  ['gru', 'GRU', undefined],
  ['rnn_tanh', 'RNN', 'Tanh'],
  ['rnn_relu', 'RNN', 'Relu'],
] as const;

export const RECURRENT = NETWORKS.flatMap(([name, kind, activation]) => [
  defineConverter({
    ops: [`aten::${name}.input`],
    emits: [[...LAYERS, kind, ...(kind === 'LSTM' ? PROJECTED : [])]],
    convert: (ctx) => dense(ctx, kind, activation),
  }),
  defineConverter({
    ops: [`aten::${name}.data`],
    emits: [[...LAYERS, kind, 'Cast']],
    calls: [PAD, PACK],
    convert: (ctx) => packed(ctx, kind, activation),
  }),
]);
