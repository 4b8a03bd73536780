import { type Dim, dimFloorDiv, dimMul } from '../../ir/dim.js';
import type { InferRule, InferTable } from './context.js';
import { normalAxes } from './dims.js';

const resize: InferRule = (c) => {
  const input = c.shape(0);
  if (input === undefined) return [{}];
  const axes = normalAxes(c.ints('axes') ?? input.map((_, i) => i), input.length);
  if (axes === undefined) return [{ shape: c.freshShape(input.length) }];
  const scales = c.constantNumbers(2);
  const sizes = c.elements(3);
  const stretched = c.string('keep_aspect_ratio_policy', 'stretch') === 'stretch';
  const cropped = c.string('coordinate_transformation_mode') === 'tf_crop_and_resize';
  const shape = input.map((d, axis): Dim => {
    const k = axes.indexOf(axis);
    if (k < 0) return d;
    if (c.has(3)) return (stretched ? sizes?.[k] : undefined) ?? c.fresh();
    const scale = scales?.[k];
    return scale === undefined || cropped ? c.fresh() : (scaled(d, scale) ?? c.fresh());
  });
  return [{ shape }];
};

/** floor(d * scale) for a scale that is a whole number or one over a power of two, which float arithmetic keeps exact. */
function scaled(d: Dim, scale: number): Dim | undefined {
  if (typeof d === 'number') return Math.floor(Math.fround(d * Math.fround(scale)));
  if (Number.isInteger(scale) && scale > 0) return dimMul(d, scale);
  const divisor = 1 / scale;
  return Number.isInteger(divisor) && Number.isInteger(Math.log2(divisor)) ? dimFloorDiv(d, divisor) : undefined;
}

const gridSample: InferRule = (c) => {
  const x = c.shape(0);
  const grid = c.shape(1);
  if (grid === undefined) return [{}];
  return [{ shape: [x?.[0] ?? grid[0] ?? c.fresh(), x?.[1] ?? c.fresh(), ...grid.slice(1, -1)] }];
};

const affineGrid: InferRule = (c) => {
  const rank = c.shape(1)?.[0];
  if (typeof rank !== 'number') return [{}];
  const size = c.elements(1) ?? c.freshShape(rank);
  return [{ shape: [size[0] ?? c.fresh(), ...size.slice(2), rank - 2] }];
};

const roiAlign: InferRule = (c) => [
  {
    shape: [
      c.shape(1)?.[0] ?? c.fresh(),
      c.shape(0)?.[1] ?? c.fresh(),
      c.int('output_height', 1),
      c.int('output_width', 1),
    ],
  },
];

const depthToSpace: InferRule = (c) => {
  const x = c.shape(0);
  const b = c.int('blocksize', 1);
  if (x?.length !== 4) return [{ shape: c.freshShape(4) }];
  const [n = 1, channels = 1, h = 1, w = 1] = x;
  return [{ shape: [n, dimFloorDiv(channels, b * b), dimMul(h, b), dimMul(w, b)] }];
};

const spaceToDepth: InferRule = (c) => {
  const x = c.shape(0);
  const b = c.int('blocksize', 1);
  if (x?.length !== 4) return [{ shape: c.freshShape(4) }];
  const [n = 1, channels = 1, h = 1, w = 1] = x;
  return [{ shape: [n, dimMul(channels, b * b), dimFloorDiv(h, b), dimFloorDiv(w, b)] }];
};

const centerCropPad: InferRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return [{}];
  const axes = normalAxes(c.ints('axes') ?? x.map((_, i) => i), x.length);
  const target = c.elements(1);
  if (axes === undefined) return [{ shape: c.freshShape(x.length) }];
  return [{ shape: x.map((d, i) => (axes.includes(i) ? (target?.[axes.indexOf(i)] ?? c.fresh()) : d)) }];
};

/** Selected boxes: [number, (batch, class, box)]. */
const nonMaxSuppression: InferRule = (c) => [{ dtype: 'int64', shape: [c.fresh(), 3] }];

export const IMAGE: InferTable = {
  Resize: resize,
  GridSample: gridSample,
  AffineGrid: affineGrid,
  RoiAlign: roiAlign,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  CenterCropPad: centerCropPad,
  NonMaxSuppression: nonMaxSuppression,
};
