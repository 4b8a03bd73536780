import { fail } from '../diagnostics/diagnostic.js';
import { letterOfDtype } from './dtype-code.js';
import { paramAt } from './infer/infer.js';
import type { OpSpec } from './op-spec.js';
import type { OnnxAttribute, OnnxGraph, OnnxValue } from './types.js';

/** Checks the operands of a call against the signature. Errors: `internal`. */
export function checkCall(spec: OpSpec, inputs: readonly (OnnxValue | null)[], outputs: number): void {
  const what = `ONNX ${spec.op} (since opset ${spec.since})`;
  if (inputs.length < spec.minInputs || inputs.length > spec.maxInputs) {
    const range = spec.minInputs === spec.maxInputs ? `${spec.minInputs}` : `${spec.minInputs} to ${spec.maxInputs}`;
    fail('internal', `${what} takes ${range} inputs, not ${inputs.length}`);
  }
  if (outputs < spec.minOutputs || outputs > spec.maxOutputs) {
    fail('internal', `${what} has ${spec.minOutputs} to ${spec.maxOutputs} outputs, not ${outputs}`);
  }
  const bound = new Map<string, OnnxValue>();
  inputs.forEach((v, i) => {
    const param = paramAt(spec.inputs, i);
    if (param === undefined) return;
    if (v === null) {
      if (!param.optional && !param.variadic) fail('internal', `${what} needs its input ${param.name}`);
      return;
    }
    if (param.typeVar === '') {
      if (param.dtype !== undefined && v.dtype !== param.dtype) wrongDtype(what, param.name, v, param.dtype);
      return;
    }
    const letters = spec.types.get(param.typeVar) ?? '*';
    if (letters !== '*' && !allows(letters, v)) wrongDtype(what, param.name, v, 'one of its types');
    if (param.variadic && !param.homogeneous) return;
    const first = bound.get(param.typeVar);
    if (first === undefined) bound.set(param.typeVar, v);
    else if (first.dtype !== v.dtype) wrongDtype(what, param.name, v, `${first.dtype} as ${first.name}`);
  });
  // The signature's constraints do not tie a sequence to what is put into it.
  const [sequence, item] = inputs;
  if (spec.op === 'SequenceInsert' && sequence != null && item != null && sequence.dtype !== item.dtype)
    wrongDtype(what, 'tensor', item, `${sequence.dtype} as the items of ${sequence.name}`);
}

/** Whether a constraint's letters (`fd8`, `[f][d]`) hold the value's type. */
function allows(letters: string, v: OnnxValue): boolean {
  const letter = letterOfDtype(v.dtype);
  if (v.sequence) return letters.includes(`[${letter}]`);
  return letter !== '' && letters.replace(/\[.\]/g, '').includes(letter);
}

function wrongDtype(what: string, input: string, v: OnnxValue, wanted: string): never {
  fail('internal', `${what}: its input ${input} is ${v.sequence ? 'a sequence of ' : ''}${v.dtype}, not ${wanted}`);
}

/** The number of outputs that a call has when the caller does not say. */
export function resultCount(
  op: string,
  attributes: ReadonlyMap<string, OnnxAttribute>,
  spec: OpSpec | undefined,
): number {
  const body = (name: string): OnnxGraph | undefined => {
    const a = attributes.get(name);
    return a?.kind === 'graph' ? a.value : undefined;
  };
  if (op === 'If') return body('then_branch')?.outputs.length ?? 1;
  // A loop's body has one more output than the loop: the condition.
  if (op === 'Loop') return (body('body')?.outputs.length ?? 2) - 1;
  if (op === 'Scan') return body('body')?.outputs.length ?? 1;
  const parts = attributes.get('num_outputs');
  if (op === 'Split' && parts?.kind === 'int') return Number(parts.value);
  return Math.max(spec?.minOutputs ?? 1, 1);
}
