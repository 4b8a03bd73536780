import { type Dim, dimAdd, dimSub } from '../ir/dim.js';
import type { OnnxValue } from '../onnx/types.js';
import { clampIndex, maxExtent } from '../shapes/extents.js';
import type { ConvertContext } from './context.js';
import { type Converted, defineConverter } from './define-converter.js';
import { joinSequence, splitToSequence, unbindToSequence } from './sequences.js';

/** The pieces' extents along `axis`, from the inferred types of the list's items. */
function pieceSizes(ctx: ConvertContext, axis: number): Dim[] {
  const content = ctx.node.outputs[0]?.content;
  if (content?.kind !== 'list' || content.types === undefined) {
    return ctx.fail('needs-constant', `the number of pieces of ${ctx.node.op} is known only at run time`);
  }
  return content.types.map((t) => {
    const size = t.kind === 'tensor' ? t.shape?.[axis] : undefined;
    return size ?? ctx.fail('rank-unknown', `a piece of ${ctx.node.op} has no known shape`);
  });
}

function axisOf(ctx: ConvertContext, rank: number): number {
  const d = ctx.int('dim');
  return d < 0 ? d + rank : d;
}

/** The size of the pieces of a cut whose number is known only at run time. */
function pieceSize(ctx: ConvertContext, axis: number): OnnxValue | undefined {
  switch (ctx.node.op) {
    case 'aten::split.Tensor':
    case 'aten::unsafe_split.Tensor':
      return ctx.tensor('split_size', 'int64');
    case 'aten::chunk':
    case 'aten::unsafe_chunk': {
      const size = ctx.scope.extent(ctx.shape('self')[axis] ?? 1);
      const count = ctx.int('chunks');
      const whole = ctx.add('Add', [size, ctx.builder.scalar(count - 1, 'int64')]);
      return ctx.add('Div', [whole, ctx.builder.scalar(count, 'int64')]);
    }
    default:
      return undefined;
  }
}

/** Cuts a tensor into pieces along one axis: ONNX Split, with run-time sizes where they are symbolic. */
function cut(ctx: ConvertContext, axis: number, sizes: readonly Dim[]): OnnxValue[] {
  const self = ctx.tensor('self');
  if (sizes.length === 1) return [self];
  return ctx.addAll('Split', [self, ctx.shapeTensor(sizes)], { axis }, { outputs: sizes.length });
}

function pieces(ctx: ConvertContext): readonly Converted[] | OnnxValue {
  const axis = axisOf(ctx, ctx.rank('self'));
  const size = ctx.node.outputs[0]?.content?.kind === 'list' ? undefined : pieceSize(ctx, axis);
  if (size !== undefined) return splitToSequence(ctx, axis, size);
  return [cut(ctx, axis, pieceSizes(ctx, axis))];
}

/** Pieces of one size: a sequence where their number is known only at run time. */
const split = defineConverter({
  complex: 'any',
  ops: ['aten::split.Tensor', 'aten::unsafe_split.Tensor', 'aten::chunk', 'aten::unsafe_chunk'],
  emits: [['Split'], ['SplitToSequence', 'Add', 'Div']],
  convert: pieces,
});

const splitSizes = defineConverter({
  complex: 'any',
  ops: [
    'aten::split.sizes',
    'aten::split_with_sizes',
    'aten::unsafe_split_with_sizes',
    'aten::tensor_split.sections',
    'aten::tensor_split.indices',
    'aten::tensor_split.tensor_indices_or_sections',
    'aten::split',
  ],
  emits: [['Split']],
  convert: pieces,
});

const unbind = defineConverter({
  complex: 'any',
  ops: ['aten::unbind.int'],
  emits: [['Gather'], ['SplitToSequence']],
  convert: (ctx) => {
    const shape = ctx.shape('self');
    const axis = axisOf(ctx, shape.length);
    const count = shape[axis];
    if (typeof count !== 'number') return unbindToSequence(ctx, axis);
    const self = ctx.tensor('self');
    return [
      Array.from({ length: count }, (_, i) => ctx.add('Gather', [self, ctx.builder.scalar(i, 'int64')], { axis })),
    ];
  },
});

/** Tensors of one axis of extent 0 stand for nothing when they are joined with others: the old form of torch.cat. */
const cat = defineConverter({
  ops: ['aten::cat', 'aten::concat', 'aten::concatenate'],
  emits: [['Concat'], ['ConcatFromSequence']],
  convert: (ctx) => {
    const dtype = ctx.resultDtype();
    const rank = ctx.resultShape().length;
    if (!ctx.scope.hasItems(ctx.value('tensors'))) return joinSequence(ctx, axisOf(ctx, rank), false);
    const parts = ctx.tensors('tensors').filter((t) => t.shape?.length === rank);
    return ctx.add(
      'Concat',
      parts.map((t) => ctx.cast(t, dtype)),
      { axis: axisOf(ctx, rank) },
    );
  },
});

