import { dimsEqual } from '../ir/dim.js';
import { isComplex } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import { IF, LIST_UNPACK, LOOP, TUPLE_INDEX, TUPLE_UNPACK, UNINITIALIZED } from '../ir/primitives.js';
import type { OnnxValue } from '../onnx/types.js';
import { ConvertContext } from './context.js';
import { type Converted, defineConverter } from './define-converter.js';
import { itemDtype, LIST } from './sequences.js';

function flattenConverted(c: Converted): OnnxValue[] {
  return isItems(c) ? c.flatMap(flattenConverted) : [c];
}

function isItems(c: Converted): c is readonly Converted[] {
  return Array.isArray(c);
}

/** Gives a flat list of tensors the shape of a converted template. */
function unflatten(template: Converted, flat: OnnxValue[]): Converted {
  if (!isItems(template)) return flat.shift() as OnnxValue;
  return template.map((t) => unflatten(t, flat));
}

const listUnpack = defineConverter({
  complex: 'any',
  ops: [LIST_UNPACK],
  emits: [[], ['SequenceAt']],
  convert: (ctx) => {
    const list = ctx.node.inputs[0] as Value;
    if (list.type.kind !== 'list' || ctx.scope.hasItems(list)) return ctx.scope.itemsOf(list);
    const sequence = ctx.scope.sequenceOf(list);
    return ctx.node.outputs.map((_, i) => ctx.add('SequenceAt', [sequence, ctx.builder.scalar(i, 'int64')]));
  },
});

const tupleUnpack = defineConverter({
  complex: 'any',
  ops: [TUPLE_UNPACK],
  emits: [[]],
  convert: (ctx) => ctx.scope.itemsOf(ctx.node.inputs[0] as Value),
});

const item = defineConverter({
  complex: 'any',
  ops: ['aten::__getitem__.t'],
  emits: [[], ['SequenceAt']],
  convert: (ctx) => {
    const list = ctx.node.inputs[0] as Value;
    if (list.type.kind === 'list' && !ctx.scope.hasItems(list)) {
      return ctx.add('SequenceAt', [ctx.scope.sequenceOf(list), ctx.tensor('idx', 'int64')]);
    }
    return known(ctx, list);
  },
});

const tupleItem = defineConverter({
  complex: 'any',
  ops: [TUPLE_INDEX],
  emits: [[]],
  convert: (ctx) => known(ctx, ctx.node.inputs[0] as Value),
});

/** The item at an index that is known, of items that stand apart. */
function known(ctx: ConvertContext, list: Value): readonly Converted[] {
  const at = ctx.node.inputs[1]?.content;
  const items = ctx.scope.itemsOf(list);
  if (at?.kind !== 'int' || typeof at.value !== 'number') {
    return ctx.fail('needs-constant', 'the index into a list of tensors is known only at run time');
  }
  const picked = items[at.value < 0 ? at.value + items.length : at.value];
  if (picked === undefined) return ctx.fail('shape-mismatch', `index ${at.value} is outside a list of ${items.length}`);
  return [picked];
}

/** The common length of the lists that both blocks of a branch give; undefined for a sequence. */
function commonLength(a: Value | undefined, b: Value | undefined): number | undefined {
  const [x, y] = [a?.content, b?.content];
  return x?.kind === 'list' && y?.kind === 'list' && x.items.length === y.items.length ? x.items.length : undefined;
}

/** Casts a branch's result where the branches were joined to another dtype. */
function joined(ctx: ConvertContext, v: OnnxValue, output: Value | undefined): OnnxValue {
  const t = output?.type;
  return t?.kind === 'tensor' && t.dtype !== undefined && !isComplex(t.dtype) ? ctx.cast(v, t.dtype) : v;
}

/** Any tensor of the type that is known will do for one that no run reads. */
function filler(ctx: ConvertContext, output: Value | undefined): OnnxValue {
  const t = output?.type;
  const [dtype, shape] = t?.kind === 'tensor' ? [t.dtype ?? 'float32', t.shape ?? []] : (['float32', []] as const);
  const sizes = ctx.ints1d(shape.map((d) => (typeof d === 'number' ? d : 1)));
  return ctx.cast(ctx.add('Expand', [ctx.builder.scalar(0, 'float32'), sizes]), dtype);
}

function isUninitialized(v: Value): boolean {
  return v.producer?.op === UNINITIALIZED && v.type.kind === 'tensor';
}

const uninitialized = defineConverter({ ops: [UNINITIALIZED], emits: [[]], convert: () => [] });

