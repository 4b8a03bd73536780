import { type Attribute, type Block, type Graph, Node, type OpName, type Value } from '../../../ir/graph.js';
import { CONSTANT, TUPLE_CONSTRUCT, UNINITIALIZED } from '../../../ir/primitives.js';
import { addedBy } from '../../../ir/provenance.js';
import { NOWHERE, type Place } from '../../../ir/source-loc.js';
import type { TensorData } from '../../../ir/tensor-data.js';
import { ANY, STR, TENSOR, type Type, typeName } from '../../../ir/type.js';
import { overLimit, type ReadLimits } from '../limits.js';
import { type CallRecord, CodePlace } from './code-place.js';
import type { Frame } from './frame.js';
import { type Item, typeOfItem } from './item.js';

/**
 * Writes nodes at the current place of the graph. Constants and the containers that hold a module's attributes go to
 * the graph's start, one for each distinct value, so that they serve every block.
 */
export class Emitter {
  block: Block;
  /** The code that the next nodes come from: a call, and a place in it. */
  private call: CallRecord | undefined;
  private offset = 0;
  private inPrelude = false;
  private preludeEnd: Node | undefined;
  private emitted = 0;
  /** By kind of type: numbers, texts and bools by themselves, other values by their text. */
  private readonly constants = new Map<Type['kind'], Map<Attribute, Value>>();
  private readonly tensors = new Map<object, Map<string, Value>>();

  constructor(
    readonly graph: Graph,
    private readonly limits: ReadLimits,
  ) {
    this.block = graph.block;
  }

  /** The next nodes come from this place of a function. */
  at(frame: Frame, offset: number): void {
    this.call = frame.call;
    this.offset = offset;
  }

  /** Adds a node with one output for each type. Names are given when a variable takes the value. */
  emit(op: OpName, inputs: readonly Value[], types: readonly Type[]): Node {
    const node = new Node(op, inputs, this.place(placesOf(inputs)));
    for (const type of types) node.addOutput(this.graph.freshName(), type);
    this.insert(node);
    return node;
  }

  /** As `emit`, for one output. */
  value(op: OpName, inputs: readonly Value[], type: Type): Value {
    return this.emit(op, inputs, [type]).output;
  }

  /** Adds a node that carries blocks. Outputs are added when the blocks are known. */
  control(op: OpName, inputs: readonly Value[]): Node {
    return this.insert(new Node(op, inputs, this.place([])));
  }

  /** Counts a call that is about to be inlined, which may emit nothing by itself. */
  countCall(): void {
    this.spend();
  }

  /** What `write` emits stands at the graph's start. */
  prelude<T>(write: () => T): T {
    if (this.inPrelude) return write();
    const { block, call, offset } = this;
    this.inPrelude = true;
    this.block = this.graph.block;
    this.call = undefined;
    try {
      return write();
    } finally {
      this.inPrelude = false;
      this.block = block;
      this.call = call;
      this.offset = offset;
    }
  }

  /** What `write` emits stands at the end of `block`. */
  within<T>(block: Block, write: () => T): T {
    const { block: old, inPrelude } = this;
    this.block = block;
    this.inPrelude = false;
    try {
      return write();
    } finally {
      this.block = old;
      this.inPrelude = inPrelude;
    }
  }

  /** The value of a constant: equal constants are one node. */
  constant(type: Type, value: Attribute): Value {
    let known = this.constants.get(type.kind);
    if (known === undefined) {
      known = new Map();
      this.constants.set(type.kind, known);
    }
    const key = keyOf(type, value);
    let v = known.get(key);
    if (v === undefined) {
      v = this.prelude(() => this.constantNode(type, value));
      known.set(key, v);
    }
    return v;
  }

  /** The value of a tensor of the archive: views that are the same are one node. */
  tensor(data: TensorData, hint: string): Value {
    const { identity } = data.source;
    let views = this.tensors.get(identity);
    if (views === undefined) {
      views = new Map();
      this.tensors.set(identity, views);
    }
    const key = `${data.dtype}/${data.storageOffset}/${data.shape.join(',')}/${data.strides.join(',')}`;
    let v = views.get(key);
    if (v === undefined) {
      v = this.prelude(() => this.constantNode(TENSOR, data));
      v.name = this.graph.freshName(hint.replace(/[^\w.]/g, '_'));
      views.set(key, v);
    }
    return v;
  }

  /** True when the graph can hold the item as a value. */
  isValue(item: Item): boolean {
    switch (item.kind) {
      case 'value':
      case 'const':
      case 'poison':
        return true;
      case 'tuple':
        return item.items.every((i) => this.isValue(i));
      case 'uninitialized':
        return item.type.kind !== 'class';
      default:
        return false;
    }
  }

  /** The item as a value of the graph; `isValue` must hold. */
  materialize(item: Item): Value {
    switch (item.kind) {
      case 'value':
        return item.value;
      case 'const':
        return this.constant(item.type, item.value);
      case 'tuple':
        return this.value(
          TUPLE_CONSTRUCT,
          item.items.map((i) => this.materialize(i)),
          typeOfItem(item),
        );
      case 'uninitialized':
        return this.value(UNINITIALIZED, [], item.type);
      case 'enum':
        return this.constant(STR, `${item.className.slice(item.className.lastIndexOf('.') + 1)}.${item.member}`);
      default:
        return this.constant(ANY, null);
    }
  }

  private place(operands: readonly Place[]): Place {
    const { call } = this;
    if (call?.isPlaced === true) return new CodePlace(call, this.offset, operands);
    return operands[0] ?? NOWHERE;
  }

  private constantNode(type: Type, value: Attribute): Value {
    const node = new Node(CONSTANT);
    node.attributes.set('value', value);
    node.addOutput(this.graph.freshName(), type);
    return this.insert(node).output;
  }

  private insert(node: Node): Node {
    this.spend();
    // Weights and what else stands in no line of the source.
    if (node.place === NOWHERE) node.origin = addedBy('load');
    if (this.inPrelude && this.block === this.graph.block) {
      this.block.attach(node, this.preludeEnd === undefined ? this.block.first : this.preludeEnd.next);
      this.preludeEnd = node;
    } else this.block.append(node);
    return node;
  }

  private spend(): void {
    this.emitted += 1;
    if (this.emitted > this.limits.operations) {
      overLimit(
        'operations',
        this.limits,
        `the model has ${this.emitted} operations or more once its calls are inlined`,
      );
    }
  }
}

/** What stands for a constant among those of its kind. A map takes both zeros for one, and each list for another. */
function keyOf(type: Type, value: Attribute): Attribute {
  if (typeof value === 'object' && value !== null) return `${typeName(type)} ${String(value)}`;
  return Object.is(value, -0) ? '-0' : value;
}

/** Where those operands come from that are not constants. */
function placesOf(inputs: readonly Value[]): readonly Place[] {
  let places: Place[] | undefined;
  for (const { producer } of inputs) {
    if (producer === undefined || producer.place === NOWHERE) continue;
    if (places === undefined) places = [producer.place];
    else places.push(producer.place);
  }
  return places ?? NO_PLACES;
}

const NO_PLACES: readonly Place[] = [];
