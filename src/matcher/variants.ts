import type { BlockPattern, ItemsPattern, NodePattern, Pattern } from '../schema/rule.js';

/** A pattern with more combinations of alternatives than this is several rules. Each is tried at every node. */
export const MAX_VARIANTS = 256;

/**
 * Every choice of alternatives and of the order of commutative operands, the first written first. Alternatives that
 * capture nothing stay together: which of them matches makes no difference to the rest. At most `MAX_VARIANTS`: checks
 * refuse rules of more.
 */
export function variantsOf(pattern: NodePattern): NodePattern[] {
  return nodes(pattern);
}

/** How many variants a pattern has, without making them. */
export function countVariants(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'any':
      return isSelfContained(pattern) ? 1 : pattern.of.reduce((n, p) => n + countVariants(p), 0);
    case 'optional':
      return 1 + countVariants(pattern.of);
    case 'list':
      return countItems(pattern);
    case 'test':
      return countVariants(pattern.of);
    case 'node': {
      const parts = pattern.in.map(([, p]) => countVariants(p));
      if (pattern.operands !== undefined) parts.push(countItems(pattern.operands));
      for (const b of pattern.blocks ?? []) parts.push(countBlock(b));
      return parts.reduce((n, k) => n * k, pattern.commutative === undefined ? 1 : 2);
    }
    // A negation tries its own: none of them decides what stands elsewhere.
    case 'not':
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return 1;
  }
}

function countItems({ items }: ItemsPattern): number {
  return items.reduce((n, p) => n * countVariants(p), 1);
}

function countBlock({ params, returns, contains }: BlockPattern): number {
  const parts = [params, returns].map((p) => (p === undefined ? 1 : countItems(p)));
  for (const { node, negated } of contains) parts.push(negated ? 1 : countVariants(node));
  return parts.reduce((n, k) => n * k, 1);
}

/** Every choice inside a pattern; `any` is left only where nothing is captured. */
export function expand(pattern: Pattern): Pattern[] {
  switch (pattern.kind) {
    case 'any':
      if (isSelfContained(pattern)) return [{ kind: 'any', of: pattern.of.flatMap(expand) }];
      return pattern.of.flatMap(expand).slice(0, MAX_VARIANTS);
    case 'optional':
      return [...expand(pattern.of), absent(capturesOf(pattern.of))];
    case 'list':
      return items(pattern).map((p) => ({ ...pattern, ...p }));
    case 'test':
      return expand(pattern.of).map((of) => ({ ...pattern, of }));
    case 'node':
      return nodes(pattern);
    case 'not':
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return [pattern];
  }
}

function nodes(pattern: NodePattern): NodePattern[] {
  const operands = product(pattern.in.map(([, p]) => expand(p)));
  const rests = pattern.operands === undefined ? [undefined] : items(pattern.operands);
  const blocks = pattern.blocks === undefined ? [undefined] : product(pattern.blocks.map(block));
  const plain: NodePattern[] = [];
  for (const chosen of operands)
    for (const rest of rests)
      for (const inner of blocks) {
        if (plain.length >= MAX_VARIANTS) return plain;
        const args = pattern.in.map(([arg, p], i) => [arg, chosen[i] ?? p] as const);
        plain.push({ ...pattern, in: args, operands: rest, blocks: inner });
      }
  const { commutative } = pattern;
  if (commutative === undefined) return plain;
  const [a, b] = commutative;
  const swap = (arg: string) => (arg === a ? b : arg === b ? a : arg);
  return plain
    .flatMap((p) => [p, { ...p, in: p.in.map(([arg, q]) => [swap(arg), q] as const) }])
    .slice(0, MAX_VARIANTS);
}

function items<T extends ItemsPattern>(pattern: T): T[] {
  return product(pattern.items.map(expand)).map((chosen) => ({ ...pattern, items: chosen }));
}

function block(pattern: BlockPattern): BlockPattern[] {
  const { params, returns, contains } = pattern;
  const ps = params === undefined ? [undefined] : items(params);
  const rs = returns === undefined ? [undefined] : items(returns);
  const cs = product(contains.map((c) => (c.negated ? [c] : nodes(c.node).map((node) => ({ ...c, node })))));
  return ps.flatMap((p) => rs.flatMap((r) => cs.map((c) => ({ params: p, returns: r, contains: c }))));
}

/** None, bound to every capture of an optional pattern. */
function absent(captures: ReadonlySet<string>): Pattern {
  let pattern: Pattern = { kind: 'literal', value: null };
  for (const as of captures) pattern = { kind: 'test', of: pattern, as, constant: false, where: [] };
  return pattern;
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  let out: T[][] = [[]];
  for (const list of lists) out = out.flatMap((head) => list.map((x) => [...head, x])).slice(0, MAX_VARIANTS);
  return out;
}

/** True if no capture of the pattern can be seen outside of it. */
export function isSelfContained(pattern: Pattern): boolean {
  return capturesOf(pattern).size === 0;
}

/** The captures that a pattern binds, without those that only a negation sees. */
export function capturesOf(pattern: Pattern, found: Set<string> = new Set()): Set<string> {
  switch (pattern.kind) {
    case 'capture':
      found.add(pattern.name);
      break;
    case 'any':
      for (const p of pattern.of) capturesOf(p, found);
      break;
    case 'optional':
      capturesOf(pattern.of, found);
      break;
    case 'list':
      itemCaptures(pattern, found);
      break;
    case 'test':
      capturesOf(pattern.of, found);
      if (pattern.as !== undefined) found.add(pattern.as);
      break;
    case 'node':
      for (const [, p] of pattern.in) capturesOf(p, found);
      if (pattern.operands !== undefined) itemCaptures(pattern.operands, found);
      for (const name of pattern.as) if (name !== null) found.add(name);
      for (const b of pattern.blocks ?? []) blockCaptures(b, found);
      break;
    case 'not':
    case 'wildcard':
    case 'literal':
    case 'default':
      break;
  }
  return found;
}

function itemCaptures(pattern: ItemsPattern, found: Set<string>): void {
  for (const p of pattern.items) capturesOf(p, found);
  if (pattern.rest?.name !== undefined) found.add(pattern.rest.name);
}

/** The captures that a pattern of a block binds. */
export function blockCaptures(pattern: BlockPattern, found: Set<string>): void {
  if (pattern.params !== undefined) itemCaptures(pattern.params, found);
  if (pattern.returns !== undefined) itemCaptures(pattern.returns, found);
  for (const { node, negated } of pattern.contains) if (!negated) capturesOf(node, found);
}
