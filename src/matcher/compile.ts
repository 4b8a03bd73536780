import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Rule } from '../schema/rule.js';
import { compileRule } from './compile-rule.js';
import type { CompiledRule } from './pattern.js';
import { type Reach, reachOf } from './reach.js';
import type { Roles } from './roles.js';

/** Rules by the operator of their root. Each is compiled when a graph first has that operator. */
export class RuleSet {
  private readonly byOp = new Map<OpName, Rule[]>();
  private readonly ready = new Map<OpName, readonly CompiledRule[]>();
  private readonly compiled = new Map<Rule, CompiledRule>();
  private known: Reach | undefined;

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
  }

  /** How far the rules look; found when a graph is first rewritten, since the load makes sets that rewrite none. */
  get reach(): Reach {
    this.known ??= reachOf(this.rules, this.roles);
    return this.known;
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
