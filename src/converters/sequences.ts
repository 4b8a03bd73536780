import type { DType } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** Lists of tensors whose length is known only at run time: ONNX sequences. */

/** What makes a sequence of a list whose items are known. */
export const LIST = ['SequenceConstruct', 'SequenceEmpty'] as const;

function operand(ctx: ConvertContext, index: number): Value {
  return ctx.node.inputs[index] ?? ctx.fail('invalid-graph', `${ctx.node.op} has no operand ${index}`);
}

/** The dtype of a list's items, from its type; undefined for a list that is always empty. */
export function itemDtype({ type }: Pick<Value, 'type'>): DType | undefined {
  const element = type.kind === 'list' ? type.element : undefined;
  return element?.kind === 'tensor' ? element.dtype : undefined;
}

function sequence(ctx: ConvertContext, index = 0): OnnxValue {
  const out = ctx.node.outputs[0];
  return ctx.scope.sequenceOf(operand(ctx, index), out === undefined ? undefined : itemDtype(out));
}

function length(ctx: ConvertContext, list: OnnxValue): OnnxValue {
  return ctx.add('SequenceLength', [list]);
}

const append = defineConverter({
  ops: ['thaw::list_append'],
  emits: [[...LIST, 'SequenceInsert']],
  convert: (ctx) => ctx.add('SequenceInsert', [sequence(ctx), ctx.tensor('el')]),
});

const PLACE = ['Add', 'Max', 'Min', 'Less', 'Where'] as const;

/** A place in front of which to insert or cut, as Python takes it: beyond either end is that end. */
function place(ctx: ConvertContext, index: OnnxValue, size: OnnxValue): OnnxValue {
  const zero = ctx.builder.scalar(0, 'int64');
  const fromEnd = ctx.add('Max', [ctx.add('Add', [size, index]), zero]);
  return ctx.add('Where', [ctx.add('Less', [index, zero]), fromEnd, ctx.add('Min', [index, size])]);
}

const insert = defineConverter({
  ops: ['thaw::list_insert'],
  emits: [[...LIST, ...PLACE, 'SequenceLength', 'SequenceInsert']],
  convert: (ctx) => {
    const list = sequence(ctx);
    const index = ctx.tensor('idx', 'int64');
    const at = index.elements?.[0] === 0 ? index : place(ctx, index, length(ctx, list));
    return ctx.add('SequenceInsert', [list, ctx.tensor('el'), at]);
  },
});

const set = defineConverter({
  ops: ['thaw::list_set'],
  emits: [[...LIST, ...PLACE, 'SequenceLength', 'SequenceErase', 'SequenceInsert']],
  convert: (ctx) => {
    const list = sequence(ctx);
    const at = place(ctx, ctx.tensor('idx', 'int64'), length(ctx, list));
    return ctx.add('SequenceInsert', [ctx.add('SequenceErase', [list, at]), ctx.tensor('el'), at]);
  },
});

const remove = defineConverter({
  ops: ['thaw::list_remove'],
  emits: [[...LIST, 'SequenceErase']],
  convert: (ctx) => ctx.add('SequenceErase', [sequence(ctx), ctx.tensor('idx', 'int64')]),
});

const COLLECT = ['Loop', 'SequenceAt', 'SequenceInsert'] as const;

/** Adds one item in each of `rounds` rounds to a sequence; `round` gives the item, and the place if not the end. */
function collect(
  ctx: ConvertContext,
  start: OnnxValue,
  rounds: OnnxValue,
  round: (inner: OnnxBuilder, at: OnnxValue) => readonly OnnxValue[],
): OnnxValue {
  const body = ctx.builder.graph((inner) => {
    const at = inner.input('iteration', 'int64', []);
    const goOn = inner.input('condition', 'bool', []);
    const list = inner.input('carried', start.dtype, undefined, { sequence: true });
    return [goOn, ...inner.add('SequenceInsert', [list, ...round(inner, at)])];
  });
  const [out] = ctx.builder.add('Loop', [rounds, null, start], { body }, { outputs: 1 });
  return out ?? ctx.fail('internal', 'a Loop without result');
}

function empty(ctx: ConvertContext, like: OnnxValue): OnnxValue {
  return ctx.add('SequenceEmpty', [], { dtype: like.dtype });
}

