import type { InferRule, InferTable } from './context.js';
import { normalAxis } from './dims.js';
import { sameShape } from './elementwise.js';

const batchNorm: InferRule = (c) => {
  const channels = c.shape(3);
  return [{ shape: c.shape(0) }, { shape: channels }, { shape: channels }];
};

/** Mean and inverse deviation have the normalized axes as 1, in the type that the sums are made in. */
const layerNorm: InferRule = (c) => {
  const input = c.shape(0);
  const axis = input === undefined ? undefined : normalAxis(c.int('axis', -1), input.length);
  const statistics = axis === undefined ? undefined : input?.map((d, i) => (i < axis ? d : 1));
  const dtype = c.dtypeAttribute('stash_type') ?? 'float32';
  return [{ shape: input }, { dtype, shape: statistics }, { dtype, shape: statistics }];
};

/** A loss without reduction has one value a sample: labels' shape. */
const loss: InferRule = (c) => {
  const shape = c.string('reduction', 'mean') === 'none' ? c.shape(1) : [];
  return [{ shape }, { shape: c.shape(0) }];
};

export const NORMALIZATION: InferTable = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: sameShape,
  GroupNormalization: sameShape,
  NegativeLogLikelihoodLoss: loss,
  SoftmaxCrossEntropyLoss: loss,
};
