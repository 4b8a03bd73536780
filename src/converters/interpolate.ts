import type { Dim } from '../ir/dim.js';
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
    return ctx.add('Resize', [self, null, all], attrs);
  }
  const target = sizes ?? ctx.shapeTensor(ctx.resultShape());
  return ctx.add('Resize', [self, null, null, target], attrs);
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

/** Extents of an image by a run-time tensor of the spatial sizes: [N, C] of the input, then the sizes. */
export function spatialSizes(ctx: ConvertContext, self: OnnxValue, shape: readonly Dim[], sizes: OnnxValue): OnnxValue {
  const lead = shape.slice(0, 2);
  const head = lead.every((d) => typeof d === 'number')
    ? ctx.ints1d(lead as readonly number[])
    : ctx.add('Slice', [ctx.add('Shape', [self]), ctx.ints1d([0]), ctx.ints1d([2]), ctx.ints1d([0])]);
  return ctx.add('Concat', [head, ctx.cast(sizes, 'int64')], { axis: 0 });
}

export const INTERPOLATE = [upsample];
