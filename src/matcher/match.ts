import { truth } from '../expr/evaluate.js';
import { type Expr, ExprError, type ExprValue, TensorRef, UNKNOWN } from '../expr/value.js';
import type { Ranges } from '../ir/dim.js';
import { type Block, Node, type Value } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Rule, Template } from '../schema/rule.js';
import { isConstant, isKnown, isLiteral, itemsFit, sameConstant } from './literal.js';
import { describeMiss, type Failure } from './near-miss.js';
import type {
  Captured,
  CompiledBlock,
  CompiledContent,
  CompiledItems,
  CompiledNegation,
  CompiledNode,
  CompiledPattern,
  CompiledRule,
  CompiledTest,
  Match,
  NearMiss,
} from './pattern.js';
import type { Roles } from './roles.js';
import { isValues, RuleEnv } from './rule-env.js';

/** What the captures of a rule hold so far, by slot. */
type Slots = (Captured | undefined)[];

/** Constants of computed templates, one for each result that a template is made for. */
type Constants = ReadonlyMap<Template, readonly ExprValue[]>;

const NO_CONSTANTS: Constants = new Map();

class Matched implements Match {
  constructor(
    public rule: Rule,
    public node: Node,
    private readonly env: RuleEnv,
    public constants: Constants,
  ) {}

  captured(name: string): Captured | undefined {
    return this.env.captured(name);
  }

  computed(template: Template, index: number): ExprValue {
    return this.constants.get(template)?.[index] ?? UNKNOWN;
  }
}

/** Matches rules at nodes of one graph. Pure: changes nothing. */
export class Matcher {
  private failure: Failure | undefined;
  /** Reasons are kept only for those who ask. */
  private explaining = false;
  private depth = 0;
  /** One for all tries, as are what their expressions see and the match that they give. */
  private readonly slots: Slots = [];
  private readonly env: RuleEnv;
  private matched: Matched | undefined;

  constructor(
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly roles: Roles,
    ranges?: Ranges,
  ) {
    this.env = new RuleEnv(this.slots, roles, ranges);
  }

  /** The match of a rule at a node, good until the next one is looked for; undefined where the rule does not match. */
  match(compiled: CompiledRule, node: Node): Match | undefined {
    const { slots, env } = this;
    for (const variant of compiled.variants) {
      for (let i = 0; i < compiled.captures.length; i++) slots[i] = undefined;
      this.depth = 0;
      env.turnTo(node, compiled.captures);
      if (!this.node(variant, node, node, slots, compiled, '')) continue;
      const constants = this.conditions(compiled, node, env);
      if (constants !== undefined) return this.found(compiled.rule, node, constants);
    }
    return undefined;
  }

  private found(rule: Rule, node: Node, constants: Constants): Match {
    const { matched } = this;
    if (matched === undefined) {
      this.matched = new Matched(rule, node, this.env, constants);
      return this.matched;
    }
    matched.rule = rule;
    matched.node = node;
    matched.constants = constants;
    return matched;
  }

  /** Why a rule does not match at a node: the farthest that any of its variants came. Undefined when it matches. */
  explain(compiled: CompiledRule, node: Node): NearMiss | undefined {
    this.failure = undefined;
    this.explaining = true;
    try {
      if (this.match(compiled, node) !== undefined) return undefined;
    } finally {
      this.explaining = false;
    }
    const failure = this.failure as Failure | undefined;
    if (failure === undefined) return { rule: compiled.rule, reason: 'the rule has no pattern', at: node, depth: 0 };
    return { rule: compiled.rule, reason: describeMiss(failure, node), at: failure.at, depth: failure.depth };
  }

  private fail(at: Node | Value, why: Failure['why']): false {
    if (this.failure === undefined || this.depth > this.failure.depth) this.failure = { at, why, depth: this.depth };
    return false;
  }

  /** `at` is the value that the node is looked at for; the node itself at the root and inside blocks. */
  private node(p: CompiledNode, node: Node, at: Node | Value, slots: Slots, rule: CompiledRule, arg: string): boolean {
    const form = p.forms.get(node.op);
    if (form === undefined) return this.explaining && this.fail(at, { kind: 'pattern', pattern: p, arg });
    this.depth += 1;
    for (const { index, pattern, arg: name } of form) {
      const operand = node.inputs[index];
      if (operand === undefined) return this.explaining && this.fail(node, { kind: 'pattern', pattern, arg: name });
      if (!this.value(pattern, operand, slots, rule, name)) return false;
      this.depth += 1;
    }
    if (p.operands !== undefined) {
      const rest = node.inputs.slice(p.arity.get(node.op) ?? 0);
      if (!this.items(p.operands, rest, node, 'operands', slots, rule)) return false;
    }
    for (let i = 0; i < p.as.length; i++) {
      const slot = p.as[i];
      if (slot !== undefined && slot >= 0 && !this.bind(slot, node.outputs[i], slots, rule)) return false;
    }
    if (p.blocks !== undefined && !this.blocks(p.blocks, node, slots, rule)) return false;
    return p.where.length === 0 || this.tests(p.where, node.outputs[p.result], at);
  }

