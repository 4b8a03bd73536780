import { dimKey } from '../ir/dim.js';
import { attributesKey } from './attributes.js';
import { BuiltValue } from './built-value.js';
import { isImpure } from './impure.js';
import type { InferredType } from './infer/context.js';
import type { OpSpec } from './op-spec.js';
import type { OnnxAttribute, OnnxValue } from './types.js';

/** Operands and attributes of a node that is about to be added. */
export interface Call {
  readonly inputs: (OnnxValue | null)[];
  readonly attributes: Map<string, OnnxAttribute>;
}

/** Text that is equal for calls of equal results; undefined for a call that is never shared. */
export function callKey(
  op: string,
  domain: string,
  spec: OpSpec | undefined,
  call: Call,
  count: number,
): string | undefined {
  if (domain === '' && isImpure(op)) return undefined;
  const attributes = attributesKey(call.attributes, spec);
  if (attributes === undefined) return undefined;
  const inputs = call.inputs.map((v) => (v instanceof BuiltValue ? v.id : (v?.name ?? '')));
  return JSON.stringify([domain, op, count, inputs]) + attributes;
}

/** Text that is equal for equal tracked tensors; undefined when nothing is tracked. */
export function extentsKey(type: InferredType): string | undefined {
  const { dtype, shape, elements } = type;
  if (elements === undefined || shape === undefined || shape.length > 1 || dtype === undefined) return undefined;
  return `${dtype}${shape.length}:${elements.map(dimKey).join(',')}`;
}
