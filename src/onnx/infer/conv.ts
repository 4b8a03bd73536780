import { type Dim, dimAdd, dimFloorDiv, dimMul, dimSub } from '../../ir/dim.js';
import type { InferContext, InferRule, InferTable } from './context.js';
import { dimCeilDiv } from './dims.js';

/** Window attributes with ONNX's defaults, one entry a spatial axis. */
interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly autoPad: string;
}

function windowOf(c: InferContext, rank: number, weight?: readonly Dim[]): Window | undefined {
  const kernel = c.ints('kernel_shape') ?? weight?.slice(2);
  if (kernel === undefined || kernel.length !== rank) return undefined;
  const ones = new Array<number>(rank).fill(1);
  const pads = c.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  return {
    kernel,
    strides: c.ints('strides') ?? ones,
    dilations: c.ints('dilations') ?? ones,
    before: pads.slice(0, rank),
    after: pads.slice(rank),
    autoPad: c.string('auto_pad', 'NOTSET'),
  };
}

/** Extent that a kernel covers on axis `i`. */
function span(w: Window, i: number): Dim {
  return dimAdd(dimMul(dimSub(w.kernel[i] ?? 1, 1), w.dilations[i] ?? 1), 1);
}

/**
 * Positions of a window on an axis. With `ceil`, a last window that starts beyond the input and its leading padding is
 * left out, as PyTorch and onnxruntime do: of ceil((x + p0 + p1 - k)/s) + 1 and ceil((x + p0)/s) the smaller one, whose
 * numerators differ by a constant.
 */
function positions(x: Dim, w: Window, i: number, ceil: boolean): Dim | undefined {
  const stride = w.strides[i] ?? 1;
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') return dimCeilDiv(x, stride);
  const valid = w.autoPad === 'VALID';
  const before = valid ? 0 : (w.before[i] ?? 0);
  const after = valid ? 0 : (w.after[i] ?? 0);
  const kernel = span(w, i);
  if (!ceil) return dimAdd(dimFloorDiv(dimSub(dimAdd(x, before + after), kernel), stride), 1);
  if (typeof kernel !== 'number') return undefined;
  return dimAdd(dimFloorDiv(dimAdd(x, before + Math.min(0, after - kernel + stride) - 1), stride), 1);
}

function convolved(c: InferContext, x: readonly Dim[], weight: readonly Dim[], ceil = false): Dim[] {
  const w = windowOf(c, x.length - 2, weight);
  const spatial = x.slice(2).map((d, i) => (w === undefined ? undefined : positions(d, w, i, ceil)) ?? c.fresh());
  return [x[0] ?? c.fresh(), weight[0] ?? c.fresh(), ...spatial];
}

function convRule(weightAt: number): InferRule {
  return (c) => {
    const x = c.shape(0);
    const weight = c.shape(weightAt);
    if (x === undefined || weight === undefined) return [{}];
    return [{ shape: convolved(c, x, weight) }];
  };
}

const convTranspose: InferRule = (c) => {
  const x = c.shape(0);
  const weight = c.shape(1);
  if (x === undefined || weight === undefined) return [{}];
  const w = windowOf(c, x.length - 2, weight);
  const given = c.ints('output_shape');
  const extra = c.ints('output_padding');
  const spatial = x.slice(2).map((d, i): Dim => {
    if (given !== undefined) return given[i] ?? c.fresh();
    if (w === undefined) return c.fresh();
    const stride = w.strides[i] ?? 1;
    if (w.autoPad.startsWith('SAME')) return dimMul(d, stride);
    const pads = w.autoPad === 'VALID' ? 0 : (w.before[i] ?? 0) + (w.after[i] ?? 0);
    return dimAdd(dimAdd(dimMul(dimSub(d, 1), stride), span(w, i)), (extra?.[i] ?? 0) - pads);
  });
  return [{ shape: [x[0] ?? c.fresh(), dimMul(weight[1] ?? c.fresh(), c.int('group', 1)), ...spatial] }];
};

const pool: InferRule = (c) => {
  const x = c.shape(0);
  const w = x === undefined ? undefined : windowOf(c, x.length - 2);
  if (x === undefined || w === undefined) return [{}];
  const ceil = c.int('ceil_mode') !== 0;
  const shape = [...x.slice(0, 2), ...x.slice(2).map((d, i) => positions(d, w, i, ceil) ?? c.fresh())];
  return [{ shape }, { dtype: 'int64', shape }];
};

const globalPool: InferRule = (c) => [{ shape: c.shape(0)?.map((d, i) => (i < 2 ? d : 1)) }];

const maxUnpool: InferRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return [{}];
  if (c.has(2)) return [{ shape: c.elements(2) ?? c.freshShape(x.length) }];
  const w = windowOf(c, x.length - 2);
  if (w === undefined) return [{}];
  const spatial = x.slice(2).map((d, i) => {
    const full = dimAdd(dimMul(dimSub(d, 1), w.strides[i] ?? 1), w.kernel[i] ?? 1);
    return dimSub(full, (w.before[i] ?? 0) + (w.after[i] ?? 0));
  });
  return [{ shape: [...x.slice(0, 2), ...spatial] }];
};

const col2Im: InferRule = (c) => {
  const x = c.shape(0);
  const rank = c.shape(1)?.[0];
  if (typeof rank !== 'number') return [{}];
  const block = c.elements(2);
  const taps = block?.reduce<Dim>(dimMul, 1);
  const channels = x?.[1] === undefined || taps === undefined ? c.fresh() : dimFloorDiv(x[1], taps);
  return [{ shape: [x?.[0] ?? c.fresh(), channels, ...(c.elements(1) ?? c.freshShape(rank))] }];
};

const maxRoiPool: InferRule = (c) => [
  {
    shape: [c.shape(1)?.[0] ?? c.fresh(), c.shape(0)?.[1] ?? c.fresh(), ...(c.ints('pooled_shape') ?? c.freshShape(2))],
  },
];

export const CONVOLUTIONS: InferTable = {
  Conv: convRule(1),
  ConvInteger: convRule(1),
  QLinearConv: convRule(3),
  DeformConv: convRule(1),
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: maxUnpool,
  MaxRoiPool: maxRoiPool,
  Col2Im: col2Im,
};
