import type { Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { BOOL, INT, listOf } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';
import type { Gapped, Layout, Moved } from './place.js';
import type { ViewCall } from './view-forms.js';

/** PyTorch's tensors have at most 64 axes; those of models have a few. Pairs of axes are told apart one by one. */
const MOST_AXES = 16;

function isAxis(axis: number): boolean {
  return Math.abs(axis) <= MOST_AXES;
}

/** The order of the elements of a transposed row-major tensor. */
export function swapsAxes({ args }: ViewCall): Layout {
  const [a, b] = [constantInt(args[1]), constantInt(args[2])];
  return a === undefined || b === undefined || !isAxis(a) || !isAxis(b) ? 'unknown' : { by: 'swap', axes: [a, b] };
}

/** The order of the elements of a permuted row-major tensor. */
export function permutesAxes({ args }: ViewCall): Layout {
  const made = args[1]?.producer;
  const constant = constantOf(args[1]);
  const dims = made?.op === LIST_CONSTRUCT ? made.inputs.map(constantInt) : Array.isArray(constant) ? constant : [];
  const rank = dims.length;
  const axes = dims.flatMap((d) => (typeof d === 'number' ? [d < 0 ? d + rank : d] : []));
  const all = new Set(axes.filter((axis) => axis >= 0 && axis < rank));
  return rank === 0 || rank > MOST_AXES || all.size < rank ? 'unknown' : { by: 'permutation', axes };
}

/** The gaps that `select`, `narrow` and slices without a step leave in a row-major tensor. */
export function takesPart({ args }: ViewCall, removed: boolean): Layout {
  const [of, dim] = args;
  const axis = constantInt(dim);
  return of === undefined || axis === undefined || axis < 0 || !isAxis(axis)
    ? 'rows'
    : { by: 'part', axis, removed, of };
}

/** Whether a part, or a tensor whose axes have been moved, is contiguous. */
export function isRowMajor(e: Emitter, tensor: Value, layout: Moved | Gapped): Value {
  return layout.by === 'part' ? isWholePart(e, tensor, layout) : inRows(e, tensor, layout);
}

/** Whether a part has no gaps: it is all of its axis, or all axes outside of that have one element. */
function isWholePart(e: Emitter, tensor: Value, { axis, removed, of }: Gapped): Value {
  const size = (v: Value, at: number) => e.op('aten::size.int', [v, e.int(at)], INT);
  const all = e.op('aten::eq.int', [removed ? e.int(1) : size(tensor, axis), size(of, axis)], BOOL);
  let outer: Value | undefined;
  for (let k = 0; k < axis; k++) {
    const one = e.op('aten::eq.int', [size(tensor, k), e.int(1)], BOOL);
    outer = outer === undefined ? one : e.op('aten::__and__.bool', [outer, one], BOOL);
  }
  return outer === undefined ? all : e.op('aten::__or__.bool', [all, outer], BOOL);
}

/** Pairs of axes of the moved tensor whose order in memory is another; undefined where its rank would have to be known. */
function inversions({ by, axes }: Moved): (readonly [number, number])[] | undefined {
  if (by === 'permutation') {
    return axes.flatMap((p, i) => axes.flatMap((q, j): [number, number][] => (i < j && p > q ? [[i, j]] : [])));
  }
  const [a = 0, b = 0] = axes;
  if (a < 0 !== b < 0) return undefined;
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const between = Array.from({ length: Math.max(0, high - low - 1) }, (_, i) => low + 1 + i);
  const outer: (readonly [number, number])[] = low === high ? [] : [[low, high]];
  return [...outer, ...between.flatMap((k) => [[low, k] as const, [k, high] as const])];
}

/** Whether the elements of a moved tensor lie in rows: of each two axes that have changed places one has one element. */
function inRows(e: Emitter, tensor: Value, moved: Moved): Value {
  const pairs = inversions(moved);
  if (pairs === undefined) {
    const elements = e.op('aten::numel', [tensor], INT);
    return hasSizesInPlace(e, tensor, moved, e.op(LIST_CONSTRUCT, [elements], listOf(INT)));
  }
  const ones = new Map<number, Value>();
  const isOne = (axis: number): Value => {
    const known = ones.get(axis);
    if (known !== undefined) return known;
    const made = e.op('aten::eq.int', [e.op('aten::size.int', [tensor, e.int(axis)], INT), e.int(1)], BOOL);
    ones.set(axis, made);
    return made;
  };
  let all: Value | undefined;
  for (const [a, b] of pairs) {
    const either = e.op('aten::__or__.bool', [isOne(a), isOne(b)], BOOL);
    all = all === undefined ? either : e.op('aten::__and__.bool', [all, either], BOOL);
  }
  return all ?? e.bool(true);
}

/** Whether a moved tensor can be seen in the shape of another one without a copy. */
export function reshapesInPlace(e: Emitter, tensor: Value, moved: Moved, shaped: Value): Value {
  const other = hasSizesInPlace(e, tensor, moved, e.op('aten::size', [shaped], listOf(INT)));
  if (inversions(moved) === undefined) return other;
  return e.op('aten::__or__.bool', [inRows(e, tensor, moved), other], BOOL);
}

function hasSizesInPlace(e: Emitter, tensor: Value, { by, axes }: Moved, sizes: Value): Value {
  const order = e.op(
    LIST_CONSTRUCT,
    axes.map((axis) => e.int(axis)),
    listOf(INT),
  );
  return e.op('thaw::reshapes_in_place', [tensor, order, e.bool(by === 'swap'), sizes], BOOL);
}
