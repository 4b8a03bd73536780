import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';
import { defineConverter } from './define-converter.js';

function spread(values: readonly number[], n: number): number[] {
  return values.length === 1 ? Array.from({ length: n }, () => values[0] as number) : [...values];
}

/** What the overloads of convolution have in common. */
interface ConvArguments {
  readonly transposed: boolean;
  readonly strides: number[];
  readonly dilations: number[];
  /** ONNX order: begins, then ends. */
  readonly pads: number[];
  readonly outputPadding: number[];
}

/** `same` pads dilation * (kernel - 1) in all, the odd element at the end (torch/nn/modules/conv.py). */
function pads(ctx: ConvertContext, kernel: readonly number[], dilations: readonly number[]): number[] {
  const padding = ctx.expr('padding');
  if (typeof padding !== 'string') {
    const p = spread(ctx.ints('padding'), kernel.length);
    return [...p, ...p];
  }
  if (padding === 'valid') return [...kernel, ...kernel].map(() => 0);
  if (padding !== 'same') return ctx.fail('unsupported-argument', `padding '${padding}' of ${ctx.node.op}`);
  const total = kernel.map((k, i) => (dilations[i] as number) * (k - 1));
  const begin = total.map((t) => Math.floor(t / 2));
  return [...begin, ...total.map((t, i) => t - (begin[i] as number))];
}

function read(ctx: ConvertContext, kernel: readonly number[]): ConvArguments {
  const n = kernel.length;
  const names = ctx.schema.signature.args.map((a) => a.name);
  const dilations = spread(ctx.ints('dilation'), n);
  return {
    transposed: names.includes('transposed') ? ctx.bool('transposed') : ctx.node.op.includes('transpose'),
    strides: spread(ctx.ints('stride'), n),
    dilations,
    pads: pads(ctx, kernel, dilations),
    outputPadding: names.includes('output_padding') ? spread(ctx.ints('output_padding'), n) : kernel.map(() => 0),
  };
}

/** Convolutions that no recipe covers: unbatched inputs and padding by name. */
const convolution = defineConverter({
  ops: [
    ...[1, 2, 3].flatMap((n) => [`aten::conv${n}d`, `aten::conv${n}d.padding`]),
    'aten::conv_transpose1d',
    'aten::conv_transpose2d.input',
    'aten::conv_transpose3d.input',
    'aten::convolution',
    'aten::_convolution',
    'aten::_convolution_mode',
  ],
  convert: (ctx) => {
    const kernel = ctx
      .shape('weight')
      .slice(2)
      .map((d) =>
        typeof d === 'number'
          ? d
          : ctx.fail('needs-constant', 'the kernel size of a convolution is known only at run time'),
      );
    const args = read(ctx, kernel);
    const unbatched = ctx.rank('input') === kernel.length + 1;
    const axis = ctx.ints1d([0]);
    const x = unbatched ? ctx.add('Unsqueeze', [ctx.tensor('input'), axis]) : ctx.tensor('input');
    const common = {
      kernel_shape: kernel,
      strides: args.strides,
      dilations: args.dilations,
      pads: args.pads,
      group: ctx.int('groups'),
    };
    const operands: (OnnxValue | null)[] = [x, ctx.tensor('weight'), ctx.optionalTensor('bias')];
    const y = args.transposed
      ? ctx.add('ConvTranspose', operands, { ...common, output_padding: args.outputPadding })
      : ctx.add('Conv', operands, common);
    return unbatched ? ctx.add('Squeeze', [y, axis]) : y;
  },
});

export const CONVOLUTIONS = [convolution];