const stack = defineConverter({
  ops: ['aten::stack', 'aten::_stack'],
  emits: [['ConcatFromSequence']],
  convert: (ctx) => joinSequence(ctx, axisOf(ctx, ctx.resultShape().length), true),
});

const meshgrid = defineConverter({
  ops: ['aten::meshgrid', 'aten::meshgrid.indexing'],
  emits: [['Reshape', 'Expand']],
  convert: (ctx) => {
    const tensors = ctx.tensors('tensors');
    const swap = ctx.node.op === 'aten::meshgrid.indexing' && ctx.str('indexing') === 'xy' && tensors.length > 1;
    const order = tensors.map((_, i) => (swap && i < 2 ? 1 - i : i));
    const extents: Dim[] = [];
    tensors.forEach((t, i) => {
      extents[order[i] as number] = t.shape?.[0] ?? 1;
    });
    const shape = ctx.shapeTensor(extents);
    return [
      tensors.map((t, i) => {
        const view = tensors.map((_, k) => (k === order[i] ? -1 : 1));
        return ctx.add('Expand', [ctx.add('Reshape', [t, ctx.ints1d(view)]), shape]);
      }),
    ];
  },
});

/** Writes `src` over a range of an axis: the parts before and after are joined around it. */
const sliceScatter = defineConverter({
  ops: ['aten::slice_scatter', 'aten::select_scatter'],
  emits: [
    ['Unsqueeze', 'Expand', 'Slice', 'Concat'],
    ['Unsqueeze', 'Transpose', 'Range', 'ScatterND'],
  ],
  convert: (ctx) => {
    const shape = ctx.shape('self');
    const axis = axisOf(ctx, shape.length);
    const self = ctx.tensor('self');
    const size = shape[axis] as Dim;
    const select = ctx.node.op === 'aten::select_scatter';
    let src = ctx.tensor('src', ctx.dtype('self'));
    if (select) src = ctx.add('Unsqueeze', [src, ctx.ints1d([axis])]);
    const [start, end, step] = select ? selected(ctx, size) : bounds(ctx, size);
    if (step !== 1) return strided(ctx, self, src, axis, start, end, step);
    const whole = [...shape];
    whole[axis] = dimSub(end, start);
    src = ctx.add('Expand', [src, ctx.shapeTensor(whole)]);
    const before = start === 0 ? [] : [range(ctx, self, axis, 0, start)];
    const after = size === end ? [] : [range(ctx, self, axis, end, size)];
    return ctx.add('Concat', [...before, src, ...after], { axis });
  },
});

function range(ctx: ConvertContext, v: OnnxValue, axis: number, from: Dim, to: Dim): OnnxValue {
  return ctx.add('Slice', [v, ctx.shapeTensor([from]), ctx.shapeTensor([to]), ctx.ints1d([axis])]);
}

function selected(ctx: ConvertContext, size: Dim): [Dim, Dim, number] {
  const [i] = ctx.dims('index');
  if (i === undefined) return ctx.fail('needs-constant', 'the index of a select is not known');
  const at = typeof i === 'number' && i < 0 ? dimAdd(size, i) : i;
  return [at, dimAdd(at, 1), 1];
}

/** Start and end of a slice as extents, by Python's clamping: the axis may be shorter than either, as sizes go. */
function bounds(ctx: ConvertContext, size: Dim): [Dim, Dim, number] {
  const clamp = (name: string, none: Dim): Dim => {
    const [d] = ctx.has(name) ? ctx.dims(name) : [];
    return d === undefined ? none : (clampIndex(ctx.scope, size, d) ?? d);
  };
  const start = clamp('start', 0);
  return [start, maxExtent(ctx.scope, clamp('end', size), start), ctx.int('step')];
}

/** A strided range is written by index: ScatterElements would need expanded indexes, so ScatterND on the axis put first. */
function strided(
  ctx: ConvertContext,
  self: OnnxValue,
  src: OnnxValue,
  axis: number,
  start: Dim,
  end: Dim,
  step: number,
): OnnxValue {
  const rank = self.shape?.length ?? 0;
  const perm = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
  const back = perm.map((_, i) => perm.indexOf(i));
  const first = ctx.add('Transpose', [self], { perm });
  const limit = ctx.scope.extent(end);
  const indexes = ctx.add('Range', [ctx.scope.extent(start), limit, ctx.builder.scalar(step, 'int64')]);
  const at = ctx.add('Unsqueeze', [indexes, ctx.ints1d([1])]);
  const updates = ctx.add('Transpose', [src], { perm });
  return ctx.add('Transpose', [ctx.add('ScatterND', [first, at, updates])], { perm: back });
}

export const LISTS = [split, splitSizes, unbind, cat, stack, meshgrid, sliceScatter];
