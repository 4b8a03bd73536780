import type { ExprEnv, ExprValue } from '../../expr/value.js';
import { type Dim, dimAdd, dimFloorDiv, dimKey, dimMul, dimRange, dimSub } from '../../ir/dim.js';
import { compare } from '../extents.js';
import { mismatch } from '../shape-error.js';
import { bool, constant, define, type FunctionTable, int, ints, listOf, optional, real, shape, str } from './define.js';

/** An `int[n]` argument: one item stands for all. */
function spread(list: readonly Dim[], count: number, otherwise: Dim): readonly Dim[] {
  const only = list[0] ?? otherwise;
  return list.length === count ? list : Array.from({ length: count }, () => only);
}

/** Extent of a sliding window's result: floor((n + pads - dilation*(kernel-1) - 1) / stride) + 1. */
export function windows(n: Dim, kernel: Dim, stride: Dim, pads: Dim, dilation: Dim): Dim {
  const reach = dimAdd(dimMul(dilation, dimSub(kernel, 1)), 1);
  return dimAdd(dimFloorDiv(dimSub(dimAdd(n, pads), reach), stride), 1);
}

interface ConvShapes {
  readonly batch: readonly Dim[];
  readonly channels: Dim;
  readonly spatial: readonly Dim[];
}

/** Splits an input [N, C, ...] or [C, ...] by the weight's rank. */
function splitInput(input: readonly Dim[], weight: readonly Dim[]): ConvShapes {
  const axes = weight.length - 2;
  if (axes < 1) mismatch(`a convolution weight of rank ${weight.length}`);
  if (input.length !== axes + 1 && input.length !== axes + 2)
    mismatch(`a ${axes}-d convolution takes rank ${axes + 2} or ${axes + 1}, not ${input.length}`);
  const batch = input.slice(0, input.length - axes - 1);
  return { batch, channels: input[batch.length] ?? 1, spatial: input.slice(batch.length + 1) };
}

/** PyTorch refuses windows that do not fit even once. */
function requirePositive(env: ExprEnv, extent: Dim, n: Dim): Dim {
  if (dimRange(extent, env.ranges).max < 1) mismatch(`the kernel is larger than the padded input of ${dimKey(n)}`);
  env.assume?.(extent, 1);
  return extent;
}

function convShape(
  env: ExprEnv,
  input: readonly Dim[],
  weight: readonly Dim[],
  stride: readonly Dim[],
  padding: readonly Dim[],
  dilation: readonly Dim[],
  groups: Dim,
): Dim[] {
  const { batch, channels, spatial } = splitInput(input, weight);
  const wanted = dimMul(weight[1] ?? 1, groups);
  if (compare(env, 'eq', channels, wanted) === false)
    mismatch(`the weight takes ${dimKey(wanted)} channels, the input has ${dimKey(channels)}`);
  const s = spread(stride, spatial.length, 1);
  const p = spread(padding, spatial.length, 0);
  const d = spread(dilation, spatial.length, 1);
  const out = spatial.map((n, i) =>
    requirePositive(env, windows(n, weight[i + 2] ?? 1, s[i] ?? 1, dimMul(p[i] ?? 0, 2), d[i] ?? 1), n),
  );
  return [...batch, weight[0] ?? 1, ...out];
}

/** `padding` is 'valid' or 'same'; the latter keeps the extents (PyTorch allows it for stride 1 only). */
function convNamedShape(
  env: ExprEnv,
  input: readonly Dim[],
  weight: readonly Dim[],
  stride: readonly Dim[],
  padding: string,
  dilation: readonly Dim[],
  groups: Dim,
): Dim[] {
  if (padding === 'valid') return convShape(env, input, weight, stride, [0], dilation, groups);
  const { batch, spatial } = splitInput(input, weight);
  return [...batch, weight[0] ?? 1, ...spatial];
}

