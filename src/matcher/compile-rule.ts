import { parseExpr } from '../expr/parse.js';
import type { Expr } from '../expr/value.js';
import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { resultIndex } from '../schema/result-index.js';
import type { BlockPattern, ItemsPattern, NodePattern, Pattern, Rule } from '../schema/rule.js';
import type { Arg } from '../schema/signature.js';
import type {
  CompiledBlock,
  CompiledItems,
  CompiledNode,
  CompiledOperand,
  CompiledPattern,
  CompiledRule,
} from './pattern.js';
import { levels } from './reach.js';
import { nameUses, tensorCaptures, visitTemplates } from './templates.js';
import { blockCaptures, capturesOf, expand, variantsOf } from './variants.js';

/** Compiles a rule that check.ts has passed. Throws ExprError for an expression that does not parse. */
export function compileRule(rule: Rule, registry: OperatorRegistry<OperatorSchema>): CompiledRule {
  const compiler = new Compiler(rule, registry);
  const variants = variantsOf(rule.match).map((p) => compiler.variant(p));
  const where = rule.where.map((text) => compiler.expression(text));
  const computed: CompiledRule['computed'][number][] = [];
  visitTemplates(rule, (t) => {
    if (t.kind === 'compute') computed.push({ template: t, expr: compiler.expression(t.text) });
  });
  const { rewrite } = rule;
  const stray = nameUses(rule).filter(({ name, block }) => compiler.isStray(name, block));
  return {
    rule,
    variants,
    captures: compiler.captures,
    where,
    computed,
    tensors: [...tensorCaptures(rule)],
    unused: rewrite.kind === 'results' ? rewrite.of.flatMap((t, i) => (t === null ? [i] : [])) : [],
    outside: [...new Set(stray.map((use) => use.name))],
    depth: levels(rule.match),
  };
}

class Compiler {
  /** Names by slot. */
  readonly captures: string[] = [];
  /** Captures of what stands in blocks: in which of the root's; undefined for those of inner nodes. */
  private readonly inBlocks = new Map<string, number | undefined>();
  /** Captures that are bound by the time that a part of the pattern is matched. */
  private bound = new Set<string>();

  constructor(
    private readonly rule: Rule,
    private readonly registry: OperatorRegistry<OperatorSchema>,
  ) {}

  variant(p: NodePattern): CompiledNode {
    this.bound = new Set();
    return this.node(p, true);
  }

  /** True for a capture of what stands in a block, used where that block's values may not be seen. */
  isStray(name: string, block: number | undefined): boolean {
    if (!this.inBlocks.has(name)) return false;
    const home = this.inBlocks.get(name);
    return home === undefined || home !== block;
  }

  /** An expression, told as it is written where predicates of its text were expanded. */
  expression(text: string): Expr {
    const expr = parseExpr(text);
    const written = this.rule.written?.[text];
    return written === undefined ? expr : { ...expr, text: written };
  }

  /** Parts in the order in which they are matched. */
  private node(p: NodePattern, root = false): CompiledNode {
    const signatures = p.ops.map((op) => this.registry.require(op).signature);
    const forms = new Map<OpName, CompiledOperand[]>(p.ops.map((op) => [op, []]));
    const arity = new Map<OpName, number>(signatures.map((s) => [s.op, s.args.length]));
    for (const [arg, q] of p.in) {
      const shared = hasDefault(q) ? undefined : this.pattern(q, undefined);
      for (const { op, args } of signatures) {
        const index = args.findIndex((a) => a.name === arg);
        forms.get(op)?.push({ arg, index, pattern: shared ?? this.pattern(q, args[index]) });
      }
    }
    const operands = p.operands === undefined ? undefined : this.items(p.operands);
    const as = p.as.map((name) => (name === null ? -1 : this.slot(name)));
    const blocks = p.blocks?.map((b, i) => this.block(b, root ? i : undefined));
    const where = p.where.map((text) => this.expression(text));
    const [first] = signatures;
    const result = first === undefined ? 0 : resultIndex(first.results, p.result);
    return { kind: 'node', forms, arity, operands, result, as, blocks, where };
  }

