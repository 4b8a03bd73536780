import type { OpName } from '../ir/graph.js';
import type { CompiledItems, CompiledNode, CompiledPattern } from '../matcher/pattern.js';
import type { Literal } from '../schema/signature.js';

/** What patterns say of one value of a graph; terms that were unified are one. */
export class Term {
  private link: Term | undefined;
  private own: Form | undefined;

  /** The term that stands for this one and all that were unified with it. */
  get root(): Term {
    let t: Term = this;
    while (t.link !== undefined) t = t.link;
    return t;
  }

  /** Undefined for a value that may be anything. */
  get form(): Form | undefined {
    return this.root.own;
  }

  static of(form: Form | undefined): Term {
    const t = new Term();
    t.own = form;
    return t;
  }

  /** Makes the two one. False where no value can be both; the terms are then of no further use. */
  unify(other: Term): boolean {
    const [a, b] = [this.root, other.root];
    if (a === b) return true;
    const [x, y] = [a.own, b.own];
    b.link = a;
    if (x === undefined || y === undefined) {
      a.own = x ?? y;
      return true;
    }
    const merged = unifyForms(x, y);
    a.own = merged;
    return merged !== undefined;
  }
}

/** Conditions are left to the matcher: a form only says how a graph that may match is built. */
export type Form =
  | { readonly kind: 'literal'; readonly value: Literal }
  | NodeForm
  | ListForm
  /** One of these, none of which has captures. */
  | { readonly kind: 'any'; readonly of: readonly Term[] };

export interface NodeForm {
  readonly kind: 'node';
  /** Any of these. */
  readonly ops: readonly OpName[];
  /** By argument; those left out may be anything. */
  readonly args: ReadonlyMap<string, Term>;
  /** Operands beyond the arguments; undefined where they may be anything. */
  readonly operands: ListForm | undefined;
  /** Which of the node's results the value is. */
  readonly result: number;
  /** What is said of its blocks, one by one. */
  readonly blocks: readonly BlockForm[];
}

/** Rows of a block's parameters and results, undefined where they may be anything, and nodes that it must have. */
export interface BlockForm {
  readonly params: ListForm | undefined;
  readonly returns: ListForm | undefined;
  readonly contains: readonly Term[];
}

/** Values in a row, with any number of others between `before` and `after` if `rest` says. */
export interface ListForm {
  readonly kind: 'list';
  readonly before: readonly Term[];
  readonly after: readonly Term[];
  readonly rest: boolean;
}

function unifyForms(x: Form, y: Form): Form | undefined {
  // Which of the alternatives fits the other form is left to the matcher.
  if (x.kind === 'any') return y;
  if (y.kind === 'any') return x;
  if (x.kind === 'literal' && y.kind === 'literal')
    return JSON.stringify(x.value) === JSON.stringify(y.value) ? x : undefined;
  if (x.kind === 'node' && y.kind === 'node') return unifyNodes(x, y);
  if (x.kind === 'list' && y.kind === 'list') return unifyLists(x, y);
  return undefined;
}

function unifyNodes(x: NodeForm, y: NodeForm): Form | undefined {
  const ops = x.ops.filter((op) => y.ops.includes(op));
  if (ops.length === 0 || x.result !== y.result) return undefined;
  const args = new Map(x.args);
  for (const [name, term] of y.args) {
    const known = args.get(name);
    if (known === undefined) args.set(name, term);
    else if (!known.unify(term)) return undefined;
  }
  const operands = unifyRows(x.operands, y.operands);
  if (operands === false) return undefined;
  const blocks: BlockForm[] = [];
  for (let i = 0; i < Math.max(x.blocks.length, y.blocks.length); i++) {
    const block = unifyBlocks(x.blocks[i] ?? ANY_BLOCK, y.blocks[i] ?? ANY_BLOCK);
    if (block === undefined) return undefined;
    blocks.push(block);
  }
  return { kind: 'node', ops, args, operands, result: x.result, blocks };
}

const ANY_BLOCK: BlockForm = { params: undefined, returns: undefined, contains: [] };

