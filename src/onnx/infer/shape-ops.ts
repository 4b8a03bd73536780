import { MAX_TRACKED_ELEMENTS } from '../../ir/content.js';
import { type Dim, dimAdd, dimCompare, dimEquals, dimFloorDiv, dimMul, dimSub } from '../../ir/dim.js';
import { readNumbers } from '../../ir/half.js';
import type { InferContext, InferRule, InferTable } from './context.js';
import { broadcastDim, dimCeilDiv, larger, normalAxes, product } from './dims.js';

/** Axes as an operand (newer opsets) or an attribute; undefined when given but unknown, `absent` when not given. */
export function axesOf<A>(c: InferContext, index: number, absent: A): number[] | A | undefined {
  if (c.has(index)) return c.constantInts(index);
  return c.ints('axes') ?? absent;
}

/** The length of a 1-d operand that lists sizes: the rank of the result. */
function listLength(c: InferContext, index: number): number | undefined {
  const d = c.shape(index)?.[0];
  return typeof d === 'number' ? d : undefined;
}

/**
 * A size that an operand asks for. An element that depends on values of unknown sign may be -1 or 0, which mean
 * something else: a fresh extent stands for it.
 */
function plainSize(c: InferContext, d: Dim): Dim {
  return typeof d !== 'number' && c.symbols.dependsOnValue(d) ? c.fresh() : d;
}

const reshape: InferRule = (c) => {
  const target = c.elements(1);
  const rank = listLength(c, 1);
  if (target === undefined) return [{ shape: rank === undefined ? undefined : c.freshShape(rank) }];
  const input = c.shape(0);
  const allowZero = c.int('allowzero') !== 0;
  const sizes = target.map((d, i): Dim | undefined => {
    if (d === -1) return undefined;
    if (d === 0 && !allowZero) return input?.[i] ?? c.fresh();
    return plainSize(c, d);
  });
  const known = sizes.filter((d) => d !== undefined);
  const shape = sizes.map((d) => d ?? restOf(c, input, known));
  const elements = shape.length <= 1 ? c.elements(0) : undefined;
  return [{ shape, elements }];
};

/** What -1 stands for: the element count divided by the other sizes. */
function restOf(c: InferContext, input: readonly Dim[] | undefined, others: readonly Dim[]): Dim {
  if (input === undefined) return c.fresh();
  // Common sizes cancel first, so that no product of many symbols has to be divided.
  const left = [...input];
  const rest: Dim[] = [];
  for (const d of others) {
    const at = left.findIndex((x) => dimEquals(x, d));
    if (at >= 0 && d !== 0) left.splice(at, 1);
    else rest.push(d);
  }
  const divisor = product(rest);
  return divisor === 0 ? c.fresh() : dimFloorDiv(product(left), divisor);
}

const shapeOf: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{ dtype: 'int64' }];
  const rank = input.length;
  const bound = (n: number): number => Math.min(Math.max(n < 0 ? n + rank : n, 0), rank);
  const part = input.slice(bound(c.int('start')), bound(c.hasAttribute('end') ? c.int('end') : rank));
  return [{ dtype: 'int64', shape: [part.length], elements: part }];
};

const size: InferRule = (c) => {
  const input = c.shape(0);
  return [{ dtype: 'int64', shape: [], elements: input === undefined ? undefined : [product(input)] }];
};

const flatten: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{ shape: c.freshShape(2) }];
  const axis = c.int('axis', 1);
  const at = axis < 0 ? axis + input.length : axis;
  return [{ shape: [product(input.slice(0, at)), product(input.slice(at))] }];
};

const squeeze: InferRule = (c) => {
  const input = c.shape(0);
  const axes = axesOf(c, 1, 'ones' as const);
  if (input === undefined || axes === undefined) return [{}];
  if (axes === 'ones') {
    // An axis whose size may or may not be 1 leaves the rank open.
    if (input.some((d) => typeof d !== 'number' && dimCompare('eq', d, 1, c.symbols.ranges) === undefined)) return [{}];
    return [{ shape: input.filter((d) => d !== 1), elements: c.elements(0) }];
  }
  const drop = normalAxes(axes, input.length);
  if (drop === undefined) return [{}];
  return [{ shape: input.filter((_, i) => !drop.includes(i)), elements: c.elements(0) }];
};

