import { truth } from '../expr/evaluate.js';
import { type Expr, ExprError, type ExprValue, Float, isList, TensorRef, UNKNOWN } from '../expr/value.js';
import type { Ranges } from '../ir/dim.js';
import type { Node, Value } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Template } from '../schema/rule.js';
import { describeMiss } from './near-miss.js';
import type { Captured, CompiledNode, CompiledPattern, CompiledRule, Match, NearMiss } from './pattern.js';
import type { Roles } from './roles.js';
import { isValues, RuleEnv } from './rule-env.js';

/** Where a rule stopped matching; told in words only when somebody asks. */
export interface Failure {
  at: Node | Value;
  why:
    | { readonly kind: 'pattern'; readonly pattern: CompiledPattern; readonly arg: string }
    | { readonly kind: 'condition'; readonly text: string; readonly unknown: boolean }
    | { readonly kind: 'error'; readonly text: string; readonly message: string }
    | { readonly kind: 'other-value'; readonly capture: string }
    | { readonly kind: 'no-tensor'; readonly capture: string };
  depth: number;
}

/** Matches rules at nodes of one graph. Pure: changes nothing. */
export class Matcher {
  private failure: Failure | undefined;
  /** Reasons are kept only for those who ask. */
  private explaining = false;
  private depth = 0;

  constructor(
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly roles: Roles,
    private readonly ranges?: Ranges,
  ) {}

  /** The match of a rule at a node, or undefined. */
  match(compiled: CompiledRule, node: Node): Match | undefined {
    for (const variant of compiled.variants) {
      const slots: (Captured | undefined)[] = new Array(compiled.captures.length);
      this.depth = 0;
      if (!this.node(variant, node, node, slots, compiled, '')) continue;
      const env = new RuleEnv(node, compiled.captures, slots, this.roles, this.ranges);
      const constants = this.conditions(compiled, node, env);
      if (constants === undefined) continue;
      return {
        rule: compiled.rule,
        node,
        captured: (name) => env.captured(name),
        computed: (template, index) => constants.get(template)?.[index] ?? UNKNOWN,
      };
    }
    return undefined;
  }

  /** Why a rule does not match at a node: the farthest that any of its variants came. Undefined when it matches. */
  explain(compiled: CompiledRule, node: Node): NearMiss | undefined {
    this.failure = undefined;
    this.explaining = true;
    const match = this.match(compiled, node);
    this.explaining = false;
    if (match !== undefined) return undefined;
    const failure = this.failure as Failure | undefined;
    if (failure === undefined) return { rule: compiled.rule, reason: 'the rule has no pattern', at: node, depth: 0 };
    return { rule: compiled.rule, reason: describeMiss(failure, node), at: failure.at, depth: failure.depth };
  }

  private fail(at: Node | Value, why: Failure['why']): false {
    if (this.failure === undefined || this.depth > this.failure.depth) this.failure = { at, why, depth: this.depth };
    return false;
  }

  private node(
    p: CompiledNode,
    node: Node,
    at: Node | Value,
    slots: (Captured | undefined)[],
    rule: CompiledRule,
    arg: string,
  ): boolean {
    const form = p.forms.get(node.op);
    if (form === undefined) return this.explaining && this.fail(at, { kind: 'pattern', pattern: p, arg });
    this.depth += 1;
    for (const { index, pattern, arg: name } of form) {
      const operand = node.inputs[index];
      if (operand === undefined) return this.explaining && this.fail(node, { kind: 'pattern', pattern, arg: name });
      if (!this.value(pattern, operand, slots, rule, name)) return false;
      this.depth += 1;
    }
    if (p.operands !== undefined) slots[p.operands] = node.inputs.slice(p.arity.get(node.op) ?? 0);
    if (p.as !== undefined) return this.bind(p.as, node.outputs[0], slots, rule);
    return true;
  }

