import { type Block, type Graph, Node, type SourceLoc, type Value } from '../ir/graph.js';
import { BOOL, INT, NONE, type Type } from '../ir/type.js';

/** What the nodes that functionalization adds say of their origin. */
export const ORIGIN = 'functionalize';

interface Place {
  readonly block: Block;
  readonly before: Node | undefined;
  readonly loc: SourceLoc;
}

/** Adds nodes to a graph, in front of one node or at the end of a block. Constants stand once, at the graph's start. */
export class Emitter {
  private place: Place;
  private readonly constants = new Map<string, Value>();

  constructor(private readonly graph: Graph) {
    this.place = { block: graph.block, before: undefined, loc: [] };
  }

  /** New nodes go in front of `before`, or to the end of the block. */
  moveTo(block: Block, before: Node | undefined, loc: SourceLoc = before?.loc ?? this.place.loc): void {
    this.place = { block, before, loc };
  }

  /** Runs `emit` with new nodes going elsewhere. */
  elsewhere<T>(block: Block, before: Node | undefined, emit: () => T): T {
    const kept = this.place;
    this.moveTo(block, before, before?.loc ?? kept.loc);
    const result = emit();
    this.place = kept;
    return result;
  }

  name(hint = ''): string {
    return this.graph.freshName(hint);
  }

  op(op: string, inputs: readonly Value[], type: Type): Value {
    return this.add(new Node(op, inputs, this.place.loc)).addOutput(this.name(), type);
  }

  /** `prim::If` that gives one of two values that are at hand. */
  choose(condition: Value, yes: Value, no: Value, type: Type): Value {
    const node = this.add(new Node('prim::If', [condition], this.place.loc));
    node.addBlock().addReturn(yes);
    node.addBlock().addReturn(no);
    return node.addOutput(this.name(), type);
  }

  int(value: number): Value {
    return this.constant(value, INT);
  }

  bool(value: boolean): Value {
    return this.constant(value, BOOL);
  }

  none(): Value {
    return this.constant(null, NONE);
  }

  private constant(value: number | boolean | null, type: Type): Value {
    const key = `${type.kind} ${value}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const node = new Node('prim::Constant');
    node.origin = ORIGIN;
    node.attributes.set('value', value);
    const out = node.addOutput(this.name(), type);
    this.graph.block.attach(node, this.graph.block.first);
    this.constants.set(key, out);
    return out;
  }

  private add(node: Node): Node {
    node.origin = ORIGIN;
    this.place.block.attach(node, this.place.before);
    return node;
  }
}

/** The value of a `prim::Constant`; undefined for anything else. None is null. */
export function constantOf(v: Value | undefined): ReturnType<Node['attributes']['get']> {
  const producer = v?.producer;
  return producer?.op === 'prim::Constant' ? (producer.attributes.get('value') ?? null) : undefined;
}

export function constantInt(v: Value | undefined): number | undefined {
  const c = constantOf(v);
  return typeof c === 'number' && v?.type.kind !== 'float' ? c : undefined;
}