const unsqueeze: InferRule = (c) => {
  const input = c.shape(0);
  const axes = axesOf(c, 1, undefined);
  if (input === undefined || axes === undefined) return [{}];
  const rank = input.length + axes.length;
  const added = normalAxes(axes, rank);
  if (added === undefined) return [{}];
  const shape: Dim[] = [];
  let from = 0;
  for (let i = 0; i < rank; i++) shape.push(added.includes(i) ? 1 : (input[from++] ?? 1));
  return [{ shape, elements: rank <= 1 ? c.elements(0) : undefined }];
};

const transpose: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{}];
  const order = c.ints('perm') ?? input.map((_, i) => input.length - 1 - i);
  return [{ shape: order.map((i) => input[i] ?? c.fresh()), elements: input.length <= 1 ? c.elements(0) : undefined }];
};

const expand: InferRule = (c) => {
  const input = c.shape(0);
  const rank = listLength(c, 1);
  if (input === undefined || rank === undefined) return [{}];
  const target = (c.elements(1) ?? c.freshShape(rank)).map((d) => plainSize(c, d));
  const out = Math.max(input.length, rank);
  const shape = Array.from({ length: out }, (_, i) =>
    broadcastDim(input[i - (out - input.length)] ?? 1, target[i - (out - rank)] ?? 1, c.symbols),
  );
  const n = shape[0];
  const only = c.elements(0);
  const spread = out === 1 && only?.length === 1 && typeof n === 'number' && n <= MAX_TRACKED_ELEMENTS;
  return [
    {
      shape,
      elements: spread ? new Array<Dim>(n).fill(only[0] ?? 0) : out <= 1 && n === only?.length ? only : undefined,
    },
  ];
};

const tile: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{}];
  const repeats = c.elements(1);
  if (repeats === undefined) return [{ shape: c.freshShape(input.length) }];
  const shape = input.map((d, i) => dimMul(d, repeats[i] ?? 1));
  const n = shape[0];
  const items = c.elements(0);
  const times = repeats[0];
  const small = shape.length === 1 && typeof n === 'number' && n <= MAX_TRACKED_ELEMENTS && typeof times === 'number';
  const elements = small && items !== undefined ? Array.from({ length: times }, () => items).flat() : undefined;
  return [{ shape, elements }];
};

const constantOfShape: InferRule = (c) => {
  const fill = c.attribute('value');
  const data = fill?.kind === 'tensor' ? fill.value : undefined;
  const dtype = data?.dtype ?? 'float32';
  const rank = listLength(c, 0);
  const shape = c.elements(0) ?? (rank === undefined ? undefined : c.freshShape(rank));
  const n = shape?.length === 0 ? 1 : shape?.[0];
  const tracked = dtype === 'int64' || dtype === 'int32' || dtype === 'bool';
  if (!tracked || data === undefined || shape === undefined || shape.length > 1) return [{ dtype, shape }];
  if (typeof n !== 'number' || n > MAX_TRACKED_ELEMENTS) return [{ dtype, shape }];
  return [{ dtype, shape, elements: new Array<Dim>(n).fill(readNumbers(data)[0] ?? 0) }];
};

const range: InferRule = (c) => {
  const [start, limit, step] = [0, 1, 2].map((i) => c.elements(i)?.[0]);
  const numbers = [0, 1, 2].map((i) => c.constantNumbers(i)?.[0]);
  const [a, b, s] = numbers;
  if (a !== undefined && b !== undefined && s !== undefined && s !== 0 && numbers.every(Number.isSafeInteger)) {
    const n = Math.max(Math.ceil((b - a) / s), 0);
    const list = Array.from({ length: Math.min(n, MAX_TRACKED_ELEMENTS + 1) }, (_, i) => a + i * s);
    const integral = c.dtype(0) === 'int64' || c.dtype(0) === 'int32';
    return [{ shape: [n], elements: integral && n <= MAX_TRACKED_ELEMENTS ? list : undefined }];
  }
  if (start === undefined || limit === undefined || typeof step !== 'number' || step === 0)
    return [{ shape: [c.fresh()] }];
  const span = step > 0 ? dimSub(limit, start) : dimSub(start, limit);
  const n = larger(dimCeilDiv(span, Math.abs(step)), 0, c.symbols);
  const known = typeof n === 'number' && n <= MAX_TRACKED_ELEMENTS;
  const elements = known ? Array.from({ length: n }, (_, i) => dimAdd(start, i * step)) : undefined;
  return [{ shape: [n], elements }];
};

const eyeLike: InferRule = (c) => [{ dtype: c.dtypeAttribute('dtype') ?? c.dtype(0), shape: c.shape(0) }];

export const SHAPE_OPS: InferTable = {
  Reshape: reshape,
  Shape: shapeOf,
  Size: size,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
};
