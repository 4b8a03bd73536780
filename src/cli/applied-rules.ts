import type { Span } from '../diagnostics/diagnostic.js';
import type { Graph, Node } from '../ir/graph.js';

/** What one rule left in a graph. */
export interface AppliedRule {
  readonly rule: string;
  readonly nodes: number;
  /** Operators of these nodes, the most frequent first. */
  readonly operators: readonly string[];
  /** Places in the user's Python, each once, in the graph's order. */
  readonly places: readonly Span[];
}

/** The rules whose nodes stand in a graph, by their number of nodes. One pass. */
export function appliedRules(graph: Graph): AppliedRule[] {
  const byRule = new Map<string, Node[]>();
  for (const node of graph.allNodes()) {
    // Constants that a rewrite made for its operators' arguments tell nothing.
    const { origin } = node;
    if (origin === undefined || origin.pass || node.inputs.length === 0) continue;
    const nodes = byRule.get(origin.by);
    if (nodes === undefined) byRule.set(origin.by, [node]);
    else nodes.push(node);
  }
  return [...byRule]
    .map(([rule, nodes]) => ({ rule, nodes: nodes.length, operators: operatorsOf(nodes), places: placesOf(nodes) }))
    .sort((a, b) => b.nodes - a.nodes || (a.rule < b.rule ? -1 : 1));
}

function operatorsOf(nodes: readonly Node[]): string[] {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([op]) => op);
}

function placesOf(nodes: readonly Node[]): Span[] {
  const places = new Map<string, Span>();
  for (const { loc } of nodes) {
    const [at] = loc;
    if (at !== undefined) places.set(`${at.file}:${at.line}`, at);
  }
  return [...places.values()];
}

/** Places that one line of a table shows. */
const SHOWN_PLACES = 3;

/** A table for people: rule, number of nodes, operators, places. */
export function rulesTable(rules: readonly AppliedRule[]): string[] {
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  return rules.map(({ rule, nodes, operators, places }) => {
    const shown = places.slice(0, SHOWN_PLACES).map(({ file, line }) => `${file.replace(/^.*[\\/]/, '')}:${line}`);
    const more = places.length > SHOWN_PLACES ? ', ...' : '';
    return `  ${rule.padEnd(width)}  ${String(nodes).padStart(4)}  ${operators[0] ?? ''}  ${shown.join(', ')}${more}`.trimEnd();
  });
}
