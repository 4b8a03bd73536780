import type { Span } from '../diagnostics/diagnostic.js';
import type { Content } from './content.js';
import type { Provenance } from './provenance.js';
import type { TensorData } from './tensor-data.js';
import type { Type } from './type.js';

/** Full operator name with its overload, e.g. `aten::size.int`; `aten::relu` where there is one overload. */
export type OpName = string;

/** A call stack in the user's Python source, innermost frame first; empty when unknown. */
export type SourceLoc = readonly Span[];

/** Attributes of nodes: constants (`value`), names. Graph attributes are blocks instead. */
export type Attribute = number | bigint | boolean | string | null | TensorData | readonly Attribute[];

/** One operand slot: the `index`th input of `user`, or the `index`th return of a block. */
export class Use {
  /** Neighbours in the list of the value's uses. */
  previous: Use | undefined = undefined;
  next: Use | undefined = undefined;

  constructor(
    readonly user: Node | Block,
    readonly index: number,
  ) {}
}

/**
 * The uses of one value, in the order in which they came: a linked list through the operand slots themselves. A
 * value has no table of its own, and a use comes and goes in O(1), however many there are.
 */
export class Uses implements Iterable<Use> {
  size = 0;
  first: Use | undefined = undefined;
  private last: Use | undefined = undefined;

  /** For operand lists only. */
  add(use: Use): void {
    use.previous = this.last;
    use.next = undefined;
    if (this.last === undefined) this.first = use;
    else this.last.next = use;
    this.last = use;
    this.size += 1;
  }

  /** For operand lists only. */
  remove(use: Use): void {
    if (use.previous === undefined) this.first = use.next;
    else use.previous.next = use.next;
    if (use.next === undefined) this.last = use.previous;
    else use.next.previous = use.previous;
    use.previous = undefined;
    use.next = undefined;
    this.size -= 1;
  }

  /** The use after this one is looked up before it is given, so that it may be removed. */
  *[Symbol.iterator](): Generator<Use> {
    for (let use = this.first; use !== undefined; ) {
      const next: Use | undefined = use.next;
      yield use;
      use = next;
    }
  }
}

/**
 * An SSA value. `def` is the node or block that makes it. `content` is what is known of the value at
 * compile time (a constant, a symbolic extent, elements of a shape): set by shape inference only.
 * Uses are kept by `Node` and `Block`; never change them from outside.
 */
export class Value {
  type: Type;
  content: Content | undefined;
  readonly uses = new Uses();

  constructor(
    public name: string,
    type: Type,
    public def: Node | Block,
    public defIndex: number,
  ) {
    this.type = type;
  }

  /** The node that makes this value; undefined for block parameters. */
  get producer(): Node | undefined {
    return this.def instanceof Node ? this.def : undefined;
  }

  /** Redirects every use to `other`. O(uses). */
  replaceAllUsesWith(other: Value): void {
    if (other === this) return;
    for (let use = this.uses.first; use !== undefined; use = this.uses.first) {
      if (use.user instanceof Node) use.user.setInput(use.index, other);
      else use.user.setReturn(use.index, other);
    }
  }
}

/**
 * An operand list that keeps its values' uses right. Arrays begin with the length that they need: an empty one that
 * grows has room for sixteen more, which would be most of a graph's memory.
 */
class Operands {
  values: Value[] = [];
  private uses: Use[] = [];

  constructor(private readonly owner: Node | Block) {}

  /** Drops all operands and takes these instead. */
  assign(values: readonly Value[]): void {
    const next = values.slice();
    this.clear();
    this.values = next;
    this.uses = next.map((v, i) => this.use(v, i));
  }

  push(value: Value): void {
    const use = this.use(value, this.values.length);
    if (use.index === 0) {
      this.values = [value];
      this.uses = [use];
    } else {
      this.values.push(value);
      this.uses.push(use);
    }
  }

  set(index: number, value: Value): void {
    const use = this.uses[index];
    const old = this.values[index];
    if (use === undefined || old === undefined) throw new RangeError(`operand ${index} of ${this.values.length}`);
    if (old === value) return;
    old.uses.remove(use);
    this.values[index] = value;
    value.uses.add(use);
  }

  clear(): void {
    for (let i = 0; i < this.uses.length; i++) {
      const use = this.uses[i];
      if (use !== undefined) this.values[i]?.uses.remove(use);
    }
    this.values = [];
    this.uses = [];
  }

  private use(value: Value, index: number): Use {
    const use = new Use(this.owner, index);
    value.uses.add(use);
    return use;
  }
}

/** One operation. Lives in exactly one block, in a doubly linked list (insertion and removal are O(1)). */
export class Node {
  private readonly operands = new Operands(this);
  private results: Value[] = [];
  readonly blocks: Block[] = [];
  private named: Map<string, Attribute> | undefined = undefined;
  /** The rules and passes that led to this node; undefined for the user's own. */
  origin: Provenance | undefined = undefined;
  /** The worklist that the node waits in; 0 for none. */
  queued = 0;
  parent: Block | undefined = undefined;
  prev: Node | undefined = undefined;
  next: Node | undefined = undefined;

  constructor(
    public op: OpName,
    inputs: readonly Value[] = [],
    public loc: SourceLoc = [],
  ) {
    if (inputs.length > 0) this.operands.assign(inputs);
  }

