import type { RuleSet } from '../matcher/compile.js';
import type { CompiledRule } from '../matcher/pattern.js';
import type { Rule } from '../schema/rule.js';
import { witnessOf } from './cycle.js';
import type { Finding } from './finding.js';
import { graphText, sameResults, settle } from './outcome.js';
import type { Trial, Witness, WitnessSearch } from './witness.js';

/**
 * Rules whose pattern has operators inside that another rule rewrites too, so that the one that runs first decides the
 * result: critical pairs, in the terms of rewriting. Each is told with the graph that shows it.
 */
export function* orders(phase: RuleSet, search: WitnessSearch, own?: ReadonlySet<Rule>): Generator<Finding> {
  for (const rule of phase.rules) {
    if (own !== undefined && !own.has(rule)) continue;
    for (const op of rule.match.ops) {
      const outer = phase.of(op).find((c) => c.rule === rule);
      const witness = outer !== undefined && outer.depth > 1 ? witnessOf(outer, op, search) : undefined;
      const inner = outer && witness && rivalOf(outer, witness, phase);
      if (outer === undefined || witness === undefined || inner === undefined) continue;
      yield finding(rule, inner.rule, witness, inner.texts);
      break;
    }
  }
}

interface Rival {
  readonly rule: Rule;
  readonly texts: readonly [outer: string, inner: string];
}

/** A rule that matches inside of the witness and leads elsewhere. */
function rivalOf(outer: CompiledRule, witness: Witness, phase: RuleSet): Rival | undefined {
  const count = nodesOf(witness.build()).length;
  for (let i = 0; i < count; i++) {
    const trial = witness.build();
    const node = nodesOf(trial)[i];
    if (node === undefined || node === trial.node) continue;
    const inner = phase.of(node.op).find((r) => trial.matcher.match(r, node) !== undefined);
    if (inner === undefined) continue;
    const other = settle(trial, inner, phase, node);
    const one = settle(witness.build(), outer, phase);
    if (one === undefined || other === undefined || sameResults(one, other)) continue;
    return { rule: inner.rule, texts: [graphText(one), graphText(other)] };
  }
  return undefined;
}

function nodesOf(trial: Trial) {
  return [...trial.graph.allNodes()];
}

function finding(rule: Rule, inner: Rule, witness: Witness, [one, other]: Rival['texts']): Finding {
  return {
    code: 'rule-order',
    rule,
    part: 'match',
    message: `\`${rule.id}\` and \`${inner.id}\` meet in one graph, and the one that runs first decides its result`,
    notes: [
      { message: `\`${inner.id}\``, at: inner.span },
      { message: `on\n${witness.text()}` },
      { message: `with \`${rule.id}\` first it becomes\n${one}` },
      { message: `with \`${inner.id}\` first it becomes\n${other}` },
    ],
  };
}
