import { literalConstant } from '../engine/constant.js';
import type { Content } from '../ir/content.js';
import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { type Attribute, type Block, Graph, Node, type OpName, type Value } from '../ir/graph.js';
import { CONSTANT, IF, LOOP } from '../ir/primitives.js';
import { FLOAT, INT, listOf, NONE, STR, TENSOR, type Type, tensorType } from '../ir/type.js';
import type { Roles } from '../matcher/roles.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Arg, Literal, Signature } from '../schema/signature.js';
import { type Bindings, bindVariables, hasVariables, substitute, variableNames } from '../schema/type-variables.js';
import { type Maker, type Mentioned, mentionedOptions, optionsOf } from './leaf-options.js';
import type { BlockForm, ListForm, NodeForm, Term } from './term.js';

/** What a type variable of a signature may stand for. */
const VARIABLES: readonly Type[] = [INT, TENSOR, FLOAT, STR];
/** How many values stand for a rest. */
const MORE: readonly number[] = [2, 1, 0];
const ANY_ROW: ListForm = { kind: 'list', before: [], after: [], rest: true };

/** Which of its options each open place of a graph takes, by place; the first where a place is absent. */
export type Choices = ReadonlyMap<string, number>;

export interface WitnessGraph {
  readonly graph: Graph;
  /** The node that the root of the pattern describes. */
  readonly node: Node;
  /** The number of options of each place, in the order in which they were met. */
  readonly places: ReadonlyMap<string, number>;
  /** Where each term stands first: the places below it begin so. */
  readonly paths: ReadonlyMap<Term, string>;
}

/** The graph that a pattern's term describes, its open places filled by `choices`. Undefined where there is none. */
export function buildGraph(
  term: Term,
  choices: Choices,
  registry: OperatorRegistry<OperatorSchema>,
  roles: Roles,
  mentioned: Mentioned,
): WitnessGraph | undefined {
  const builder = new GraphBuilder(choices, registry, roles, mentioned);
  const node = builder.root(term);
  return node === undefined ? undefined : { graph: builder.graph, node, places: builder.places, paths: builder.paths };
}

class GraphBuilder implements Maker {
  readonly graph = new Graph();
  readonly places = new Map<string, number>();
  readonly paths = new Map<Term, string>();
  private readonly made = new Map<Term, Value>();
  private readonly open = new Set<Term>();
  private block: Block = this.graph.block;
  private path = '';

  constructor(
    private readonly choices: Choices,
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly roles: Roles,
    private readonly mentioned: Mentioned,
  ) {}

  root(term: Term): Node | undefined {
    const { form } = term;
    if (form?.kind !== 'node') return undefined;
    const node = this.node(form, TENSOR);
    if (node === undefined) return undefined;
    for (const out of node.outputs) this.graph.block.addReturn(out);
    return node;
  }

  private choose<T>(options: readonly T[], place: string): T | undefined {
    this.places.set(place, options.length);
    return options[this.choices.get(place) ?? 0];
  }

  /** Runs `body` with places named below `step`. */
  private at<T>(step: string, body: () => T): T {
    const outer = this.path;
    this.path = `${outer}/${step}`;
    try {
      return body();
    } finally {
      this.path = outer;
    }
  }

  value(type: Type, key: string): Value {
    return this.at(key, () => this.leaf(type));
  }

  private leaf(type: Type, fallback?: Literal): Value {
    const options = [...optionsOf(type), ...mentionedOptions(type, this.mentioned)];
    const made =
      fallback === undefined
        ? this.choose(options, this.path)
        : this.choose([(m: Maker) => this.literal(m, fallback, type), ...options], this.path);
    return made === undefined ? this.input(type) : made(this);
  }

  constant(value: Attribute, type: Type): Value {
    const node = new Node(CONSTANT);
    if (value !== null) node.attributes.set('value', value);
    return this.add(node, value === null ? NONE : type);
  }

  /** A literal as a model has it: of an `int[2]` with one number for all, each of them. */
  private literal(make: Maker, value: Literal, type: Type): Value {
    const { kind } = type;
    const all = kind === 'list' && type.size !== undefined && typeof value === 'number';
    const c = literalConstant(all ? Array.from({ length: type.size ?? 1 }, () => value) : value, type);
    return make.constant(c.value, c.type);
  }

