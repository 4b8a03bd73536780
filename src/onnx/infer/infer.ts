import { MAX_TRACKED_ELEMENTS } from '../../ir/content.js';
import type { DType } from '../../ir/dtype.js';
import type { OpParam, OpSpec } from '../op-spec.js';
import type { OnnxValue } from '../types.js';
import type { InferContext, InferredType, InferTable } from './context.js';
import { CONTROL } from './control.js';
import { CONVOLUTIONS } from './conv.js';
import { ELEMENTWISE } from './elementwise.js';
import { IMAGE } from './image.js';
import { INDEX_OPS } from './index-ops.js';
import { LINEAR } from './linear.js';
import { NORMALIZATION } from './normalization.js';
import { QUANTIZE } from './quantize.js';
import { RANDOM } from './random.js';
import { RECURRENT } from './recurrent.js';
import { REDUCTIONS } from './reduce.js';
import { SEQUENCES } from './sequence.js';
import { SHAPE_OPS } from './shape-ops.js';
import { SIGNAL } from './signal.js';

const TABLES: readonly InferTable[] = [
  ELEMENTWISE,
  SHAPE_OPS,
  INDEX_OPS,
  CONVOLUTIONS,
  REDUCTIONS,
  LINEAR,
  NORMALIZATION,
  RECURRENT,
  IMAGE,
  RANDOM,
  QUANTIZE,
  SIGNAL,
  SEQUENCES,
  CONTROL,
];

const RULES: InferTable = Object.assign({}, ...TABLES);

/**
 * Types of a node's outputs: dtypes by the operator's signature where the rule does not tell, shapes and elements by the
 * rule of its family. What cannot be told is absent.
 */
export function inferOutputs(c: InferContext, spec: OpSpec | undefined): InferredType[] {
  // Operators of other domains share names with ONNX's, but not meanings.
  const rule = (spec?.domain ?? '') === '' && Object.hasOwn(RULES, c.op) ? RULES[c.op] : undefined;
  const told = rule?.(c) ?? [];
  return Array.from({ length: c.outputCount }, (_, i): InferredType => {
    const t = told[i] ?? {};
    const param = spec === undefined ? undefined : paramAt(spec.outputs, i);
    const dtype = t.dtype ?? (spec === undefined || param === undefined ? undefined : declaredDtype(c, spec, param));
    const shape = t.shape?.map((d) => c.symbols.tidy(d));
    const sequence = t.sequence ?? (param?.sequence === true ? true : undefined);
    return { dtype, shape, sequence, elements: trackable(dtype, t) ? t.elements : undefined };
  });
}

/** The formal parameter of the `i`th argument; the last one repeats when it is variadic. */
export function paramAt(params: readonly OpParam[], i: number): OpParam | undefined {
  const last = params[params.length - 1];
  return params[i] ?? (last?.variadic ? last : undefined);
}

function trackable(dtype: DType | undefined, t: InferredType): boolean {
  if (dtype !== 'int64' && dtype !== 'int32' && dtype !== 'bool') return false;
  return t.elements !== undefined && t.elements.length <= MAX_TRACKED_ELEMENTS && (t.shape?.length ?? 2) <= 1;
}

/** The dtype of an output by the signature: fixed, or that of the inputs of the same type variable. */
function declaredDtype(c: InferContext, spec: OpSpec, param: OpParam): DType | undefined {
  if (param.typeVar === '') return param.dtype;
  return boundDtype(c.inputs, spec, param.typeVar);
}

function boundDtype(inputs: readonly (OnnxValue | undefined)[], spec: OpSpec, typeVar: string): DType | undefined {
  for (const [i, v] of inputs.entries()) {
    const p = paramAt(spec.inputs, i);
    if (v !== undefined && p?.typeVar === typeVar && (p.homogeneous || !p.variadic)) return v.dtype;
  }
  // A constraint of one letter leaves no choice (comparisons give bool).
  const letters = spec.types.get(typeVar) ?? '';
  return letters.length === 1 ? SINGLE[letters] : undefined;
}

const SINGLE: Readonly<Record<string, DType>> = { '?': 'bool', '8': 'int64', '4': 'int32', f: 'float32', u: 'uint8' };
