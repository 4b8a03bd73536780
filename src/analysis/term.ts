import type { OpName } from '../ir/graph.js';
import type { CompiledNode, CompiledPattern } from '../matcher/pattern.js';

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

export type Form =
  | { readonly kind: 'literal'; readonly value: number | boolean | string | null }
  | NodeForm
  | { readonly kind: 'list'; readonly items: readonly Term[]; readonly rest: boolean };

export interface NodeForm {
  readonly kind: 'node';
  /** Any of these. */
  readonly ops: readonly OpName[];
  /** By argument; those left out may be anything. */
  readonly args: ReadonlyMap<string, Term>;
}

function unifyForms(x: Form, y: Form): Form | undefined {
  if (x.kind === 'literal' && y.kind === 'literal') return x.value === y.value ? x : undefined;
  if (x.kind === 'node' && y.kind === 'node') {
    const ops = x.ops.filter((op) => y.ops.includes(op));
    if (ops.length === 0) return undefined;
    const args = new Map(x.args);
    for (const [name, term] of y.args) {
      const known = args.get(name);
      if (known === undefined) args.set(name, term);
      else if (!known.unify(term)) return undefined;
    }
    return { kind: 'node', ops, args };
  }
  if (x.kind === 'list' && y.kind === 'list') {
    const [long, short] = x.items.length >= y.items.length ? [x, y] : [y, x];
    if (long.items.length > short.items.length && !short.rest) return undefined;
    for (const [i, item] of short.items.entries()) if (long.items[i]?.unify(item) === false) return undefined;
    return { kind: 'list', items: long.items, rest: x.rest && y.rest };
  }
  return undefined;
}

/** The term of a compiled pattern's variant; `slots` are its captures. */
export function termOf(pattern: CompiledNode, slots: Term[] = []): Term {
  return place(pattern, slots);
}

function place(p: CompiledPattern, slots: Term[]): Term {
  switch (p.kind) {
    case 'capture':
      return slot(slots, p.slot);
    case 'literal':
      return Term.of(typeof p.value === 'object' && p.value !== null ? undefined : { kind: 'literal', value: p.value });
    case 'test': {
      const term = place(p.of, slots);
      if (p.slot >= 0) term.unify(slot(slots, p.slot));
      return term;
    }
    case 'any': {
      const [first] = p.of;
      return first === undefined ? new Term() : place(first, slots);
    }
    case 'wildcard':
    case 'not':
      return new Term();
    case 'node': {
      const args = new Map<string, Term>();
      for (const form of p.forms.values())
        for (const { arg, pattern } of form) if (!args.has(arg)) args.set(arg, place(pattern, slots));
      const term = Term.of({ kind: 'node', ops: [...p.forms.keys()], args });
      const as = p.as[p.result];
      if (as !== undefined && as >= 0) term.unify(slot(slots, as));
      return term;
    }
    case 'list':
      return Term.of({ kind: 'list', items: p.items.map((q) => place(q, slots)), rest: p.restAt >= 0 });
  }
}

function slot(slots: Term[], index: number): Term {
  let term = slots[index];
  if (term === undefined) {
    term = new Term();
    slots[index] = term;
  }
  return term;
}
