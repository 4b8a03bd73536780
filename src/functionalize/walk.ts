import type { Block, Node, Value } from '../ir/graph.js';
import type { Signature } from '../schema/signature.js';
import type { Emitter } from './emitter.js';
import type { FunctionalForms, SignatureSource } from './functional-form.js';
import type { Memory } from './memory.js';
import { type Place, rootOf } from './place.js';

/** What the steps of the walk share. */
export interface Walk {
  readonly memory: Memory;
  readonly emitter: Emitter;
  readonly forms: FunctionalForms;
  readonly signatures: SignatureSource;
  /** The first value that names the same object as this one. Only for values whose nodes have not been walked. */
  origin(v: Value): Value;
  /** Walks the nodes of a block in the current scope. */
  block(block: Block): void;
}

/** Removes what one node does in place. The emitter stands in front of the node. */
export type Step = (node: Node, walk: Walk, sig: Signature | undefined) => void;

/** The node's operands as they are now. */
export function takeOperands(node: Node, { memory }: Walk): void {
  node.inputs.forEach((v, i) => {
    node.setInput(i, memory.operand(v));
  });
}

/** Makes the node another operator; its first output, added where it has none, is the result. New nodes go behind it. */
export function become(node: Node, op: string, inputs: readonly Value[], walk: Walk): Value {
  const type = inputs[0]?.type ?? { kind: 'any' };
  node.op = op;
  node.origin = walk.emitter.origin();
  node.setInputs(inputs);
  emitBehind(node, walk);
  return node.outputs[0] ?? node.addOutput(walk.emitter.name(), type);
}

/** New nodes go behind this one. */
export function emitBehind(node: Node, { emitter }: Walk): void {
  if (node.parent !== undefined) emitter.moveTo(node.parent, node.next, node.place);
}

/** The value may be any of these places, or none of them. */
export function nameUnclear(v: Value, places: readonly Place[], { memory }: Walk): void {
  const storage = memory.store(v);
  storage.alternatives = places.map((place) => ({ place }));
  for (const place of places) rootOf(place).escaped = true;
}
