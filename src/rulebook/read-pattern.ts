import type { BlockPattern, ItemsPattern, NodePattern, Pattern } from '../schema/rule.js';
import type { Literal } from '../schema/signature.js';
import { type Data, exprText, items, record, strings } from './data.js';

/** A use of a named pattern: `{ use: name, with: { $x: pattern } }`. */
export interface FragmentUse {
  readonly name: string;
  readonly with: ReadonlyMap<string, Pattern>;
}

/** Expands what is used by name. */
export interface Expander {
  /** The pattern of a fragment, its arguments put in. */
  fragment(use: FragmentUse): Pattern;
  /** An expression, its predicates expanded. */
  expression(text: string): string;
}

/** Reads patterns of validated YAML. */
export class PatternReader {
  constructor(private readonly names: Expander) {}

  /** `$x`, `_`, `default`, a constant, a list, or a mapping. */
  pattern(v: unknown): Pattern {
    if (isCapture(v)) return { kind: 'capture', name: v };
    if (v === '_') return { kind: 'wildcard' };
    if (v === 'default') return { kind: 'default' };
    if (Array.isArray(v)) return { kind: 'list', ...this.items(v) };
    if (typeof v === 'object' && v !== null) return this.braced(record(v));
    return { kind: 'literal', value: scalar(v) };
  }

  private braced(data: Data): Pattern {
    if ('op' in data) return this.node(data);
    const of = this.head(data);
    const as = data.as === undefined ? undefined : String(data.as);
    const where = this.tests(data);
    if ('const' in data) {
      const test = this.names.expression(exprText(data.const));
      return { kind: 'test', of, as, constant: true, where: [...(test === 'true' ? [] : [test]), ...where] };
    }
    return as === undefined && where.length === 0 ? of : { kind: 'test', of, as, constant: false, where };
  }

  private head(data: Data): Pattern {
    if ('any' in data) return { kind: 'any', of: items(data.any).map((p) => this.pattern(p)) };
    if ('optional' in data) return { kind: 'optional', of: this.pattern(data.optional) };
    if ('not' in data) return { kind: 'not', of: this.pattern(data.not) };
    if ('list' in data) return { kind: 'list', ...this.items(items(data.list)) };
    if ('use' in data) return this.names.fragment(this.use(data));
    return { kind: 'wildcard' };
  }

  private use(data: Data): FragmentUse {
    const given = Object.entries(record(data.with)).map(([name, p]) => [name, this.pattern(p)] as const);
    return { name: String(data.use), with: new Map(given) };
  }

  node(data: Data): NodePattern {
    const [a, b] = strings(data.commutative);
    return {
      kind: 'node',
      ops: strings(data.op),
      in: Object.entries(record(data.in)).map(([arg, p]) => [arg, this.pattern(p)] as const),
      operands: data.operands === undefined ? undefined : this.row(data.operands),
      result: typeof data.result === 'number' || typeof data.result === 'string' ? data.result : 0,
      as: strings(data.as).map((name) => (name === '_' ? null : name)),
      commutative: a === undefined || b === undefined ? undefined : [a, b],
      blocks: data.blocks === undefined ? undefined : items(data.blocks).map((block) => this.block(record(block))),
      where: this.tests(data),
    };
  }

  private tests(data: Data): string[] {
    return strings(data.where).map((text) => this.names.expression(text));
  }

  /** The pattern of a rule's root: an operator, or a fragment that is one. */
  root(v: unknown): NodePattern | undefined {
    const found = this.pattern(v);
    if (found.kind === 'node') return found;
    // A fragment that is an operator, captured and asked about where it is used.
    if (found.kind !== 'test' || found.of.kind !== 'node' || found.constant) return undefined;
    const { of, as, where } = found;
    if (as !== undefined && of.as.length > 0) return undefined;
    return { ...of, as: as === undefined ? of.as : [as], where: [...of.where, ...where] };
  }

  private block(data: Data): BlockPattern {
    return {
      params: data.params === undefined ? undefined : this.row(data.params),
      returns: data.returns === undefined ? undefined : this.row(data.returns),
      contains: items(data.contains).flatMap((v) => {
        const entry = record(v);
        const negated = 'not' in entry;
        const node = this.root(negated ? entry.not : v);
        return node === undefined ? [] : [{ node, negated }];
      }),
    };
  }

  /** A list of patterns; one capture alone stands for all values. */
  private row(v: unknown): ItemsPattern {
    return this.items(Array.isArray(v) ? v : [`...${String(v)}`]);
  }

  private items(all: readonly unknown[]): ItemsPattern {
    const at = all.findIndex(isRest);
    if (at < 0) return { items: all.map((p) => this.pattern(p)) };
    const name = String(all[at]).slice(3);
    const others = all.filter((_, i) => i !== at).map((p) => this.pattern(p));
    return { items: others, rest: name === '_' ? { at } : { at, name } };
  }
}

/** True for `...$rest` and `..._`. */
export function isRest(v: unknown): v is string {
  return typeof v === 'string' && v.startsWith('...');
}

/** True for `$x`. */
export function isCapture(v: unknown): v is string {
  return typeof v === 'string' && v.startsWith('$');
}

/** A number, a bool, `none`, or text in quotes. */
export function scalar(v: unknown): Exclude<Literal, readonly Literal[]> {
  if (typeof v === 'number' || typeof v === 'boolean') return v;
  if (v === null || v === 'none') return null;
  return String(v).replace(/^'(.*)'$/, '$1');
}

/** The benefit of a pattern: the more operators it names, the more special it is. */
export function operatorCount(p: Pattern): number {
  switch (p.kind) {
    case 'node': {
      const operands = p.in.reduce((n, [, q]) => n + operatorCount(q), 1) + countItems(p.operands);
      return (p.blocks ?? []).reduce((n, b) => n + countBlock(b), operands);
    }
    case 'list':
      return countItems(p);
    case 'any':
      return Math.max(0, ...p.of.map(operatorCount));
    case 'optional':
    case 'test':
      return operatorCount(p.of);
    // What must not be there makes a pattern no larger.
    case 'not':
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return 0;
  }
}

function countItems(p: ItemsPattern | undefined): number {
  return p?.items.reduce((n, q) => n + operatorCount(q), 0) ?? 0;
}

function countBlock({ params, returns, contains }: BlockPattern): number {
  const inside = contains.reduce((n, c) => n + (c.negated ? 0 : operatorCount(c.node)), 0);
  return countItems(params) + countItems(returns) + inside;
}
