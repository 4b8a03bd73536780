import type { Block, Graph, Node } from './graph.js';

/** Tells whether a node may go when nothing uses its results; its blocks are looked at apart. */
export type IsPure = (node: Node) => boolean;

/** Removes the nodes whose results nothing uses, and the results of branches that nothing uses. One pass backwards. */
export function removeDeadCode(graph: Graph, isPure: IsPure): void {
  sweep(graph.block, isPure);
}

function sweep(block: Block, isPure: IsPure): void {
  for (let node = block.last; node !== undefined; ) {
    const { prev } = node;
    if (isDead(node, isPure)) node.destroy();
    else {
      if (node.op === 'prim::If') dropUnusedResults(node);
      for (const inner of node.blocks) sweep(inner, isPure);
      if (node.blocks.length > 0 && isDead(node, isPure)) node.destroy();
    }
    node = prev;
  }
}

function isDead(node: Node, isPure: IsPure): boolean {
  return node.outputs.every((out) => out.uses.size === 0) && isPureThroughout(node, isPure);
}

function isPureThroughout(node: Node, isPure: IsPure): boolean {
  if (!isPure(node)) return false;
  for (const block of node.blocks) for (const n of block.nodes()) if (!isPureThroughout(n, isPure)) return false;
  return true;
}

/** Takes the unused results off a branch, so that what makes them in its blocks can go. */
function dropUnusedResults(node: Node): void {
  const kept = node.outputs.filter((out) => out.uses.size > 0);
  if (kept.length === node.outputs.length) return;
  for (const block of node.blocks) block.setReturns(kept.flatMap((out) => block.returns[out.defIndex] ?? []));
  node.outputs.splice(0, node.outputs.length, ...kept);
  kept.forEach((out, i) => {
    out.defIndex = i;
  });
}
