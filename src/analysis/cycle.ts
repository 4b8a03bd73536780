import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { runRules } from '../engine/driver.js';
import { Rewriter } from '../engine/rewriter.js';
import type { Outcome, Rewrite } from '../engine/trace.js';
import type { OpName } from '../ir/graph.js';
import { CONSTANT } from '../ir/primitives.js';
import { type NodeCheck, verify } from '../ir/verify.js';
import type { RuleSet } from '../matcher/compile.js';
import type { CompiledRule } from '../matcher/pattern.js';
import type { Rule, RuleId } from '../schema/rule.js';
import { signatureCheck } from '../schema/signature-check.js';
import type { Finding } from './finding.js';
import { MAX_GENERATIONS, MAX_STEPS } from './outcome.js';
import { MAX_ALTERNATIVES } from './overlap.js';
import { operatorTerm } from './term.js';
import { aimOf, MAX_TRIALS, type Trial, type Witness, type WitnessSearch } from './witness.js';

/**
 * Rules that feed each other for ever: each rule fires on a graph made for it, and the rules run on. Where they do not
 * come to an end, the rules that took turns are told, with the operators between them.
 */
export function* cycles(
  phase: RuleSet,
  search: WitnessSearch,
  own?: ReadonlySet<Rule>,
  limit = MAX_TRIALS,
): Generator<Finding> {
  const told = new Set<string>();
  const check = signatureCheck(phase.registry);
  const order = new Map(phase.rules.map((r, i) => [r.id, i]));
  for (const rule of phase.rules) {
    if (own !== undefined && !own.has(rule)) continue;
    const last = search.trials + limit;
    for (const op of rule.match.ops) {
      const compiled = phase.of(op).find((c) => c.rule === rule);
      const witness = compiled && witnessOf(compiled, op, search, Math.max(1, last - search.trials));
      if (compiled === undefined || witness === undefined) continue;
      const trial = witness.build();
      const outcome = run(trial, compiled, phase, check);
      if (typeof outcome === 'string') {
        yield misfit(rule, outcome, witness);
        break;
      }
      if (outcome === undefined || outcome.stop === 'fixpoint') continue;
      const chain = turn(outcome.chain);
      // The rule that was written last closes the circle; of a pack's and others' the pack's.
      const closing = [...chain].sort((a, b) => place(b) - place(a))[0];
      const at = phase.rules.find((r) => r.id === closing) ?? rule;
      const key = [...new Set(chain)].sort().join(' ');
      if (told.has(key)) continue;
      told.add(key);
      yield finding(at, chain, outcome.trace, phase, witness);
    }
  }

  function place(id: RuleId): number {
    const index = order.get(id) ?? 0;
    const rule = phase.rules[index];
    return own !== undefined && rule !== undefined && own.has(rule) ? index + phase.rules.length : index;
  }
}

/** A graph on which a rule matches at a node of the operator; undefined where `limit` graphs hold none. */
export function witnessOf(
  rule: CompiledRule,
  op: OpName,
  search: WitnessSearch,
  limit = MAX_TRIALS,
): Witness | undefined {
  const last = search.trials + limit;
  for (const variant of rule.variants.slice(0, MAX_ALTERNATIVES)) {
    const aim = aimOf(rule, variant);
    const goal = { aims: [aim], limit: last - search.trials };
    const witness = aim.term.unify(operatorTerm(op)) ? search.find(aim.term, goal) : undefined;
    if (witness !== undefined) return witness;
  }
  return undefined;
}

/** Fires the rule at its node and then runs all; tells what is wrong where the rule makes what does not fit. */
function run(trial: Trial, first: CompiledRule, phase: RuleSet, check: NodeCheck): Outcome | string | undefined {
  const match = trial.matcher.match(first, trial.node);
  if (match === undefined) return undefined;
  const rewriter = new Rewriter(trial.graph, trial.inference, phase.roles);
  try {
    rewriter.apply(match);
  } catch (e) {
    // Sizes of the witness that no model has.
    if (e instanceof DiagnosticError) return undefined;
    throw e;
  }
  const [wrong] = verify(trial.graph, check);
  if (wrong !== undefined) return wrong.message;
  try {
    return runRules(trial.graph, phase, trial.inference, {
      trace: true,
      maxSteps: MAX_STEPS,
      maxGenerations: MAX_GENERATIONS,
    });
  } catch (e) {
    if (e instanceof DiagnosticError) return undefined;
    throw e;
  }
}

/** A rule whose rewrite makes nodes that their schemas refuse. */
function misfit(rule: Rule, why: string, witness: Witness): Finding {
  return {
    code: 'rule-type',
    rule,
    part: 'rewrite',
    message: `what \`${rule.id}\` makes does not fit: ${why}`,
    notes: [{ message: `of\n${witness.text()}` }],
  };
}

/** The rules of one turn: the shortest end of the chain that repeats. */
function turn(chain: readonly RuleId[]): readonly RuleId[] {
  for (let n = 1; n <= chain.length / 2; n++) {
    const [last, before] = [chain.slice(-n), chain.slice(-2 * n, -n)];
    if (last.every((id, i) => id === before[i])) return last;
  }
  return [...new Set(chain)];
}

function finding(
  rule: Rule,
  chain: readonly RuleId[],
  trace: readonly Rewrite[],
  phase: RuleSet,
  witness: Witness,
): Finding {
  const start = Math.max(0, chain.indexOf(rule.id));
  const turned = [...chain.slice(start), ...chain.slice(0, start)];
  const steps = turned.map((id) => {
    const step = trace.findLast((r) => r.rule === id);
    const made = step?.made.map((n) => n.op).filter((op) => op !== CONSTANT && op !== phase.roles.cast) ?? [];
    return { id, from: step?.node.op ?? '', to: [...new Set(made)].join(', ') };
  });
  const alone = turned.length === 1;
  const path = steps.map((s) => `${s.from} -> ${s.to} by \`${s.id}\``).join('; ');
  const others = turned.filter((id) => id !== rule.id);
  return {
    code: 'rule-cycle',
    rule,
    part: 'rewrite',
    message: alone
      ? `\`${rule.id}\` feeds itself for ever: ${path}`
      : `\`${rule.id}\` and ${others.map((id) => `\`${id}\``).join(', ')} feed each other for ever: ${path}`,
    notes: [
      ...others.map((id) => ({ message: `\`${id}\``, at: phase.rules.find((r) => r.id === id)?.span })),
      { message: `it begins with\n${witness.text()}` },
    ],
  };
}
