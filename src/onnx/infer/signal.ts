import { type Dim, dimAdd, dimFloorDiv, dimSub } from '../../ir/dim.js';
import type { InferRule, InferTable } from './context.js';
import { normalAxis } from './dims.js';

/** Bins of a one-sided transform of `n` samples. */
function oneSided(n: Dim): Dim {
  return dimAdd(dimFloorDiv(n, 2), 1);
}

const dft: InferRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return [{}];
  // The axis is an attribute before opset 20, an input since.
  const given = c.opset >= 20 ? (c.has(2) ? c.constantInts(2)?.[0] : -2) : c.int('axis', 1);
  const axis = given === undefined ? undefined : normalAxis(given, x.length);
  const half = c.int('onesided') !== 0;
  const inverse = c.int('inverse') !== 0;
  if (axis === undefined) return [{ shape: c.freshShape(x.length) }];
  const length = c.has(1) ? (c.elements(1)?.[0] ?? c.fresh()) : x[axis];
  const bins = half && inverse ? c.fresh() : half ? oneSided(length ?? c.fresh()) : length;
  const last = half && inverse ? c.fresh() : 2;
  return [{ shape: x.map((d, i) => (i === axis ? (bins ?? c.fresh()) : i === x.length - 1 ? last : d)) }];
};

const stft: InferRule = (c) => {
  const signal = c.shape(0);
  const samples = signal?.[1] ?? c.fresh();
  const step = c.elements(1)?.[0];
  const frame = c.has(3) ? c.elements(3)?.[0] : c.has(2) ? c.shape(2)?.[0] : samples;
  const counted = step !== undefined && frame !== undefined && c.symbols.min(step) > 0;
  const frames = counted ? dimAdd(dimFloorDiv(dimSub(samples, frame), step), 1) : c.fresh();
  const bins = frame === undefined ? c.fresh() : c.int('onesided', 1) !== 0 ? oneSided(frame) : frame;
  return [{ shape: [signal?.[0] ?? c.fresh(), frames, bins, 2] }];
};

const window: InferRule = (c) => [
  { dtype: c.dtypeAttribute('output_datatype') ?? 'float32', shape: [c.elements(0)?.[0] ?? c.fresh()] },
];

const melWeights: InferRule = (c) => {
  const bins = c.elements(0)?.[0] ?? c.fresh();
  const length = c.elements(1)?.[0];
  return [
    {
      dtype: c.dtypeAttribute('output_datatype') ?? 'float32',
      shape: [length === undefined ? c.fresh() : oneSided(length), bins],
    },
  ];
};

export const SIGNAL: InferTable = {
  DFT: dft,
  STFT: stft,
  HannWindow: window,
  HammingWindow: window,
  BlackmanWindow: window,
  MelWeightMatrix: melWeights,
};
