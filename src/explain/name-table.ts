import type { Rewrite } from '../engine/trace.js';
import type { Graph, Node } from '../ir/graph.js';
import type { OnnxNode } from '../onnx/types.js';
import { namesOf } from './onnx-nodes.js';

/**
 * The names that a node goes by: its own, those of the nodes that it was made of, and those that it became in the graph
 * and in ONNX. Linear in the nodes and the lengths of their chains.
 */
export class NameTable {
  private readonly madeOf = new Map<Node, Node>();
  private readonly names = new Map<Node, Set<string>>();

  constructor(rewrites: Iterable<Rewrite>, graph: Graph | undefined, onnx: readonly OnnxNode[]) {
    for (const { node, made } of rewrites) for (const n of made) this.madeOf.set(n, node);
    const byResult = new Map<string, string[]>();
    for (const node of onnx) {
      const result = node.source?.result;
      if (result === undefined) continue;
      const names = byResult.get(result);
      if (names === undefined) byResult.set(result, namesOf(node));
      else names.push(...namesOf(node));
    }
    for (const node of graph?.allNodes() ?? []) {
      const own = node.outputs.map(({ name }) => name);
      const all = [...own, ...own.flatMap((name) => byResult.get(name) ?? [])];
      for (let n: Node | undefined = node; n !== undefined; n = this.madeOf.get(n)) this.add(n, all);
    }
  }

  private add(node: Node, names: readonly string[]): void {
    const known = this.names.get(node) ?? new Set(node.outputs.map(({ name }) => name));
    for (const name of names) known.add(name);
    this.names.set(node, known);
  }

  /** Of a node of the graph, at whatever time it stood there. */
  of(node: Node): string[] {
    const names = [...(this.names.get(node) ?? node.outputs.map(({ name }) => name))];
    return [...names, ...this.before(node)];
  }

  /** Those of the nodes that a node was made of. */
  before(node: Node | undefined): string[] {
    const names: string[] = [];
    for (let n = node && this.madeOf.get(node); n !== undefined; n = this.madeOf.get(n)) {
      names.push(...n.outputs.map(({ name }) => name));
    }
    return names;
  }
}
