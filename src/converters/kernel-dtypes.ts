import type { DType } from '../ir/dtype.js';
import type { AttrInput } from '../onnx/attributes.js';
import type { AddOptions, OnnxBuilder } from '../onnx/builder.js';
import { letterOfDtype } from '../onnx/dtype-code.js';
import { paramAt } from '../onnx/infer/infer.js';
import { type OpSpec, opSpec } from '../onnx/op-spec.js';
import type { OnnxValue } from '../onnx/types.js';
import { KERNEL_TABLE } from './kernel-table.js';
import { castTo } from './one-output.js';

/**
 * Dtypes that hold every value of another, nearest first. float64 and int64 have none: where no kernel takes them, the
 * step is computed in a float dtype, which is exact for ints up to 2^53 (float64) or 2^24 (float32).
 */
const WIDER: Partial<Record<DType, readonly DType[]>> = {
  bool: ['uint8', 'int32', 'int64', 'float32'],
  uint8: ['int32', 'int64', 'float32'],
  int8: ['int32', 'int64', 'float32'],
  int16: ['int32', 'int64', 'float32'],
  int32: ['int64', 'float64', 'float32'],
  int64: ['float64', 'float32'],
  float16: ['float32'],
  bfloat16: ['float32'],
  float64: ['float32'],
};

/** Type letters that the CPU kernels of an operator take, by type variable; absent where they take all of ONNX's. */
type Kernels = ReadonlyMap<string, string>;

let table: Map<string, { since: number; kernels: Kernels }[]> | undefined;

function kernelsOf(op: string, opset: number): Kernels | undefined {
  if (table === undefined) {
    table = new Map();
    for (const line of KERNEL_TABLE) {
      const [name = '', since = '', ...words] = line.split(' ');
      const kernels = new Map(words.map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)] as const));
      const list = table.get(name);
      const entry = { since: Number(since), kernels };
      if (list === undefined) table.set(name, [entry]);
      else list.push(entry);
    }
  }
  return table.get(op)?.findLast((e) => e.since <= opset)?.kernels;
}

/** Whether a kernel runs on this dtype, or onnxruntime inserts casts by itself (float16). */
function runs(spec: OpSpec, kernels: Kernels | undefined, typeVar: string, dtype: DType): boolean {
  const letter = letterOfDtype(dtype);
  const allowed = spec.types.get(typeVar) ?? '*';
  if (allowed !== '*' && (letter === '' || !allowed.replace(/\[.\]/g, '').includes(letter))) return false;
  const letters = kernels?.get(typeVar);
  const taken = dtype === 'float16' && letters?.endsWith('!') !== true ? undefined : letters;
  return taken === undefined || taken.includes(letter);
}

/**
 * Adds a node like `builder.add`. Where ONNX or onnxruntime's CPU kernels lack the operands' dtype, the operands are
 * cast to a wider one and the results back, so that recipes need not know which kernels there are.
 */
export function addNode(
  builder: OnnxBuilder,
  op: string,
  inputs: readonly (OnnxValue | null)[],
  attributes: Readonly<Record<string, AttrInput>> = {},
  options: AddOptions = {},
): OnnxValue[] {
  // The kernels of other domains are not in the table.
  const spec = (options.domain ?? '') === '' ? opSpec(op, builder.opset) : undefined;
  if (spec === undefined) return builder.add(op, inputs, attributes, options);
  const reduces = attributes.reduction !== undefined && attributes.reduction !== 'none';
  const widened = widenedTypes(spec, kernelsOf(reduces ? `${op}+reduction` : op, builder.opset), inputs);
  if (widened.size === 0) return builder.add(op, inputs, attributes, options);
  const operands = inputs.map((v, i) => {
    const to = v === null ? undefined : widened.get(paramAt(spec.inputs, i)?.typeVar ?? '')?.to;
    return v === null || to === undefined ? v : castTo(builder, v, to);
  });
  return builder.add(op, operands, attributes, options).map((v, i) => {
    const typeVar = paramAt(spec.outputs, i)?.typeVar ?? '';
    const back = widened.get(typeVar);
    return back === undefined || v.dtype !== back.to ? v : castTo(builder, v, back.from);
  });
}

function widenedTypes(
  spec: OpSpec,
  kernels: Kernels | undefined,
  inputs: readonly (OnnxValue | null)[],
): Map<string, { from: DType; to: DType }> {
  const widened = new Map<string, { from: DType; to: DType }>();
  inputs.forEach((v, i) => {
    const typeVar = paramAt(spec.inputs, i)?.typeVar ?? '';
    if (v === null || v.sequence || typeVar === '' || widened.has(typeVar)) return;
    if (runs(spec, kernels, typeVar, v.dtype)) return;
    const to = WIDER[v.dtype]?.find((d) => runs(spec, kernels, typeVar, d));
    if (to !== undefined) widened.set(typeVar, { from: v.dtype, to });
  });
  return widened;
}
