import { capturesOf } from '../matcher/variants.js';
import type { BlockPattern, ItemsPattern, NodePattern, Pattern } from '../schema/rule.js';
import type { PatternFragment } from './definitions.js';
import { renameNames } from './expand-predicates.js';

/**
 * The pattern of a fragment with patterns in the place of its arguments. Its own captures get names that `prefix` makes
 * its own, so that two uses do not name one value. `note` is told of each expression, as it is now and as it is written.
 */
export function instantiate(
  fragment: PatternFragment,
  given: ReadonlyMap<string, Pattern>,
  prefix: string,
  note: (text: string, written: string) => void,
): Pattern {
  const names = new Map<string, string>();
  const patterns = new Map<string, Pattern>();
  const all = capturesOf(fragment.match);
  for (const name of allNames(fragment.match, all)) {
    const p = given.get(name);
    if (p?.kind === 'capture') names.set(name, p.name);
    else {
      names.set(name, `$${prefix}_${name.slice(1)}`);
      if (p !== undefined && p.kind !== 'wildcard') patterns.set(name, p);
    }
  }
  return new Instance(fragment, names, patterns, note).pattern(fragment.match);
}

/** Names that negations bind for themselves too. */
function allNames(match: Pattern, captures: ReadonlySet<string>): Set<string> {
  return new Set([...captures, ...(JSON.stringify(match).match(/\$\w+/g) ?? [])]);
}

class Instance {
  /** Names that stand nowhere else: nothing asks for the value. */
  private readonly once: ReadonlySet<string>;

  constructor(
    private readonly fragment: PatternFragment,
    private readonly names: ReadonlyMap<string, string>,
    private readonly patterns: ReadonlyMap<string, Pattern>,
    private readonly note: (text: string, written: string) => void,
  ) {
    const places: readonly string[] = JSON.stringify(fragment.match).match(/\$\w+/g) ?? [];
    this.once = new Set(places.filter((name) => places.indexOf(name) === places.lastIndexOf(name)));
  }

  pattern(p: Pattern): Pattern {
    switch (p.kind) {
      case 'capture': {
        const name = this.name(p.name);
        const of = this.patterns.get(p.name);
        if (of === undefined) return { kind: 'capture', name };
        return this.once.has(p.name) ? of : { kind: 'test', of, as: name, constant: false, where: [] };
      }
      case 'node':
        return this.node(p);
      case 'list':
        return { kind: 'list', ...this.items(p) };
      case 'any':
        return { kind: 'any', of: p.of.map((q) => this.pattern(q)) };
      case 'optional':
      case 'not':
        return { kind: p.kind, of: this.pattern(p.of) };
      case 'test':
        return {
          ...p,
          of: p.of.kind === 'wildcard' ? this.given(p.as) : this.pattern(p.of),
          as: p.as === undefined ? undefined : this.name(p.as),
          where: p.where.map((text) => this.expression(text)),
        };
      case 'wildcard':
      case 'literal':
      case 'default':
        return p;
    }
  }

  private node(p: NodePattern): NodePattern {
    return {
      ...p,
      in: p.in.map(([arg, q]) => [arg, this.pattern(q)] as const),
      operands: p.operands === undefined ? undefined : this.items(p.operands),
      as: p.as.map((name) => (name === null ? null : this.name(name))),
      blocks: p.blocks?.map((b) => this.block(b)),
      where: p.where.map((text) => this.expression(text)),
    };
  }

  private items({ items, rest }: ItemsPattern): ItemsPattern {
    const all = items.map((q) => this.pattern(q));
    if (rest?.name === undefined) return { items: all, rest };
    return { items: all, rest: { at: rest.at, name: this.name(rest.name) } };
  }

  private block({ params, returns, contains }: BlockPattern): BlockPattern {
    return {
      params: params === undefined ? undefined : this.items(params),
      returns: returns === undefined ? undefined : this.items(returns),
      contains: contains.map(({ node, negated }) => ({ node: this.node(node), negated })),
    };
  }

  /** What an argument that is bound to any value must look like. */
  private given(as: string | undefined): Pattern {
    return (as === undefined ? undefined : this.patterns.get(as)) ?? { kind: 'wildcard' };
  }

  private name(name: string): string {
    return this.names.get(name) ?? name;
  }

  private expression(text: string): string {
    const renamed = renameNames(text, this.names);
    const written = this.fragment.written[text] ?? text;
    if (written !== renamed) this.note(renamed, written);
    return renamed;
  }
}

/** Names that stand for results of an operator, or for several values: a use gives a capture there, no other pattern. */
export function resultNames(p: Pattern, found: Set<string> = new Set()): Set<string> {
  switch (p.kind) {
    case 'node':
      for (const [, q] of p.in) resultNames(q, found);
      for (const name of p.as) if (name !== null) found.add(name);
      rowNames(p.operands, found);
      for (const b of p.blocks ?? []) {
        rowNames(b.params, found);
        rowNames(b.returns, found);
        for (const { node } of b.contains) resultNames(node, found);
      }
      break;
    case 'list':
      rowNames(p, found);
      break;
    case 'any':
      for (const q of p.of) resultNames(q, found);
      break;
    case 'test':
      if (p.as !== undefined && p.of.kind !== 'wildcard') found.add(p.as);
      resultNames(p.of, found);
      break;
    case 'optional':
    case 'not':
      resultNames(p.of, found);
      break;
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      break;
  }
  return found;
}

function rowNames(p: ItemsPattern | undefined, found: Set<string>): void {
  for (const q of p?.items ?? []) resultNames(q, found);
  if (p?.rest?.name !== undefined) found.add(p.rest.name);
}