  input(type: Type, content?: Content): Value {
    const v = this.graph.addInput(this.graph.freshName(), type);
    v.content = content;
    return v;
  }

  dynamic(type: Type, dtype: DType, shape: readonly Dim[], elements?: readonly Dim[]): Value {
    const behind = this.input(tensorType(dtype, shape), elements && { kind: 'elements', values: elements });
    return this.add(new Node(this.roles.cast ?? '', [behind]), type);
  }

  list(items: readonly Value[], element: Type): Value {
    return this.add(new Node(this.roles.list ?? '', items), listOf(element));
  }

  private add(node: Node, type: Type): Value {
    this.block.append(node);
    return node.addOutput(this.graph.freshName(), type);
  }

  /** The value of a term; undefined where it cannot be of the type. */
  private term(term: Term, type: Type): Value | undefined {
    const root = term.root;
    const known = this.made.get(root);
    if (known !== undefined) return known;
    // A value cannot be made of itself.
    if (this.open.has(root)) return undefined;
    this.open.add(root);
    this.paths.set(root, this.path);
    const value = this.formed(term, type);
    this.open.delete(root);
    if (value !== undefined) this.made.set(root, value);
    return value;
  }

  private formed(term: Term, type: Type): Value | undefined {
    const { form } = term;
    switch (form?.kind) {
      case undefined:
        return this.leaf(type);
      case 'literal':
        return this.literal(this, form.value, type);
      case 'node':
        return this.node(form, type)?.outputs[form.result];
      case 'any': {
        const chosen = this.choose(form.of, `${this.path}|`);
        return chosen === undefined ? undefined : this.formed(chosen, type);
      }
      case 'list': {
        const inner = type.kind === 'optional' ? type.element : type;
        const element = inner.kind === 'list' && !hasVariables(inner) ? inner.element : INT;
        const items = this.row(form, element);
        return items === undefined ? undefined : this.list(items, element);
      }
    }
  }

