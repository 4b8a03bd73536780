import type { BlockPattern, ItemsPattern, NodePattern, Pattern, RestPattern } from '../schema/rule.js';
import type { Literal } from '../schema/signature.js';

/** A pattern as the YAML of rules writes it, in one line; what it uses by name is expanded. Reads back equal. */
export function patternText(p: Pattern): string {
  switch (p.kind) {
    case 'capture':
      return p.name;
    case 'wildcard':
      return '_';
    case 'default':
      return 'default';
    case 'literal':
      return literalText(p.value);
    case 'node':
      return nodeText(p);
    case 'list':
      return listText(p);
    case 'any':
      return `{ any: [${p.of.map(patternText).join(', ')}] }`;
    case 'optional':
      return `{ optional: ${patternText(p.of)} }`;
    case 'not':
      return `{ not: ${patternText(p.of)} }`;
    case 'test':
      return testText(p);
  }
}

function nodeText({ ops, in: args, operands, result, as, commutative, blocks, where }: NodePattern): string {
  const [only = '', ...others] = ops;
  const fields = [`op: ${others.length === 0 ? only : `[${ops.join(', ')}]`}`];
  if (args.length > 0) fields.push(`in: { ${args.map(([arg, q]) => `${arg}: ${patternText(q)}`).join(', ')} }`);
  if (operands !== undefined) fields.push(`operands: ${listText(operands)}`);
  if (result !== 0) fields.push(`result: ${result}`);
  if (as.length > 0) fields.push(`as: ${as.length === 1 ? (as[0] ?? '_') : `[${as.map((n) => n ?? '_').join(', ')}]`}`);
  if (commutative !== undefined) fields.push(`commutative: [${commutative.join(', ')}]`);
  if (blocks !== undefined) fields.push(`blocks: [${blocks.map(blockText).join(', ')}]`);
  fields.push(...conditions(where));
  return `{ ${fields.join(', ')} }`;
}

function blockText({ params, returns, contains }: BlockPattern): string {
  const fields: string[] = [];
  if (params !== undefined) fields.push(`params: ${listText(params)}`);
  if (returns !== undefined) fields.push(`returns: ${listText(returns)}`);
  const nodes = contains.map(({ node, negated }) => (negated ? `{ not: ${nodeText(node)} }` : nodeText(node)));
  if (nodes.length > 0) fields.push(`contains: [${nodes.join(', ')}]`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function testText({ of, as, constant, where }: Extract<Pattern, { kind: 'test' }>): string {
  const [first, ...others] = where;
  const head = constant ? [`const: ${first === undefined ? 'true' : quoted(first)}`] : headFields(of);
  const rest = constant ? others : where;
  return `{ ${[...head, ...(as === undefined ? [] : [`as: ${as}`]), ...conditions(rest)].join(', ')} }`;
}

/** The fields of a pattern that is asked about in place: those of its own braces. */
function headFields(of: Pattern): string[] {
  if (of.kind === 'wildcard') return [];
  if (of.kind === 'list') return [`list: ${listText(of)}`];
  return [patternText(of).slice(2, -2)];
}

function conditions(where: readonly string[]): string[] {
  const [only, ...others] = where;
  if (only === undefined) return [];
  return [`where: ${others.length === 0 ? quoted(only) : `[${where.map(quoted).join(', ')}]`}`];
}

function listText({ items, rest }: ItemsPattern): string {
  const words = items.map(patternText);
  if (rest !== undefined) words.splice(rest.at, 0, restText(rest));
  return `[${words.join(', ')}]`;
}

function restText({ name }: RestPattern): string {
  return `...${name ?? '_'}`;
}

function literalText(v: Literal): string {
  if (v === null) return 'none';
  if (typeof v === 'string') return JSON.stringify(`'${v}'`);
  return Array.isArray(v) ? `[${v.map(literalText).join(', ')}]` : String(v);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
