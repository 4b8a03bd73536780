import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Graph, Node } from '../ir/graph.js';
import { type ConversionRules, isCompileTimeOnly } from './graph-converter.js';

/**
 * Operators of a graph that nothing knows: `unknown-operator` for those that no schema declares, and
 * `unsupported-operator` for those that have neither recipe nor converter. One diagnostic for each place, in order.
 */
export function uncoveredOperators(
  graph: Graph,
  rules: ConversionRules,
  suggest: (op: string) => string,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const node of graph.allNodes()) {
    if (isCompileTimeOnly(node)) continue;
    const problem = uncovered(node, rules, suggest);
    if (problem !== undefined) found.push(problem);
  }
  return found;
}

function uncovered(node: Node, rules: ConversionRules, suggest: (op: string) => string): Diagnostic | undefined {
  const at = node.loc[0];
  const notes = node.loc.slice(1, 1 + MAX_CALLERS).map((site) => ({ message: 'called from here', at: site }));
  if (rules.schema(node.op) === undefined) {
    return {
      code: 'unknown-operator',
      severity: 'error',
      message: `no schema declares ${node.op}`,
      at,
      notes,
      help: suggest(node.op),
    };
  }
  if (rules.recipes(node.op).length > 0 || rules.converter(node.op) !== undefined) return undefined;
  return {
    code: 'unsupported-operator',
    severity: 'error',
    message: `${node.op} has no ONNX recipe or converter`,
    at,
    notes,
    help: 'add a recipe in a rule pack (docs/rules.md)',
  };
}

/** Callers of the line that are told. */
const MAX_CALLERS = 3;