function convTransposeShape(
  env: ExprEnv,
  input: readonly Dim[],
  weight: readonly Dim[],
  stride: readonly Dim[],
  padding: readonly Dim[],
  outputPadding: readonly Dim[],
  dilation: readonly Dim[],
  groups: Dim,
): Dim[] {
  const { batch, channels, spatial } = splitInput(input, weight);
  if (compare(env, 'eq', channels, weight[0] ?? 1) === false)
    mismatch(`the weight takes ${dimKey(weight[0] ?? 1)} channels, the input has ${dimKey(channels)}`);
  const count = spatial.length;
  const [s, p] = [spread(stride, count, 1), spread(padding, count, 0)];
  const [o, d] = [spread(outputPadding, count, 0), spread(dilation, count, 1)];
  const out = spatial.map((n, i) => {
    const grown = dimMul(dimSub(n, 1), s[i] ?? 1);
    const kernel = dimMul(d[i] ?? 1, dimSub(weight[i + 2] ?? 1, 1));
    const inner = dimSub(dimAdd(grown, kernel), dimMul(p[i] ?? 0, 2));
    return dimAdd(dimAdd(inner, o[i] ?? 0), 1);
  });
  return [...batch, dimMul(weight[1] ?? 1, groups), ...out];
}

function poolShape(
  env: ExprEnv,
  input: readonly Dim[],
  axes: number,
  kernel: readonly Dim[],
  stride: readonly Dim[],
  padding: readonly Dim[],
  dilation: readonly Dim[],
  ceil: boolean,
): Dim[] {
  if (input.length < axes) mismatch(`pooling over ${axes} axes of a tensor of rank ${input.length}`);
  const k = spread(kernel, axes, 1);
  const s = stride.length === 0 ? k : spread(stride, axes, 1);
  const p = spread(padding, axes, 0);
  const d = spread(dilation, axes, 1);
  const lead = input.length - axes;
  return input.map((n, i) => {
    const at = i - lead;
    if (at < 0) return n;
    return requirePositive(env, poolExtent(env, n, k[at] ?? 1, s[at] ?? 1, p[at] ?? 0, d[at] ?? 1, ceil), n);
  });
}

/** With ceil_mode the last window must start inside the input or its left padding: (out - 1) * stride < n + pad. */
function poolExtent(env: ExprEnv, n: Dim, kernel: Dim, stride: Dim, pad: Dim, dilation: Dim, ceil: boolean): Dim {
  if (!ceil) return windows(n, kernel, stride, dimMul(pad, 2), dilation);
  const reach = dimMul(dilation, dimSub(kernel, 1));
  const rounded = dimAdd(dimSub(dimSub(dimMul(pad, 2), reach), 1), dimSub(stride, 1));
  const inside = dimSub(pad, 1);
  // Both bounds are floor((n + constant) / stride) + 1, so the smaller constant decides.
  const constant = compare(env, 'le', rounded, inside) === true ? rounded : inside;
  return dimAdd(dimFloorDiv(dimAdd(n, constant), stride), 1);
}

/** Sizes of an adaptive pool; none keeps the axis. */
function adaptiveShape(input: readonly Dim[], sizes: readonly (Dim | null)[], axes: number): Dim[] {
  const lead = input.length - axes;
  if (lead < 0) mismatch(`adaptive pooling over ${axes} axes of a tensor of rank ${input.length}`);
  return input.map((n, i) => (i < lead ? n : (sizes[sizes.length === 1 ? 0 : i - lead] ?? n)));
}

/** The longest axis for which a scale that is no power of two is checked against its exact quotient. */
const CHECKED_EXTENT = 16_384;

/**
 * floor(n * scale) as PyTorch computes it, in double precision; exact for dyadic scales, and for 1/m where no
 * extent up to CHECKED_EXTENT rounds differently. Otherwise unknown.
 */
export function scaledExtent(env: ExprEnv, n: Dim, scale: number): Dim {
  if (typeof n === 'number') return Math.floor(n * scale);
  for (let denominator = 1; denominator <= 1024; denominator *= 2) {
    const numerator = scale * denominator;
    if (Number.isInteger(numerator)) return dimFloorDiv(dimMul(n, numerator), denominator);
  }
  const inverse = Math.round(1 / scale);
  if (inverse > 1 && 1 / inverse === scale) {
    let exact = true;
    for (let i = 1; exact && i <= CHECKED_EXTENT; i++) exact = Math.floor(i * scale) === Math.floor(i / inverse);
    if (exact) return dimFloorDiv(n, inverse);
  }
  return env.fresh();
}

