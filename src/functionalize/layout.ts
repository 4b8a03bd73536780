import type { Node, Value } from '../ir/graph.js';
import { TensorData } from '../ir/tensor-data.js';
import { resultLayout } from '../schema/result-layout.js';
import { constantInt, constantOf } from './emitter.js';
import type { SignatureSource } from './functional-form.js';
import type { Memory } from './memory.js';
import { isInOrder, type Layout } from './place.js';

/** torch.contiguous_format and torch.preserve_format (c10/core/MemoryFormat.h). */
const CONTIGUOUS_FORMAT = 0;
const PRESERVE_FORMAT = 1;

/** How the elements of a plain operator's results lie in memory. Asked before its operands are replaced. */
export function layoutOfResult(node: Node, signatures: SignatureSource, memory: Memory): Layout {
  const schema = signatures.get(node.op);
  const kind = resultLayout(node.op, schema);
  if (kind === 'own') return 'unknown';
  const layouts: Layout[] = [];
  for (const v of node.inputs) {
    if (v.type.kind === 'tensor' && !isNumber(v)) layouts.push(layoutOf(v, memory));
  }
  const format = formatOf(node, signatures);
  if (format !== undefined && format !== PRESERVE_FORMAT) return format === CONTIGUOUS_FORMAT ? 'rows' : 'unknown';
  if (layouts.every((l) => l === 'rows') || kind === 'row-major') return 'rows';
  const [first = 'rows', ...rest] = layouts;
  return kind === 'elementwise' && rest.length === 0 ? first : 'unknown';
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
