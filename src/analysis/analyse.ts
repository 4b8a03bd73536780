import type { Rule } from '../schema/rule.js';
import { cycles } from './cycle.js';
import type { Finding } from './finding.js';
import { orders } from './order.js';
import { overlaps } from './overlap.js';
import { shadowed } from './shadow.js';
import { MAX_TRIALS, type Rules, WitnessSearch } from './witness.js';

/** Graphs that are tried for a rule where not all can be: most rules need fewer than ten. */
const FEW_TRIALS = 40;

/**
 * What is wrong with rules beside each other: overlaps, rules that never fire, cycles. Looks at all rules, or at those of
 * `own` and how they go with the others. Pairs are those of one root operator, so that the work grows with the rules of
 * an operator, not with the book. `budget` limits the graphs that are tried for the pairs of a phase, and leaves few for
 * each rule to find its cycles.
 */
export function analyse(rules: Rules, own?: ReadonlySet<Rule>, budget?: number): Finding[] {
  const found: Finding[] = [];
  for (const phase of rules.phases) {
    const search = new WitnessSearch(rules, budget);
    const overlapping = [...overlaps(rules, phase, search, own)];
    const told = new Set(overlapping.map((f) => f.rule));
    found.push(...overlapping);
    for (const f of shadowed(rules, phase, own)) if (!told.has(f.rule)) found.push(f);
    // Pairs must not use up what cycles are found by: of these a run never ends.
    found.push(...cycles(phase, new WitnessSearch(rules), own, budget === undefined ? MAX_TRIALS : FEW_TRIALS));
  }
  return found;
}

/** Rules whose result depends on which of them runs first, at different nodes. */
export function orderings(rules: Rules, own?: ReadonlySet<Rule>): Finding[] {
  const search = new WitnessSearch(rules);
  return rules.phases.flatMap((phase) => [...orders(phase, search, own)]);
}
