import type { OpName } from '../ir/graph.js';
import type { RuleSet } from '../matcher/compile.js';
import type { CompiledItems, CompiledNode, CompiledPattern, CompiledRule } from '../matcher/pattern.js';
import { visitTemplates } from '../matcher/templates.js';
import type { Rule } from '../schema/rule.js';
import type { Finding } from './finding.js';
import { operatorsOf } from './overlap.js';
import type { Rules } from './witness.js';

/**
 * Rules that can never fire, since another one matches whenever they do and comes first: by its benefit, or because its
 * phase runs before. Proven from patterns and conditions alone: the other's pattern is at least as general, and each of
 * its conditions is one of theirs.
 */
export function* shadowed(rules: Rules, phase: RuleSet, own?: ReadonlySet<Rule>): Generator<Finding> {
  const earlier = rules.phases.slice(0, rules.phases.indexOf(phase));
  const made = new Set(phase.rules.flatMap((r) => templateOperators(r)));
  const takers = new Map<Rule, Set<CompiledRule>>();
  const free = new Set<Rule>();
  for (const op of operatorsOf(phase, own)) {
    const list = phase.of(op);
    for (const [i, rule] of list.entries()) {
      if (own !== undefined && !own.has(rule.rule)) continue;
      const before = made.has(op) ? [] : earlier.flatMap((p) => p.of(op));
      const taker = [...before, ...list.slice(0, i)].find((r) => covers(r, rule, op));
      if (taker === undefined) free.add(rule.rule);
      else takers.set(rule.rule, (takers.get(rule.rule) ?? new Set()).add(taker));
    }
  }
  for (const [rule, by] of takers) {
    if (free.has(rule)) continue;
    const [first] = by;
    if (first === undefined || (first.rule.benefit === rule.benefit && phase.rules.includes(first.rule))) {
      // At equal benefit they disagree, which is told as an overlap, or agree: then one is too many.
      if (first !== undefined) yield finding(rule, first.rule, 'stands before it');
      continue;
    }
    const why = phase.rules.includes(first.rule) ? `has the higher benefit (${first.rule.benefit})` : 'runs before it';
    yield finding(rule, first.rule, why);
  }
}

function finding(rule: Rule, by: Rule, why: string): Finding {
  return {
    code: 'rule-shadowed',
    rule,
    part: 'match',
    message: `\`${rule.id}\` never fires: \`${by.id}\` matches whenever it does, and ${why}`,
    notes: [{ message: `\`${by.id}\``, at: by.span }],
  };
}

function templateOperators(rule: Rule): OpName[] {
  const found: OpName[] = [];
  visitTemplates(rule, (t) => {
    if (t.kind === 'node') found.push(t.op);
  });
  return found;
}

/** True if `a` provably matches at every node of `op` at which `b` does. */
function covers(a: CompiledRule, b: CompiledRule, op: OpName): boolean {
  if (sameCondition(a.rule, b.rule)) return true;
  return b.variants.every((special) => a.variants.some((general) => coversBy(a, general, b, special, op)));
}

/** True for rules that say the same but for their names: a copy. */
function sameCondition(a: Rule, b: Rule): boolean {
  const said = ({ match, where, let: made, rewrite }: Rule) => JSON.stringify([match, where, made, rewrite]);
  return a.match.ops.length === b.match.ops.length && said(a) === said(b);
}

function coversBy(a: CompiledRule, general: CompiledNode, b: CompiledRule, special: CompiledNode, op: OpName): boolean {
  const bound: Bound = new Map();
  // What a rewrite asks of the place that it stands in is no part of the pattern.
  if (a.unused.length > 0 || a.outside.length > 0 || a.rule.rewrite.kind === 'inline') return false;
  if (!nodeCovers(general, special, bound, op)) return false;
  const names = new Map<string, string>();
  for (const [slot, p] of bound) {
    const name = a.captures[slot];
    const other = p?.kind === 'capture' ? b.captures[p.slot] : undefined;
    if (name !== undefined && other !== undefined) names.set(name, other);
  }
  const has = new Set(b.rule.where.flatMap(conjuncts));
  const holds = (text: string): boolean => {
    const translated = renamed(text, names);
    return translated !== undefined && has.has(translated);
  };
  const tensor = (name: string): boolean => {
    const other = names.get(name);
    return other !== undefined && (b.tensors.includes(other) || has.has(`dynamic(${other})`));
  };
  const computed = new Set(b.computed.map(textOf));
  return (
    a.rule.where.flatMap(conjuncts).every(holds) &&
    a.tensors.every(tensor) &&
    a.computed.every((c) => {
      const text = renamed(textOf(c), names);
      return text !== undefined && (computed.has(text) || !/\$|\b(results?|op|i)\b/.test(text));
    })
  );
}

