import { type Dim, dimEquals, dimMod, dimMul, dimsEqual } from '../ir/dim.js';
import { Block, type Node, type OpName, type Value } from '../ir/graph.js';
import { CONSTANT } from '../ir/primitives.js';
import { TensorData } from '../ir/tensor-data.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { resultLayout } from '../schema/result-layout.js';
import type { SchemaSource } from './infer.js';

/**
 * How a dense tensor lies in memory: its axes, the outermost first. `[0, 1, 2]` is row-major; `[0, 2, 1]` is its
 * transpose in the last two axes.
 */
export type MemoryOrder = readonly number[];

/** How many operators are followed back from a tensor. */
export const MAX_FOLLOWED = 256;

/** c10/core/MemoryFormat.h. */
const CONTIGUOUS_FORMAT = 0;
const PRESERVE_FORMAT = 1;

/** Views by another shape; `reshape` and `flatten` copy into row-major order what can be no view. */
const RESHAPES: ReadonlySet<OpName> = new Set([
  'aten::view',
  'aten::_unsafe_view',
  'aten::reshape',
  'aten::view_as',
  'aten::reshape_as',
  'aten::flatten.using_ints',
  'aten::unflatten.int',
  'aten::unsqueeze',
  'aten::squeeze',
  'aten::squeeze.dim',
]);

/** Views by another order of the axes. */
const PERMUTES = /^aten::(t$|numpy_T$|mT$|transpose|permute|movedim|moveaxis|swap|adjoint|mH$|matrix_H$)/;

/** Padding suggests the format of its operand, which for three axes and less is row-major. */
const PADS: ReadonlySet<OpName> = new Set(['aten::constant_pad_nd', 'aten::pad']);

/**
 * The order in which a tensor's axes lie in memory; undefined where it is not known, or not dense (slices, expanded
 * axes). Symbolic extents count as more than 1: an axis of extent 1 lies anywhere.
 */
export function memoryOrder(value: Value, schemas: SchemaSource): MemoryOrder | undefined {
  const layout = new Walk(schemas).layout(value);
  return layout?.dense === true ? layout.order : undefined;
}

export function isRowMajor(order: MemoryOrder): boolean {
  return order.every((axis, place) => axis === place);
}

/** Axes by descending strides; `dense`: without gaps between the elements, from the start of the storage on. */
interface Layout {
  readonly order: MemoryOrder;
  readonly dense: boolean;
}

/** Follows a tensor back through its makers, each once. */
class Walk {
  private readonly known = new Map<Value, Layout | undefined>();

  constructor(private readonly schemas: SchemaSource) {}

  layout(value: Value): Layout | undefined {
    if (this.known.has(value)) return this.known.get(value);
    if (this.known.size >= MAX_FOLLOWED) return undefined;
    this.known.set(value, undefined);
    const shape = shapeOf(value);
    const layout = shape === undefined ? undefined : this.made(value, shape);
    this.known.set(value, layout);
    return layout;
  }

  private made(value: Value, shape: readonly Dim[]): Layout | undefined {
    const rank = shape.length;
    const node = value.producer;
    if (node === undefined) {
      return value.def instanceof Block && value.def.owner === undefined ? rowMajor(rank) : undefined;
    }
    const { op, inputs } = node;
    if (op === CONSTANT) {
      const data = node.attributes.get('value');
      return data instanceof TensorData && !data.isContiguous ? undefined : rowMajor(rank);
    }
    const schema = this.schemas.get(op);
    const kind = resultLayout(op, schema);
    if (kind === 'own' || node.blocks.length > 0 || asksForFormat(node, schema)) return undefined;
    if (kind === 'row-major') return rowMajor(rank);
    const isView = schema?.signature.results.some((r) => r.alias !== undefined) ?? true;
    if (isView || RESHAPES.has(op) || PERMUTES.test(op) || op === 'aten::type_as') return this.viewed(node, shape);
    if (kind === 'elementwise') return this.common(inputs, shape);
    if (PADS.has(op) && rank < 4) return rowMajor(rank);
    return this.allRowMajor(inputs, rank);
  }

  /** A new tensor of operands that all lie in row-major order does too. */
  private allRowMajor(inputs: readonly Value[], rank: number): Layout | undefined {
    for (const input of inputs) {
      if (input.type.kind !== 'tensor') continue;
      const layout = this.layout(input);
      if (layout === undefined || !isRowMajor(layout.order)) return undefined;
    }
    return rowMajor(rank);
  }

  private viewed({ op, inputs }: Node, shape: readonly Dim[]): Layout | undefined {
    const [self] = inputs;
    const from = self === undefined ? undefined : shapeOf(self);
    const layout = self === undefined ? undefined : this.layout(self);
    if (from === undefined || layout === undefined) return undefined;
    const { order, dense } = layout;
    if (op === 'aten::as_strided') return undefined;
    if (RESHAPES.has(op)) return reshaped(from, layout, shape);
    if (PERMUTES.test(op)) {
      const axes = permutation(op, inputs, shape.length);
      return axes === undefined ? undefined : { order: order.map((axis) => axes.indexOf(axis)), dense };
    }
    if (op === 'aten::select.int') {
      const dim = intOf(inputs[1], from.length);
      const rest = order.filter((axis) => axis !== dim).map((axis) => (axis > (dim ?? 0) ? axis - 1 : axis));
      return dim === undefined ? undefined : { order: rest, dense: false };
    }
    if (op === 'aten::slice.Tensor') return { order, dense: dense && dimsEqual(from, shape) };
    if (op === 'aten::expand' || op === 'aten::expand_as') {
      const added = shape.length - from.length;
      const spread = [...axes(0, added), ...order.map((axis) => axis + added)];
      return { order: spread, dense: dense && dimsEqual(from, shape) };
    }
    // All of the tensor: a cast to its own dtype, a narrowing by nothing.
    return dimsEqual(from, shape) ? layout : undefined;
  }