  get inputs(): readonly Value[] {
    return this.operands.values;
  }

  get outputs(): Value[] {
    return this.results;
  }

  /** Made when it is first asked for: most nodes have none. */
  get attributes(): Map<string, Attribute> {
    this.named ??= new Map();
    return this.named;
  }

  setInput(index: number, value: Value): void {
    this.operands.set(index, value);
  }

  addInput(value: Value): void {
    this.operands.push(value);
  }

  /** Drops all operands and takes these instead. */
  setInputs(values: readonly Value[]): void {
    this.operands.assign(values);
  }

  addOutput(name: string, type: Type): Value {
    const v = new Value(name, type, this, this.results.length);
    if (v.defIndex === 0) this.results = [v];
    else this.results.push(v);
    return v;
  }

  addBlock(): Block {
    const b = new Block(this);
    this.blocks.push(b);
    return b;
  }

  /** The only output. Throws when there is another number of them. */
  get output(): Value {
    const v = this.outputs[0];
    if (v === undefined || this.outputs.length !== 1) throw new Error(`${this.op} has ${this.outputs.length} outputs`);
    return v;
  }

  /** Unlinks the node from its block and drops its operands and those of its blocks. Outputs must be unused. */
  destroy(): void {
    for (const o of this.outputs) if (o.uses.size > 0) throw new Error(`%${o.name} of ${this.op} is still used`);
    for (const b of this.blocks) b.destroy();
    this.operands.clear();
    this.unlink();
  }

  /** Takes the node out of its block and keeps its operands, to be inserted elsewhere. */
  unlink(): void {
    this.parent?.detach(this);
  }

  insertBefore(anchor: Node): void {
    const block = anchor.parent;
    if (block === undefined) throw new Error('the anchor is in no block');
    block.attach(this, anchor);
  }

  insertAfter(anchor: Node): void {
    const block = anchor.parent;
    if (block === undefined) throw new Error('the anchor is in no block');
    block.attach(this, anchor.next);
  }
}

/** A list of nodes with parameters and returns; `owner` is the node that carries it, undefined for a graph's body. */
export class Block {
  readonly params: Value[] = [];
  private readonly operands = new Operands(this);
  first: Node | undefined;
  last: Node | undefined;

  constructor(public readonly owner?: Node) {}

  get returns(): readonly Value[] {
    return this.operands.values;
  }

  addReturn(value: Value): void {
    this.operands.push(value);
  }

  setReturn(index: number, value: Value): void {
    this.operands.set(index, value);
  }

  setReturns(values: readonly Value[]): void {
    this.operands.assign(values);
  }

  addParam(name: string, type: Type): Value {
    const v = new Value(name, type, this, this.params.length);
    this.params.push(v);
    return v;
  }

  append(node: Node): Node {
    this.attach(node, undefined);
    return node;
  }

  /** Links `node` before `before`, or at the end. */
  attach(node: Node, before: Node | undefined): void {
    node.unlink();
    node.parent = this;
    node.next = before;
    node.prev = before === undefined ? this.last : before.prev;
    if (node.prev === undefined) this.first = node;
    else node.prev.next = node;
    if (before === undefined) this.last = node;
    else before.prev = node;
  }

  detach(node: Node): void {
    if (node.parent !== this) return;
    if (node.prev === undefined) this.first = node.next;
    else node.prev.next = node.next;
    if (node.next === undefined) this.last = node.prev;
    else node.next.prev = node.prev;
    node.prev = undefined;
    node.next = undefined;
    node.parent = undefined;
  }

  /** Nodes in order. The next node is looked up before the current one is yielded, so it may be removed. */
  *nodes(): Generator<Node> {
    let n = this.first;
    while (n !== undefined) {
      const next: Node | undefined = n.next;
      yield n;
      n = next;
    }
  }

  destroy(): void {
    this.operands.clear();
    for (let n = this.last; n !== undefined; n = this.last) n.destroy();
  }
}

/** A function body: SSA, one top block. `inputs` and `outputs` are its parameters and returns. */
export class Graph {
  readonly block = new Block();
  private counter = 0;

  get inputs(): readonly Value[] {
    return this.block.params;
  }

  get outputs(): readonly Value[] {
    return this.block.returns;
  }

  addInput(name: string, type: Type): Value {
    return this.block.addParam(name, type);
  }

  /** Keeps `freshName` from giving a name that the graph got from elsewhere. */
  reserveName(name: string): void {
    const n = Number(/\d+$/.exec(name)?.[0]);
    if (n > this.counter && Number.isSafeInteger(n)) this.counter = n;
  }

  /** A value name that this graph has not handed out or reserved before. */
  freshName(hint = ''): string {
    this.counter += 1;
    return hint === '' ? `${this.counter}` : `${withoutNumber(hint)}.${this.counter}`;
  }

  /** Every node, outer blocks before the blocks that they carry. */
  *allNodes(): Generator<Node> {
    const stack: Block[] = [this.block];
    for (let b = stack.pop(); b !== undefined; b = stack.pop()) {
      for (const n of b.nodes()) {
        yield n;
        for (const inner of n.blocks) stack.push(inner);
      }
    }
  }
}

/** `x` of `x.17`. */
function withoutNumber(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot >= 0 && /^\d+$/.test(name.slice(dot + 1)) ? name.slice(0, dot) : name;
}
