import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.js';
import { runRules } from '../../engine/driver.js';
import type { Graph } from '../../ir/graph.js';
import { printGraph } from '../../ir/print.js';
import { verify } from '../../ir/verify.js';
import { RuleSet } from '../../matcher/compile.js';
import { Matcher } from '../../matcher/match.js';
import type { RuleBook } from '../../rulebook/load.js';
import type { Rule } from '../../schema/rule.js';
import { signatureCheck } from '../../schema/signature-check.js';
import { inferBlock } from '../../shapes/blocks.js';
import { Inference } from '../../shapes/infer.js';
import { type CaseScope, caseGraph } from '../../testing/case-graph.js';

/** What a rule alone makes of a graph, or why it makes nothing that may be kept. */
export type RuleResult = { readonly text: string } | { readonly problems: readonly Diagnostic[] };

/**
 * The text of what a rule makes of the graph `before` of a case. `problems` where the text is no graph, the rule does
 * not match, does not come to an end, or what it makes does not verify.
 */
export function ruleResult(book: RuleBook, rule: Rule, c: CaseScope, before: string): RuleResult {
  const problem = (message: string): RuleResult => ({
    problems: [{ code: 'rule-case', severity: 'error', message: `${c.name}: ${message}`, at: c.span }],
  });
  try {
    const graph = caseGraph(book, c, before);
    const inference = new Inference(book.registry);
    inferBlock(graph.block, inference);
    const { steps, stop } = runRules(graph, new RuleSet([rule], book.registry, book.roles), inference);
    if (steps === 0) return problem(`\`${rule.id}\` does not match`);
    if (stop !== 'fixpoint') return problem(`\`${rule.id}\` stops with ${stop}`);
    const wrong = verify(graph, signatureCheck(book.registry));
    return wrong.length > 0 ? { problems: wrong } : { text: textOf(graph) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { problems: error.diagnostics };
  }
}

/** Why a rule matches nowhere in a graph, by the first node of its operators; undefined where it does, or none is there. */
export function missReason(book: RuleBook, rule: Rule, c: CaseScope, text: string): string | undefined {
  try {
    const graph = caseGraph(book, c, text);
    const inference = new Inference(book.registry);
    inferBlock(graph.block, inference);
    const set = new RuleSet([rule], book.registry, book.roles);
    const matcher = new Matcher(book.registry, book.roles, inference.ranges);
    const tried = [...graph.allNodes()].flatMap((node) => set.of(node.op).map((r) => matcher.explain(r, node)?.reason));
    return tried.includes(undefined) ? undefined : tried[0];
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

/** True where the shapes of a case's graph fit its operators. */
export function fits(book: RuleBook, c: CaseScope, text: string): boolean {
  try {
    inferBlock(caseGraph(book, c, text).block, new Inference(book.registry));
    return true;
  } catch (error) {
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

/** As people write it: values that a rewrite has made are named `r.1` only where there is another `r`. */
function textOf(graph: Graph): string {
  const text = printGraph(graph, { overloads: false, locations: false });
  const names = new Set(text.match(/%[\w.]+/g));
  const renamed = new Map<string, string>();
  for (const name of names) {
    const base = name.replace(/\.\d+$/, '');
    if (names.has(base)) continue;
    names.add(base);
    renamed.set(name, base);
  }
  return text.replace(/%[\w.]+/g, (name) => renamed.get(name) ?? name);
}
