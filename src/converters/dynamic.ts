import { defineConverter } from './define-converter.js';

/** Scalars put together to a shape: one 1-d tensor. */
const concat = defineConverter({
  ops: ['trt::shape_concat'],
  convert: (ctx) => {
    const axis = ctx.ints1d([0]);
    const dtype = ctx.resultDtype();
    const parts = ctx.node.inputs.map((v) => ctx.add('Unsqueeze', [ctx.scope.tensorOf(v, dtype), axis]));
    return ctx.add('Concat', parts, { axis: 0 });
  },
});

export const DYNAMIC = [concat];
