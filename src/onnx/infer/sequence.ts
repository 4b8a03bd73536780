import { type Dim, dimEquals } from '../../ir/dim.js';
import type { InferContext, InferRule, InferredType, InferTable } from './context.js';
import { normalAxis } from './dims.js';

/** The shape that covers all of these: differing extents become fresh, differing ranks leave it unknown. */
export function commonShape(c: InferContext, shapes: readonly (readonly Dim[] | undefined)[]): Dim[] | undefined {
  const [first] = shapes;
  if (first === undefined || !shapes.every((s) => s?.length === first.length)) return undefined;
  return first.map((d, i) => (shapes.every((s) => dimEquals(s?.[i] ?? -1, d)) ? d : c.fresh()));
}

const construct: InferRule = (c) => [
  {
    dtype: c.dtype(0),
    sequence: true,
    shape: commonShape(
      c,
      c.inputs.map((_, i) => c.shape(i)),
    ),
  },
];

const insert: InferRule = (c) => [
  // An empty sequence tells no shape: that of the tensor holds only together with the others.
  { dtype: c.dtype(0), sequence: true, shape: commonShape(c, [c.shape(0), c.shape(1)]) },
];

/** The shape of one item: an unknown extent may differ from item to item, so it gets its own symbol. */
function itemShape(c: InferContext): Dim[] | undefined {
  return c.shape(0)?.map((d) => (c.symbols.isUnknown(d) ? c.fresh() : d));
}

const at: InferRule = (c) => [{ dtype: c.dtype(0), shape: itemShape(c), sequence: false }];

const erase: InferRule = (c) => [{ dtype: c.dtype(0), shape: c.shape(0), sequence: true }];

const empty: InferRule = (c) => [{ dtype: c.dtypeAttribute('dtype') ?? 'float32', sequence: true }];

const splitToSequence: InferRule = (c) => {
  const input = c.shape(0);
  const axis = input === undefined ? undefined : normalAxis(c.int('axis'), input.length);
  const type: InferredType = { dtype: c.dtype(0), sequence: true };
  if (input === undefined || axis === undefined) return [type];
  if (!c.has(1)) {
    const keep = c.int('keepdims', 1) !== 0;
    return [{ ...type, shape: keep ? input.map((d, i) => (i === axis ? 1 : d)) : input.filter((_, i) => i !== axis) }];
  }
  const sizes = c.elements(1);
  const one = sizes?.every((d) => dimEquals(d, sizes[0] ?? -1)) && c.rank(1) === 1 ? sizes[0] : undefined;
  return [{ ...type, shape: input.map((d, i) => (i === axis ? (one ?? c.fresh()) : d)) }];
};

const concatFromSequence: InferRule = (c) => {
  const item = itemShape(c);
  const stacked = c.int('new_axis') !== 0;
  const type: InferredType = { dtype: c.dtype(0), sequence: false };
  if (item === undefined) return [type];
  const axis = normalAxis(c.int('axis'), item.length + (stacked ? 1 : 0));
  if (axis === undefined) return [type];
  if (stacked) return [{ ...type, shape: [...item.slice(0, axis), c.fresh(), ...item.slice(axis)] }];
  return [{ ...type, shape: item.map((d, i) => (i === axis ? c.fresh() : d)) }];
};

export const SEQUENCES: InferTable = {
  SequenceConstruct: construct,
  SequenceInsert: insert,
  SequenceAt: at,
  SequenceErase: erase,
  SequenceEmpty: empty,
  SequenceLength: () => [{ dtype: 'int64', shape: [] }],
  SplitToSequence: splitToSequence,
  ConcatFromSequence: concatFromSequence,
};
