import type { OpName } from '../ir/graph.js';
import type { RuleSet } from '../matcher/compile.js';
import type { CompiledRule } from '../matcher/pattern.js';
import type { Rule } from '../schema/rule.js';
import type { Finding } from './finding.js';
import { graphText, sameResults, settle } from './outcome.js';
import { operatorTerm } from './term.js';
import { type Aim, aimOf, type Rules, type Trial, type Witness, type WitnessSearch } from './witness.js';

/** Alternatives of a pattern that are looked at; more are spellings of the same. */
export const MAX_ALTERNATIVES = 8;
/** Graphs tried for a pair of rules, whatever their alternatives. */
const MAX_PAIR_TRIALS = 150;
/** The least, where the pairs share what is left to all: it lets the plainest graphs be tried. */
const MIN_PAIR_TRIALS = 8;
/** Graphs on which two rules agree, after which they are taken to agree. */
const MAX_AGREEMENTS = 6;

/**
 * Rules of equal benefit that match one graph at one node and lead to different results: which of them wins would be
 * left to the order of the files. Only pairs with a rule of `own`, where it is given. A pair is reported with a graph
 * that shows it; a pair for which none is found is no overlap.
 */
export function* overlaps(
  rules: Rules,
  phase: RuleSet,
  search: WitnessSearch,
  own?: ReadonlySet<Rule>,
): Generator<Finding> {
  const told = new Set<string>();
  const all = [...operatorsOf(phase, own)].flatMap((op) =>
    [...pairs(phase.of(op), own)].map(([a, b]) => ({ op, a, b, key: `${a.rule.id} ${b.rule.id}` })),
  );
  for (const [i, { op, a, b, key }] of all.entries()) {
    if (told.has(key)) continue;
    const later = own?.has(a.rule) === true && !own.has(b.rule) ? a : b;
    const share = Math.max(MIN_PAIR_TRIALS, Math.floor(search.left / (all.length - i)));
    const goal = { op, a: a === later ? b : a, b: later, limit: Math.min(MAX_PAIR_TRIALS, share) };
    const found = overlapAt(goal, rules, phase, search);
    if (found === undefined) continue;
    told.add(key);
    yield found;
  }
}

/** Two rules at an operator, and how many graphs are tried for them. */
interface Pair {
  readonly op: OpName;
  readonly a: CompiledRule;
  readonly b: CompiledRule;
  readonly limit: number;
}

/** Root operators of the rules, or of those of `own`. */
export function operatorsOf(phase: RuleSet, own: ReadonlySet<Rule> | undefined): Set<OpName> {
  return new Set(phase.rules.filter((r) => own === undefined || own.has(r)).flatMap((r) => r.match.ops));
}

/** Pairs of equal benefit, in their order. */
function* pairs(
  list: readonly CompiledRule[],
  own: ReadonlySet<Rule> | undefined,
): Generator<readonly [CompiledRule, CompiledRule]> {
  for (const [i, a] of list.entries()) {
    for (let j = i + 1; j < list.length; j++) {
      const b = list[j];
      if (b === undefined || b.rule.benefit !== a.rule.benefit) break;
      if (own === undefined || own.has(a.rule) || own.has(b.rule)) yield [a, b];
    }
  }
}

function overlapAt(
  { op, a, b, limit }: Pair,
  rules: Rules,
  phase: RuleSet,
  search: WitnessSearch,
): Finding | undefined {
  const before = rivals(op, a.rule.benefit, rules, phase);
  let agreements = 0;
  const accepts = (trial: Trial, again: () => Trial): boolean => {
    if (before.some((r) => trial.matcher.match(r, trial.node) !== undefined)) return false;
    const [one, other] = [settle(trial, a, phase), settle(again(), b, phase)];
    if (one !== undefined && other !== undefined && !sameResults(one, other)) return true;
    agreements += 1;
    return false;
  };
  const enough = () => agreements >= MAX_AGREEMENTS;
  const last = search.trials + limit;
  for (const aims of unified(op, a, b)) {
    const witness = search.find(aims[0].term, { aims, accepts, enough, limit: last - search.trials });
    if (witness !== undefined) return finding(a, b, phase, witness);
  }
  return undefined;
}

/** Rules that come before those of a benefit: of higher ones, and those of the phases before. */
export function rivals(op: OpName, benefit: number, rules: Rules, phase: RuleSet): CompiledRule[] {
  const earlier = rules.phases.slice(0, rules.phases.indexOf(phase)).flatMap((p) => p.of(op));
  return [...earlier, ...phase.of(op).filter((r) => r.rule.benefit > benefit)];
}

/** The aims of both, their terms made one, for each choice of their alternatives. */
function* unified(op: OpName, a: CompiledRule, b: CompiledRule): Generator<readonly [Aim, Aim]> {
  for (const x of a.variants.slice(0, MAX_ALTERNATIVES)) {
    for (const y of b.variants.slice(0, MAX_ALTERNATIVES)) {
      const [one, other] = [aimOf(a, x), aimOf(b, y)];
      if (one.term.unify(operatorTerm(op)) && one.term.unify(other.term)) yield [one, other];
    }
  }
}

function finding(a: CompiledRule, b: CompiledRule, phase: RuleSet, witness: Witness): Finding {
  const [x, y] = [settle(witness.build(), a, phase), settle(witness.build(), b, phase)];
  const results = (id: string, graph: typeof x) => ({
    message: `with \`${id}\` it becomes\n${graph === undefined ? '' : graphText(graph)}`,
  });
  return {
    code: 'rule-overlap',
    rule: b.rule,
    part: 'match',
    message: `\`${b.rule.id}\` and \`${a.rule.id}\` match one graph at the same benefit (${a.rule.benefit}), and disagree`,
    notes: [
      { message: `\`${a.rule.id}\``, at: a.rule.span },
      { message: `both match\n${witness.text()}` },
      results(a.rule.id, x),
      results(b.rule.id, y),
    ],
  };
}
