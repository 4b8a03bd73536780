import { Block, type Graph, type Node, type Value } from '../ir/graph.js';
import { carryOver } from './refine.js';

/** Moves the parameters, nodes and returns of a block to an empty one, as they are. */
export function moveBlock(from: Block, to: Block, graph: Graph): void {
  for (const p of from.params) {
    const param = to.addParam(graph.freshName(p.name), p.type);
    carryOver(p, param);
    p.replaceAllUsesWith(param);
  }
  for (const n of from.nodes()) to.append(n);
  const returns = [...from.returns];
  from.setReturns([]);
  for (const r of returns) to.addReturn(r);
}

/** Moves the nodes of a block in front of `anchor`, where `values` stand for its parameters; what it returned. */
export function inlineBlock(block: Block, anchor: Node, values: readonly Value[]): Value[] {
  block.params.forEach((p, i) => {
    const value = values[i];
    if (value !== undefined) p.replaceAllUsesWith(value);
  });
  for (const n of block.nodes()) n.insertBefore(anchor);
  const returns = [...block.returns];
  block.setReturns([]);
  return returns;
}

/** The values that a block returns, and that its nodes and the blocks inside them read. */
export function* readIn(block: Block): Generator<Value> {
  yield* block.returns;
  for (const n of block.nodes()) {
    yield* n.inputs;
    for (const b of n.blocks) yield* readIn(b);
  }
}

/** Puts a node right after the node that makes the value, or first in the block that it is a parameter of. */
export function insertAfterDefinition(node: Node, value: Value): void {
  const { def } = value;
  if (def instanceof Block) def.attach(node, def.first);
  else node.insertAfter(def);
}
