import type { AttrInput } from './attributes.js';
import type { OpSpec } from './op-spec.js';
import type { OnnxValue } from './types.js';

/** A call of `add` before it is checked. */
export interface OpCall {
  inputs: (OnnxValue | null)[];
  attributes: Record<string, AttrInput>;
}

/**
 * Some operators take `axes` (or `split`) as an attribute at one opset and as an input at another. Both ways of writing
 * are accepted at every opset: this moves the axes to where the signature has them. A constant input becomes an
 * attribute where `constants` tells its elements.
 */
export function adaptToOpset(
  original: OpCall,
  spec: OpSpec,
  outputs: number,
  makeInts: (values: readonly number[]) => OnnxValue,
  constants: (value: OnnxValue) => readonly number[] | undefined,
): OpCall {
  const call = spec.op === 'Split' ? equalSplit(original, spec, outputs) : original;
  for (const name of ['axes', 'split']) {
    const given = call.attributes[name];
    const at = spec.inputs.findIndex((p) => p.name === name);
    if (given !== undefined && at >= 0 && !spec.attributes.has(name) && isNumberList(given)) {
      const inputs = [...call.inputs];
      while (inputs.length < at) inputs.push(null);
      inputs[at] = makeInts(given);
      const { [name]: _, ...attributes } = call.attributes;
      return { inputs, attributes };
    }
    // The attribute form has only the data as input.
    const operand = call.inputs[1];
    if (spec.attributes.has(name) && at < 0 && spec.maxInputs === 1 && call.inputs.length === 2) {
      if (operand === null || operand === undefined) return { ...call, inputs: call.inputs.slice(0, 1) };
      const values = constants(operand);
      if (values === undefined) return call;
      return { inputs: call.inputs.slice(0, 1), attributes: { ...call.attributes, [name]: values } };
    }
  }
  return call;
}

/** An equal Split says how many pieces it makes from opset 18 on; before, the number of outputs says it. */
function equalSplit(call: OpCall, spec: OpSpec, outputs: number): OpCall {
  const { num_outputs, ...attributes } = call.attributes;
  const sized = attributes.split !== undefined || (call.inputs[1] ?? null) !== null;
  if (!spec.attributes.has('num_outputs') || sized) return { ...call, attributes };
  return { ...call, attributes: { ...attributes, num_outputs: num_outputs ?? outputs } };
}

function isNumberList(value: AttrInput): value is readonly number[] {
  return Array.isArray(value) && value.every((v) => typeof v === 'number');
}