  /** `arg` is the argument that the pattern stands for, where it has a default of its own. */
  private pattern(p: Pattern, arg: Arg | undefined): CompiledPattern {
    switch (p.kind) {
      case 'capture':
        return { kind: 'capture', slot: this.slot(p.name) };
      case 'wildcard':
      case 'literal':
        return p;
      case 'default':
        return defaultOf(arg);
      case 'node':
        return this.node(p);
      case 'list':
        return { kind: 'list', ...this.items(p) };
      case 'any':
        return { kind: 'any', of: p.of.map((q) => this.pattern(q, arg)) };
      case 'not':
        return this.negation(p.of, arg);
      case 'test': {
        const of = this.pattern(p.of, arg);
        const slot = this.optionalSlot(p.as);
        return { kind: 'test', of, slot, constant: p.constant, where: p.where.map((text) => this.expression(text)) };
      }
      case 'optional':
        throw new Error('optional patterns are expanded before');
    }
  }

  private negation(of: Pattern, arg: Arg | undefined): CompiledPattern {
    const before = this.bound;
    const own = [...capturesOf(of)].filter((name) => !before.has(name)).map((name) => this.slotOf(name));
    const variants = expand(of).map((q) => {
      this.bound = new Set(before);
      return this.pattern(q, arg);
    });
    this.bound = before;
    return { kind: 'not', variants, own };
  }

  private items(p: ItemsPattern): CompiledItems {
    const { rest } = p;
    const items = p.items.map((q) => this.pattern(q, undefined));
    return { items, restAt: rest?.at ?? -1, rest: this.optionalSlot(rest?.name) };
  }

  private block(p: BlockPattern, index: number | undefined): CompiledBlock {
    const names = new Set<string>();
    blockCaptures(p, names);
    for (const name of names) if (!this.bound.has(name)) this.inBlocks.set(name, index);
    const params = p.params === undefined ? undefined : this.items(p.params);
    const returns = p.returns === undefined ? undefined : this.items(p.returns);
    const contains = p.contains.map(({ node, negated }) => {
      const before = new Set(this.bound);
      const own = [...capturesOf(node)].filter((name) => !before.has(name)).map((name) => this.slotOf(name));
      if (!negated) return { variants: [this.node(node)], negated, own };
      const variants = variantsOf(node).map((q) => {
        this.bound = new Set(before);
        return this.node(q);
      });
      this.bound = before;
      return { variants, negated, own };
    });
    return { params, returns, contains };
  }

  private optionalSlot(name: string | undefined): number {
    return name === undefined ? -1 : this.slot(name);
  }

  private slot(name: string): number {
    this.bound.add(name);
    return this.slotOf(name);
  }

  private slotOf(name: string): number {
    const known = this.captures.indexOf(name);
    if (known >= 0) return known;
    this.captures.push(name);
    return this.captures.length - 1;
  }
}

function hasDefault(p: Pattern): boolean {
  switch (p.kind) {
    case 'default':
      return true;
    case 'any':
      return p.of.some(hasDefault);
    case 'optional':
    case 'not':
    case 'test':
      return hasDefault(p.of);
    // Items and operands inside stand for arguments of their own.
    case 'node':
    case 'list':
    case 'capture':
    case 'wildcard':
    case 'literal':
      return false;
  }
}

/** The constant that a graph has where the argument is left out; one number stands for each item of an `int[2]`. */
function defaultOf(arg: Arg | undefined): CompiledPattern {
  const value = arg?.default ?? null;
  const plain: CompiledPattern = { kind: 'literal', value };
  const type = arg?.type.kind === 'optional' ? arg.type.element : arg?.type;
  if (type?.kind !== 'list' || type.size === undefined || value === null || typeof value === 'object') return plain;
  const spread: CompiledPattern = { kind: 'literal', value: new Array(type.size).fill(value) };
  return { kind: 'any', of: [plain, spread] };
}
