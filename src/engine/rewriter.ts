import { fail } from '../diagnostics/diagnostic.js';
import { type Block, type Graph, Node, type Value } from '../ir/graph.js';
import { byRule, type Provenance } from '../ir/provenance.js';
import { listOf, TENSOR, type Type } from '../ir/type.js';
import { isVisible } from '../matcher/match.js';
import type { Captured, Match } from '../matcher/pattern.js';
import type { Roles } from '../matcher/roles.js';
import { isValues } from '../matcher/rule-env.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { BlockTemplate, NodeTemplate, OperandTemplate, Rewrite, Template } from '../schema/rule.js';
import { attributeOf, constantBefore } from '../shapes/constants.js';
import type { Inference } from '../shapes/infer.js';
import { isNumber, moveBlocksAsTensors } from './block-tensors.js';
import { constantOf, literalConstant, type TypedConstant } from './constant.js';
import { ConstantPool } from './constant-pool.js';
import { inlineBlock, moveBlock, readIn } from './move-block.js';
import { Pile } from './pile.js';
import { type Plan, planOf, resultOf } from './plan.js';
import { carryOver } from './refine.js';
import { equals, isSuccessor, takeOver } from './successor.js';
import { TensorForms } from './tensor-forms.js';

/** What a rewrite changed, for the worklist and the trace. Good until the next rewrite. */
export interface Change {
  /** New nodes, in order. */
  readonly made: Pile<Node>;
  /** Why they stand there. */
  readonly origin: Provenance;
  /** Nodes that read a result of the matched node and now read another value. */
  readonly readers: Pile<Node>;
  /** Values that lost a use, those that removed nodes read included. */
  readonly released: Pile<Value>;
}

/** The only one that changes a graph under rewriting: builds templates, puts casts in, removes what became dead. */
export class Rewriter {
  private readonly made = new Pile<Node>();
  /** Why these stand there: one link for all of them. */
  private origin: Provenance | undefined;
  private readonly readers = new Pile<Node>();
  private readonly released = new Pile<Value>();
  private readonly unread = new Pile<Value>();
  private readonly constants = new ConstantPool();
  /** Operands of the nodes that are being built: each takes its own from the end. */
  private readonly stack = new Pile<Value>();
  /** What the rule's `let` has made. */
  private readonly names = new Map<string, Value>();
  /** The block at whose end templates are built; undefined in front of the matched node. */
  private inside: Block | undefined;
  private readonly forms: TensorForms;
  private readonly plans = new Map<NodeTemplate, Plan>();

  constructor(
    private readonly graph: Graph,
    private readonly inference: Inference,
    private readonly roles: Roles,
    /** Told of each block that loses a node. */
    private readonly left?: (block: Block) => void,
  ) {
    this.forms = new TensorForms(graph, inference, roles, (node) => this.note(node));
  }

  /**
   * Replaces the matched node. The new nodes stand where it stood, with its place in the source. What nothing reads any
   * more goes with it.
   */
  apply(match: Match): Change {
    const { node, rule } = match;
    const { made, readers, released } = this;
    made.clear();
    readers.clear();
    this.stack.clear();
    const origin = byRule(rule.id, node);
    this.origin = origin;
    for (const out of node.outputs) this.noteReaders(out);
    if (this.names.size > 0) this.names.clear();
    for (const [name, t] of rule.let) this.names.set(name, this.build(t, TENSOR, match, 0));
    const results = this.results(match);
    for (let i = 0; i < node.outputs.length; i++) {
      const old = node.outputs[i];
      const value = results[i];
      if (old === undefined || old === value) continue;
      if (value !== undefined) this.replace(old, value, match);
      else if (old.uses.size > 0) throw broken(match, `it gives no result ${i}`);
    }
    this.remove(node);
    this.removeUnread();
    return { made, origin, readers, released };
  }