  private value(
    p: CompiledPattern,
    value: Value,
    slots: (Captured | undefined)[],
    rule: CompiledRule,
    arg: string,
  ): boolean {
    switch (p.kind) {
      case 'capture':
        return this.bind(p.slot, value, slots, rule);
      case 'literal':
        return isLiteral(value, p.value) || (this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg }));
      case 'node': {
        const { producer } = value;
        if (producer === undefined || producer.outputs[0] !== value)
          return this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg });
        return this.node(p, producer, value, slots, rule, arg);
      }
      case 'list': {
        const items = this.constructed(value);
        const fits = items !== undefined && items.length >= p.items.length;
        if (!fits || (p.rest === undefined && items.length > p.items.length))
          return this.explaining && this.fail(value, { kind: 'pattern', pattern: p, arg });
        for (const [i, q] of p.items.entries()) {
          const item = items[i];
          if (item === undefined || !this.value(q, item, slots, rule, arg)) return false;
        }
        if (p.rest !== undefined) slots[p.rest] = items.slice(p.items.length);
        return true;
      }
    }
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

  private bind(slot: number, value: Value | undefined, slots: (Captured | undefined)[], rule: CompiledRule): boolean {
    if (value === undefined) return false;
    const held = slots[slot];
    if (held === undefined) {
      slots[slot] = value;
      return true;
    }
    if (held === value || (!isValues(held) && sameConstant(held, value))) return true;
    return this.explaining && this.fail(value, { kind: 'other-value', capture: rule.captures[slot] ?? '' });
  }

  /** Tests the conditions and evaluates what the rewrite computes; the constants, or undefined. */
  private conditions(
    rule: CompiledRule,
    node: Node,
    env: RuleEnv,
  ): ReadonlyMap<Template, readonly ExprValue[]> | undefined {
    for (const expr of rule.where) {
      const v = this.evaluate(expr, env, node);
      if (v === undefined) return undefined;
      if (v === UNKNOWN || v instanceof TensorRef || !truth(v)) {
        if (this.explaining) this.fail(node, { kind: 'condition', text: expr.text, unknown: v === UNKNOWN });
        return undefined;
      }
      this.depth += 1;
    }
    for (const name of rule.tensors) {
      const held = env.captured(name);
      const values = held === undefined ? [] : isValues(held) ? held : [held];
      const bare = values.find((v) => !this.hasTensor(v));
      if (bare !== undefined) {
        if (this.explaining) this.fail(bare, { kind: 'no-tensor', capture: name });
        return undefined;
      }
    }
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

  private hasTensor(v: Value): boolean {
    return (
      v.type.kind === 'tensor' ||
      v.type.kind === 'none' ||
      this.roles.isDynamic(v) ||
      this.roles.freezeOf(v) !== undefined
    );
  }

  private evaluate(expr: Expr, env: RuleEnv, node: Node): ExprValue | undefined {
    try {
      return expr.evaluate(env);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      if (this.explaining) this.fail(node, { kind: 'error', text: expr.text, message: e.message });
      return undefined;
    }
  }
}

/** True for a value that a constant can hold: numbers, bools, text, None and lists of these. */
function isConstant(v: ExprValue): boolean {
  if (isList(v)) return v.every(isConstant);
  if (v instanceof Float) return v.value !== undefined;
  return v === null || typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string';
}

function isLiteral(value: Value, wanted: number | boolean | string | null): boolean {
  const { content } = value;
  switch (content?.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'str':
    case 'device':
      return content.value === wanted;
    case 'none':
      return wanted === null;
    default:
      return wanted === null && value.type.kind === 'none';
  }
}

/** Two constants of the same type and value are one value to a pattern. */
function sameConstant(a: Value, b: Value): boolean {
  const [x, y] = [a.content, b.content];
  if (x === undefined || y === undefined || a.type.kind !== b.type.kind || x.kind !== y.kind) return false;
  switch (x.kind) {
    case 'int':
      return typeof x.value === 'number' && y.kind === 'int' && x.value === y.value;
    case 'float':
    case 'bool':
    case 'str':
      return y.kind === x.kind && x.value === y.value;
    case 'none':
      return true;
    default:
      return false;
  }
}
