import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { runRules } from '../engine/driver.js';
import { Rewriter } from '../engine/rewriter.js';
import { type Attribute, type Block, type Graph, Node, type Value } from '../ir/graph.js';
import { CONSTANT } from '../ir/primitives.js';
import { printGraph } from '../ir/print.js';
import { TensorData } from '../ir/tensor-data.js';
import { typeText } from '../ir/type-text.js';
import type { RuleSet } from '../matcher/compile.js';
import type { CompiledRule } from '../matcher/pattern.js';
import type { Trial } from './witness.js';

/** A witness has a dozen nodes: rewriting it takes fewer steps than this unless rules feed each other. */
export const MAX_STEPS = 200;
/** Rewrites of what rewrites made; see MAX_GENERATIONS of the driver. */
export const MAX_GENERATIONS = 24;

/**
 * What becomes of a trial's graph when `first` rewrites its node (or another one) and then the rules run until none
 * matches. Undefined where they do not settle, or where what they make does not fit.
 */
export function settle(trial: Trial, first: CompiledRule, rules: RuleSet, node = trial.node): Graph | undefined {
  const match = trial.matcher.match(first, node);
  if (match === undefined) return undefined;
  const rewriter = new Rewriter(trial.graph, trial.inference, rules.roles);
  try {
    rewriter.apply(match);
    const { stop } = runRules(trial.graph, rules, trial.inference, {
      maxSteps: MAX_STEPS,
      maxGenerations: MAX_GENERATIONS,
    });
    return stop === 'fixpoint' ? trial.graph : undefined;
  } catch (e) {
    if (e instanceof DiagnosticError) return undefined;
    throw e;
  }
}

/** True if the results of two graphs with the same inputs are the same, whatever the names and the order of the nodes. */
export function sameResults(a: Graph, b: Graph): boolean {
  const terms = new Terms();
  const [x, y] = [terms.results(a), terms.results(b)];
  return x.length === y.length && x.every((id, i) => id === y[i]);
}

/** The text of a graph as findings show it: overloads named, places left out. */
export function graphText(graph: Graph): string {
  return printGraph(graph, { overloads: true, locations: false }).trimEnd();
}

/** Numbers equal terms alike. */
class Terms {
  private readonly ids = new Map<string, number>();
  private readonly known = new Map<Value, number>();
  private blocks = 0;

  results(graph: Graph): number[] {
    this.params(graph.block, 'input');
    return graph.outputs.map((v) => this.value(v));
  }

  private params(block: Block, prefix: string): void {
    block.params.forEach((p, i) => {
      this.known.set(p, this.id(`${prefix} ${i} ${typeText(p.type)}`));
    });
  }

  private id(key: string): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(key, id);
    }
    return id;
  }

  private value(v: Value): number {
    let id = this.known.get(v);
    if (id === undefined) {
      const { def } = v;
      id = this.id(def instanceof Node ? `${this.node(def)} ${v.defIndex}` : `free ${v.name}`);
      this.known.set(v, id);
    }
    return id;
  }

  private node(node: Node): number {
    const attributes = [...node.attributes].map(([k, a]) => `${k}=${attributeKey(a)}`).join(' ');
    const type = node.op === CONSTANT ? (node.outputs[0]?.type.kind ?? '') : '';
    const operands = node.inputs.map((v) => this.value(v)).join(',');
    const blocks = node.blocks.map((b) => this.block(b)).join(';');
    return this.id(`${node.op} ${attributes} ${type} (${operands}) ${blocks}`);
  }

  private block(block: Block): string {
    this.blocks += 1;
    this.params(block, `param ${this.blocks}`);
    const returns = block.returns.map((v) => this.value(v)).join(',');
    this.blocks -= 1;
    return returns;
  }
}

function attributeKey(a: Attribute): string {
  if (a instanceof TensorData) return `${a.dtype}[${a.shape.join(',')}]`;
  return typeof a === 'bigint' ? String(a) : JSON.stringify(a);
}
