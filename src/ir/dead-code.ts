import { type Block, type Graph, Node, type Value } from './graph.js';
import { IF, LOOP } from './primitives.js';

/** Where it stands which operators do nothing but what their results say. */
export interface PuritySource {
  get(op: string): { readonly pure?: boolean } | undefined;
}

/**
 * Removes the nodes whose results nothing uses, and the results of branches and the carried values of loops that nothing
 * but themselves needs. Marks what is needed, from the outputs and the impure nodes on, and sweeps the rest. Linear.
 * An operator without a schema may do anything, so it stays.
 */
export function eliminateDeadCode(graph: Graph, schemas: PuritySource): void {
  const marker = new Marker();
  for (const v of graph.outputs) marker.value(v);
  for (const node of graph.allNodes()) if (schemas.get(node.op)?.pure !== true) marker.node(node);
  marker.run();
  sweep(graph.block, marker);
}

class Marker {
  private readonly values = new Set<Value>();
  private readonly nodes = new Set<Node>();
  private readonly pending: Value[] = [];

  value(v: Value): void {
    if (this.values.has(v)) return;
    this.values.add(v);
    this.pending.push(v);
  }

  has(v: Value): boolean {
    return this.values.has(v);
  }

  hasNode(node: Node): boolean {
    return this.nodes.has(node);
  }

  /** The node stays: what it needs whatever becomes of its results, and the nodes around it. */
  node(node: Node): void {
    for (let n: Node | undefined = node; n !== undefined && !this.nodes.has(n); n = n.parent?.owner) {
      this.nodes.add(n);
      if (n.op === IF || n.op === LOOP) this.control(n);
      else {
        for (const v of n.inputs) this.value(v);
        for (const b of n.blocks) for (const v of b.returns) this.value(v);
      }
    }
  }

  run(): void {
    for (let v = this.pending.pop(); v !== undefined; v = this.pending.pop()) {
      const { def } = v;
      if (def instanceof Node) {
        this.node(def);
        this.result(def, v.defIndex);
      } else if (def.owner !== undefined) {
        this.node(def.owner);
        this.param(def, def.owner, v.defIndex);
      }
    }
  }

  /** Whether and how often blocks run. */
  private control(node: Node): void {
    const count = node.op === IF ? 1 : 2;
    for (const v of node.inputs.slice(0, count)) this.value(v);
    const goOn = node.op === LOOP ? node.blocks[0]?.returns[0] : undefined;
    if (goOn !== undefined) this.value(goOn);
  }

  private result(node: Node, index: number): void {
    if (node.op === IF) {
      for (const b of node.blocks) this.mark(b.returns[index]);
    } else if (node.op === LOOP) this.carried(node, index);
  }

  private param(block: Block, owner: Node, index: number): void {
    if (owner.op === LOOP && index > 0 && block === owner.blocks[0]) this.carried(owner, index - 1);
  }

  /** A carried value that is needed anywhere is needed at the start and at the end of a round. */
  private carried(node: Node, index: number): void {
    this.mark(node.inputs[index + 2]);
    this.mark(node.blocks[0]?.returns[index + 1]);
    this.mark(node.blocks[0]?.params[index + 1]);
    this.mark(node.outputs[index]);
  }

  private mark(v: Value | undefined): void {
    if (v !== undefined) this.value(v);
  }
}

/** Backwards, so that what a node uses is looked at after the node. */
function sweep(block: Block, marker: Marker): void {
  const stack: { readonly block: Block; node: Node | undefined }[] = [{ block, node: block.last }];
  for (let top = stack[stack.length - 1]; top !== undefined; top = stack[stack.length - 1]) {
    const { node } = top;
    if (node === undefined) {
      stack.pop();
      continue;
    }
    top.node = node.prev;
    if (!marker.hasNode(node)) {
      node.destroy();
      continue;
    }
    if (node.op === IF) dropResults(node, marker);
    else if (node.op === LOOP) dropCarried(node, marker);
    for (const inner of node.blocks) stack.push({ block: inner, node: inner.last });
  }
}

function dropResults(node: Node, marker: Marker): void {
  const kept = node.outputs.filter((out) => marker.has(out));
  if (kept.length === node.outputs.length) return;
  for (const block of node.blocks) block.setReturns(kept.flatMap((out) => block.returns[out.defIndex] ?? []));
  renumber(node.outputs, kept, 0);
}

function dropCarried(node: Node, marker: Marker): void {
  const [body] = node.blocks;
  const kept = node.outputs.filter((out) => marker.has(out));
  if (body === undefined || kept.length === node.outputs.length) return;
  const slots = kept.map((out) => out.defIndex);
  node.setInputs([...node.inputs.slice(0, 2), ...slots.flatMap((k) => node.inputs[k + 2] ?? [])]);
  body.setReturns([...body.returns.slice(0, 1), ...slots.flatMap((k) => body.returns[k + 1] ?? [])]);
  // Nodes that use a dropped parameter are dead too: they go before the block is left.
  renumber(body.params, [...body.params.slice(0, 1), ...slots.flatMap((k) => body.params[k + 1] ?? [])], 0);
  renumber(node.outputs, kept, 0);
}

function renumber(values: Value[], kept: readonly Value[], from: number): void {
  values.splice(0, values.length, ...kept);
  kept.forEach((v, i) => {
    v.defIndex = from + i;
  });
}
