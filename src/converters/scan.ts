import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { isFloating } from '../ir/dtype.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';
import { addNode } from './kernel-dtypes.js';

/** Adds nodes of one output to the body of a scan. */
export type Add = (op: string, inputs: readonly OnnxValue[]) => OnnxValue;

/** One turn: the states and the elements of this place to the new states, which are also the outputs. */
export type Body = (
  add: Add,
  inner: OnnxBuilder,
  states: readonly OnnxValue[],
  elements: readonly OnnxValue[],
) => OnnxValue[];

/** A tensor that a scan takes element by element; `shape` is that of an element. */
export interface Scanned {
  readonly value: OnnxValue;
  readonly axis: number;
  readonly shape: readonly Dim[];
  /** From the end; the stacked states then stand in the order of the input too. */
  readonly backwards?: boolean;
}

/** An ONNX Scan along one axis: the last states, and the states of every turn stacked along the axis again. */
export function scan(
  ctx: ConvertContext,
  axis: number,
  initial: readonly OnnxValue[],
  inputs: readonly Scanned[],
  body: Body,
): { last: OnnxValue[]; stacked: OnnxValue[] } {
  const graph = ctx.builder.graph((inner) => {
    const add: Add = (op, operands) => {
      const [out] = addNode(inner, op, operands);
      if (out === undefined) throw new Error(`${op} without output`);
      return out;
    };
    const states = initial.map((s) => inner.input('state', s.dtype, s.shape));
    const elements = inputs.map((x) => inner.input('element', x.value.dtype, x.shape));
    const next = body(add, inner, states, elements);
    return [...next, ...next];
  }, 'turn');
  const backwards = inputs.some((x) => x.backwards);
  const size = inputs[0]?.value.shape?.[inputs[0].axis];
  const stackedShape = (s: OnnxValue): Dim[] | undefined =>
    s.shape === undefined || size === undefined ? undefined : [...s.shape.slice(0, axis), size, ...s.shape.slice(axis)];
  const outputs = ctx.addAll(
    'Scan',
    [...initial, ...inputs.map((x) => x.value)],
    {
      body: graph,
      num_scan_inputs: inputs.length,
      scan_input_axes: inputs.map((x) => x.axis),
      scan_output_axes: initial.map(() => axis),
      ...(backwards
        ? { scan_input_directions: inputs.map(() => 1), scan_output_directions: initial.map(() => 1) }
        : {}),
    },
    {
      outputs: initial.length * 2,
      outputTypes: [
        ...initial.map((s) => ({ dtype: s.dtype, shape: s.shape })),
        ...initial.map((s) => ({ dtype: s.dtype, shape: stackedShape(s) })),
      ],
    },
  );
  return { last: outputs.slice(0, initial.length), stacked: outputs.slice(initial.length) };
}

interface Along {
  readonly self: OnnxValue;
  readonly axis: number;
  /** The extents without the axis. */
  readonly rest: readonly Dim[];
}

function along(ctx: ConvertContext, dtype: DType): Along {
  const shape = ctx.shape('self');
  const d = ctx.int('dim');
  const axis = d < 0 ? d + shape.length : d;
  return { self: ctx.tensor('self', dtype), axis, rest: shape.filter((_, i) => i !== axis) };
}

function filled(ctx: ConvertContext, value: number, dtype: DType, shape: readonly Dim[]): OnnxValue {
  return ctx.add('Expand', [ctx.builder.scalar(value, dtype), ctx.shapeTensor(shape)]);
}

const cumprod = defineConverter({
  ops: ['aten::cumprod'],
  emits: [['Expand', 'Scan', 'Mul']],
  convert: (ctx) => {
    const dtype = ctx.resultDtype();
    if (ctx.rank('self') === 0) return ctx.tensor('self', dtype);
    const { self, axis, rest } = along(ctx, dtype);
    const input = { value: self, axis, shape: rest };
    const { stacked } = scan(ctx, axis, [filled(ctx, 1, dtype, rest)], [input], (add, _, [s], [x]) =>
      s === undefined || x === undefined ? [] : [add('Mul', [s, x])],
    );
    return stacked;
  },
});

/** log(exp(a) + exp(b)) = max + log(1 + exp(-|a - b|)); equal operands, infinities too, are a + log 2. */
const logcumsumexp = defineConverter({
  ops: ['aten::logcumsumexp'],
  emits: [['Expand', 'Scan', 'Neg', 'Abs', 'Sub', 'Add', 'Log', 'Exp', 'Max', 'Where', 'Equal']],
  convert: (ctx) => {
    const dtype = ctx.resultDtype();
    if (ctx.rank('self') === 0) return ctx.tensor('self', dtype);
    const { self, axis, rest } = along(ctx, dtype);
    const start = filled(ctx, Number.NEGATIVE_INFINITY, dtype, rest);
    const { stacked } = scan(ctx, axis, [start], [{ value: self, axis, shape: rest }], (add, inner, [s], [x]) => {
      if (s === undefined || x === undefined) return [];
      const gap = add('Neg', [add('Abs', [add('Sub', [s, x])])]);
      const more = add('Log', [add('Add', [add('Exp', [gap]), inner.scalar(1, dtype)])]);
      const sum = add('Add', [add('Max', [s, x]), more]);
      return [add('Where', [add('Equal', [s, x]), add('Add', [s, inner.scalar(Math.LN2, dtype)]), sum])];
    });
    return stacked;
  },
});

/** The extreme so far and its last place; NaN stays once it is met. */
const extremes = defineConverter({
  ops: ['aten::cummax', 'aten::cummin'],
  emits: [['Expand', 'Gather', 'Range', 'Scan', 'GreaterOrEqual', 'LessOrEqual', 'Or', 'IsNaN', 'Where']],
  convert: (ctx) => {
    const dtype = ctx.dtype('self');
    if (ctx.rank('self') === 0) return [ctx.tensor('self'), ctx.builder.scalar(0, 'int64')];
    const { self, axis, rest } = along(ctx, dtype);
    const size = ctx.shape('self')[axis] as Dim;
    const first = ctx.add('Gather', [self, ctx.builder.scalar(0, 'int64')], { axis });
    const zero = ctx.builder.scalar(0, 'int64');
    const places = ctx.add('Range', [zero, ctx.scope.extent(size), ctx.builder.scalar(1, 'int64')]);
    const beats = ctx.node.op === 'aten::cummax' ? 'GreaterOrEqual' : 'LessOrEqual';
    const inputs = [
      { value: self, axis, shape: rest },
      { value: places, axis: 0, shape: [] },
    ];
    const { stacked } = scan(
      ctx,
      axis,
      [first, filled(ctx, 0, 'int64', rest)],
      inputs,
      (add, _, [best, at], [x, i]) => {
        if (best === undefined || at === undefined || x === undefined || i === undefined) return [];
        const better = add(beats, [x, best]);
        const taken = isFloating(dtype) ? add('Or', [better, add('IsNaN', [x])]) : better;
        return [add('Where', [taken, x, best]), add('Where', [taken, i, at])];
      },
    );
    return stacked;
  },
});

export const SCANS = [cumprod, logcumsumexp, extremes];
