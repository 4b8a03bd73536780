import { type Dim, dimSymbols, isUnknownSymbol } from '../ir/dim.js';
import { tensorFromNumbers } from '../ir/half.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

/** The kind of interpolation that an operator's name says, e.g. `bilinear` of aten::_upsample_bilinear2d_aa.vec. */
function kindOf(op: string): {
  mode: 'nearest' | 'linear' | 'cubic';
  exact: boolean;
  antialias: boolean;
  axes: number;
} {
  const m = /upsample_(nearest_exact|nearest|linear|bilinear|trilinear|bicubic)(\d)d(_aa)?/.exec(op);
  const name = m?.[1] ?? 'nearest';
  return {
    mode: name.startsWith('nearest') ? 'nearest' : name === 'bicubic' ? 'cubic' : 'linear',
    exact: name === 'nearest_exact' || op.includes('_nearest_exact'),
    antialias: m?.[3] !== undefined,
    axes: Number(m?.[2] ?? 2),
  };
}

/**
 * Resize attributes for PyTorch's coordinates (ATen/native/UpSample.h): `nearest` takes floor(x / scale), `nearest-exact`
 * and the linear and cubic kinds are centred on half pixels unless `align_corners`; cubic uses a = -0.75, or -0.5 with antialias.
 */
function attributes(kind: ReturnType<typeof kindOf>, alignCorners: boolean): Record<string, string | number> {
  if (kind.mode === 'nearest') {
    return kind.exact
      ? { mode: 'nearest', coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' }
      : { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  }
  const base = { mode: kind.mode, coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel' };
  const cubic = kind.mode === 'cubic' ? { ...base, cubic_coeff_a: kind.antialias ? -0.5 : -0.75 } : base;
  // Antialiasing leaves what is outside the image out, and weighs the rest anew.
  return kind.antialias ? { ...cubic, antialias: 1, exclude_outside: 1 } : cubic;
}

/** Scale factors that the call gives, one for each spatial axis; undefined where sizes decide. */
function scalesOf(ctx: ConvertContext, axes: number): number[] | undefined {
  const names = ctx.schema.signature.args.map((a) => a.name);
  if (names.includes('scale_factors')) {
    if (!ctx.has('scale_factors')) return undefined;
    const given = ctx.ints('scale_factors');
    return given.length === 1 ? Array.from({ length: axes }, () => given[0] as number) : given;
  }
  const each = names.filter((n) => n === 'scales' || n.startsWith('scales_'));
  const given = each.flatMap((n) => (ctx.has(n) ? [ctx.float(n)] : []));
  return given.length === axes ? given : undefined;
}

function resize(ctx: ConvertContext, self: OnnxValue, sizes: OnnxValue | undefined): OnnxValue {
  const kind = kindOf(ctx.node.op);
  const names = ctx.schema.signature.args.map((a) => a.name);
  const align = names.includes('align_corners') && ctx.bool('align_corners');
  const attrs = attributes(kind, align);
  // An align_corners mapping depends on the sizes alone.
  const scales = align ? undefined : scalesOf(ctx, kind.axes);
  if (scales !== undefined) {
    const all = ctx.builder.constant(floats([1, 1, ...scales]));
    return cropped(ctx, self, scales, ctx.add('Resize', [self, null, all], attrs));
  }
  const shape = ctx.resultShape();
  if (align && kind.antialias) return separable(ctx, self, kind.mode === 'cubic', shape);
  const given = scalesOf(ctx, kind.axes);
  const known = shape.every((d) => ![...dimSymbols(d)].some(isUnknownSymbol));
  const target = sizes ?? (known || given === undefined ? ctx.shapeTensor(shape) : scaledSizes(ctx, self, given));
  return ctx.add('Resize', [self, null, null, target], attrs);
}

/** Constant sizes of a call hold for images of any size, whose places the scales alone decide. */
function cropped(ctx: ConvertContext, self: OnnxValue, scales: readonly number[], resized: OnnxValue): OnnxValue {
  const axes = ctx.resultShape().flatMap((size, i) => {
    const from = self.shape?.[i];
    const scaled = typeof from === 'number' && Math.floor(from * (scales[i - 2] ?? 1)) === size;
    return typeof size === 'number' && !scaled ? [{ i, size }] : [];
  });
  if (axes.length === 0) return resized;
  const starts = ctx.ints1d(axes.map(() => 0));
  return ctx.add('Slice', [resized, starts, ctx.ints1d(axes.map((a) => a.size)), ctx.ints1d(axes.map((a) => a.i))]);
}

/** Sizes of an image scaled by factors at run time: rounded down, as PyTorch does in float64. */
function scaledSizes(ctx: ConvertContext, self: OnnxValue, scales: readonly number[]): OnnxValue {
  const shape = ctx.add('Shape', [self]);
  const factors = ctx.builder.constant(tensorFromNumbers('float64', [1, 1, ...scales]));
  return ctx.cast(ctx.add('Floor', [ctx.add('Mul', [ctx.cast(shape, 'float64'), factors])]), 'int64');
}

/** The triangle and the cubic with a = -0.5 of antialiased resizing (ATen/native/cpu/UpSampleKernel.cpp). */
function filter(x: number, cubic: boolean): number {
  const t = Math.abs(x);
  if (!cubic) return Math.max(0, 1 - t);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

/** Weights [out, in] of one axis, antialiased, corners aligned. */
function axisWeights(size: number, out: number, cubic: boolean): number[] {
  const scale = out > 1 ? (size - 1) / (out - 1) : 0;
  const reach = (cubic ? 2 : 1) * Math.max(scale, 1);
  return Array.from({ length: out }, (_, i) => {
    const center = scale * (i + 0.5);
    const from = Math.trunc(Math.max(center - reach + 0.5, 0));
    const to = Math.min(Math.trunc(center + reach + 0.5), size);
    const row = Array.from({ length: size }, (_, j) =>
      j >= from && j < to ? filter((j - center + 0.5) / Math.max(scale, 1), cubic) : 0,
    );
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((w) => w / total);
  }).flat();
}

/** Antialiased resizing with aligned corners, which ONNX computes otherwise: two products with constant matrices. */
function separable(ctx: ConvertContext, self: OnnxValue, cubic: boolean, shape: readonly Dim[]): OnnxValue {
  const [h, w] = (self.shape ?? []).slice(-2);
  const [oh, ow] = shape.slice(-2);
  if (typeof h !== 'number' || typeof w !== 'number' || typeof oh !== 'number' || typeof ow !== 'number') {
    return ctx.fail('needs-constant', 'antialiased resizing with align_corners needs static sizes');
  }
  const matrix = (size: number, out: number): OnnxValue =>
    ctx.builder.constant(tensorFromNumbers(self.dtype, axisWeights(size, out, cubic), [out, size]));
  const rows = ctx.add('MatMul', [matrix(h, oh), self]);
  return ctx.add('MatMul', [rows, ctx.add('Transpose', [matrix(w, ow)], { perm: [1, 0] })]);
}

function floats(values: readonly number[]) {
  return tensorFromNumbers('float32', values);
}

const FAMILIES = [
  'upsample_nearest1d',
  'upsample_nearest2d',
  'upsample_nearest3d',
  '_upsample_nearest_exact1d',
  '_upsample_nearest_exact2d',
  '_upsample_nearest_exact3d',
  'upsample_linear1d',
  'upsample_bilinear2d',
  'upsample_trilinear3d',
  'upsample_bicubic2d',
  '_upsample_bilinear2d_aa',
  '_upsample_bicubic2d_aa',
];

const upsample = defineConverter({
  ops: FAMILIES.flatMap((f) => [`aten::${f}`, `aten::${f}.vec`]),
  emits: [['Resize', 'Slice', 'Shape', 'Mul', 'Floor', 'Cast', 'MatMul', 'Transpose', 'Round', 'Clip']],
  convert: (ctx) => {
    const name = ctx.schema.signature.args[0]?.name ?? 'self';
    const dtype = ctx.dtype(name);
    const self = ctx.tensor(name);
    // Integer images are resized as floats, as PyTorch's uint8 kernels round them.
    if (dtype !== 'uint8') return resize(ctx, self, undefined);
    const kind = kindOf(ctx.node.op);
    if (kind.mode === 'nearest') return resize(ctx, self, undefined);
    const big = resize(ctx, ctx.cast(self, 'float32'), undefined);
    const clipped = ctx.add('Clip', [
      ctx.add('Round', [big]),
      ctx.builder.scalar(0, 'float32'),
      ctx.builder.scalar(255, 'float32'),
    ]);
    return ctx.cast(clipped, 'uint8');
  },
});

export const INTERPOLATE = [upsample];
