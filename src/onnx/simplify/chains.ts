import type { Dim } from '../../ir/dim.js';
import { type DType, isFloating } from '../../ir/dtype.js';
import { readNumbers } from '../../ir/half.js';
import { sameKnownShape } from '../infer/elementwise.js';
import type { OnnxNode } from '../types.js';
import type { Names } from './names.js';

/** Operators that only give the elements another shape. */
const VIEWS = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/**
 * The value that a node repeats: its operand, or the operand of the chain of casts, views or transposes that it ends.
 * May shorten the node's own chain in place (Reshape of Reshape, Transpose of Transpose, Cast of Cast).
 */
export function repeats(node: OnnxNode, names: Names): string | undefined {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  if (node.domain !== '' || node.outputs.length !== 1 || x === '') return undefined;
  if (node.op === 'Identity') return x;
  if (node.op === 'Cast') return castRepeats(node, x, y, names);
  if (node.op === 'Transpose') return transposeRepeats(node, x, names);
  if (VIEWS.has(node.op)) return viewRepeats(node, x, y, names);
  return undefined;
}

/** The node that makes `x`, if it is a standard operator of this name. */
function producer(x: string, op: string, names: Names): OnnxNode | undefined {
  const node = names.producers.get(x);
  return node?.op === op && node.domain === '' ? node : undefined;
}

function castRepeats(node: OnnxNode, x: string, y: string, names: Names): string | undefined {
  const to = names.types.get(y)?.dtype;
  const from = names.types.get(x)?.dtype;
  if (to === undefined || from === undefined) return undefined;
  if (from === to) return x;
  const [origin = ''] = producer(x, 'Cast', names)?.inputs ?? [];
  const source = names.types.get(origin)?.dtype;
  if (source === undefined || !isLossless(source, from)) return undefined;
  if (source === to) return origin;
  node.inputs = [origin];
  return undefined;
}

/** Bits of magnitude that integers and floats hold exactly. */
const PRECISION: Partial<Record<DType, number>> = {
  bool: 1,
  uint8: 8,
  int8: 7,
  int16: 15,
  int32: 31,
  int64: 63,
  bfloat16: 8,
  float16: 11,
  float32: 24,
  float64: 53,
};

/** Whether every value of `from` is one of `to`, so that a cast through `to` loses nothing. */
function isLossless(from: DType, to: DType): boolean {
  const [a, b] = [PRECISION[from], PRECISION[to]];
  if (a === undefined || b === undefined || from === to) return from === to;
  if (to === 'bool') return false;
  // float16 has more digits than bfloat16, and less range.
  if (isFloating(from)) return isFloating(to) && a < b && !(from === 'bfloat16' && to === 'float16');
  return to === 'uint8' ? from === 'bool' : a <= b;
}

function ints(node: OnnxNode, name: string): number[] | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'ints' ? a.value.map(Number) : undefined;
}

function transposeRepeats(node: OnnxNode, x: string, names: Names): string | undefined {
  const order = ints(node, 'perm');
  if (order?.every((axis, i) => axis === i)) return x;
  const inner = producer(x, 'Transpose', names);
  const before = inner === undefined ? undefined : ints(inner, 'perm');
  const [origin] = inner?.inputs ?? [];
  if (origin === undefined || order === undefined || before === undefined) return undefined;
  const both = order.map((axis) => before[axis] ?? axis);
  if (both.every((axis, i) => axis === i)) return origin;
  node.inputs = [origin];
  node.attributes = new Map([['perm', { kind: 'ints', value: both }]]);
  return undefined;
}

function viewRepeats(node: OnnxNode, x: string, y: string, names: Names): string | undefined {
  const shape = names.types.get(y)?.shape;
  if (sameKnownShape(names.types.get(x)?.shape, shape)) return x;
  const inner = names.producers.get(x);
  const [origin] = inner?.inputs ?? [];
  if (inner === undefined || inner.domain !== '' || !VIEWS.has(inner.op) || origin === undefined) return undefined;
  if (sameKnownShape(names.types.get(origin)?.shape, shape)) return origin;
  if (node.op === 'Reshape' && meansTheSame(node, x, origin, names)) node.inputs = [origin, ...node.inputs.slice(1)];
  return undefined;
}

/** Whether a Reshape of `x` means the same for `origin`: no 0 in its target copies an extent that differs. */
function meansTheSame(node: OnnxNode, x: string, origin: string, names: Names): boolean {
  const allowZero = node.attributes.get('allowzero');
  if (allowZero?.kind === 'int' && Number(allowZero.value) !== 0) return true;
  const target = names.constants.get(node.inputs[1] ?? '');
  if (target === undefined) return false;
  const [a, b] = [names.types.get(x)?.shape, names.types.get(origin)?.shape];
  return readNumbers(target).every((d, i) => d !== 0 || sameKnownShape(axis(a, i), axis(b, i)));
}

function axis(shape: readonly Dim[] | undefined, i: number): Dim[] | undefined {
  const d = shape?.[i];
  return d === undefined ? undefined : [d];
}
