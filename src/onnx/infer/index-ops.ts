import { type Dim, dimAdd, dimFloorDiv, dimSub, dimsEqual } from '../../ir/dim.js';
import type { InferContext, InferRule, InferTable } from './context.js';
import { normalAxes, normalAxis, product, sameDim, sliceLength } from './dims.js';

const concat: InferRule = (c) => {
  const shapes = c.inputs.map((_, i) => c.shape(i));
  const first = shapes.find((s) => s !== undefined);
  const axis = first === undefined ? undefined : normalAxis(c.int('axis'), first.length);
  if (first === undefined || axis === undefined) return [{}];
  const shape = first.map((d, i) => {
    let out: Dim | undefined;
    for (const s of shapes) {
      const other = s?.[i];
      if (i === axis) out = out === undefined ? other : other === undefined ? undefined : dimAdd(out, other);
      else if (other !== undefined) out = out === undefined ? other : sameDim(out, other);
      if (i === axis && other === undefined) return c.fresh();
    }
    return out ?? d;
  });
  const lists = c.inputs.map((_, i) => c.elements(i));
  const elements = first.length === 1 && lists.every((l) => l !== undefined) ? lists.flat() : undefined;
  return [{ shape, elements }];
};

const split: InferRule = (c) => {
  const input = c.shape(0);
  const axis = input === undefined ? undefined : normalAxis(c.int('axis'), input.length);
  const count = c.outputCount;
  if (input === undefined || axis === undefined) return [];
  const whole = input[axis] ?? c.fresh();
  const sizes = c.elements(1) ?? c.ints('split');
  const elements = c.elements(0);
  let start = 0;
  return Array.from({ length: count }, (_, i) => {
    const d = sizes?.[i] ?? (c.has(1) ? c.fresh() : pieceSize(whole, count, i, c));
    const shape = input.map((x, at) => (at === axis ? d : x));
    const at = start;
    start = typeof d === 'number' ? start + d : Number.NaN;
    const part = elements !== undefined && !Number.isNaN(start) ? elements.slice(at, start) : undefined;
    return { shape, elements: part };
  });
};

/** Equal pieces, the last one smaller when the size does not divide (opset 18). */
function pieceSize(whole: Dim, count: number, i: number, c: InferContext): Dim {
  if (typeof whole === 'number') {
    const piece = Math.ceil(whole / count);
    return i < count - 1 ? piece : whole - piece * (count - 1);
  }
  const even = dimFloorDiv(whole, count);
  return dimsEqual([dimSub(whole, even)], [timesLess(even, count)]) ? even : c.fresh();
}

function timesLess(d: Dim, count: number): Dim {
  let out: Dim = 0;
  for (let i = 1; i < count; i++) out = dimAdd(out, d);
  return out;
}

const slice: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{}];
  const starts = c.elements(1);
  const ends = c.elements(2);
  const axes = c.has(3) ? c.constantInts(3) : (starts ?? ends ?? []).map((_, i) => i);
  const at = axes === undefined ? undefined : normalAxes(axes, input.length);
  const count = c.shape(1)?.[0];
  if (at === undefined || (!c.has(3) && starts === undefined && ends === undefined))
    return [{ shape: c.freshShape(input.length) }];
  if (typeof count === 'number' && count !== at.length) return [{ shape: c.freshShape(input.length) }];
  const steps = c.has(4) ? c.constantInts(4) : at.map(() => 1);
  const shape = input.map((d, i): Dim => {
    const k = at.indexOf(i);
    if (k < 0) return d;
    const [start, end, step] = [starts?.[k], ends?.[k], steps?.[k]];
    if (start === undefined || end === undefined || step === undefined) return c.fresh();
    return sliceLength(d, start, end, step, c.symbols) ?? c.fresh();
  });
  const list = c.elements(0);
  const [start, end, step] = [starts?.[0], ends?.[0], steps?.[0]];
  const known = list !== undefined && typeof start === 'number' && typeof end === 'number' && step !== undefined;
  return [
    {
      shape,
      elements: known && at.length === 1 ? sliceList(list, start, end, step) : at.length === 0 ? list : undefined,
    },
  ];
};

function sliceList(list: readonly Dim[], start: number, end: number, step: number): Dim[] | undefined {
  const n = list.length;
  if (step === 0) return undefined;
  const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v < 0 ? v + n : v, low), high);
  const out: Dim[] = [];
  const last = step > 0 ? n : n - 1;
  const to = clamp(end, step > 0 ? 0 : -1, last);
  for (let i = clamp(start, 0, last); step > 0 ? i < to : i > to; i += step) out.push(list[i] ?? 0);
  return out;
}