  /** Removes the nodes whose results nothing reads since the matched node is gone, and those that only they read. */
  private removeUnread(): void {
    const { unread, released } = this;
    released.clear();
    for (let v = unread.pop(); v !== undefined; v = unread.pop()) {
      released.push(v);
      const { producer } = v;
      if (producer?.parent === undefined || v.uses.size > 0 || !isUnread(producer)) continue;
      if (this.inference.schemas.get(producer.op)?.pure === true) this.remove(producer);
    }
  }

  private remove(node: Node): void {
    if (this.left !== undefined && node.parent !== undefined) this.left(node.parent);
    for (const v of node.inputs) this.unread.push(v);
    for (const b of node.blocks) for (const v of readIn(b)) this.unread.push(v);
    node.destroy();
  }

  /** Notes that the rewrite under way made a node. */
  private note(node: Node): void {
    node.origin = this.origin;
    this.made.push(node);
  }

  /** The values of the matched node's results in order; undefined for those that the rewrite leaves out. */
  private results(match: Match): readonly (Value | undefined)[] {
    const { node, rule } = match;
    const { rewrite } = rule;
    switch (rewrite.kind) {
      case 'results':
        return rewrite.of.map((t, i) =>
          t === null ? undefined : this.build(t, node.outputs[i]?.type ?? TENSOR, match, 0),
        );
      case 'inline':
        return this.inline(rewrite, match);
      default:
        if (rule.each) return node.outputs.map((_, i) => this.build(rewrite, TENSOR, match, i));
        if (rewrite.kind === 'node') return this.buildNode(rewrite, match, 0).outputs;
        return [this.build(rewrite, node.outputs[0]?.type ?? TENSOR, match, 0)];
    }
  }

  /** The last returns of a block, as many as the node has results: a loop's condition stands before them. */
  private inline(t: Rewrite & { kind: 'inline' }, match: Match): Value[] {
    const { node } = match;
    const block = node.blocks[t.block];
    if (block === undefined) throw broken(match, `it has no block ${t.block}`);
    const base = this.stack.length;
    this.operands(t.with, match, 0);
    const values = this.stack.takeFrom(base).map((v, i) => {
      const param = block.params[i];
      return param === undefined ? v : this.inPlaceOf(param, v, match);
    });
    for (const p of block.params) this.noteReaders(p);
    const returns = inlineBlock(block, node, values);
    return returns.slice(returns.length - node.outputs.length);
  }

  /** Makes the value of a template; `wanted` is the type of its place, which tells ints from floats. */
  private build(t: Template, wanted: Type, match: Match, index: number): Value {
    switch (t.kind) {
      case 'capture':
        return this.visible(this.one(match, t.name), match);
      case 'tensor':
        return this.forms.tensorOf(this.one(match, t.name), match.node);
      case 'literal':
        return this.constant(literalConstant(t.value, wanted), match);
      case 'compute':
        return this.constant(constantOf(match.computed(t, index), wanted), match);
      case 'list':
        return this.list(t.items, wanted, match, index);
      case 'result': {
        const node = t.of.kind === 'node' ? this.buildNode(t.of, match, index) : this.one(match, t.of.name).producer;
        const out = node && resultOf(node, t.index, this.inference.schemas.get(node.op));
        return out ?? fail('internal', `rule ${match.rule.id} asks for a result that is not there`);
      }
      case 'node': {
        const out = this.buildNode(t, match, index).outputs[0];
        return out ?? fail('internal', `${t.op} in rule ${match.rule.id} has no result`);
      }
    }
  }

  private list(items: readonly OperandTemplate[], wanted: Type, match: Match, index: number): Value {
    const inner = wanted.kind === 'optional' ? wanted.element : wanted;
    const declared = inner.kind === 'list' && isConcrete(inner.element) ? inner.element : undefined;
    const base = this.stack.length;
    this.operands(items, match, index, declared);
    const values = this.stack.takeFrom(base);
    const op = this.roles.list ?? fail('internal', 'no schema has the role of the list constructor');
    const node = Node.of(op, values, match.node.place);
    const out = node.addOutput(this.graph.freshName(), listOf(declared ?? itemType(values)));
    this.place(node, match);
    this.inference.inferNode(node);
    return out;
  }

