import { witnessOf } from '../../../analysis/cycle.js';
import { type Trial, WitnessSearch } from '../../../analysis/witness.js';
import { type Dim, dimKey } from '../../../ir/dim.js';
import { printGraph } from '../../../ir/print.js';
import { RuleSet } from '../../../matcher/compile.js';
import type { RuleBook } from '../../../rulebook/load.js';
import { STUB } from '../../../rulebook/stubs.js';
import type { Rule } from '../../../schema/rule.js';
import { missReason, ruleResult } from '../rule-result.js';
import { NO_CALL, partText } from './case-files.js';
import { type CallText, callText, EXTENTS, type Extents } from './case-text.js';

/**
 * The case file of any rule, from graphs made for its pattern: one that it rewrites, one with its operator that it leaves
 * alone. What is not found within the limits of the search is left to the author.
 */
export function witnessCases(book: RuleBook, rule: Rule): string {
  const fires = firing(book, rule);
  const holds = holding(book, rule);
  return `rule: ${rule.id}\ncases:\n${fires}${holds}`;
}

function firing(book: RuleBook, rule: Rule): string {
  const search = new WitnessSearch({
    registry: book.registry,
    roles: book.roles,
    phases: [book.lowering, book.translation],
  });
  for (const { op, compiled } of roots(book, rule)) {
    const witness = witnessOf(compiled, op, search);
    const call = witness === undefined ? undefined : callOf(witness.build());
    if (call === undefined) continue;
    const scope = { name: rule.id, span: rule.span, dims: call.dims };
    const result = ruleResult(book, rule, scope, call.graph);
    if (!('text' in result)) continue;
    return partText(`a graph that \`${rule.id}\` rewrites  ${STUB} what the case shows`, call, { after: result.text });
  }
  return partText(`a graph that the rule rewrites  ${STUB} before and after`, NO_CALL, { after: NO_CALL.graph });
}

/** A call by constants, where the rule needs what varies; else a graph without its operators. */
function holding(book: RuleBook, rule: Rule): string {
  for (const op of rule.match.ops) {
    const signature = book.registry.get(op)?.signature;
    if (signature === undefined || signature.varargs || signature.varresults) continue;
    for (const extents of EXTENTS) {
      const call = callText(signature, [], book.castOperator, extents);
      const scope = { name: rule.id, span: rule.span, dims: call?.dims ?? {} };
      const because = call === undefined ? undefined : missReason(book, rule, scope, call.graph);
      if (call === undefined || because === undefined) continue;
      return partText(`a graph that \`${rule.id}\` leaves alone  ${STUB} what the case shows`, call, { because });
    }
  }
  return partText('another operator', NO_CALL, { because: `no ${rule.match.ops.join(' or ')} here` });
}

/** The operators that the rule may be tried at. */
function roots(book: RuleBook, rule: Rule) {
  const set = new RuleSet([rule], book.registry, book.roles);
  return rule.match.ops.flatMap((op) => set.of(op).map((compiled) => ({ op, compiled })));
}

function callOf({ graph }: Trial): CallText {
  const dims: Record<string, Extents> = {};
  for (const { name, type } of graph.inputs) {
    if (type.kind !== 'tensor' || type.shape === undefined) continue;
    if (type.shape.some((d) => typeof d !== 'number')) dims[name] = type.shape.map(extent);
  }
  return { graph: printGraph(graph, { overloads: false, locations: false }), dims };
}

function extent(dim: Dim): number | string {
  return typeof dim === 'number' ? dim : dimKey(dim);
}