/** prim::If becomes ONNX If: both blocks are subgraphs that read outer values by name. */
const branch = defineConverter({
  complex: 'any',
  ops: [IF, 'trt::if_dyn'],
  emits: [
    ['If', 'Expand'],
    ['If', 'Expand', ...LIST],
  ],
  convert: (ctx) => {
    const [condition] = ctx.node.inputs;
    const [yes, no] = ctx.node.blocks;
    if (condition === undefined || yes === undefined || no === undefined)
      return ctx.fail('invalid-graph', 'an If needs a condition and two blocks');
    let template: readonly Converted[] = [];
    const build = (block: typeof yes) =>
      ctx.scope.block(
        block,
        () => [],
        (scope) => {
          const results = block.returns.map((v, i): Converted => {
            const out = ctx.node.outputs[i];
            if (isUninitialized(v)) return filler(new ConvertContext(ctx.node, ctx.schema, scope), out);
            if (v.type.kind === 'list' && isTensorList(v) && commonLength(yes.returns[i], no.returns[i]) === undefined)
              return scope.sequenceOf(v, out === undefined ? undefined : itemDtype(out));
            if (v.type.kind === 'list' || v.type.kind === 'tuple') return scope.itemsOf(v);
            return joined(new ConvertContext(ctx.node, ctx.schema, scope), scope.tensorOf(v), ctx.node.outputs[i]);
          });
          template = results;
          return results.flatMap(flattenConverted);
        },
      );
    const thenBranch = build(yes);
    const elseBranch = build(no);
    if (thenBranch.outputs.length !== elseBranch.outputs.length) {
      return ctx.fail(
        'unsupported-control-flow',
        'the branches of an If give lists of different lengths, which ONNX cannot express',
      );
    }
    const types = thenBranch.outputs.map((a, i) => {
      const b = elseBranch.outputs[i];
      const same = a.shape !== undefined && b?.shape !== undefined && dimsEqual(a.shape, b.shape);
      return { dtype: a.dtype, shape: same ? a.shape : joinedShape(ctx, i) };
    });
    const flat = ctx.builder.add(
      'If',
      [ctx.cast(ctx.scope.tensorOf(condition), 'bool')],
      { then_branch: thenBranch, else_branch: elseBranch },
      { outputs: thenBranch.outputs.length, outputTypes: types },
    );
    const rest = [...flat];
    return template.map((t) => unflatten(t, rest));
  },
});

/** The inferred shape of an If output when every output is one tensor. */
function joinedShape(ctx: ConvertContext, index: number) {
  const t = ctx.node.outputs[index]?.type;
  return t?.kind === 'tensor' && !ctx.isComplex && ctx.node.outputs.every((o) => o.type.kind === 'tensor')
    ? t.shape
    : undefined;
}

/**
 * prim::Loop(max_trip_count, condition, carried...) becomes ONNX Loop; the body takes (iteration, carried...) and
 * gives (condition, carried...). Scalars are 0-d tensors here: the rules made them so.
 */
const loop = defineConverter({
  complex: 'any',
  ops: [LOOP, 'trt::loop_dyn'],
  emits: [
    ['Loop', 'Expand'],
    ['Loop', 'Expand', ...LIST],
  ],
  convert: (ctx) => {
    const [count, condition, ...carried] = ctx.node.inputs;
    const [body] = ctx.node.blocks;
    if (count === undefined || condition === undefined || body === undefined)
      return ctx.fail('invalid-graph', 'a Loop needs a count, a condition and a block');
    const initial = carried.map((v, i) => {
      const out = ctx.node.outputs[i];
      if (isUninitialized(v)) return filler(ctx, out);
      if (isTensorList(v)) return ctx.scope.sequenceOf(v, out === undefined ? undefined : itemDtype(out));
      return joined(ctx, ctx.scope.tensorOf(v), out);
    });
    const graph = ctx.scope.block(
      body,
      (inner) => {
        const iteration = inner.input('iteration', 'int64', []);
        inner.input('condition', 'bool', []);
        return [
          iteration,
          ...initial.map((v, i) =>
            inner.input('carried', v.dtype, carriedShape(ctx, i), { sequence: v.sequence === true }),
          ),
        ];
      },
      (scope) =>
        body.returns.map((v, i) => {
          const inside = new ConvertContext(ctx.node, ctx.schema, scope);
          const out = ctx.node.outputs[i - 1];
          if (isUninitialized(v)) return filler(inside, out);
          if (isTensorList(v)) return scope.sequenceOf(v, out === undefined ? undefined : itemDtype(out));
          return i === 0
            ? inside.cast(scope.tensorOf(v), 'bool')
            : joined(inside, scope.tensorOf(v), ctx.node.outputs[i - 1]);
        }),
    );
    initial.forEach((v, i) => {
      const after = graph.outputs[i + 1]?.dtype;
      if (after === undefined || after === v.dtype) return;
      ctx.fail(
        'unsupported-control-flow',
        `a loop makes a tensor of ${v.dtype} one of ${after}: cast it before the loop, ONNX loops keep dtypes`,
      );
    });
    return ctx.builder.add(
      'Loop',
      [ctx.scope.tensorOf(count, 'int64'), ctx.scope.tensorOf(condition, 'bool'), ...initial],
      { body: graph },
      {
        outputs: initial.length,
        outputTypes: initial.map((v, i) => ({ dtype: v.dtype, shape: carriedShape(ctx, i), sequence: v.sequence })),
      },
    );
  },
});

function carriedShape(ctx: ConvertContext, index: number) {
  const t = ctx.node.outputs[index]?.type;
  return t?.kind === 'tensor' ? t.shape : t?.kind === 'list' ? undefined : [];
}

function isTensorList({ type }: Value): boolean {
  return type.kind === 'list' && type.element.kind === 'tensor';
}

export const STRUCTURAL = [listUnpack, tupleUnpack, item, tupleItem, uninitialized, branch, loop];
