import type { NameTemplate, NodeTemplate, OperandTemplate, Template } from '../schema/rule.js';
import type { TemplateFragment } from './definitions.js';
import { renameNames } from './expand-predicates.js';

/**
 * The template of a fragment with templates in the place of its arguments: any where the fragment names a value, names
 * where it asks for a tensor, for several values or in an expression. `note` is told of each expression, as it is now
 * and as it is written.
 */
export function instantiateTemplate(
  fragment: TemplateFragment,
  given: ReadonlyMap<string, Template>,
  note: (text: string, written: string) => void,
): Template {
  const names = new Map<string, string>();
  for (const [arg, t] of given) if (t.kind === 'capture') names.set(arg, t.name);
  const name = (n: string) => names.get(n) ?? n;

  const template = (t: Template): Template => {
    switch (t.kind) {
      case 'capture':
        return given.get(t.name) ?? t;
      case 'tensor':
        return { kind: 'tensor', name: name(t.name) };
      case 'compute': {
        const text = renameNames(t.text, names);
        const written = fragment.written[t.text] ?? t.text;
        if (text !== written) note(text, written);
        return { kind: 'compute', text };
      }
      case 'list':
        return { kind: 'list', items: t.items.map(operand) };
      case 'result':
        return { kind: 'result', index: t.index, of: t.of.kind === 'node' ? node(t.of) : named(t.of) };
      case 'node':
        return node(t);
      case 'literal':
        return t;
    }
  };
  const named = (t: NameTemplate): NameTemplate => ({ kind: 'capture', name: name(t.name) });
  const operand = (o: OperandTemplate): OperandTemplate =>
    o.kind === 'values' ? { ...o, name: name(o.name) } : { kind: 'value', of: template(o.of) };
  const node = (t: NodeTemplate): NodeTemplate => ({
    ...t,
    in: t.in.map(([arg, q]) => [arg, template(q)] as const),
    operands: t.operands.map(operand),
    blocks:
      typeof t.blocks === 'object'
        ? t.blocks.map((b) => ({ move: b.move, returns: b.returns?.map(template) }))
        : t.blocks,
  });
  return template(fragment.rewrite);
}

/** Names of a template that only a capture can stand for: of tensors, of several values, in expressions. */
export function capturesAsked(t: Template, found: Set<string> = new Set()): Set<string> {
  const row = (list: readonly OperandTemplate[]) => {
    for (const o of list) {
      if (o.kind === 'values') found.add(o.name);
      else capturesAsked(o.of, found);
    }
  };
  switch (t.kind) {
    case 'tensor':
      found.add(t.name);
      break;
    case 'compute':
      for (const name of t.text.match(/\$\w+/g) ?? []) found.add(name);
      break;
    case 'list':
      row(t.items);
      break;
    case 'result':
      if (t.of.kind === 'node') capturesAsked(t.of, found);
      else found.add(t.of.name);
      break;
    case 'node':
      for (const [, q] of t.in) capturesAsked(q, found);
      row(t.operands);
      if (typeof t.blocks === 'object')
        for (const b of t.blocks) for (const q of b.returns ?? []) capturesAsked(q, found);
      break;
    case 'capture':
    case 'literal':
      break;
  }
  return found;
}
