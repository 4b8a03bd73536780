import { type Dim, dimAdd } from '../../ir/dim.js';
import type { InferContext, InferRule, InferTable } from './context.js';
import { larger, normalAxes, product, smaller } from './dims.js';
import { axesOf } from './shape-ops.js';

function reducedShape(c: InferContext, axes: readonly number[] | undefined): Dim[] | undefined {
  const input = c.shape(0);
  if (input === undefined) return undefined;
  const keep = c.int('keepdims', 1) !== 0;
  const at = axes === undefined ? undefined : normalAxes(axes, input.length);
  // Unknown axes keep the rank when the reduced ones stay as 1.
  if (at === undefined) return keep ? c.freshShape(input.length) : undefined;
  return keep ? input.map((d, i) => (at.includes(i) ? 1 : d)) : input.filter((_, i) => !at.includes(i));
}

const reduce: InferRule = (c) => {
  const input = c.shape(0);
  const given = axesOf(c, 1, 'absent' as const);
  const none = given === 'absent' || given?.length === 0;
  if (none && c.int('noop_with_empty_axes') !== 0) return [{ shape: input, elements: c.elements(0) }];
  if (none && input === undefined) return [{ shape: c.int('keepdims', 1) === 0 ? [] : undefined }];
  const axes = given === 'absent' || given?.length === 0 ? input?.map((_, i) => i) : given;
  const shape = reducedShape(c, axes);
  return [{ shape, elements: input?.length === 1 && axes?.length === 1 ? reducedElement(c) : undefined }];
};

/** A reduction of all elements of a tracked 1-d tensor. */
function reducedElement(c: InferContext): Dim[] | undefined {
  const list = c.elements(0);
  if (list === undefined || list.length === 0) return undefined;
  switch (c.op) {
    case 'ReduceProd':
      return [product(list)];
    case 'ReduceSum':
      return [list.reduce(dimAdd)];
    case 'ReduceMax':
      return [list.reduce((a, b) => larger(a, b, c.symbols))];
    case 'ReduceMin':
      return [list.reduce((a, b) => smaller(a, b, c.symbols))];
    default:
      return undefined;
  }
}

const argExtreme: InferRule = (c) => [{ dtype: 'int64', shape: reducedShape(c, [c.int('axis')]) }];

const NAMES = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare';

export const REDUCTIONS: InferTable = {
  ...Object.fromEntries(NAMES.split(' ').map((n) => [`Reduce${n}`, reduce])),
  ArgMax: argExtreme,
  ArgMin: argExtreme,
};
