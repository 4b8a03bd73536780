import type { Node, Value } from '../ir/graph.js';
import { TensorData } from '../ir/tensor-data.js';
import { baseOf } from '../schema/registry.js';
import { constantInt, constantOf } from './emitter.js';
import type { SignatureSource } from './functional-form.js';
import type { Memory } from './memory.js';
import { isInOrder, type Layout } from './place.js';

/**
 * Operators whose results are row-major whatever the operands are (measured with PyTorch 2.11 on the CPU). A convolution
 * is none of them: it follows an operand whose channels come last.
 */
const ROW_MAJOR: ReadonlySet<string> = new Set(
  [
    ...['matmul', 'mm', 'bmm', 'addmm', 'baddbmm', 'addbmm', 'linear', 'mv', 'outer', 'cdist'],
    ...['softmax', '_softmax', 'log_softmax', '_log_softmax', 'layer_norm', 'native_layer_norm', 'rms_norm'],
    ...['cat', 'concat', 'concatenate', 'stack', 'hstack', 'vstack', 'dstack'],
    ...['embedding', 'index_select', 'gather', 'repeat', 'tile', 'repeat_interleave', 'one_hot', 'nonzero'],
    ...['new_zeros', 'new_ones', 'new_full', 'new_empty', 'tensor', 'ones', 'zeros', 'full', 'empty', 'arange'],
  ].map((name) => `aten::${name}`),
);

/** Operators that give results in an order of their own, also of row-major operands. */
const OF_THEIR_OWN: ReadonlySet<string> = new Set(
  [
    ...['lstm', 'gru', 'rnn_tanh', 'rnn_relu', 'einsum', 'scaled_dot_product_attention'],
    ...[
      'linalg_inv',
      'inverse',
      'linalg_inv_ex',
      'linalg_qr',
      'linalg_svd',
      'linalg_solve',
      'linalg_eigh',
      'linalg_cholesky',
    ],
  ].map((name) => `aten::${name}`),
);

/** Results that have the extents of an operand, or of all of them together, keep the order of its axes. */
const ELEMENTWISE = /^(?:\w+\.shape|broadcast(?:_all)?\(.*\))$/;

/** torch.contiguous_format and torch.preserve_format (c10/core/MemoryFormat.h). */
const CONTIGUOUS_FORMAT = 0;
const PRESERVE_FORMAT = 1;

/** How the elements of a plain operator's results lie in memory. Asked before its operands are replaced. */
export function resultLayout(node: Node, signatures: SignatureSource, memory: Memory): Layout {
  const base = baseOf(node.op);
  if (OF_THEIR_OWN.has(base)) return 'unknown';
  const layouts: Layout[] = [];
  for (const v of node.inputs) {
    if (v.type.kind === 'tensor' && !isNumber(v)) layouts.push(layoutOf(v, memory));
  }
  const format = formatOf(node, signatures);
  if (format !== undefined && format !== PRESERVE_FORMAT) return format === CONTIGUOUS_FORMAT ? 'rows' : 'unknown';
  if (layouts.every((l) => l === 'rows') || ROW_MAJOR.has(base)) return 'rows';
  const [first = 'rows', ...rest] = layouts;
  const fact = signatures.get(node.op)?.infer?.[0];
  if (fact?.same === undefined && !ELEMENTWISE.test(fact?.shape ?? '')) return 'unknown';
  return rest.length === 0 ? first : 'unknown';
}

/** The memory format that a call asks for; undefined where it asks for none. */
function formatOf(node: Node, signatures: SignatureSource): number | undefined {
  const at = signatures.get(node.op)?.signature.args.findIndex((a) => a.name === 'memory_format') ?? -1;
  return at < 0 ? undefined : constantInt(node.inputs[at]);
}

/** True for a 0-d constant, as traces hold numbers. */
function isNumber(v: Value): boolean {
  const data = constantOf(v);
  return data instanceof TensorData && data.shape.length === 0;
}

function layoutOf(v: Value, memory: Memory): Layout {
  const data = constantOf(v);
  if (data instanceof TensorData) return layoutOfData(data);
  const layout = memory.layoutOf(v);
  return isInOrder(layout) ? 'rows' : layout;
}

/** How the elements of a weight lie. */
export function layoutOfData(data: TensorData): Layout {
  return data.isContiguous ? 'rows' : 'unknown';
}