  /** The order that all operands of the result's shape share; smaller ones are spread over it and do not count. */
  private common(inputs: readonly Value[], shape: readonly Dim[]): Layout | undefined {
    let shared: MemoryOrder | undefined;
    for (const input of inputs) {
      const own = shapeOf(input);
      if (input.type.kind !== 'tensor' || (own !== undefined && !dimsEqual(own, shape))) continue;
      const order = this.layout(input)?.order;
      if (order === undefined || (shared !== undefined && !sameOrder(order, shared))) return undefined;
      shared = order;
    }
    return shared === undefined ? this.allRowMajor(inputs, shape.length) : { order: shared, dense: true };
  }
}

/** True for a call with a memory format other than torch.contiguous_format and torch.preserve_format. */
function asksForFormat(node: Node, schema: OperatorSchema | undefined): boolean {
  const at = schema?.signature.args.findIndex((a) => a.name === 'memory_format') ?? -1;
  const format = at < 0 ? undefined : node.inputs[at]?.content;
  if (format === undefined || format.kind === 'none') return false;
  return format.kind !== 'int' || (format.value !== CONTIGUOUS_FORMAT && format.value !== PRESERVE_FORMAT);
}

function sameOrder(a: MemoryOrder, b: MemoryOrder): boolean {
  return a.every((axis, place) => axis === b[place]);
}

/** The operand's axis at each axis of the result; undefined for what is no permutation of axes. */
function permutation(op: OpName, inputs: readonly Value[], rank: number): readonly number[] | undefined {
  const turned = [...axes(0, rank)];
  switch (op) {
    case 'aten::t':
    case 'aten::numpy_T':
      return turned.reverse();
    case 'aten::transpose.int': {
      const [a, b] = [intOf(inputs[1], rank), intOf(inputs[2], rank)];
      if (a === undefined || b === undefined) return undefined;
      turned[a] = b;
      turned[b] = a;
      return turned;
    }
    case 'aten::permute': {
      const dims = inputs[1]?.content;
      if (dims?.kind !== 'list') return undefined;
      const given = dims.items.map((d) => (d?.kind === 'int' ? axisOf(d.value, rank) : undefined));
      const known = given.filter((d) => d !== undefined);
      return known.length === rank ? known : undefined;
    }
    default:
      return undefined;
  }
}

function intOf(value: Value | undefined, rank: number): number | undefined {
  return value?.content?.kind === 'int' ? axisOf(value.content.value, rank) : undefined;
}

function axisOf(d: Dim, rank: number): number | undefined {
  return typeof d === 'number' ? (d < 0 ? d + rank : d) : undefined;
}

/**
 * The order of a tensor of shape `from` in other axes (at::detail::computeStride, aten/src/ATen/TensorUtils.cpp): runs
 * of axes that become runs of others stay where they lie, if each run lies together. Otherwise the tensor is copied.
 */
function reshaped(from: readonly Dim[], { order, dense }: Layout, to: readonly Dim[]): Layout | undefined {
  if (isRowMajor(order)) return { ...rowMajor(to.length), dense };
  const placed: { readonly place: number; readonly axes: readonly number[] }[] = [];
  for (const { source, result, exact } of matchingRuns(from, to)) {
    const places = source.filter((axis) => from[axis] !== 1).map((axis) => order.indexOf(axis));
    const first = places[0] ?? order.indexOf(source[0] ?? 0);
    if (places.some((place, i) => place !== first + i)) return exact ? rowMajor(to.length) : undefined;
    placed.push({ place: first, axes: result });
  }
  return { order: placed.sort((a, b) => a.place - b.place).flatMap((run) => run.axes), dense };
}

interface Run {
  /** Axes of the operand, in sequence. */
  readonly source: readonly number[];
  /** The axes of the result that hold the same elements. */
  readonly result: readonly number[];
  /** False where runs may be shorter than symbolic products tell. */
  readonly exact: boolean;
}

/** The shortest runs of axes of equal products: equal first axes each for itself, the others from the last on. */
function matchingRuns(from: readonly Dim[], to: readonly Dim[]): readonly Run[] {
  const runs: Run[] = [];
  let [start, first] = [0, 0];
  for (; start < from.length && first < to.length && dimEquals(from[start] ?? 1, to[first] ?? 1); start++, first++) {
    runs.push({ source: [start], result: [first], exact: true });
  }
  for (let i = from.length, j = to.length; i > start || j > first; ) {
    const [end, last] = [i, j];
    let a = i > start ? (from[--i] ?? 1) : 1;
    let b = j > first ? (to[--j] ?? 1) : 1;
    while (!dimEquals(a, b) && (i > start || j > first)) {
      // A part of the other side grows; where neither is known to be one, the operand's.
      if (i === start || (j > first && dimMod(a, b) === 0)) b = dimMul(b, to[--j] ?? 1);
      else a = dimMul(a, from[--i] ?? 1);
    }
    // Axes of extent 1 belong to the run inside them.
    while (j > first && to[j - 1] === 1) j--;
    while (i > start && from[i - 1] === 1) i--;
    if (i === start) j = first;
    if (j === first) i = start;
    runs.push({ source: axes(i, end), result: axes(j, last), exact: dimEquals(a, b) });
  }
  return runs;
}

function axes(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, k) => start + k);
}

function rowMajor(rank: number): Layout {
  return { order: axes(0, rank), dense: true };
}

function shapeOf(value: Value): readonly Dim[] | undefined {
  return value.type.kind === 'tensor' ? value.type.shape : undefined;
}
