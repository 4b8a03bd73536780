import type { Dim } from '../ir/dim.js';
import type { Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** One axis of the indexed tensor that an index tensor addresses. */
interface AxisIndex {
  readonly axis: number;
  /** int64. */
  readonly index: OnnxValue;
}

/** The index tensors by axis. A boolean mask of rank r addresses r axes by the positions that it holds. */
function axisIndexes(ctx: ConvertContext): AxisIndex[] {
  const list = ctx.value('indices').producer;
  const items: readonly (Value | OnnxValue)[] = list?.op === LIST_CONSTRUCT ? list.inputs : ctx.tensors('indices');
  const out: AxisIndex[] = [];
  let axis = 0;
  for (const item of items) {
    if ('uses' in item && (item.type.kind === 'none' || item.content?.kind === 'none')) {
      axis += 1;
      continue;
    }
    const v = 'uses' in item ? ctx.scope.tensorOf(item) : item;
    if (v.dtype === 'bool' || v.dtype === 'uint8') {
      const rank = v.shape?.length ?? ctx.fail('rank-unknown', 'a mask of unknown rank');
      const positions = ctx.add('NonZero', [ctx.cast(v, 'bool')]);
      for (let i = 0; i < rank; i++) {
        out.push({
          axis: axis + i,
          index: ctx.add('Gather', [positions, ctx.builder.scalar(i, 'int64')], { axis: 0 }),
        });
      }
      axis += rank;
    } else {
      out.push({ axis, index: ctx.cast(v, 'int64') });
      axis += 1;
    }
  }
  return out;
}

function isAdjacent(indexes: readonly AxisIndex[]): boolean {
  return indexes.every((x, i) => i === 0 || x.axis === (indexes[i - 1] as AxisIndex).axis + 1);
}

const STACKED = ['Add', 'Shape', 'Expand', 'Unsqueeze', 'Concat'] as const;

/** All indexes broadcast together and stacked along a new last axis: [..., k]. */
function stacked(ctx: ConvertContext, indexes: readonly AxisIndex[]): { index: OnnxValue; rank: number } {
  const rank = Math.max(
    ...indexes.map((x) => x.index.shape?.length ?? ctx.fail('rank-unknown', 'an index of unknown rank')),
  );
  const first = indexes[0] as AxisIndex;
  let shape: OnnxValue | undefined;
  if (!indexes.every((x) => x.index === first.index)) {
    // Adding zeros broadcasts without asking which operand is larger.
    const sum = indexes.reduce<OnnxValue | undefined>(
      (acc, x) => (acc === undefined ? x.index : ctx.add('Add', [acc, x.index])),
      undefined,
    );
    shape = ctx.add('Shape', [sum as OnnxValue]);
  }
  const parts = indexes.map((x) => {
    const wide = shape === undefined || indexes.length === 1 ? x.index : ctx.add('Expand', [x.index, shape]);
    return ctx.add('Unsqueeze', [wide, ctx.ints1d([-1])]);
  });
  return { index: ctx.add('Concat', parts, { axis: -1 }), rank };
}

const READ = [...STACKED, 'Gather', 'Transpose', 'GatherND'] as const;

/**
 * x[i, j, ...] by tensors. PyTorch puts the indexes' axes where the first of adjacent ones stands, and in front when
 * they are apart (NumPy's rule for advanced indexing).
 */
const index = defineConverter({
  ops: ['aten::index.Tensor', 'aten::index.Tensor_hacked_twin', 'aten::_unsafe_index.Tensor'],
  emits: [[...READ], [...READ, 'NonZero']],
  convert: (ctx) => {
    const self = ctx.tensor('self');
    const rank = ctx.rank('self');
    const indexes = axisIndexes(ctx);
    const [only] = indexes;
    if (only === undefined) return self;
    if (indexes.length === 1) return ctx.add('Gather', [self, only.index], { axis: only.axis });
    const axes = indexes.map((x) => x.axis);
    const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));
    const front = ctx.add('Transpose', [self], { perm: [...axes, ...rest] });
    const { index: at, rank: k } = stacked(ctx, indexes);
    const picked = ctx.add('GatherND', [front, at]);
    const lead = isAdjacent(indexes) ? only.axis : 0;
    if (lead === 0) return picked;
    // picked is [index axes..., rest...]; the first `lead` of the rest go before the index axes.
    const perm = [
      ...Array.from({ length: lead }, (_, i) => k + i),
      ...Array.from({ length: k }, (_, i) => i),
      ...Array.from({ length: rest.length - lead }, (_, i) => k + lead + i),
    ];
    return ctx.add('Transpose', [picked], { perm });
  },
});

const WRITE = [...STACKED, 'Gather', 'Transpose', 'Slice', 'ScatterND'] as const;

const indexPut = defineConverter({
  ops: ['aten::index_put', 'aten::index_put.hacked_twin', 'aten::_unsafe_index_put', 'aten::_index_put_impl'],
  emits: [[...WRITE], [...WRITE, 'NonZero']],
  convert: (ctx) => {
    const self = ctx.tensor('self');
    const shape = ctx.shape('self');
    const dtype = ctx.dtype('self');
    const indexes = axisIndexes(ctx);
    const values = ctx.tensor('values', dtype);
    const reduction = ctx.bool('accumulate') ? 'add' : 'none';
    if (indexes.length === 0)
      return reduction === 'add'
        ? ctx.add('Add', [self, values])
        : ctx.add('Expand', [values, ctx.add('Shape', [self])]);
    const axes = indexes.map((x) => x.axis);
    const rest = shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const perm = [...axes, ...rest];
    const front = ctx.add('Transpose', [self], { perm });
    const { index: at, rank: k } = stacked(ctx, indexes);
    const lead = isAdjacent(indexes) ? (axes[0] as number) : 0;
    const restShape = rest.map((i) => shape[i] as Dim);
    // Updates are [index axes..., rest...]; values broadcast in the order in which x[...] has its axes.
    const indexShape = ctx.add('Slice', [ctx.add('Shape', [at]), ctx.ints1d([0]), ctx.ints1d([k]), ctx.ints1d([0])]);
    const pieces = [
      ctx.shapeTensor(restShape.slice(0, lead)),
      indexShape,
      ctx.shapeTensor(restShape.slice(lead)),
    ].filter((_, i) => i === 1 || (i === 0 ? lead > 0 : restShape.length > lead));
    const target = pieces.length === 1 ? (pieces[0] as OnnxValue) : ctx.add('Concat', pieces, { axis: 0 });
    let updates = ctx.add('Expand', [values, target]);
    if (lead > 0) {
      const order = [
        ...Array.from({ length: k }, (_, i) => lead + i),
        ...Array.from({ length: lead }, (_, i) => i),
        ...Array.from({ length: rest.length - lead }, (_, i) => k + lead + i),
      ];
      updates = ctx.add('Transpose', [updates], { perm: order });
    }
    const written = ctx.add('ScatterND', [front, at, updates], reduction === 'add' ? { reduction } : {});
    return ctx.add('Transpose', [written], { perm: perm.map((_, i) => perm.indexOf(i)) });
  },
});

export const INDEXING = [index, indexPut];