  /** The values of a row; undefined where one cannot be of the type. */
  private row(form: ListForm, element: Type): Value[] | undefined {
    const more = form.rest ? (this.choose(MORE, `${this.path}...`) ?? 0) : 0;
    const open = Array.from({ length: more }, () => undefined);
    const values: Value[] = [];
    for (const [i, term] of [...form.before, ...open, ...form.after].entries()) {
      const value = term === undefined ? this.value(element, `${i}`) : this.at(`${i}`, () => this.term(term, element));
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  private node(form: NodeForm, wanted: Type): Node | undefined {
    const ops = form.ops.filter((name) => this.gives(name, form.result, wanted));
    const op = ops.length === 1 ? ops[0] : this.choose(ops, `${this.path}:op`);
    const signature = op === undefined ? undefined : this.registry.get(op)?.signature;
    if (op === undefined || signature === undefined) return undefined;
    const bindings: Bindings = new Map();
    const inputs: Value[] = [];
    for (const arg of signature.args) {
      const value = this.at(arg.name, () => this.argument(form, arg, bindings));
      if (value === undefined) return undefined;
      bindVariables(arg.type, value.type, bindings);
      inputs.push(value);
    }
    if (signature.varargs) {
      const rest = this.rest(form, signature, wanted);
      if (rest === undefined) return undefined;
      inputs.push(...rest);
    }
    const node = new Node(op, inputs);
    this.block.append(node);
    this.results(node, form, signature, bindings, wanted);
    return node;
  }

  /** Whether a result of the operator may be of the type: objects are of their own class alone. */
  private gives(op: OpName, result: number, wanted: Type): boolean {
    const type = this.registry.get(op)?.signature.results[result]?.type;
    return type?.kind !== 'class' || wanted.kind !== 'class' || type.name === wanted.name;
  }

  private argument(form: NodeForm, arg: Arg, bindings: Bindings): Value | undefined {
    const type = this.bound(arg.type, bindings);
    const term = form.args.get(arg.name);
    return term === undefined ? this.leaf(type, arg.default) : this.term(term, type);
  }

  /** The type with its variables bound, those that are free yet by choice. */
  private bound(type: Type, bindings: Bindings): Type {
    if (!hasVariables(type)) return type;
    const inner = substitute(type, bindings);
    if (!hasVariables(inner)) return inner;
    const chosen = this.choose(VARIABLES, `${this.path}:type`) ?? INT;
    return substitute(inner, new Map([...variableNames([inner])].map((name) => [name, chosen])));
  }

  /** Operands beyond the arguments: of one type, that of the wanted list's items for an operator that makes lists. */
  private rest(form: NodeForm, signature: Signature, wanted: Type): Value[] | undefined {
    const listed = signature.args.length === 0 && wanted.kind === 'list' ? wanted.element : undefined;
    const type = listed ?? this.choose(VARIABLES, `${this.path}...:type`) ?? INT;
    return this.at('...', () => this.row(form.operands ?? ANY_ROW, type));
  }

  private results(node: Node, form: NodeForm, signature: Signature, bindings: Bindings, wanted: Type): void {
    const name = () => this.graph.freshName();
    const [condition, ...carried] = node.inputs.slice(1);
    if (node.op === IF) {
      this.branches(node, form);
      return;
    }
    if (node.op === LOOP && condition !== undefined) {
      const types = carried.map((v) => v.type);
      this.inBlock(node, form.blocks[0], [INT, ...types], (own) => own([condition.type, ...types], [condition]));
      for (const type of types) node.addOutput(name(), type);
      return;
    }
    if (signature.varresults) {
      const [first] = node.inputs;
      const unpacked = signature.args.length > 0 && first?.type.kind === 'list' ? first.type.element : undefined;
      if (unpacked !== undefined) for (const _ of [0, 1]) node.addOutput(name(), unpacked);
      else if (node.op === this.roles.list) node.addOutput(name(), listOf(first?.type ?? INT));
      else node.addOutput(name(), TENSOR);
      return;
    }
    for (const r of signature.results) {
      const type = substitute(r.type, bindings);
      node.addOutput(name(), hasVariables(type) ? wanted : type);
    }
  }

  /** Two blocks of no parameters, which give as many results as the pattern asks of either. */
  private branches(node: Node, { blocks }: NodeForm): void {
    const asked = blocks.flatMap(({ returns }) => (returns === undefined ? [] : [returns]));
    const least = Math.max(0, ...asked.map(({ before, after }) => before.length + after.length));
    const types = Array.from({ length: asked.length === 0 ? 1 : least }, () => TENSOR);
    for (const k of [0, 1]) this.inBlock(node, blocks[k], [], (own) => own(types, []));
    for (const type of types) node.addOutput(this.graph.freshName(), type);
  }

  /**
   * A block with parameters of these types, the nodes that a pattern asks for, and results: `fill` gives their types, and
   * the first of them where the pattern says nothing. Others are the parameters of their types, or chosen.
   */
  private inBlock(
    node: Node,
    form: BlockForm | undefined,
    params: readonly Type[],
    fill: (own: (types: readonly Type[], first: readonly Value[]) => void) => void,
  ): void {
    const outer = this.block;
    const block = node.addBlock();
    this.block = block;
    this.at(`block${node.blocks.length - 1}`, () => {
      const values = params.map((type) => block.addParam(this.graph.freshName(), type));
      this.eachOf(form?.params, values.length, (term, i) => {
        const value = values[i];
        if (value !== undefined && !this.made.has(term.root)) this.made.set(term.root, value);
      });
      for (const [i, { form: inner }] of (form?.contains ?? []).entries())
        if (inner?.kind === 'node') this.at(`${i}`, () => this.node(inner, TENSOR));
      fill((types, first) => {
        const given = types.map((_, i) => first[i] ?? values[i]);
        this.eachOf(form?.returns, types.length, (term, i) => {
          given[i] = this.at(`return${i}`, () => this.term(term, types[i] ?? TENSOR)) ?? given[i];
        });
        for (const [i, type] of types.entries()) block.addReturn(given[i] ?? this.value(type, `return${i}`));
      });
    });
    this.block = outer;
  }

  /** Goes through the terms of a row by the places that they have among `count` values. */
  private eachOf(row: ListForm | undefined, count: number, use: (term: Term, index: number) => void): void {
    for (const [i, term] of (row?.before ?? []).entries()) use(term, i);
    const after = row?.after ?? [];
    for (const [i, term] of after.entries()) use(term, count - after.length + i);
  }
}