  /**
   * Puts values in a row on the stack, each as it is or as a tensor; `numbers`: of those asked for as tensors only numbers
   * become some. `wanted` is the type of their places.
   */
  private operands(
    list: readonly OperandTemplate[],
    match: Match,
    index: number,
    wanted: Type = TENSOR,
    numbers = false,
  ): void {
    for (const o of list) {
      if (o.kind === 'value') {
        this.stack.push(this.build(o.of, wanted, match, index));
        continue;
      }
      const held = this.held(match, o.name);
      if (held === undefined) continue;
      for (const v of isValues(held) ? held : [held]) {
        const seen = this.visible(v, match);
        this.stack.push(o.tensors && (!numbers || isNumber(seen.type)) ? this.forms.tensorOf(seen, match.node) : seen);
      }
    }
  }

  private buildNode(t: NodeTemplate, match: Match, index: number): Node {
    const { schema, operands } = this.plan(t);
    const base = this.stack.length;
    for (const { template, wanted, literal } of operands) {
      const value = template === undefined ? this.constant(literal, match) : this.build(template, wanted, match, index);
      this.stack.push(value);
    }
    // What blocks carry may be lists too, which stay as they are.
    if (t.operands.length > 0) this.operands(t.operands, match, index, TENSOR, t.blocks === 'as-tensors');
    const node = Node.of(t.op, this.stack.takeFrom(base), match.node.place);
    // What blocks return may be constants, which stand in front of the node.
    if (t.blocks !== undefined && t.blocks !== 'as-tensors') this.buildBlocks(t.blocks, node, match, index);
    this.place(node, match);
    if (t.blocks === 'as-tensors') {
      moveBlocksAsTensors(match.node, node, {
        roles: this.roles,
        freshName: (hint) => this.graph.freshName(hint),
        infer: (n) => this.inference.inferNode(n),
        freeze: (v, anchor) => this.forms.freeze(v, anchor),
        note: (n) => this.note(n),
        noteReaders: (v) => this.noteReaders(v),
        cast: () => this.forms.castOperator,
        freshExtent: () => this.inference.freshExtent(),
      });
      return node;
    }
    if (match.rule.rewrite === t && !match.rule.each && isSuccessor(schema, match.node)) {
      takeOver(match.node, node, this.inference);
      return node;
    }
    this.addOutputs(node, schema, match, t);
    this.inference.inferNode(node, equals(match, t, index));
    return node;
  }

  /** The blocks of a node that is not yet in the graph. All that move do so before any value is made in them. */
  private buildBlocks(t: 'keep' | readonly BlockTemplate[], node: Node, match: Match, index: number): void {
    const { blocks } = match.node;
    const templates: readonly BlockTemplate[] = t === 'keep' ? blocks.map((_, move) => ({ move })) : t;
    const made = templates.map(({ move }) => {
      const block = node.addBlock();
      const from = move === undefined ? undefined : blocks[move];
      if (from !== undefined) moveBlock(from, block, this.graph);
      else if (move !== undefined) throw broken(match, `it has no block ${move}`);
      return block;
    });
    const outer = this.inside;
    templates.forEach(({ returns }, i) => {
      const block = made[i];
      if (returns === undefined || block === undefined) return;
      for (const old of block.returns) this.unread.push(old);
      this.inside = block;
      block.setReturns(returns.map((r, k) => this.build(r, block.returns[k]?.type ?? TENSOR, match, index)));
    });
    this.inside = outer;
  }

  /** Puts a new node where the rewrite is under way. */
  private place(node: Node, match: Match): void {
    if (this.inside === undefined) node.insertBefore(match.node);
    else this.inside.append(node);
    this.note(node);
  }

  /** A constant that stands in a block is not seen outside of it, and is made anew there. */
  private visible(value: Value, match: Match): Value {
    if (match.rule.match.blocks === undefined) return value;
    const home = value.def instanceof Node ? value.def.parent : value.def;
    if (home === this.inside || isVisible(value, match.node)) return value;
    const constant = attributeOf(value.content);
    if (constant === undefined) throw broken(match, `%${value.name} is seen only inside its block`);
    return this.constant({ value: constant, type: value.type }, match);
  }

