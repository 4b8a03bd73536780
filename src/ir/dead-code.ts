import type { Block, Graph, Node, Value } from './graph.js';

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
      if (node.op === 'prim::Loop') dropUnusedCarried(node);
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
  reindexed(node.outputs, kept);
}

/** Takes off a loop what it only passes on from round to round and nobody reads. */
function dropUnusedCarried(node: Node): void {
  const body = node.blocks[0];
  if (body === undefined) return;
  const kept = node.outputs.filter((out, i) => {
    const uses = [...(body.params[i + 1]?.uses ?? [])];
    return out.uses.size > 0 || uses.some((use) => use.user !== body || use.index !== i + 1);
  });
  if (kept.length === node.outputs.length) return;
  const indexes = kept.map((out) => out.defIndex);
  const inputs = indexes.flatMap((i) => node.inputs[i + 2] ?? []);
  const returns = indexes.flatMap((i) => body.returns[i + 1] ?? []);
  const params = indexes.flatMap((i) => body.params[i + 1] ?? []);
  node.setInputs([...node.inputs.slice(0, 2), ...inputs]);
  body.setReturns([...body.returns.slice(0, 1), ...returns]);
  reindexed(body.params, [...body.params.slice(0, 1), ...params]);
  reindexed(node.outputs, kept);
}

/** Puts these values in place of all and numbers them anew. */
function reindexed(values: Value[], kept: readonly Value[]): void {
  values.splice(0, values.length, ...kept);
  kept.forEach((v, i) => {
    v.defIndex = i;
  });
}
