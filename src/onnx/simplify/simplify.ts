import type { TensorData } from '../../ir/tensor-data.js';
import { attributesKey } from '../attributes.js';
import { foldNode } from '../fold/fold.js';
import { heldConstant } from '../held-constant.js';
import { isImpure } from '../impure.js';
import { allNumbers } from '../infer/context.js';
import { opSpec } from '../op-spec.js';
import { passedOn } from '../provenance.js';
import type { OnnxGraph, OnnxModel, OnnxNode } from '../types.js';
import { repeats } from './chains.js';
import { removeDead } from './liveness.js';
import { Names } from './names.js';
import { weightView } from './weight-view.js';

/**
 * Simplifies a model in place, without a change to what it computes: small constants are folded, equal nodes shared,
 * chains of casts, reshapes and transposes shortened, dead nodes and initializers removed. Names of inputs and outputs
 * stay. Two passes over the nodes, so linear in the size of the model. Fusions are left to the runtime.
 */
export function simplify(model: OnnxModel): OnnxModel {
  const pass = new Simplifier(model.opset, countReads(model.graph), model.graph.initializers);
  pass.graph(model.graph);
  removeDead(model.graph, model.opset);
  return model;
}

/** How often each value is read, as a node's input or a graph's output. */
function countReads(graph: OnnxGraph, reads: Map<string, number> = new Map()): Map<string, number> {
  const note = (name: string): void => {
    reads.set(name, (reads.get(name) ?? 0) + 1);
  };
  for (const v of graph.outputs) note(v.name);
  for (const n of graph.nodes) {
    n.inputs.forEach(note);
    for (const a of n.attributes.values()) if (a.kind === 'graph') countReads(a.value, reads);
  }
  return reads;
}

/** Forward passes over a model's graphs. New constants become initializers of the outermost one. */
class Simplifier {
  private readonly names = new Names();
  /** Outputs of the nodes in scope, by what they compute. */
  private readonly calls = new Map<string, readonly string[]>();

  constructor(
    private readonly opset: number,
    private readonly reads: ReadonlyMap<string, number>,
    private readonly initializers: Map<string, TensorData>,
  ) {}

  graph(graph: OnnxGraph): void {
    this.names.enter(graph);
    const own = new Set<string>();
    const scoped: string[] = [];
    const kept: OnnxNode[] = [];
    const renames = new Map<string, string>();
    for (const node of graph.nodes) {
      node.inputs = node.inputs.map((name) => this.names.resolve(name));
      for (const a of node.attributes.values()) if (a.kind === 'graph') this.graph(a.value);
      if (this.isConstant(node)) continue;
      const same = this.equal(node, scoped);
      if (same !== undefined && this.replace(node, same, own, renames)) continue;
      for (const name of node.outputs) {
        own.add(name);
        this.names.producers.set(name, node);
      }
      kept.push(node);
    }
    graph.nodes = kept;
    // What this graph computes is out of scope in the graphs around it.
    for (const key of scoped) this.calls.delete(key);
    if (renames.size > 0) rename(graph.nodes, renames);
  }

  /** Makes the node's result an initializer if it is constant and no output. */
  private isConstant(node: OnnxNode): boolean {
    const [name = ''] = node.outputs;
    if (node.domain !== '' || node.outputs.length !== 1 || this.names.outputs.has(name)) return false;
    const held = node.op === 'Constant' ? heldConstant(node.attributes) : undefined;
    const data = held ?? this.folded(node, name) ?? this.soleView(node);
    if (data === undefined) return false;
    this.names.define(name, data);
    this.initializers.set(name, data);
    return true;
  }

  private folded(node: OnnxNode, name: string): TensorData | undefined {
    const inputs = node.inputs.map((x) => this.names.constants.get(x));
    if (inputs.length === 0 || inputs.some((d, i) => d === undefined && node.inputs[i] !== '')) return undefined;
    return foldNode(node.op, inputs, node.attributes, allNumbers(this.names.types.get(name)?.shape));
  }

  /** A view takes the place of its weight only where nothing else reads the weight: it would be written twice. */
  private soleView(node: OnnxNode): TensorData | undefined {
    return this.reads.get(node.inputs[0] ?? '') === 1 ? weightView(node, this.names) : undefined;
  }

  /** Values that the node's outputs equal. */
  private equal(node: OnnxNode, scoped: string[]): readonly string[] | undefined {
    const repeated = repeats(node, this.names);
    if (repeated !== undefined) return [repeated];
    if (node.effect === true || (node.domain === '' && isImpure(node.op))) return undefined;
    const spec = opSpec(node.op, this.opset, node.domain);
    const attributes = attributesKey(node.attributes, spec);
    if (attributes === undefined) return undefined;
    const made = node.outputs.map((name) => name !== '');
    const key = JSON.stringify([node.domain, node.op, made, node.inputs]) + attributes;
    const known = this.calls.get(key);
    if (known === undefined) {
      this.calls.set(key, node.outputs);
      scoped.push(key);
    }
    return known;
  }

  /**
   * Lets the node's outputs mean `same` instead. An output of the graph keeps its name: the node that makes the value
   * takes the name over, or a copy is left. Returns whether the node is gone.
   */
  private replace(
    node: OnnxNode,
    same: readonly string[],
    own: ReadonlySet<string>,
    renames: Map<string, string>,
  ): boolean {
    const pairs = node.outputs.map((name, i) => [name, same[i] ?? ''] as const);
    const fixed = pairs.filter(([name]) => this.names.outputs.has(name));
    const [only] = fixed;
    if (only !== undefined) {
      const [name, target] = only;
      const free = own.has(target) && !this.names.outputs.has(target) && !renames.has(target);
      if (fixed.length > 1 || !free) {
        if (pairs.length === 1) makeCopy(node, target);
        return false;
      }
      renames.set(target, name);
    }
    for (const [name, target] of pairs) if (!this.names.outputs.has(name)) this.names.alias(name, target);
    return true;
  }
}

function makeCopy(node: OnnxNode, target: string): void {
  if (node.op !== 'Identity') node.source = passedOn(node.source, 'simplify');
  node.op = 'Identity';
  node.domain = '';
  node.inputs = [target];
  node.attributes = new Map();
}

/** Gives values the names of the outputs that they became, here and in subgraphs. */
function rename(nodes: readonly OnnxNode[], renames: ReadonlyMap<string, string>): void {
  const named = (name: string): string => renames.get(name) ?? name;
  for (const n of nodes) {
    n.inputs = n.inputs.map(named);
    n.outputs = n.outputs.map(named);
    for (const a of n.attributes.values()) if (a.kind === 'graph') rename(a.value.nodes, renames);
  }
}
