import type { OpName } from '../ir/graph.js';
import type { BlockPattern, ItemsPattern, NodePattern, Pattern, Rule } from '../schema/rule.js';
import type { Roles } from './roles.js';

/** How far rules look around the node at which they match: what a change may make match. */
export interface Reach {
  /** In levels of operators: that of the deepest pattern, and of conditions behind it. */
  readonly depth: number;
  /** Some pattern looks into the blocks of a node, so that a change inside of them can make it match. */
  readonly blocks: boolean;
  /** Some rule asks for the users of a value, so that a change of these can make it match. */
  readonly users: boolean;
  /** Operators that some rule looks at below its root. */
  readonly inner: ReadonlySet<OpName>;
}

/** How far rules look from their root: what has to be tried anew where a node changes. Linear in the rules. */
export function reachOf(rules: readonly Rule[], roles: Roles): Reach {
  const inner = new Set<OpName>();
  let depth = 0;
  for (const rule of rules) {
    const items = asksForItems(rule);
    depth = Math.max(depth, levels(rule.match) + (items ? 1 : 0));
    if (items && roles.list !== undefined) inner.add(roles.list);
    innerOperators(rule.match, roles, inner);
  }
  const blocks = rules.some((r) => looksIntoBlocks(r.match));
  return { depth, blocks, users: rules.some(asksForUsers), inner };
}

/** Levels of operators in a pattern: how many uses away a change can be that makes it match. */
export function levels(p: Pattern): number {
  switch (p.kind) {
    case 'node': {
      const parts = p.in.map(([, q]) => levels(q));
      if (p.operands !== undefined) parts.push(itemLevels(p.operands));
      for (const b of p.blocks ?? []) parts.push(blockLevels(b));
      return 1 + Math.max(0, ...parts);
    }
    case 'list':
      return 1 + itemLevels(p);
    case 'any':
      return Math.max(0, ...p.of.map(levels));
    case 'optional':
    case 'not':
    case 'test':
      return levels(p.of);
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return 0;
  }
}

function itemLevels({ items }: ItemsPattern): number {
  return Math.max(0, ...items.map(levels));
}

function blockLevels({ params, returns, contains }: BlockPattern): number {
  const items = [params, returns].map((p) => (p === undefined ? 0 : itemLevels(p)));
  return Math.max(...items, ...contains.map((c) => levels(c.node)));
}

/** True if some part of a pattern is about what blocks hold. */
function looksIntoBlocks(p: Pattern): boolean {
  switch (p.kind) {
    case 'node':
      return p.blocks !== undefined || p.in.some(([, q]) => looksIntoBlocks(q)) || anyLooks(p.operands);
    case 'list':
      return anyLooks(p);
    case 'any':
      return p.of.some(looksIntoBlocks);
    case 'optional':
    case 'not':
    case 'test':
      return looksIntoBlocks(p.of);
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return false;
  }
}

function anyLooks(p: ItemsPattern | undefined): boolean {
  return p?.items.some(looksIntoBlocks) ?? false;
}

/** Collects the operators below the root of a pattern, the list constructor for patterns of lists. */
export function innerOperators(root: NodePattern, roles: Roles, into: Set<OpName>): void {
  for (const [, q] of root.in) operatorsOf(q, roles, into);
  for (const q of root.operands?.items ?? []) operatorsOf(q, roles, into);
  for (const { params, returns, contains } of root.blocks ?? []) {
    for (const q of [...(params?.items ?? []), ...(returns?.items ?? [])]) operatorsOf(q, roles, into);
    for (const { node } of contains) operatorsOf(node, roles, into);
  }
}

function operatorsOf(p: Pattern, roles: Roles, into: Set<OpName>): void {
  switch (p.kind) {
    case 'node':
      for (const op of p.ops) into.add(op);
      innerOperators(p, roles, into);
      return;
    case 'list':
      if (roles.list !== undefined) into.add(roles.list);
      for (const q of p.items) operatorsOf(q, roles, into);
      return;
    case 'any':
      for (const q of p.of) operatorsOf(q, roles, into);
      return;
    case 'optional':
    case 'not':
    case 'test':
      operatorsOf(p.of, roles, into);
      return;
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return;
  }
}

const ASKS_FOR_USERS = /\b(uses|users)\s*\(/;

/** True if some condition of a rule asks for the users of a value, or its rewrite leaves out a result that must be unused. */
function asksForUsers(rule: Rule): boolean {
  if (rule.rewrite.kind === 'results' && rule.rewrite.of.includes(null)) return true;
  return conditionsOf(rule).some((text) => ASKS_FOR_USERS.test(text));
}

const ASKS_FOR_ITEMS = /\bfor\s+\w+\s+in\s+(\$|it\b)/;

/**
 * True if some condition of a rule may ask of the items of a captured list: it looks at the operator that constructs the
 * list, which stands in no pattern.
 */
function asksForItems(rule: Rule): boolean {
  return conditionsOf(rule).some((text) => ASKS_FOR_ITEMS.test(text));
}

function conditionsOf({ where, match }: Rule): string[] {
  return [...where, ...testsOf(match)];
}

/** The expressions inside a pattern, in order. */
export function testsOf(p: Pattern): string[] {
  switch (p.kind) {
    case 'node': {
      const parts = p.in.flatMap(([, q]) => testsOf(q));
      const operands = p.operands?.items.flatMap(testsOf) ?? [];
      return [...parts, ...operands, ...(p.blocks ?? []).flatMap(blockTests), ...p.where];
    }
    case 'list':
      return p.items.flatMap(testsOf);
    case 'any':
      return p.of.flatMap(testsOf);
    case 'optional':
    case 'not':
      return testsOf(p.of);
    case 'test':
      return [...testsOf(p.of), ...p.where];
    case 'capture':
    case 'wildcard':
    case 'literal':
    case 'default':
      return [];
  }
}

function blockTests({ params, returns, contains }: BlockPattern): string[] {
  const items = [...(params?.items ?? []), ...(returns?.items ?? [])];
  return [...items.flatMap(testsOf), ...contains.flatMap((c) => testsOf(c.node))];
}
