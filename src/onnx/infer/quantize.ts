import type { InferRule, InferTable } from './context.js';

const quantize: InferRule = (c) => [
  { dtype: c.dtype(2) ?? c.dtypeAttribute('output_dtype') ?? 'uint8', shape: c.shape(0) },
];

const dequantize: InferRule = (c) => [{ dtype: c.dtype(1) ?? 'float32', shape: c.shape(0) }];

const dynamicQuantize: InferRule = (c) => [
  { dtype: 'uint8', shape: c.shape(0) },
  { dtype: 'float32', shape: [] },
  { dtype: 'uint8', shape: [] },
];

export const QUANTIZE: InferTable = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
};
