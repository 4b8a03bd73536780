import { type Block, type Graph, Node, type Value } from '../ir/graph.js';
import { CONSTANT, IF } from '../ir/primitives.js';
import { addedBy, byPass, type Provenance } from '../ir/provenance.js';
import { NOWHERE, type Place } from '../ir/source-loc.js';
import { BOOL, INT, NONE, type Type, typeName } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';

interface Spot {
  readonly block: Block;
  readonly before: Node | undefined;
  readonly place: Place;
}

/** An operator as it was before the walk changed it. */
type Treated = Pick<Node, 'op' | 'origin'>;

/** Adds nodes to a graph, in front of one node or at the end of a block. Constants stand once, at the graph's start. */
export class Emitter {
  private spot: Spot;
  private readonly constants = new Map<string, Value>();
  private treated: Treated | undefined;
  private why: Provenance | undefined;

  constructor(private readonly graph: Graph) {
    this.spot = { block: graph.block, before: undefined, place: NOWHERE };
  }

  /** New nodes go in front of `before`, or to the end of the block. */
  moveTo(block: Block, before: Node | undefined, place: Place = before?.place ?? this.spot.place): void {
    this.spot = { block, before, place };
  }

  /** Runs `emit` with new nodes going elsewhere. */
  elsewhere<T>(block: Block, before: Node | undefined, emit: () => T): T {
    const kept = this.spot;
    this.moveTo(block, before, before?.place ?? kept.place);
    const result = emit();
    this.spot = kept;
    return result;
  }

  /** The node that the walk is at: new nodes are for its sake. Gives the one that it was at. */
  treat(node: Treated | undefined): Treated | undefined {
    const before = this.treated;
    this.treated = node === undefined ? undefined : { op: node.op, origin: node.origin };
    this.why = undefined;
    return before;
  }

  /** Why nodes that are made now stand in the graph: one link for all that one node becomes. */
  origin(): Provenance {
    this.why ??= this.treated === undefined ? addedBy('functionalize') : byPass('functionalize', this.treated);
    return this.why;
  }

  name(hint = ''): string {
    return this.graph.freshName(hint);
  }

  op(op: string, inputs: readonly Value[], type: Type): Value {
    return this.add(new Node(op, inputs, this.spot.place)).addOutput(this.name(), type);
  }

  /** `prim::If` that gives one of two values that are at hand. */
  choose(condition: Value, yes: Value, no: Value, type: Type): Value {
    const node = this.add(new Node(IF, [condition], this.spot.place));
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

  /** A value of a signature, such as a default. */
  literal(value: Literal, type: Type): Value {
    if (value === null) return this.none();
    return this.constant(value, type.kind === 'optional' ? type.element : type);
  }

  private constant(value: Literal, type: Type): Value {
    const key = `${typeName(type)} ${JSON.stringify(value)}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const node = new Node(CONSTANT);
    node.origin = addedBy('functionalize');
    node.attributes.set('value', value);
    const out = node.addOutput(this.name(), type);
    this.graph.block.attach(node, this.graph.block.first);
    this.constants.set(key, out);
    return out;
  }

  private add(node: Node): Node {
    node.origin = this.origin();
    this.spot.block.attach(node, this.spot.before);
    return node;
  }
}

/** The value of a `prim::Constant`; undefined for anything else. None is null. */
export function constantOf(v: Value | undefined): ReturnType<Node['attributes']['get']> {
  const producer = v?.producer;
  return producer?.op === CONSTANT ? (producer.attributes.get('value') ?? null) : undefined;
}

/** The integer of a `prim::Constant`; undefined for other values, floats included. */
export function constantInt(v: Value | undefined): number | undefined {
  const c = constantOf(v);
  return typeof c === 'number' && v?.type.kind !== 'float' ? c : undefined;
}
