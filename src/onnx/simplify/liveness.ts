import { opSpec } from '../op-spec.js';
import type { OnnxGraph, OnnxNode } from '../types.js';

/**
 * Removes what no output depends on: nodes, initializers, types of values that are gone, and optional outputs that
 * nothing reads. One backward pass over the nodes; `live` holds the names read so far, in all graphs.
 */
export function removeDead(graph: OnnxGraph, opset: number, live: Set<string> = new Set()): void {
  for (const v of graph.outputs) live.add(v.name);
  const kept: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.effect !== true && !node.outputs.some((name) => live.has(name))) continue;
    trimOutputs(node, opset, live);
    for (const a of node.attributes.values()) if (a.kind === 'graph') removeDead(a.value, opset, live);
    for (const name of node.inputs) if (name !== '') live.add(name);
    kept.push(node);
  }
  graph.nodes = kept.reverse();
  for (const name of graph.initializers.keys()) if (!live.has(name)) graph.initializers.delete(name);
  const made = new Set(graph.nodes.flatMap((n) => n.outputs));
  for (const name of graph.valueInfo.keys()) if (!made.has(name)) graph.valueInfo.delete(name);
}

/** An optional output that nothing reads is left out (a pool's indices, a recurrent net's last states). */
function trimOutputs(node: OnnxNode, opset: number, live: ReadonlySet<string>): void {
  const spec = opSpec(node.op, opset, node.domain);
  if (spec === undefined) return;
  node.outputs = node.outputs.map((name, i) => (spec.outputs[i]?.optional && !live.has(name) ? '' : name));
  while (node.outputs.length > spec.minOutputs && node.outputs[node.outputs.length - 1] === '') node.outputs.pop();
}
