import type { DType } from '../ir/dtype.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';

/** Adds a node of one output. */
export function addOne(
  builder: OnnxBuilder,
  op: string,
  inputs: Parameters<OnnxBuilder['add']>[1],
  attributes?: Parameters<OnnxBuilder['add']>[2],
): OnnxValue {
  const [out] = builder.add(op, inputs, attributes);
  if (out === undefined) throw new Error(`${op} without output`);
  return out;
}

/** The tensor in this dtype: itself, or behind a Cast. */
export function castTo(builder: OnnxBuilder, v: OnnxValue, dtype: DType): OnnxValue {
  return v.dtype === dtype ? v : addOne(builder, 'Cast', [v], { to: dtype });
}

/** A 1-d tensor of 0-d ones, in order. */
export function stackScalars(builder: OnnxBuilder, parts: readonly OnnxValue[]): OnnxValue {
  const axis = builder.ints([0]);
  const rows = parts.map((p) => addOne(builder, 'Unsqueeze', [p, axis]));
  return addOne(builder, 'Concat', rows, { axis: 0 });
}
