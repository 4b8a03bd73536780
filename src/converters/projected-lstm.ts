import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { type Add, scan } from './scan.js';

/** One direction's weights: [4H, I], [4H, P], two biases [4H] where there are any, the projection [P, H]. */
interface Cell {
  readonly input: OnnxValue;
  readonly hidden: OnnxValue;
  readonly bias: OnnxValue | undefined;
  readonly projection: OnnxValue;
}

function cellOf(ctx: ConvertContext, parts: readonly OnnxValue[], biases: boolean): Cell {
  const [input, hidden] = parts;
  const projection = parts[parts.length - 1];
  if (input === undefined || hidden === undefined || projection === undefined)
    throw new Error('an LSTM cell lacks weights');
  const [a, b] = biases ? parts.slice(2, 4) : [];
  const bias = a === undefined || b === undefined ? undefined : ctx.add('Add', [a, b]);
  const turned = (w: OnnxValue): OnnxValue => ctx.add('Transpose', [w], { perm: [1, 0] });
  return { input: turned(input), hidden: turned(hidden), bias, projection: turned(projection) };
}

/** One step: gates i, f, g, o; the hidden state is the projection of o * tanh(c). */
function step(add: Add, split: (v: OnnxValue) => OnnxValue[], cell: Cell, x: OnnxValue, h: OnnxValue, c: OnnxValue) {
  const [i, f, g, o] = split(add('Add', [x, add('MatMul', [h, cell.hidden])]));
  if (i === undefined || f === undefined || g === undefined || o === undefined) throw new Error('four gates');
  const kept = add('Mul', [add('Sigmoid', [f]), c]);
  const next = add('Add', [kept, add('Mul', [add('Sigmoid', [i]), add('Tanh', [g])])]);
  const shown = add('Mul', [add('Sigmoid', [o]), add('Tanh', [next])]);
  return [add('MatMul', [shown, cell.projection]), next];
}

export const PROJECTED = ['Add', 'Transpose', 'MatMul', 'Gather', 'Scan', 'Split', 'Mul', 'Sigmoid', 'Tanh'] as const;

/**
 * A layer of an LSTM whose hidden state is projected (proj_size), which ONNX's LSTM is not: a scan over time for each
 * direction. `x` is [T, B, I]; the output [T, B, D * P], the final states [D, B, P] and [D, B, H].
 */
export function projectedLayer(
  ctx: ConvertContext,
  x: OnnxValue,
  weights: readonly (readonly OnnxValue[])[],
  starts: readonly OnnxValue[],
  biases: boolean,
): { output: OnnxValue; finals: OnnxValue[] } {
  const outputs: OnnxValue[] = [];
  const finals: OnnxValue[][] = [[], []];
  weights.forEach((parts, direction) => {
    const cell = cellOf(ctx, parts, biases);
    const product = ctx.add('MatMul', [x, cell.input]);
    const gates = cell.bias === undefined ? product : ctx.add('Add', [product, cell.bias]);
    const initial = starts.map((s) => ctx.add('Gather', [s, ctx.builder.scalar(direction, 'int64')], { axis: 0 }));
    const made = scan(
      ctx,
      0,
      initial,
      [{ value: gates, axis: 0, shape: (gates.shape ?? []).slice(1), backwards: direction === 1 }],
      (add, inner, [h, c], [g]) => {
        if (h === undefined || c === undefined || g === undefined) return [];
        const split = (v: OnnxValue): OnnxValue[] =>
          inner.add('Split', [v], { axis: -1, num_outputs: 4 }, { outputs: 4 });
        return step(add, split, cell, g, h, c);
      },
    );
    const [every] = made.stacked;
    if (every !== undefined) outputs.push(every);
    made.last.forEach((v, i) => {
      finals[i]?.push(ctx.add('Unsqueeze', [v, ctx.ints1d([0])]));
    });
  });
  return {
    output: ctx.add('Concat', outputs, { axis: -1 }),
    finals: finals.map((f) => ctx.add('Concat', f, { axis: 0 })),
  };
}