/** The expression of a template by the rule's own captures; an expression of a fragment has those of the fragment. */
function textOf({ template, expr }: CompiledRule['computed'][number]): string {
  return template.kind === 'compute' ? template.text : expr.text;
}

/** What the captures of the general pattern stand for in the special one; undefined for a place that it leaves open. */
type Bound = Map<number, CompiledPattern | undefined>;

function nodeCovers(a: CompiledNode, b: CompiledNode, bound: Bound, only?: OpName): boolean {
  const ops = only === undefined ? [...b.forms.keys()] : [only];
  for (const op of ops) {
    const [general, special] = [a.forms.get(op), b.forms.get(op)];
    if (general === undefined || special === undefined) return false;
    for (const { index, pattern } of general) {
      const other = special.find((o) => o.index === index)?.pattern;
      if (!patternCovers(pattern, other, bound)) return false;
    }
  }
  if (a.result !== b.result || a.blocks !== undefined || a.where.length > 0) return false;
  a.as.forEach((slot, i) => {
    if (slot >= 0) bound.set(slot, captureOf(b.as[i]));
  });
  if (a.operands === undefined) return true;
  if (!isAll(a.operands)) return false;
  if (a.operands.rest >= 0)
    bound.set(a.operands.rest, b.operands !== undefined && isAll(b.operands) ? captureOf(b.operands.rest) : undefined);
  return true;
}

/** True for a row of any values. */
function isAll(p: CompiledItems): boolean {
  return p.items.length === 0 && p.restAt === 0;
}

function captureOf(slot: number | undefined): CompiledPattern | undefined {
  return slot === undefined || slot < 0 ? undefined : { kind: 'capture', slot };
}

function patternCovers(a: CompiledPattern, b: CompiledPattern | undefined, bound: Bound): boolean {
  switch (a.kind) {
    case 'capture': {
      if (!bound.has(a.slot)) {
        bound.set(a.slot, b);
        return true;
      }
      const before = bound.get(a.slot);
      return before !== undefined && b !== undefined && samePlace(before, b);
    }
    case 'wildcard':
      return true;
    case 'literal':
    case 'node':
    case 'list':
      return b?.kind === 'test' ? patternCovers(a, b.of, bound) : formCovers(a, b, bound);
    case 'any':
      if (b?.kind === 'any') return b.of.every((q) => a.of.some((p) => patternCovers(p, q, bound)));
      return a.of.some((p) => patternCovers(p, b, bound));
    // Whether one condition follows from another is not looked into.
    case 'not':
    case 'test':
      return false;
  }
}

function formCovers(
  a: CompiledPattern & { kind: 'literal' | 'node' | 'list' },
  b: CompiledPattern | undefined,
  bound: Bound,
): boolean {
  switch (a.kind) {
    case 'literal':
      return b?.kind === 'literal' && JSON.stringify(b.value) === JSON.stringify(a.value);
    case 'node':
      return b?.kind === 'node' && nodeCovers(a, b, bound);
    case 'list': {
      if (b?.kind !== 'list' || (a.restAt >= 0 && a.restAt < a.items.length)) return false;
      const long = b.restAt < 0 ? b.items.length : b.restAt;
      const fits = a.restAt < 0 ? b.restAt < 0 && long === a.items.length : long >= a.items.length;
      return fits && a.items.every((p, i) => patternCovers(p, b.items[i], bound));
    }
  }
}

function samePlace(a: CompiledPattern, b: CompiledPattern): boolean {
  if (a === b) return true;
  if (a.kind === 'capture') return b.kind === 'capture' && a.slot === b.slot;
  return a.kind === 'literal' && b.kind === 'literal' && a.value === b.value;
}

/** The parts of a condition that all must hold. */
function conjuncts(text: string): string[] {
  if (/\b(or|if|for)\b|'[^']*\band\b[^']*'/.test(text)) return [text.trim()];
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if ('([{'.includes(c)) depth += 1;
    else if (')]}'.includes(c)) depth -= 1;
    else if (depth === 0 && text.startsWith(' and ', i)) {
      parts.push(text.slice(start, i).trim());
      start = i + ' and '.length;
    }
  }
  return [...parts, text.slice(start).trim()];
}

/** The text with captures by their names in the other rule; undefined where one has none there. */
function renamed(text: string, names: ReadonlyMap<string, string>): string | undefined {
  let whole = true;
  const out = text.replace(/\$\w+/g, (name) => {
    const other = names.get(name);
    whole &&= other !== undefined;
    return other ?? name;
  });
  return whole ? out : undefined;
}
