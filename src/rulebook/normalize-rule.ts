import type { Span } from '../diagnostics/diagnostic.js';
import type { NodePattern, NodeTemplate, Pattern, Rule, Template } from '../schema/rule.js';
import type { Literal } from '../schema/signature.js';
import { type Data, items, record, strings } from './data.js';

/** A rule of a validated YAML file. `span` is the place of its id. */
export function normalizeRule(v: unknown, span: Span): Rule {
  const data = record(v);
  const match = nodePattern(record(data.match));
  const rewrite = record(data.rewrite);
  const each = 'each' in rewrite;
  return {
    id: String(data.id),
    why: String(data.why),
    match,
    where: strings(data.where),
    rewrite: template(each ? rewrite.each : data.rewrite),
    each,
    benefit: typeof data.benefit === 'number' ? data.benefit : operatorCount(match),
    span,
  };
}

/** `$x`, a literal, `{ op, in }`, `{ any }` or `{ list }`. */
function pattern(v: unknown): Pattern {
  if (isCapture(v)) return { kind: 'capture', name: v };
  const data = record(v);
  if ('op' in data) return nodePattern(data);
  if ('any' in data) return { kind: 'any', of: items(data.any).map(pattern) };
  if ('list' in data) return listPattern(items(data.list));
  return { kind: 'literal', value: scalar(v) };
}

function listPattern(all: readonly unknown[]): Pattern {
  const last = all[all.length - 1];
  const rest = typeof last === 'string' && last.startsWith('...') ? last.slice(3) : undefined;
  return { kind: 'list', items: all.slice(0, rest === undefined ? all.length : -1).map(pattern), rest };
}

function nodePattern(data: Data): NodePattern {
  const [a, b] = strings(data.commutative);
  return {
    kind: 'node',
    ops: strings(data.op),
    in: Object.entries(record(data.in)).map(([arg, p]) => [arg, pattern(p)] as const),
    operands: data.operands === undefined ? undefined : String(data.operands),
    as: data.as === undefined ? undefined : String(data.as),
    commutative: a === undefined || b === undefined ? undefined : [a, b],
  };
}

function template(v: unknown): Template {
  if (isCapture(v)) return { kind: 'capture', name: v };
  if (Array.isArray(v)) return { kind: 'literal', value: v.map(scalar) };
  const data = record(v);
  if ('tensor' in data) return { kind: 'tensor', name: String(data.tensor) };
  if ('compute' in data) return { kind: 'compute', text: String(data.compute) };
  if ('op' in data) return nodeTemplate(data);
  return { kind: 'literal', value: scalar(v) };
}

function nodeTemplate(data: Data): NodeTemplate {
  return {
    kind: 'node',
    op: String(data.op),
    in: Object.entries(record(data.in)).map(([arg, t]) => [arg, template(t)] as const),
    operands: items(data.operands).map((o) =>
      isCapture(o) ? { name: o, tensors: false } : { name: String(record(o).tensor), tensors: true },
    ),
    blocks: data.blocks !== undefined,
  };
}

function isCapture(v: unknown): v is string {
  return typeof v === 'string' && v.startsWith('$');
}

/** A number, a bool, `none`, or text in quotes. */
function scalar(v: unknown): Exclude<Literal, readonly Literal[]> {
  if (typeof v === 'number' || typeof v === 'boolean') return v;
  if (v === null || v === 'none') return null;
  return String(v).replace(/^'(.*)'$/, '$1');
}

/** The benefit of a pattern: the more operators it names, the more special it is. */
function operatorCount(p: Pattern): number {
  switch (p.kind) {
    case 'node':
      return p.in.reduce((n, [, q]) => n + operatorCount(q), 1);
    case 'list':
      return p.items.reduce((n, q) => n + operatorCount(q), 0);
    case 'any':
      return Math.max(0, ...p.of.map(operatorCount));
    case 'capture':
    case 'literal':
      return 0;
  }
}