/** Sizes after resizing: given outright, or scaled; the leading batch and channel axes stay. */
function resizeShape(
  env: ExprEnv,
  input: readonly Dim[],
  sizes: readonly Dim[] | null,
  scales: readonly number[] | null,
): ExprValue {
  const axes = input.length - 2;
  if (axes < 1) mismatch(`resizing a tensor of rank ${input.length}`);
  const lead = input.slice(0, 2);
  if (sizes !== null && sizes.length > 0) return [...lead, ...spread(sizes, axes, 1)];
  if (scales === null || scales.length === 0) return mismatch('resizing needs a size or a scale');
  return [...lead, ...input.slice(2).map((n, i) => scaledExtent(env, n, scales[scales.length === 1 ? 0 : i] ?? 1))];
}

/** Pads come in pairs (before, after) from the last axis on; negative ones crop. */
function padShape(input: readonly Dim[], pads: readonly Dim[]): Dim[] {
  if (pads.length % 2 !== 0 || pads.length > 2 * input.length)
    mismatch(`${pads.length} pads for a tensor of rank ${input.length}`);
  return input.map((n, i) => {
    const at = 2 * (input.length - 1 - i);
    return at < pads.length ? dimAdd(dimAdd(n, pads[at] ?? 0), pads[at + 1] ?? 0) : n;
  });
}

/** unfold (im2col): [N, C*prod(kernel), windows]. */
function unfoldShape(
  input: readonly Dim[],
  kernel: readonly Dim[],
  dilation: readonly Dim[],
  padding: readonly Dim[],
  stride: readonly Dim[],
): Dim[] {
  const lead = input.length - 3;
  const [k, d, p, s] = [spread(kernel, 2, 1), spread(dilation, 2, 1), spread(padding, 2, 0), spread(stride, 2, 1)];
  const blocks = [0, 1].map((i) =>
    windows(input[lead + 1 + i] ?? 1, k[i] ?? 1, s[i] ?? 1, dimMul(p[i] ?? 0, 2), d[i] ?? 1),
  );
  const channels = dimMul(input[lead] ?? 1, dimMul(k[0] ?? 1, k[1] ?? 1));
  return [...input.slice(0, lead), channels, dimMul(blocks[0] ?? 1, blocks[1] ?? 1)];
}

export const CONV_FUNCTIONS: FunctionTable = {
  conv: define('shape of a convolution', [shape, shape, ints, ints, ints, int], convShape),
  conv_named: define(
    "shape of a convolution with padding 'same' or 'valid'",
    [shape, shape, ints, str, ints, int],
    convNamedShape,
  ),
  conv_transpose: define(
    'shape of a transposed convolution',
    [shape, shape, ints, ints, ints, ints, int],
    convTransposeShape,
  ),
  pool: define('shape of a pooling over the last n axes', [shape, constant, ints, ints, ints, ints, bool], poolShape),
  adaptive: define(
    'shape of an adaptive pooling over the last n axes',
    [shape, listOf(optional(int)), constant],
    (_, s, o, n) => adaptiveShape(s, o, n),
  ),
  resize: define(
    'shape after resizing to sizes or by scales',
    [shape, optional(ints), optional(listOf(real))],
    resizeShape,
  ),
  pad: define('shape after padding, pairs from the last axis on', [shape, ints], (_, s, pads) => padShape(s, pads)),
  unfold: define('shape of im2col', [shape, ints, ints, ints, ints], (_, s, k, d, p, t) => unfoldShape(s, k, d, p, t)),
  windows: define('windows along an axis', [int, int, int, int, int], (_, n, k, s, p, d) => windows(n, k, s, p, d)),
  scaled: define('floor(n * scale)', [int, real], scaledExtent),
};
