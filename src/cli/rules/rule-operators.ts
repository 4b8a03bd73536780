import type { OpName } from '../../ir/graph.js';
import { baseOf } from '../../schema/registry.js';
import type { Rule } from '../../schema/rule.js';

/** Operators that a pattern or a template names anywhere, each once, in the order of the text. */
function operatorsIn(part: unknown): OpName[] {
  const found = new Set<OpName>();
  gather(part, found);
  return [...found];
}

function gather(part: unknown, found: Set<OpName>): void {
  if (Array.isArray(part)) {
    for (const item of part) gather(item, found);
    return;
  }
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === 'op' && typeof value === 'string') found.add(value);
    else if (key === 'ops' && Array.isArray(value)) for (const op of value) found.add(String(op));
    else gather(value, found);
  }
}

/** Operators of a rule: of the pattern's root first, then those inside it and of the rewrite. */
export function operatorsOf(rule: Rule): OpName[] {
  return [
    ...new Set([...rule.match.ops, ...operatorsIn(rule.match), ...operatorsIn(rule.let), ...operatorsIn(rule.rewrite)]),
  ];
}

/** True where `wanted` is the operator, or its name without the overload. */
export function names(op: OpName, wanted: string): boolean {
  return op === wanted || baseOf(op) === wanted;
}

/** Alternatives of a pattern that a line shows. */
const SHOWN_OPERATORS = 2;

/** `aten::add.int|aten::add.float`, in short. */
export function operatorList(ops: readonly OpName[]): string {
  const shown = ops.slice(0, SHOWN_OPERATORS).join(' | ');
  return ops.length > SHOWN_OPERATORS ? `${shown} | ${ops.length - SHOWN_OPERATORS} more` : shown;
}

/** What a rewrite gives, in a word or two: its operator, a capture, or a constant. */
export function rewriteText(rule: Rule): string {
  const { rewrite } = rule;
  switch (rewrite.kind) {
    case 'capture':
      return rewrite.name;
    case 'tensor':
      return `the tensor of ${rewrite.name}`;
    case 'literal':
      return `the constant ${JSON.stringify(rewrite.value)}`;
    case 'compute':
      return `the constant ${rewrite.text}`;
    case 'node':
      return rewrite.op;
    case 'list':
      return 'a list';
    case 'result':
      return rewrite.of.kind === 'node' ? rewrite.of.op : rewrite.of.name;
    case 'results':
      return rewrite.of.map((t) => (t === null ? '_' : rewriteText({ ...rule, rewrite: t }))).join(', ');
    case 'inline':
      return `what block ${rewrite.block} holds`;
  }
}
