import { fail } from '../diagnostics/diagnostic.js';
import type { Content } from '../ir/content.js';
import { type Attribute, type Graph, Node, type OpName, type Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { byPass } from '../ir/provenance.js';
import type { Type } from '../ir/type.js';
import { constantBefore } from './constants.js';
import type { Inference } from './infer.js';
import { isRowMajor, type MemoryOrder, memoryOrder } from './memory-order.js';

const INT: Type = { kind: 'int' };
const INTS: Type = { kind: 'list', element: INT };

/**
 * Operators that ask how a tensor lies in memory, which nothing behind this pass knows. Strides become products of
 * sizes; operators that read the storage by strides get their operand turned into the order in which it lies there, so
 * that row-major places in the turned tensor are places in the storage. Returns what stands for the node's result.
 *
 * Errors: `unsupported-argument` where an operator reads a storage whose layout is not known.
 */
export function resolveStorage(node: Node, graph: Graph, inference: Inference): Value | undefined {
  const [self] = node.inputs;
  const resolve = READERS.get(node.op);
  if (resolve === undefined || self === undefined) return undefined;
  return resolve(new StoragePass(node, self, graph, inference));
}

type Resolve = (pass: StoragePass) => Value | undefined;

const turned: Resolve = (pass) => pass.turnOperand();
const strides: Resolve = (pass) => pass.strides();
const stride: Resolve = (pass) => pass.stride();
const offset: Resolve = (pass) => pass.offset();

const READERS: ReadonlyMap<OpName, Resolve> = new Map([
  ['aten::as_strided', turned],
  ['aten::as_strided_copy', turned],
  ['aten::as_strided_scatter', (pass) => pass.needRowMajor()],
  ['aten::stride', strides],
  ['aten::sym_stride', strides],
  ['aten::stride.int', stride],
  ['aten::sym_stride.int', stride],
  ['aten::storage_offset', offset],
  ['aten::sym_storage_offset', offset],
  ['aten::is_contiguous', (pass) => pass.isContiguous()],
]);

class StoragePass {
  private readonly order: MemoryOrder | undefined;

  constructor(
    private readonly node: Node,
    private readonly self: Value,
    private readonly graph: Graph,
    private readonly inference: Inference,
  ) {
    this.order = memoryOrder(self, inference.schemas);
  }

  turnOperand(): undefined {
    const order = this.order ?? this.refuse();
    if (isRowMajor(order)) return undefined;
    const axes = this.constant([...order], INTS, {
      kind: 'list',
      items: order.map((value) => ({ kind: 'int', value })),
    });
    this.node.setInput(0, this.made('aten::permute', [this.self, axes], { kind: 'tensor' }));
    return undefined;
  }

  needRowMajor(): undefined {
    if (this.order === undefined || !isRowMajor(this.order)) this.refuse();
    return undefined;
  }

  /** A list of the strides of all axes. */
  strides(): Value | undefined {
    const { order } = this;
    if (order === undefined) return undefined;
    const steps = this.steps(order);
    return this.made(
      LIST_CONSTRUCT,
      order.map((_, axis) => steps.get(axis) ?? this.int(1)),
      INTS,
    );
  }

  /** The stride of one axis, where it is known which. */
  stride(): Value | undefined {
    const dim = this.node.inputs[1]?.content;
    const { order } = this;
    if (order === undefined || dim?.kind !== 'int' || typeof dim.value !== 'number') return undefined;
    const axis = dim.value < 0 ? dim.value + order.length : dim.value;
    return this.steps(order).get(axis);
  }

  /** Dense tensors that are followed back to their makers start where their storage does. */
  offset(): Value | undefined {
    return this.order === undefined ? undefined : this.int(0);
  }

  isContiguous(): Value | undefined {
    if (this.order === undefined) return undefined;
    const value = isRowMajor(this.order);
    return this.constant(value, { kind: 'bool' }, { kind: 'bool', value });
  }

  /** The stride of each axis: the product of the sizes of those inside it. */
  private steps(order: MemoryOrder): ReadonlyMap<number, Value> {
    const steps = new Map<number, Value>();
    let step = this.int(1);
    for (const [place, axis] of [...order.entries()].reverse()) {
      steps.set(axis, step);
      if (place === 0) break;
      const size = this.made('aten::size.int', [this.self, this.int(axis)], INT);
      step = place === order.length - 1 ? size : this.made('aten::mul.int', [step, size], INT);
    }
    return steps;
  }

  private int(value: number): Value {
    return this.constant(value, INT, { kind: 'int', value });
  }

  private constant(value: Attribute, type: Type, content: Content): Value {
    return constantBefore(this.node, this.graph, value, type, content);
  }

  private made(op: string, inputs: readonly Value[], type: Type): Value {
    const made = new Node(op, inputs, this.node.place);
    made.origin = byPass('specialize', this.node);
    const out = made.addOutput(this.graph.freshName(), type);
    made.insertBefore(this.node);
    this.inference.inferNode(made);
    const { content } = out;
    if (content?.kind !== 'int' || typeof content.value !== 'number') return out;
    made.destroy();
    return this.int(content.value);
  }

  private refuse(): never {
    fail('unsupported-argument', `${this.node.op} reads the storage of a tensor whose layout in memory is not known`, {
      at: this.node.loc[0],
      help: 'write it with slices or unfold',
    });
  }
}