function unifyBlocks(x: BlockForm, y: BlockForm): BlockForm | undefined {
  const params = unifyRows(x.params, y.params);
  const returns = unifyRows(x.returns, y.returns);
  return params === false || returns === false
    ? undefined
    : { params, returns, contains: [...x.contains, ...y.contains] };
}

/** Rows that may be anything where they are undefined; false where none is both. */
function unifyRows(x: ListForm | undefined, y: ListForm | undefined): ListForm | undefined | false {
  return x === undefined || y === undefined ? (x ?? y) : (unifyLists(x, y) ?? false);
}

function unifyLists(x: ListForm, y: ListForm): ListForm | undefined {
  const [open, other] = x.rest ? [x, y] : [y, x];
  const fixed = [...other.before, ...other.after];
  if (!other.rest) {
    const own = open.before.length + open.after.length;
    if (open.rest ? fixed.length < own : fixed.length !== own) return undefined;
    const ends = fixed.slice(fixed.length - open.after.length);
    return unifyEach(open.before, fixed) && unifyEach(open.after, ends)
      ? { kind: 'list', before: fixed, after: [], rest: false }
      : undefined;
  }
  const [a, b] = [[...open.after].reverse(), [...other.after].reverse()];
  if (!unifyEach(open.before, other.before) || !unifyEach(a, b)) return undefined;
  const longer = <T>(p: readonly T[], q: readonly T[]) => (p.length >= q.length ? p : q);
  return {
    kind: 'list',
    before: longer(open.before, other.before),
    after: longer(open.after, other.after),
    rest: true,
  };
}

/** Unifies two rows as far as both go. */
function unifyEach(x: readonly Term[], y: readonly Term[]): boolean {
  return x.every((term, i) => y[i]?.unify(term) !== false);
}

/** The term of a compiled pattern's variant; `slots` are its captures. */
export function termOf(pattern: CompiledNode, slots: Term[] = []): Term {
  return place(pattern, slots);
}

/** Any node of an operator. */
export function operatorTerm(op: OpName): Term {
  return Term.of({ kind: 'node', ops: [op], args: new Map(), operands: undefined, result: 0, blocks: [] });
}

function place(p: CompiledPattern, slots: Term[]): Term {
  switch (p.kind) {
    case 'capture':
      return slot(slots, p.slot);
    case 'literal':
      return Term.of({ kind: 'literal', value: p.value });
    case 'test': {
      const term = place(p.of, slots);
      if (p.slot >= 0) term.unify(slot(slots, p.slot));
      return term;
    }
    case 'any':
      return Term.of({ kind: 'any', of: p.of.map((q) => place(q, slots)) });
    case 'wildcard':
    case 'not':
      return new Term();
    case 'node':
      return node(p, slots);
    case 'list':
      return Term.of(row(p, slots));
  }
}

function node(p: CompiledNode, slots: Term[]): Term {
  const args = new Map<string, Term>();
  for (const form of p.forms.values())
    for (const { arg, pattern } of form) if (!args.has(arg)) args.set(arg, place(pattern, slots));
  const operands = p.operands === undefined ? undefined : row(p.operands, slots);
  const blocks = (p.blocks ?? []).map(
    ({ params, returns, contains }): BlockForm => ({
      params: params && row(params, slots),
      returns: returns && row(returns, slots),
      contains: contains.flatMap(({ variants: [first], negated }) =>
        first === undefined || negated ? [] : [node(first, slots)],
      ),
    }),
  );
  const term = Term.of({ kind: 'node', ops: [...p.forms.keys()], args, operands, result: p.result, blocks });
  const as = p.as[p.result];
  if (as !== undefined && as >= 0) term.unify(slot(slots, as));
  return term;
}

function row(p: CompiledItems, slots: Term[]): ListForm {
  const items = p.items.map((q) => place(q, slots));
  const at = p.restAt < 0 ? items.length : p.restAt;
  return { kind: 'list', before: items.slice(0, at), after: items.slice(at), rest: p.restAt >= 0 };
}

function slot(slots: Term[], index: number): Term {
  let term = slots[index];
  if (term === undefined) {
    term = new Term();
    slots[index] = term;
  }
  return term;
}
