import type { OperandTemplate, Rewrite, Rule, Template } from '../schema/rule.js';

/** Calls `visit` for every template of a rule's `let` and rewrite, each after what it is made of stands in line. */
export function visitTemplates(rule: Rule, visit: (t: Template) => void): void {
  for (const [, t] of rule.let) visitTemplate(t, visit);
  visitRewrite(rule.rewrite, visit);
}

/** The same for a rewrite alone. */
function visitRewrite(rewrite: Rewrite, visit: (t: Template) => void): void {
  switch (rewrite.kind) {
    case 'results':
      for (const t of rewrite.of) if (t !== null) visitTemplate(t, visit);
      break;
    case 'inline':
      visitOperands(rewrite.with, visit);
      break;
    default:
      visitTemplate(rewrite, visit);
  }
}

/** Calls `visit` for a template and all inside it. */
function visitTemplate(template: Template, visit: (t: Template) => void): void {
  visit(template);
  switch (template.kind) {
    case 'node':
      for (const [, t] of template.in) visitTemplate(t, visit);
      visitOperands(template.operands, visit);
      if (typeof template.blocks === 'object')
        for (const b of template.blocks) for (const t of b.returns ?? []) visitTemplate(t, visit);
      break;
    case 'list':
      visitOperands(template.items, visit);
      break;
    case 'result':
      visitTemplate(template.of, visit);
      break;
    case 'capture':
    case 'literal':
    case 'tensor':
    case 'compute':
      break;
  }
}

function visitOperands(operands: readonly OperandTemplate[], visit: (t: Template) => void): void {
  for (const o of operands) if (o.kind === 'value') visitTemplate(o.of, visit);
}

/** Captures that a rewrite asks for as tensors: what blocks carry may be lists too, which stay as they are. */
export function tensorCaptures(rule: Rule): Set<string> {
  const found = new Set<string>();
  const operands = (list: readonly OperandTemplate[]) => {
    for (const o of list) if (o.kind === 'values' && o.tensors) found.add(o.name);
  };
  visitTemplates(rule, (t) => {
    if (t.kind === 'tensor') found.add(t.name);
    if (t.kind === 'list') operands(t.items);
    if (t.kind === 'node' && t.blocks !== 'as-tensors') operands(t.operands);
  });
  if (rule.rewrite.kind === 'inline') operands(rule.rewrite.with);
  return found;
}

/** A name that a rewrite uses: in what a moved block returns, or outside of all blocks that move. */
export interface NameUse {
  readonly name: string;
  readonly block: number | undefined;
}

/** Every use of a capture or a name of `let` as a value. */
export function nameUses(rule: Rule): NameUse[] {
  const found: NameUse[] = [];
  for (const [, t] of rule.let) usesIn(t, undefined, found);
  const { rewrite } = rule;
  switch (rewrite.kind) {
    case 'results':
      for (const t of rewrite.of) if (t !== null) usesIn(t, undefined, found);
      break;
    case 'inline':
      operandUses(rewrite.with, undefined, found);
      break;
    default:
      usesIn(rewrite, undefined, found);
  }
  return found;
}

function usesIn(t: Template, block: number | undefined, found: NameUse[]): void {
  switch (t.kind) {
    case 'capture':
    case 'tensor':
      found.push({ name: t.name, block });
      break;
    case 'node':
      for (const [, q] of t.in) usesIn(q, block, found);
      operandUses(t.operands, block, found);
      if (typeof t.blocks === 'object')
        for (const b of t.blocks) for (const q of b.returns ?? []) usesIn(q, b.move, found);
      break;
    case 'list':
      operandUses(t.items, block, found);
      break;
    case 'result':
      usesIn(t.of, block, found);
      break;
    case 'literal':
    case 'compute':
      break;
  }
}

function operandUses(operands: readonly OperandTemplate[], block: number | undefined, found: NameUse[]): void {
  for (const o of operands) {
    if (o.kind === 'values') found.push({ name: o.name, block });
    else usesIn(o.of, block, found);
  }
}
