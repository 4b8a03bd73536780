import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Rule } from '../schema/rule.js';
import { compileRule } from './compile-rule.js';
import type { CompiledRule } from './pattern.js';
import { asksForItems, asksForUsers, innerOperators, levels, looksIntoBlocks } from './reach.js';
import type { Roles } from './roles.js';

/** Rules by the operator of their root. Each is compiled when a graph first has that operator. */
export class RuleSet {
  private readonly byOp = new Map<OpName, Rule[]>();
  private readonly ready = new Map<OpName, readonly CompiledRule[]>();
  private readonly compiled = new Map<Rule, CompiledRule>();
  /** How far rules look, in levels of operators: that of the deepest pattern, and of conditions behind it. */
  readonly depth: number;
  /** Some pattern looks into the blocks of a node, so that a change inside of them can make it match. */
  readonly readsBlocks: boolean;
  /** Some rule asks for the users of a value, so that a change of these can make it match. */
  readonly readsUsers: boolean;
  private readonly inner = new Set<OpName>();

  constructor(
    readonly rules: readonly Rule[],
    readonly registry: OperatorRegistry<OperatorSchema>,
    readonly roles: Roles,
  ) {
    for (const rule of rules) {
      for (const op of rule.match.ops) {
        const list = this.byOp.get(op);
        if (list === undefined) this.byOp.set(op, [rule]);
        else list.push(rule);
      }
    }
    const asking = new Set(rules.filter(asksForItems));
    const reach = (r: Rule) => levels(r.match) + (asking.has(r) ? 1 : 0);
    this.depth = rules.reduce((d, r) => Math.max(d, reach(r)), 0);
    this.readsBlocks = rules.some((r) => looksIntoBlocks(r.match));
    this.readsUsers = rules.some(asksForUsers);
    for (const r of rules) innerOperators(r.match, roles, this.inner);
    if (roles.list !== undefined && asking.size > 0) this.inner.add(roles.list);
  }

  /** True for operators that some rule looks at below its root. */
  isInner(op: OpName): boolean {
    return this.inner.has(op);
  }

  has(op: OpName): boolean {
    return this.byOp.has(op);
  }

  /** The rules that may match at an operator, the one of highest benefit first, then in the order of the files. */
  of(op: OpName): readonly CompiledRule[] {
    const known = this.ready.get(op);
    if (known !== undefined) return known;
    const list = (this.byOp.get(op) ?? [])
      .map((rule, order) => ({ rule, order }))
      .sort((a, b) => b.rule.benefit - a.rule.benefit || a.order - b.order)
      .map(({ rule }) => this.compile(rule));
    this.ready.set(op, list);
    return list;
  }

  private compile(rule: Rule): CompiledRule {
    let compiled = this.compiled.get(rule);
    if (compiled === undefined) {
      compiled = compileRule(rule, this.registry);
      this.compiled.set(rule, compiled);
    }
    return compiled;
  }
}