const reverse = defineConverter({
  ops: ['thaw::list_reverse'],
  emits: [[...LIST, ...COLLECT, 'SequenceLength']],
  convert: (ctx) => {
    const list = sequence(ctx);
    return collect(ctx, empty(ctx, list), length(ctx, list), (inner, at) => [
      ...inner.add('SequenceAt', [list, at]),
      inner.scalar(0, 'int64'),
    ]);
  },
});

const concatenate = defineConverter({
  ops: ['aten::add.t'],
  emits: [[...LIST, ...COLLECT, 'SequenceLength']],
  convert: (ctx) => {
    const list = sequence(ctx);
    const more = operand(ctx, 1);
    if (!ctx.scope.hasItems(more)) {
      const other = ctx.scope.sequenceOf(more);
      return collect(ctx, list, length(ctx, other), (inner, at) => inner.add('SequenceAt', [other, at]));
    }
    return ctx.tensors('b').reduce((all, t) => ctx.add('SequenceInsert', [all, t]), list);
  },
});

const slice = defineConverter({
  ops: ['aten::slice.t'],
  emits: [[...LIST, ...PLACE, ...COLLECT, 'SequenceLength', 'Sub', 'Mul', 'Div']],
  convert: (ctx) => {
    const list = sequence(ctx);
    const size = length(ctx, list);
    const step = ctx.int('step');
    if (step < 1) return ctx.fail('unsupported-argument', `a list is sliced by the step ${step}`);
    const start = ctx.has('start') ? place(ctx, ctx.tensor('start', 'int64'), size) : ctx.builder.scalar(0, 'int64');
    const end = ctx.has('end') ? place(ctx, ctx.tensor('end', 'int64'), size) : size;
    const by = ctx.builder.scalar(step, 'int64');
    const span = ctx.add('Add', [ctx.add('Sub', [end, start]), ctx.builder.scalar(step - 1, 'int64')]);
    const rounds = ctx.add('Max', [ctx.add('Div', [span, by]), ctx.builder.scalar(0, 'int64')]);
    return collect(ctx, empty(ctx, list), rounds, (inner, at) => {
      const [offset = at] = inner.add('Mul', [at, by]);
      const [index = at] = inner.add('Add', [offset, start]);
      return inner.add('SequenceAt', [list, index]);
    });
  },
});

const copy = defineConverter({
  ops: ['aten::list.t', 'aten::copy.t'],
  emits: [[], [...LIST]],
  convert: (ctx) => {
    const list = operand(ctx, 0);
    return ctx.scope.hasItems(list) ? [ctx.scope.itemsOf(list)] : sequence(ctx);
  },
});

const listItem = defineConverter({
  ops: ['trt::list_item'],
  emits: [[...LIST, 'SequenceAt']],
  convert: (ctx) => ctx.add('SequenceAt', [ctx.scope.sequenceOf(operand(ctx, 0)), ctx.tensor('idx', 'int64')]),
});

const listLength = defineConverter({
  ops: ['trt::list_length'],
  emits: [[...LIST, 'SequenceLength']],
  convert: (ctx) => length(ctx, ctx.scope.sequenceOf(operand(ctx, 0))),
});

/** The tensors of a list of unknown length joined along an axis, or along a new one. */
export function joinSequence(ctx: ConvertContext, axis: number, newAxis: boolean): OnnxValue {
  return ctx.add('ConcatFromSequence', [ctx.scope.sequenceOf(operand(ctx, 0))], { axis, new_axis: Number(newAxis) });
}

/** `unbind` along an axis whose extent is known only at run time. */
export function unbindToSequence(ctx: ConvertContext, axis: number): OnnxValue {
  return ctx.add('SplitToSequence', [ctx.tensor('self'), null], { axis, keepdims: 0 });
}

/** Pieces of a size, a 0-d int64 tensor; as many as the axis holds. */
export function splitToSequence(ctx: ConvertContext, axis: number, size: OnnxValue): OnnxValue {
  return ctx.add('SplitToSequence', [ctx.tensor('self'), size], { axis });
}

export const SEQUENCES = [append, insert, set, remove, reverse, concatenate, slice, copy, listItem, listLength];
