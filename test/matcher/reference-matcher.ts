import type { Node, Value } from '../../src/ir/graph.js';
import { capturesOf } from '../../src/matcher/variants.js';
import type { ItemsPattern, NodePattern, Pattern } from '../../src/schema/rule.js';

/** What captures stand for: a value, or the values of a rest. */
export type Bindings = ReadonlyMap<string, Value | readonly Value[]>;

/**
 * The meaning of patterns, as plainly as it can be written: every way in which a pattern matches, one after another.
 * Conditions in place are left out. `args` gives the index of an operator's argument, `arity` how many it has.
 */
export class ReferenceMatcher {
  constructor(
    private readonly args: (op: string, arg: string) => number,
    private readonly arity: (op: string) => number,
  ) {}

  *node(p: NodePattern, node: Node, bound: Bindings): Generator<Bindings> {
    if (!p.ops.includes(node.op)) return;
    const orders = p.commutative === undefined ? [p.in] : [p.in, swapped(p.in, p.commutative)];
    for (const order of orders) yield* this.operands(p, node, order, 0, bound);
  }

  private *operands(
    p: NodePattern,
    node: Node,
    order: NodePattern['in'],
    at: number,
    bound: Bindings,
  ): Generator<Bindings> {
    const entry = order[at];
    if (entry === undefined) {
      const rest = node.inputs.slice(this.arity(node.op));
      const rows = p.operands === undefined ? [bound] : this.items(p.operands, rest, bound);
      for (const b of rows) {
        let found: Bindings | undefined = b;
        for (const [i, name] of p.as.entries()) {
          const out = node.outputs[i];
          if (name !== null) found = found && out && bind(found, name, out);
        }
        if (found !== undefined) yield found;
      }
      return;
    }
    const [arg, q] = entry;
    const operand = node.inputs[this.args(node.op, arg)];
    if (operand === undefined) return;
    for (const b of this.value(q, operand, bound)) yield* this.operands(p, node, order, at + 1, b);
  }

  *value(p: Pattern, value: Value, bound: Bindings): Generator<Bindings> {
    switch (p.kind) {
      case 'capture': {
        const b = bind(bound, p.name, value);
        if (b !== undefined) yield b;
        break;
      }
      case 'wildcard':
        yield bound;
        break;
      case 'literal':
        if (constantOf(value) === p.value) yield bound;
        break;
      case 'node': {
        const { producer } = value;
        if (producer?.outputs[Number(p.result)] === value) yield* this.node(p, producer, bound);
        break;
      }
      case 'list':
        if (value.producer?.op === 'prim::ListConstruct') yield* this.items(p, value.producer.inputs, bound);
        break;
      case 'any':
        for (const q of p.of) yield* this.value(q, value, bound);
        break;
      case 'not':
        if (this.value(p.of, value, bound).next().done === true) yield bound;
        break;
      case 'test':
        for (const b of this.value(p.of, value, bound)) {
          const found = p.as === undefined ? b : bind(b, p.as, value);
          if (found !== undefined) yield found;
        }
        break;
      case 'optional': {
        yield* this.value(p.of, value, bound);
        if (constantOf(value) !== null) break;
        let found: Bindings | undefined = bound;
        for (const name of capturesOf(p.of)) found = found && bind(found, name, value);
        if (found !== undefined) yield found;
        break;
      }
      case 'default':
        throw new Error('not generated');
    }
  }

  private *items({ items, rest }: ItemsPattern, values: readonly Value[], bound: Bindings): Generator<Bindings> {
    const beyond = values.length - items.length;
    if (rest === undefined ? beyond !== 0 : beyond < 0) return;
    const at = rest?.at ?? items.length;
    const own = [...values.slice(0, at), ...values.slice(at + beyond)];
    yield* this.row(items, own, 0, bound, (b) =>
      rest?.name === undefined ? b : bindAll(b, rest.name, values.slice(at, at + beyond)),
    );
  }

  private *row(
    items: readonly Pattern[],
    values: readonly Value[],
    at: number,
    bound: Bindings,
    last: (b: Bindings) => Bindings | undefined,
  ): Generator<Bindings> {
    const [p, v] = [items[at], values[at]];
    if (p === undefined || v === undefined) {
      const b = last(bound);
      if (b !== undefined) yield b;
      return;
    }
    for (const b of this.value(p, v, bound)) yield* this.row(items, values, at + 1, b, last);
  }
}

function swapped(entries: NodePattern['in'], [a, b]: readonly [string, string]): NodePattern['in'] {
  return entries.map(([arg, p]) => [arg === a ? b : arg === b ? a : arg, p] as const);
}

function bind(bound: Bindings, name: string, value: Value): Bindings | undefined {
  const held = bound.get(name);
  if (held === undefined) return new Map(bound).set(name, value);
  if (held === value) return bound;
  const constant = constantOf(value);
  return 'uses' in held && constant !== undefined && constantOf(held) === constant ? bound : undefined;
}

function bindAll(bound: Bindings, name: string, values: readonly Value[]): Bindings | undefined {
  const held = bound.get(name);
  if (held === undefined) return new Map(bound).set(name, values);
  return Array.isArray(held) && held.length === values.length && held.every((v, i) => v === values[i])
    ? bound
    : undefined;
}

function constantOf({ content }: Value): number | null | undefined {
  if (content?.kind === 'none') return null;
  return content?.kind === 'int' && typeof content.value === 'number' ? content.value : undefined;
}