  /** Results as the schema declares them; those of variadic operators and of type variables as the matched node's. */
  private addOutputs(node: Node, schema: OperatorSchema, match: Match, template: Template): void {
    const { results, varresults } = schema.signature;
    const old = match.node.outputs;
    const hint = match.rule.rewrite === template;
    const count = varresults ? old.length : results.length;
    for (let i = 0; i < count; i++) {
      const declared = results[i]?.type;
      const known = declared !== undefined && declared.kind !== 'var' && declared.kind !== 'any';
      node.addOutput(
        this.graph.freshName(hint ? old[i]?.name : undefined),
        known ? declared : (old[i]?.type ?? TENSOR),
      );
    }
  }

  /** Puts `value` in the place of `old`, behind a cast where a tensor stands for a number or list. */
  private replace(old: Value, value: Value, match: Match): void {
    if (value.type.kind !== 'tensor' || old.type.kind === 'tensor') {
      if (value.producer !== undefined && value.producer.origin === this.origin) carryOver(old, value);
      old.replaceAllUsesWith(value);
      return;
    }
    carryOver(old, value);
    this.forms.cast(old, value, match.node, true);
  }

  /** A value that may stand where `old` stood: a tensor is cast where a number or list is asked for. */
  private inPlaceOf(old: Value, value: Value, match: Match): Value {
    return value.type.kind !== 'tensor' || old.type.kind === 'tensor'
      ? value
      : this.forms.cast(old, value, match.node, false);
  }

  private constant(c: TypedConstant, match: Match): Value {
    const known = this.origin === undefined ? undefined : this.constants.find(c, this.origin);
    if (known !== undefined) return known;
    const out = constantBefore(match.node, this.graph, c.value, c.type, undefined, null);
    const { producer } = out;
    if (producer !== undefined) {
      this.inference.inferNode(producer);
      this.note(producer);
    }
    this.constants.add(c, out);
    return out;
  }

  private one(match: Match, name: string): Value {
    const held = this.held(match, name);
    const value = held !== undefined && isValues(held) ? held[0] : held;
    return value ?? fail('internal', `rule ${match.rule.id} binds no ${name}`);
  }

  /** What a name of `let` or a capture stands for. */
  private held(match: Match, name: string): Captured | undefined {
    return (this.names.size === 0 ? undefined : this.names.get(name)) ?? match.captured(name);
  }

  private plan(t: NodeTemplate): Plan {
    let plan = this.plans.get(t);
    if (plan === undefined) {
      const schema = this.inference.schemas.get(t.op) ?? fail('unknown-operator', `no schema declares ${t.op}`);
      plan = planOf(t, schema);
      this.plans.set(t, plan);
    }
    return plan;
  }

  /** The nodes that read a value, those of inner blocks included: another value stands there after the rewrite. */
  private noteReaders(value: Value): void {
    for (let use = value.uses.first; use !== undefined; use = use.next) {
      const { user } = use;
      const reader = user instanceof Node ? user : user.owner;
      if (reader !== undefined) this.readers.push(reader);
    }
  }
}

function isConcrete({ kind }: Type): boolean {
  return kind !== 'var' && kind !== 'any';
}

/** True if no result has a use. What blocks do is not looked at: a node that carries some stays. */
function isUnread({ blocks, outputs }: Node): boolean {
  return blocks.length === 0 && outputs.every((o) => o.uses.size === 0);
}

/** The type of a list's items where its place does not say: the first item's, any tensor where that is a tensor. */
function itemType([first]: readonly Value[]): Type {
  return first === undefined || first.type.kind === 'tensor' ? TENSOR : first.type;
}

function broken(match: Match, what: string): Error {
  return new Error(`rule ${match.rule.id} at ${match.node.op}: ${what}`);
}