const gather: InferRule = (c) => {
  const data = c.shape(0);
  const indices = c.shape(1);
  if (data === undefined || indices === undefined) return [{}];
  const axis = normalAxis(c.int('axis'), data.length);
  if (axis === undefined) return [{}];
  const shape = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  return [{ shape, elements: data.length === 1 ? gatherElements(c) : undefined }];
};

/** Picked elements; one whose index is not known is a fresh value. */
function gatherElements(c: InferContext): Dim[] | undefined {
  const list = c.elements(0);
  const picks = c.elements(1);
  if (list === undefined || picks === undefined) return undefined;
  return picks.map(
    (i) => (typeof i === 'number' ? list[i < 0 ? i + list.length : i] : undefined) ?? c.symbols.freshValue(),
  );
}

const gatherND: InferRule = (c) => {
  const data = c.shape(0);
  const indices = c.shape(1);
  const depth = indices?.[indices.length - 1];
  if (data === undefined || indices === undefined || typeof depth !== 'number') return [{}];
  return [{ shape: [...indices.slice(0, -1), ...data.slice(c.int('batch_dims') + depth)] }];
};

const pad: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{}];
  const pads = c.elements(1);
  const axes = c.has(3) ? c.constantInts(3) : input.map((_, i) => i);
  const at = axes === undefined ? undefined : normalAxes(axes, input.length);
  if (pads === undefined || at === undefined) return [{ shape: c.freshShape(input.length) }];
  const shape = input.map((d, i): Dim => {
    const k = at.indexOf(i);
    if (k < 0) return d;
    const [before, after] = [pads[k], pads[k + at.length]];
    return before === undefined || after === undefined ? c.fresh() : dimAdd(d, dimAdd(before, after));
  });
  return [{ shape }];
};

const compress: InferRule = (c) => {
  const input = c.shape(0);
  if (!c.hasAttribute('axis')) return [{ shape: [c.fresh()] }];
  const axis = input === undefined ? undefined : normalAxis(c.int('axis'), input.length);
  return [{ shape: axis === undefined ? undefined : input?.map((d, i) => (i === axis ? c.fresh() : d)) }];
};

const nonZero: InferRule = (c) => {
  const rank = c.rank(0);
  // A 0-d input counts as 1-d.
  return [{ dtype: 'int64', shape: [rank === undefined ? c.fresh() : Math.max(rank, 1), c.fresh()] }];
};

const oneHot: InferRule = (c) => {
  const indices = c.shape(0);
  const depth = c.elements(1)?.[0] ?? c.constantNumbers(1)?.[0] ?? c.fresh();
  if (indices === undefined) return [{ dtype: c.dtype(2) }];
  const axis = normalAxis(c.int('axis', -1), indices.length + 1);
  if (axis === undefined) return [{ dtype: c.dtype(2) }];
  return [{ dtype: c.dtype(2), shape: [...indices.slice(0, axis), depth, ...indices.slice(axis)] }];
};

const topK: InferRule = (c) => {
  const input = c.shape(0);
  const axis = input === undefined ? undefined : normalAxis(c.int('axis', -1), input.length);
  const k = c.elements(1)?.[0] ?? c.fresh();
  const shape = axis === undefined ? undefined : input?.map((d, i) => (i === axis ? k : d));
  return [{ shape }, { dtype: 'int64', shape }];
};

const unique: InferRule = (c) => {
  const input = c.shape(0);
  const count = c.fresh();
  const axis = c.hasAttribute('axis') && input !== undefined ? normalAxis(c.int('axis'), input.length) : undefined;
  const values = !c.hasAttribute('axis') ? [count] : input?.map((d, i) => (i === axis ? count : d));
  const whole = axis === undefined ? (input === undefined ? undefined : product(input)) : input?.[axis];
  return [
    { shape: c.hasAttribute('axis') && axis === undefined ? undefined : values },
    { dtype: 'int64', shape: [count] },
    { dtype: 'int64', shape: [whole ?? c.fresh()] },
    { dtype: 'int64', shape: [count] },
  ];
};

export const INDEX_OPS: InferTable = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: (c) => [{ shape: c.shape(1) }],
  GatherND: gatherND,
  Pad: pad,
  Compress: compress,
  NonZero: nonZero,
  OneHot: oneHot,
  TopK: topK,
  Unique: unique,
};
