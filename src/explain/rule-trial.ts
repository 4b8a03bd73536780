import type { Stage } from '../compiler.js';
import type { Outcome } from '../engine/trace.js';
import type { Graph, Node, OpName } from '../ir/graph.js';
import { compileRule } from '../matcher/compile-rule.js';
import type { Matcher } from '../matcher/match.js';
import type { CompiledRule } from '../matcher/pattern.js';
import { patternText } from '../matcher/pattern-text.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RuleEntry } from '../rulebook/pack-info.js';
import { baseOf } from '../schema/registry.js';
import type { RuleId } from '../schema/rule.js';
import type { RuleCandidate, RuleMiss, RuleReport } from './explanation.js';
import { missOf } from './misses.js';
import type { NameTable } from './name-table.js';
import type { Loaded } from './recorder.js';
import { operatorsOf, type Test } from './select.js';

/** A node that the rule may match. */
interface Tried {
  readonly node: Node;
  readonly name: string;
  readonly madeBy: RuleId | undefined;
  readonly start: RuleMiss | undefined;
  end?: RuleMiss;
  /** The node is no longer there when the rule's phase ends. */
  isGone?: boolean;
}

/** Stages between which a rule of each phase is at work: the one before, and its own. */
const PHASES = {
  lowering: { before: 'specialize', own: 'lower', starts: 'the lowering' },
  translation: { before: 'lower', own: 'translate', starts: 'the translation' },
} as const satisfies Record<RuleEntry['phase'], { before: Stage; own: Stage; starts: string }>;

/** Tries one rule at every node that it may match: when its phase starts, and when no rule matches any more. */
export class RuleTrial {
  private readonly compiled: CompiledRule;
  private readonly tried = new Map<Node, Tried>();
  private readonly operators = new Map<OpName, number>();
  private outcome: Outcome | undefined;
  private started = false;
  private readonly replaced = new Map<Node, RuleId>();

  /** A rule that is switched off can be tried too. */
  constructor(
    private readonly entry: RuleEntry,
    rules: RuleBook,
  ) {
    this.compiled = compileRule(entry.rule, rules.registry);
  }

  after(stage: Stage, graph: Graph, matcher: Matcher, outcome: Outcome | undefined): void {
    const { before, own } = PHASES[this.entry.phase];
    if (stage === before) this.start(graph, matcher);
    if (stage === own && outcome !== undefined) this.end(matcher, outcome);
    else if (this.outcome !== undefined) this.later(outcome);
  }

  /** What rules of a later phase replace has been there for this one to match. */
  private later(outcome: Outcome | undefined): void {
    for (const { rule, node } of outcome?.trace ?? []) if (!this.replaced.has(node)) this.replaced.set(node, rule);
  }

  private start(graph: Graph, matcher: Matcher): void {
    this.started = true;
    for (const node of graph.allNodes()) {
      this.operators.set(node.op, (this.operators.get(node.op) ?? 0) + 1);
      if (this.fits(node)) this.add(node, undefined, this.miss(node, matcher));
    }
  }

  private end(matcher: Matcher, outcome: Outcome): void {
    this.outcome = outcome;
    for (const { rule, node, made } of outcome.trace) {
      this.replaced.set(node, rule);
      for (const n of made) if (this.fits(n) && !this.tried.has(n)) this.add(n, rule, undefined);
    }
    for (const tried of this.tried.values()) {
      tried.isGone = tried.node.parent === undefined;
      if (!tried.isGone) tried.end = this.miss(tried.node, matcher);
    }
  }

  private fits(node: Node): boolean {
    return this.entry.rule.match.ops.includes(node.op);
  }

  private add(node: Node, madeBy: RuleId | undefined, start: RuleMiss | undefined): void {
    this.tried.set(node, { node, name: node.outputs[0]?.name ?? '', madeBy, start });
  }

  private miss(node: Node, matcher: Matcher): RuleMiss | undefined {
    const miss = matcher.explain(this.compiled, node);
    return miss === undefined ? undefined : missOf(miss);
  }

  /** What has become of the nodes that a test selects. */
  report(test: Test, loaded: readonly Loaded[], names: NameTable): RuleReport {
    const { rule, phase, layer, state, by } = this.entry;
    const candidates = [...this.tried.values()]
      .filter(({ node }) => test({ names: names.of(node), ops: operatorsOf(node), source: node.loc }))
      .map((tried) => this.candidate(tried));
    return {
      rule: rule.id,
      phase,
      why: rule.why.trim(),
      match: patternText(rule.match),
      where: rule.where.map((text) => rule.written?.[text] ?? text),
      at: rule.span,
      pack: layer.name,
      state: state === 'disabled' ? 'disabled' : 'active',
      disabledBy: state === 'disabled' ? by?.name : undefined,
      ended: this.outcome !== undefined,
      fired: candidates.filter(({ fate }) => fate === 'fired').length,
      candidates,
      note: this.tried.size === 0 ? this.absence(loaded) : undefined,
    };
  }

  private candidate({ node, name, madeBy, start, end, isGone }: Tried): RuleCandidate {
    const by = this.replaced.get(node);
    const fate = by === this.entry.rule.id ? 'fired' : by !== undefined ? 'replaced' : isGone ? 'removed' : 'kept';
    const other = fate === 'replaced' ? by : undefined;
    return { op: node.op, name, source: node.loc, fate, by: other, madeBy, start, end };
  }

  /** Why no node could match. */
  private absence(loaded: readonly Loaded[]): string {
    const { ops } = this.entry.rule.match;
    const { starts } = PHASES[this.entry.phase];
    const names = ops.join(' or ');
    if (!this.started) return `the compilation stopped before ${starts}`;
    const before = loaded.filter(({ op }) => ops.includes(op)).length;
    const bases = new Set(ops.map(baseOf));
    const kin = [...this.operators].filter(([op]) => bases.has(baseOf(op))).map(([op, n]) => `${op} (${n})`);
    const told = [`no ${names} is left when ${starts} starts`];
    if (before > 0) told.push(`the model had ${before}, which folded or became other operators before`);
    if (kin.length > 0) told.push(`other overloads are there: ${kin.join(', ')}`);
    return told.join('; ');
  }
}
