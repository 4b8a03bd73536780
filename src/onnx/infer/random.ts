import type { InferRule, InferTable } from './context.js';

const byAttribute: InferRule = (c) => [{ dtype: c.dtypeAttribute('dtype') ?? 'float32', shape: c.ints('shape') }];

const like: InferRule = (c) => [{ dtype: c.dtypeAttribute('dtype') ?? c.dtype(0), shape: c.shape(0) }];

const multinomial: InferRule = (c) => [
  { dtype: c.dtypeAttribute('dtype') ?? 'int32', shape: [c.shape(0)?.[0] ?? c.fresh(), c.int('sample_size', 1)] },
];

export const RANDOM: InferTable = {
  RandomNormal: byAttribute,
  RandomUniform: byAttribute,
  RandomNormalLike: like,
  RandomUniformLike: like,
  Bernoulli: like,
  Multinomial: multinomial,
};
