import { type DType, dtypeFromCode } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import { BOOL, INT } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';
import { SAME, type ViewCall, type ViewKind } from './view-forms.js';

/** Where a cast takes its dtype, whether it copies at any rate, and its memory format, by argument index. */
interface CastArguments {
  readonly dtype?: number;
  readonly like?: number;
  readonly copy?: number;
  readonly format?: number;
}

const CASTS: Readonly<Record<string, CastArguments | undefined>> = {
  'aten::to.dtype': { dtype: 1, copy: 3, format: 4 },
  'aten::to.dtype_layout': { dtype: 1, copy: 6, format: 7 },
  'aten::to.device': { dtype: 2, copy: 4, format: 5 },
  'aten::to.prim_Device': { dtype: 2, copy: 4 },
  'aten::to.prim_dtype': { dtype: 1, copy: 3 },
  'aten::to.prim_other': { copy: 2 },
  'aten::to.other': { like: 1, copy: 3, format: 4 },
  'aten::as_tensor': { dtype: 1 },
  'aten::type_as': { like: 1 },
};

/** Operators that give their operand itself outside of training, and where nothing is dropped: (input, p, train). */
const DROPOUTS: ReadonlySet<string> = new Set([
  'aten::dropout',
  'aten::alpha_dropout',
  'aten::feature_dropout',
  'aten::feature_alpha_dropout',
]);

const ITSELF: ViewKind = { kind: 'view', form: SAME };

/** memory_format=torch.preserve_format (c10/core/MemoryFormat.h). */
const PRESERVE_FORMAT = 1;

/** True for operators that give their operand itself where nothing is to be done, and a copy otherwise. */
export function isCast(op: string): boolean {
  return CASTS[op] !== undefined || DROPOUTS.has(op);
}

/** What the result of a cast is to its operand: the operand itself if it has the dtype. All tensors are on one device. */
export function classifyCast(call: ViewCall): ViewKind {
  if (DROPOUTS.has(call.op)) return byTraining(call);
  const at = CASTS[call.op];
  if (at === undefined) return { kind: 'unclear' };
  if (at.copy !== undefined && constantOf(call.args[at.copy]) !== false) return { kind: 'copy' };
  const format = at.format === undefined ? null : constantOf(call.args[at.format]);
  if (format !== null && format !== PRESERVE_FORMAT) return { kind: 'copy' };
  if (at.like !== undefined) return byDtype(call, call.args[at.like]);
  const dtype = at.dtype === undefined ? undefined : call.args[at.dtype];
  if (dtype === undefined || constantOf(dtype) === null) return ITSELF;
  return byDtype(call, dtype);
}

function byTraining({ args: [, p, train] }: ViewCall): ViewKind {
  const training = constantOf(train);
  if (train === undefined || training === false || constantOf(p) === 0) return ITSELF;
  if (training === true) return { kind: 'copy' };
  return { kind: 'perhaps', form: SAME, when: (e) => e.op('aten::__not__', [train], BOOL) };
}

/** `target`: a tensor of the dtype, or its number. */
function byDtype(call: ViewCall, target: Value | undefined): ViewKind {
  const from = dtypeOf(call.args[0]);
  const to = dtypeOf(target) ?? dtypeFromCode(constantInt(target) ?? -1) ?? dtypeOfType(call);
  if (from !== undefined && to !== undefined) return from === to ? ITSELF : { kind: 'copy' };
  if (target === undefined) return { kind: 'unclear' };
  const when = (e: Emitter, base: Value) => {
    const wanted = target.type.kind === 'tensor' ? e.op('prim::dtype', [target], INT) : asInt(e, target);
    return e.op('aten::eq.int', [e.op('prim::dtype', [base], INT), wanted], BOOL);
  };
  return { kind: 'perhaps', form: SAME, when };
}

function asInt(e: Emitter, dtype: Value): Value {
  return dtype.type.kind === 'optional' ? e.op('aten::_unwrap_optional', [dtype], INT) : dtype;
}

function dtypeOf(v: Value | undefined): DType | undefined {
  return v?.type.kind === 'tensor' ? v.type.dtype : undefined;
}

function dtypeOfType({ type }: ViewCall): DType | undefined {
  return type.kind === 'tensor' ? type.dtype : undefined;
}
