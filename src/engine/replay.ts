import { fail } from '../diagnostics/diagnostic.js';
import type { Graph, Node } from '../ir/graph.js';
import type { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { Inference } from '../shapes/infer.js';
import { Rewriter } from './rewriter.js';
import type { Rewrite } from './trace.js';

/** One step of a replay: the node of the fresh graph and what the rule made of it. */
export interface Replayed {
  readonly rewrite: Rewrite;
  readonly node: Node;
  readonly made: readonly Node[];
}

/**
 * The proof of a trace: does its rewrites again, in order, on another copy of the graph as it was before, without any
 * search: each rule must match the node that it is said to have matched and give the same operators. Nodes are found by
 * the names of their results, which are given in the order of the rewrites. Errors: `internal`, at the step that fails.
 */
export function replay(graph: Graph, rules: RuleSet, inference: Inference, trace: readonly Rewrite[]): Replayed[] {
  const matcher = new Matcher(rules.registry, rules.roles, inference.ranges);
  const rewriter = new Rewriter(graph, inference, rules.roles);
  const nodes = new Map<string, Node>();
  const note = (node: Node): void => {
    for (const out of node.outputs) nodes.set(out.name, node);
  };
  for (const node of graph.allNodes()) note(node);
  return trace.map((rewrite, step) => {
    const at = (what: string): never => fail('internal', `step ${step}, rule ${rewrite.rule}: ${what}`);
    const name = rewrite.node.outputs[0]?.name ?? '';
    const node = nodes.get(name);
    if (node?.parent === undefined || node.op !== rewrite.node.op) return at(`there is no ${rewrite.node.op} %${name}`);
    const rule = rules.of(node.op).find((r) => r.rule.id === rewrite.rule);
    const match = rule === undefined ? undefined : matcher.match(rule, node);
    if (match === undefined) return at(`it does not match ${node.op} %${name}`);
    const change = rewriter.apply(match);
    const made = change.made.toArray();
    const [said, got] = [operators(rewrite.made), operators(made)];
    if (said !== got) return at(`it gives ${got}, not ${said}`);
    made.forEach(note);
    return { rewrite, node, made };
  });
}

function operators(nodes: readonly Node[]): string {
  return nodes.map(({ op }) => op).join(', ');
}
