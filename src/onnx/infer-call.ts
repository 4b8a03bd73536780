import type { Call } from './call.js';
import { InferContext, type InferredType } from './infer/context.js';
import { sameKnownShape } from './infer/elementwise.js';
import { inferOutputs } from './infer/infer.js';
import type { SymbolTable } from './infer/symbols.js';
import type { OpSpec } from './op-spec.js';
import type { OnnxGraph } from './types.js';

/**
 * Types of a call's outputs. Drops `ceil_mode` from a pool where rounding up adds no window: ONNX's own inference counts
 * a last window that lies in the padding, which no runtime computes.
 */
export function inferCall(
  op: string,
  opset: number,
  spec: OpSpec | undefined,
  call: Call,
  count: number,
  symbols: SymbolTable,
  bodies: (graph: OnnxGraph) => SymbolTable | undefined,
): InferredType[] {
  if (spec === undefined) return new Array<InferredType>(count).fill({});
  const inputs = call.inputs.map((v) => v ?? undefined);
  const infer = (attributes: Call['attributes']): InferredType[] =>
    inferOutputs(new InferContext(op, opset, inputs, attributes, spec, count, symbols, bodies), spec);
  const types = infer(call.attributes);
  if (call.attributes.has('ceil_mode')) {
    const plain = new Map(call.attributes);
    plain.delete('ceil_mode');
    if (sameKnownShape(infer(plain)[0]?.shape, types[0]?.shape)) call.attributes.delete('ceil_mode');
  }
  return types;
}
