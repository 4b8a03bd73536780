import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Rule } from '../schema/rule.js';
import { type ConversionRules, isCompileTimeOnly } from './graph-converter.js';

/** Callers of the line that are told. */
const MAX_CALLERS = 3;

/** `unknown-operator` for each node whose operator no schema declares. `suggest` gives the next step. */
export function unknownOperators(graph: Graph, rules: ConversionRules, suggest: (op: string) => string): Diagnostic[] {
  return problems(graph, (node) => {
    if (rules.schema(node.op) !== undefined) return undefined;
    return { code: 'unknown-operator', message: `no schema declares ${node.op}`, help: suggest(node.op) };
  });
}

/**
 * `unsupported-operator` for each node that has neither recipe nor converter. `nearest` tells the rule that would have
 * rewritten it, and why that did not.
 */
export function unconvertedOperators(
  graph: Graph,
  rules: ConversionRules,
  nearest: (node: Node) => { readonly rule: Rule; readonly reason: string } | undefined = () => undefined,
): Diagnostic[] {
  return problems(graph, (node) => {
    if (rules.recipes(node.op).length > 0 || rules.converter(node.op) !== undefined) return undefined;
    const miss = nearest(node);
    return {
      code: 'unsupported-operator',
      message: `${node.op} has no ONNX recipe or converter`,
      notes: miss && [{ message: `rule ${miss.rule.id} did not rewrite it: ${miss.reason}`, at: miss.rule.span }],
      help: `add a recipe in a rule pack${miss === undefined ? '' : ', or a rule for this form'} (docs/rules.md)`,
    };
  });
}

type Problem = Pick<Diagnostic, 'code' | 'message' | 'help' | 'notes'>;

function problems(graph: Graph, problemOf: (node: Node) => Problem | undefined): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const node of graph.allNodes()) {
    const problem = isCompileTimeOnly(node) ? undefined : problemOf(node);
    if (problem === undefined) continue;
    const [at, ...sites] = node.loc;
    const callers = sites.slice(0, MAX_CALLERS).map((site) => ({ message: 'called from here', at: site }));
    found.push({ ...problem, severity: 'error', at, notes: [...callers, ...(problem.notes ?? [])] });
  }
  return found;
}
