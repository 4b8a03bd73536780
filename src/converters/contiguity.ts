import type { Value } from '../ir/graph.js';

/** Operators that read the storage itself, not the tensor as it is indexed. */
const STORAGE_READERS: ReadonlySet<string> = new Set([
  'aten::as_strided',
  'aten::as_strided_scatter',
  'trt::as_strided_dyn',
]);

/** Views that keep a contiguous tensor contiguous. */
const RESHAPES: ReadonlySet<string> = new Set([
  'aten::view',
  'aten::_unsafe_view',
  'aten::reshape',
  'aten::flatten.using_ints',
  'aten::unflatten.int',
  'aten::unsqueeze',
  'aten::squeeze.dim',
  'trt::reshape_literal',
  'trt::reshape_dyn',
]);

/** Operators whose result PyTorch lays out densely in row-major order, whatever the layout of their operands. */
const DENSE: ReadonlySet<string> = new Set([
  'aten::contiguous',
  'aten::linear',
  'aten::cat',
  'aten::stack',
  'aten::embedding',
]);

/** True for an operator whose result depends on how its first operand lies in memory. */
export function readsStorage(op: string): boolean {
  return STORAGE_READERS.has(op);
}

/** True if a value certainly lies in memory in row-major order: an input, a constant or a dense result, reshaped at most. */
export function isKnownContiguous(value: Value): boolean {
  let v = value;
  for (let made = v.producer; made !== undefined; made = v.producer) {
    if (made.op === 'prim::Constant' || DENSE.has(made.op)) return true;
    const [source] = made.inputs;
    if (!RESHAPES.has(made.op) || source === undefined) return false;
    v = source;
  }
  return true;
}
