import { parseExpr } from '../expr/parse.js';
import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { NodePattern, Pattern, Rule, Template } from '../schema/rule.js';
import type { CompiledNode, CompiledOperand, CompiledPattern, CompiledRule } from './pattern.js';
import type { Roles } from './roles.js';

/** A pattern with more alternatives than this is several rules. */
export const MAX_VARIANTS = 256;

/** Rules by the operator of their root. Each is compiled when a graph first has that operator. */
export class RuleSet {
  private readonly byOp = new Map<OpName, Rule[]>();
  private readonly ready = new Map<OpName, readonly CompiledRule[]>();
  private readonly compiled = new Map<Rule, CompiledRule>();
  /** Of the deepest pattern, in levels of operators. */
  readonly depth: number;

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
    this.depth = rules.reduce((d, r) => Math.max(d, levels(r.match)), 0);
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

/** Compiles a rule that check.ts has passed. Throws ExprError for an expression that does not parse. */
export function compileRule(rule: Rule, registry: OperatorRegistry<OperatorSchema>): CompiledRule {
  const captures: string[] = [];
  const compiler = new Compiler(registry, captures);
  const variants = variantsOf(rule.match)
    .slice(0, MAX_VARIANTS)
    .map((p) => compiler.node(p));
  const computed: CompiledRule['computed'][number][] = [];
  const tensors = new Set<string>();
  visitTemplate(rule.rewrite, (t) => {
    if (t.kind === 'compute') computed.push({ template: t, expr: parseExpr(t.text) });
    if (t.kind === 'tensor') tensors.add(t.name);
    // What blocks carry may be lists too, which stay as they are.
    if (t.kind === 'node' && !t.blocks) for (const o of t.operands) if (o.tensors) tensors.add(o.name);
  });
  return {
    rule,
    variants,
    captures,
    where: rule.where.map(parseExpr),
    computed,
    tensors: [...tensors],
    depth: levels(rule.match),
  };
}

/** Calls `visit` for a template and all inside it. */
export function visitTemplate(template: Template, visit: (t: Template) => void): void {
  visit(template);
  if (template.kind === 'node') for (const [, t] of template.in) visitTemplate(t, visit);
}

/** Every choice of alternatives and of the order of commutative operands. */
function variantsOf(pattern: NodePattern): NodePattern[] {
  return expand(pattern).flatMap((p) => (p.kind === 'node' ? [p] : []));
}

function expand(pattern: Pattern): Pattern[] {
  switch (pattern.kind) {
    case 'any':
      return pattern.of.flatMap(expand);
    case 'list':
      return product(pattern.items.map(expand)).map((items) => ({ ...pattern, items }));
    case 'node': {
      const plain = product(pattern.in.map(([, p]) => expand(p))).map((chosen) => ({
        ...pattern,
        in: pattern.in.map(([arg], i) => [arg, chosen[i] as Pattern] as const),
      }));
      const { commutative } = pattern;
      if (commutative === undefined) return plain;
      const [a, b] = commutative;
      const swap = (arg: string) => (arg === a ? b : arg === b ? a : arg);
      return plain.flatMap((p) => [p, { ...p, in: p.in.map(([arg, q]) => [swap(arg), q] as const) }]);
    }
    case 'capture':
    case 'literal':
      return [pattern];
  }
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  let out: T[][] = [[]];
  for (const list of lists) out = out.flatMap((head) => list.map((x) => [...head, x])).slice(0, MAX_VARIANTS);
  return out;
}

function levels(p: Pattern): number {
  switch (p.kind) {
    case 'node':
      return 1 + Math.max(0, ...p.in.map(([, q]) => levels(q)));
    case 'list':
      return 1 + Math.max(0, ...p.items.map(levels));
    case 'any':
      return Math.max(0, ...p.of.map(levels));
    case 'capture':
    case 'literal':
      return 0;
  }
}

class Compiler {
  constructor(
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly captures: string[],
  ) {}

  node(p: NodePattern): CompiledNode {
    const patterns = p.in.map(([arg, q]) => [arg, this.pattern(q)] as const);
    const forms = new Map<OpName, readonly CompiledOperand[]>();
    const arity = new Map<OpName, number>();
    for (const op of p.ops) {
      const { args } = this.registry.require(op).signature;
      arity.set(op, args.length);
      forms.set(
        op,
        patterns.map(([arg, pattern]) => ({ arg, index: args.findIndex((a) => a.name === arg), pattern })),
      );
    }
    return { kind: 'node', forms, arity, operands: this.optionalSlot(p.operands), as: this.optionalSlot(p.as) };
  }

  private pattern(p: Pattern): CompiledPattern {
    switch (p.kind) {
      case 'capture':
        return { kind: 'capture', slot: this.slot(p.name) };
      case 'literal':
        return p;
      case 'node':
        return this.node(p);
      case 'list':
        return { kind: 'list', items: p.items.map((q) => this.pattern(q)), rest: this.optionalSlot(p.rest) };
      case 'any':
        throw new Error('alternatives are expanded before');
    }
  }

  private optionalSlot(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.slot(name);
  }

  private slot(name: string): number {
    const known = this.captures.indexOf(name);
    if (known >= 0) return known;
    this.captures.push(name);
    return this.captures.length - 1;
  }
}