  private value(p: CompiledPattern, value: Value, slots: Slots, rule: CompiledRule, arg: string): boolean {
    switch (p.kind) {
      case 'capture':
        return this.bind(p.slot, value, slots, rule);
      case 'wildcard':
        return true;
      case 'literal':
        return isLiteral(value, p.value) || (this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg }));
      case 'node': {
        const { producer } = value;
        if (producer === undefined || producer.outputs[p.result] !== value)
          return this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg });
        return this.node(p, producer, value, slots, rule, arg);
      }
      case 'list': {
        const items = this.constructed(value);
        if (items !== undefined) return this.items(p, items, value, arg, slots, rule);
        return (
          itemsFit(p, value.content) || (this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg }))
        );
      }
      case 'any':
        for (const q of p.of) if (this.value(q, value, slots, rule, arg)) return true;
        return false;
      case 'not':
        return this.negation(p, value, slots, rule, arg);
      case 'test':
        return this.test(p, value, slots, rule, arg);
    }
  }

  /** Values in a row; the rest stands between those before and those behind it. */
  private items(
    p: CompiledItems,
    values: readonly Value[],
    at: Node | Value,
    arg: string,
    slots: Slots,
    rule: CompiledRule,
  ): boolean {
    const beyond = values.length - p.items.length;
    if (p.restAt < 0 ? beyond !== 0 : beyond < 0)
      return this.explaining && this.fail(at, { kind: 'length', items: p, arg, count: values.length });
    for (let i = 0; i < p.items.length; i++) {
      const q = p.items[i];
      const value = values[p.restAt >= 0 && i >= p.restAt ? i + beyond : i];
      if (q === undefined || value === undefined || !this.value(q, value, slots, rule, arg)) return false;
    }
    if (p.rest < 0) return true;
    return this.bindAll(p.rest, values.slice(p.restAt, p.restAt + beyond), at, slots, rule);
  }

  /** Nothing is told of why the parts of a negation do not match: that they do not is what is asked for. */
  private negation(p: CompiledNegation, value: Value, slots: Slots, rule: CompiledRule, arg: string): boolean {
    const { explaining, depth } = this;
    this.explaining = false;
    let found = false;
    for (let i = 0; i < p.variants.length && !found; i++) {
      const q = p.variants[i];
      found = q !== undefined && this.value(q, value, slots, rule, arg);
      for (const slot of p.own) slots[slot] = undefined;
    }
    this.explaining = explaining;
    this.depth = depth;
    if (!found) return true;
    return this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg });
  }

  private test(p: CompiledTest, value: Value, slots: Slots, rule: CompiledRule, arg: string): boolean {
    if (!this.value(p.of, value, slots, rule, arg)) return false;
    if (p.constant && !isKnown(value)) return this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg });
    if (p.slot >= 0 && !this.bind(p.slot, value, slots, rule)) return false;
    return p.where.length === 0 || this.tests(p.where, value, value);
  }

  /** The conditions inside a pattern; `it` is the value at hand. */
  private tests(where: readonly Expr[], it: Value | undefined, at: Node | Value): boolean {
    const { env } = this;
    for (const expr of where) {
      env.it = it;
      if (!this.holds(expr, env, at)) return false;
      this.depth += 1;
    }
    return true;
  }

  private blocks(blocks: readonly CompiledBlock[], node: Node, slots: Slots, rule: CompiledRule): boolean {
    if (node.blocks.length !== blocks.length)
      return this.explaining && this.fail(node, { kind: 'blocks', count: blocks.length });
    for (let i = 0; i < blocks.length; i++) {
      const p = blocks[i];
      const block = node.blocks[i];
      if (p === undefined || block === undefined) return false;
      if (p.params !== undefined && !this.items(p.params, block.params, node, 'params', slots, rule)) return false;
      if (p.returns !== undefined && !this.items(p.returns, block.returns, node, 'returns', slots, rule)) return false;
      for (const content of p.contains) if (!this.contains(content, block, i, node, slots, rule)) return false;
    }
    return true;
  }

  private contains(
    p: CompiledContent,
    block: Block,
    index: number,
    at: Node,
    slots: Slots,
    rule: CompiledRule,
  ): boolean {
    const { explaining, depth } = this;
    this.explaining = false;
    let found = false;
    for (let n = block.first; n !== undefined && !found; n = n.next) {
      for (let i = 0; i < p.variants.length && !found; i++) {
        const q = p.variants[i];
        found = q !== undefined && this.node(q, n, n, slots, rule, '');
        if (!found || p.negated) for (const slot of p.own) slots[slot] = undefined;
      }
    }
    this.explaining = explaining;
    this.depth = depth;
    if (found !== p.negated) return true;
    return this.explaining && this.fail(at, { kind: 'contains', content: p, block: index });
  }

  /** The items of a list that a constructor makes: an operator whose operands are all variadic. */
  private constructed(value: Value): readonly Value[] | undefined {
    const { producer, type } = value;
    if (producer === undefined || type.kind !== 'list') return undefined;
    const signature = this.registry.get(producer.op)?.signature;
    return signature?.varargs === true && signature.args.length === 0 && producer.blocks.length === 0
      ? producer.inputs
      : undefined;
  }

  private bind(slot: number, value: Value | undefined, slots: Slots, rule: CompiledRule): boolean {
    if (value === undefined) return false;
    const held = slots[slot];
    if (held === undefined) {
      slots[slot] = value;
      return true;
    }
    if (held === value || (!isValues(held) && sameConstant(held, value))) return true;
    return this.explaining && this.fail(value, { kind: 'other-value', capture: rule.captures[slot] ?? '' });
  }

  private bindAll(slot: number, values: readonly Value[], at: Node | Value, slots: Slots, rule: CompiledRule): boolean {
    const held = slots[slot];
    if (held === undefined) {
      slots[slot] = values;
      return true;
    }
    if (isValues(held) && held.length === values.length && held.every((v, i) => v === values[i])) return true;
    return this.explaining && this.fail(at, { kind: 'other-value', capture: rule.captures[slot] ?? '' });
  }

  /** Tests the conditions and evaluates what the rewrite computes; the constants, or undefined. */
  private conditions(rule: CompiledRule, node: Node, env: RuleEnv): Constants | undefined {
    for (const expr of rule.where) {
      if (!this.holds(expr, env, node)) return undefined;
      this.depth += 1;
    }
    for (const index of rule.unused) {
      const out = node.outputs[index];
      if (out === undefined || out.uses.size === 0) continue;
      if (this.explaining) this.fail(out, { kind: 'used', index });
      return undefined;
    }
    for (const name of rule.tensors) {
      const bare = this.withoutTensor(env.captured(name));
      if (bare !== undefined) {
        if (this.explaining) this.fail(bare, { kind: 'no-tensor', capture: name });
        return undefined;
      }
    }
    for (const name of rule.outside) {
      const inner = env.values(name).find((v) => !isVisible(v, node) && !isKnown(v));
      if (inner !== undefined) {
        if (this.explaining) this.fail(inner, { kind: 'inside', capture: name });
        return undefined;
      }
    }
    const { rewrite } = rule.rule;
    if (rewrite.kind === 'inline') {
      const params = node.blocks[rewrite.block]?.params.length;
      const given = rewrite.with.reduce((n, o) => n + (o.kind === 'values' ? env.values(o.name).length : 1), 0);
      if (params !== given) {
        if (this.explaining) this.fail(node, { kind: 'params', block: rewrite.block, params, given });
        return undefined;
      }
    }
    return this.constants(rule, node, env);
  }

  private constants(rule: CompiledRule, node: Node, env: RuleEnv): Constants | undefined {
    if (rule.computed.length === 0) return NO_CONSTANTS;
    const constants = new Map<Template, ExprValue[]>();
    const count = rule.rule.each ? node.outputs.length : 1;
    for (const { template, expr } of rule.computed) {
      const found: ExprValue[] = [];
      for (env.index = 0; env.index < count; env.index++) {
        const v = this.evaluate(expr, env, node);
        if (v === undefined) return undefined;
        if (!isConstant(v)) {
          if (this.explaining) this.fail(node, { kind: 'condition', text: expr.text, unknown: true });
          return undefined;
        }
        found.push(v);
      }
      constants.set(template, found);
    }
    return constants;
  }

  /** A captured value that has no tensor form. */
  private withoutTensor(held: Captured | undefined): Value | undefined {
    if (held === undefined) return undefined;
    if (!isValues(held)) return this.hasTensor(held) ? undefined : held;
    for (const v of held) if (!this.hasTensor(v)) return v;
    return undefined;
  }

  private hasTensor(v: Value): boolean {
    return (
      v.type.kind === 'tensor' ||
      v.type.kind === 'none' ||
      this.roles.isDynamic(v) ||
      this.roles.freezeOf(v) !== undefined
    );
  }

  /** True if the expression is known to be true. */
  private holds(expr: Expr, env: RuleEnv, at: Node | Value): boolean {
    const v = this.evaluate(expr, env, at);
    if (v === undefined) return false;
    if (v !== UNKNOWN && !(v instanceof TensorRef) && truth(v)) return true;
    return this.explaining && this.fail(at, { kind: 'condition', text: expr.text, unknown: v === UNKNOWN });
  }

  private evaluate(expr: Expr, env: RuleEnv, at: Node | Value): ExprValue | undefined {
    try {
      return expr.evaluate(env);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      if (this.explaining) this.fail(at, { kind: 'error', text: expr.text, message: e.message });
      return undefined;
    }
  }
}

/** True if a value is in scope in front of a node: its own block defines it, or one around that. */
export function isVisible(value: Value, node: Node): boolean {
  const home = value.def instanceof Node ? value.def.parent : value.def;
  for (let block = node.parent; block !== undefined; block = block.owner?.parent) if (block === home) return true;
  return false;
}
