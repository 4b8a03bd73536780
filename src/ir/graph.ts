import { Attributes } from './attributes.js';
import type { Content } from './content.js';
import type { Provenance } from './provenance.js';
import { locOf, NOWHERE, type Place, type SourceLoc } from './source-loc.js';
import type { TensorData } from './tensor-data.js';
import type { Type } from './type.js';
import { User, Uses } from './uses.js';

/** Full operator name with its overload, e.g. `aten::size.int`; `aten::relu` where there is one overload. */
export type OpName = string;

export type { SourceLoc } from './source-loc.js';

/** Attributes of nodes: constants (`value`), names. Graph attributes are blocks instead. */
export type Attribute = number | bigint | boolean | string | null | TensorData | readonly Attribute[];

/**
 * An SSA value. `def` is the node or block that makes it. `content` is what is known of the value at
 * compile time (a constant, a symbolic extent, elements of a shape): set by shape inference only.
 * Uses are kept by `Node` and `Block`; never change them from outside.
 */
export class Value extends Uses {
  content: Content | undefined = undefined;

  constructor(
    public name: string,
    public type: Type,
    public def: Node | Block,
    public defIndex: number,
  ) {
    super();
  }

  /** The value is the list of its uses: an object less for each. */
  get uses(): Uses {
    return this;
  }

  /** The node that makes this value; undefined for block parameters. */
  get producer(): Node | undefined {
    return this.def instanceof Node ? this.def : undefined;
  }

  /** Redirects every use to `other`. O(uses). */
  replaceAllUsesWith(other: Value): void {
    if (other === this) return;
    for (let use = this.first; use !== undefined; use = this.first) use.user.setOperand(use.index, other);
  }
}

/** What new nodes hold; never written to. */
const NO_RESULTS: Value[] = [];
const NO_BLOCKS: Block[] = [];

/** One operation. Lives in exactly one block, in a doubly linked list (insertion and removal are O(1)). */
export class Node extends User {
  /** Where the node comes from; what makes a node for another's sake hands it on. */
  place: Place;
  private results: Value[] = NO_RESULTS;
  private named: Attributes | undefined = undefined;
  /** The rules and passes that led to this node; undefined for the user's own. */
  origin: Provenance | undefined = undefined;
  prev: Node | undefined = undefined;
  // What a walk over a graph reads stands together: of a large graph it is all that comes into the cache.
  parent: Block | undefined = undefined;
  /** The worklist that the node waits in; 0 for none. */
  queued = 0;
  op: OpName;
  private inner: Block[] = NO_BLOCKS;
  next: Node | undefined = undefined;

  constructor(op: OpName, inputs: readonly Value[] = NO_RESULTS, place: Place = NOWHERE) {
    super();
    this.op = op;
    this.place = place;
    if (inputs.length > 0) this.setOperands(inputs);
  }

  /** A node that keeps the array of its inputs, which the caller lets go. */
  static of(op: OpName, inputs: Value[], place: Place): Node {
    const node = new Node(op, NO_RESULTS, place);
    if (inputs.length > 0) node.takeOperands(inputs);
    return node;
  }

  protected override asUser(): Node {
    return this;
  }

  get inputs(): readonly Value[] {
    return this.operands;
  }

  get outputs(): Value[] {
    return this.results;
  }

  get blocks(): Block[] {
    return this.inner;
  }

  /** The call stack of `place`. */
  get loc(): SourceLoc {
    return locOf(this.place);
  }

  /** Made when it is first asked for: most nodes have none. */
  get attributes(): Attributes {
    this.named ??= new Attributes();
    return this.named;
  }

  setInput(index: number, value: Value): void {
    this.setOperand(index, value);
  }

  addInput(value: Value): void {
    this.addOperand(value);
  }

  /** Drops all operands and takes these instead. */
  setInputs(values: readonly Value[]): void {
    this.setOperands(values);
  }

  addOutput(name: string, type: Type): Value {
    return this.addResult(new Value(name, type, this, this.results.length));
  }

  /**
   * Makes a result of another node one of this node, its uses and name as they are. The other node must be removed; its
   * list keeps the value, which tells what it gave.
   */
  adoptOutput(value: Value): Value {
    value.def = this;
    value.defIndex = this.results.length;
    return this.addResult(value);
  }

  private addResult(v: Value): Value {
    if (v.defIndex === 0) this.results = [v];
    else this.results.push(v);
    return v;
  }

  addBlock(): Block {
    const b = new Block(this);
    if (this.inner.length === 0) this.inner = [b];
    else this.inner.push(b);
    return b;
  }

  /** Takes the blocks of another node as they are, behind its own. */
  takeBlocks(from: Node): void {
    for (const b of from.inner) b.owner = this;
    this.inner = [...this.inner, ...from.inner];
    from.inner = NO_BLOCKS;
  }

  /** The only output. Throws when there is another number of them. */
  get output(): Value {
    const v = this.outputs[0];
    if (v === undefined || this.outputs.length !== 1) throw new Error(`${this.op} has ${this.outputs.length} outputs`);
    return v;
  }

  /** Unlinks the node from its block and drops its operands and those of its blocks. Outputs must be unused. */
  destroy(): void {
    for (const o of this.outputs)
      if (o.uses.size > 0 && o.def === this) throw new Error(`%${o.name} of ${this.op} is still used`);
    for (const b of this.blocks) b.destroy();
    this.clearOperands();
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
export class Block extends User {
  readonly params: Value[] = [];
  first: Node | undefined;
  last: Node | undefined;

  constructor(public owner?: Node) {
    super();
  }

  protected override asUser(): Block {
    return this;
  }

  get returns(): readonly Value[] {
    return this.operands;
  }

  addReturn(value: Value): void {
    this.addOperand(value);
  }

  setReturn(index: number, value: Value): void {
    this.setOperand(index, value);
  }

  setReturns(values: readonly Value[]): void {
    this.setOperands(values);
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
    this.clearOperands();
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
  let end = name.length;
  while (end > 0 && isDigit(name.charCodeAt(end - 1))) end -= 1;
  return end > 1 && end < name.length && name[end - 1] === '.' ? name.slice(0, end - 1) : name;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
