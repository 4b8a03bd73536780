import { Node, type Value } from '../ir/graph.js';
import type { Matcher } from '../matcher/match.js';
import { describePlace } from '../matcher/near-miss.js';
import type { NearMiss } from '../matcher/pattern.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RuleMiss } from './explanation.js';

/** A near miss in words: the graph that it points into changes later. */
export function missOf({ rule, reason, at, depth }: NearMiss): RuleMiss {
  return { rule: rule.id, reason, place: describePlace(at), source: lineOf(at), depth, at: rule.span };
}

function lineOf(at: Node | Value): RuleMiss['source'] {
  return (at instanceof Node ? at : at.producer)?.loc[0];
}

/** The rules for a node's operator that do not match it, the one that came farthest first. */
export function missesAt(node: Node, rules: RuleBook, matcher: Matcher): RuleMiss[] {
  const misses: RuleMiss[] = [];
  for (const set of [rules.lowering, rules.translation]) {
    for (const rule of set.of(node.op)) {
      const miss = matcher.explain(rule, node);
      if (miss !== undefined) misses.push(missOf(miss));
    }
  }
  return misses.sort((a, b) => b.depth - a.depth);
}
