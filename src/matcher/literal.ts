import { type ExprValue, Float, isList } from '../expr/value.js';
import type { Content } from '../ir/content.js';
import type { Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';
import { attributeOf } from '../shapes/constants.js';
import type { CompiledItems, CompiledPattern } from './pattern.js';

/** True if the value is known to be this constant. */
export function isLiteral(value: Value, wanted: Literal): boolean {
  return literalContent(value.content, value.type, wanted);
}

function literalContent(content: Content | undefined, type: Type | undefined, wanted: Literal): boolean {
  switch (content?.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'str':
    case 'device':
      return content.value === wanted;
    case 'none':
      return wanted === null;
    case 'list': {
      const { items } = content;
      if (!Array.isArray(wanted) || wanted.length !== items.length) return false;
      for (let i = 0; i < items.length; i++) if (!literalContent(items[i], undefined, wanted[i] ?? null)) return false;
      return true;
    }
    default:
      return wanted === null && type?.kind === 'none';
  }
}

/** True if all that the value holds is known at compile time. */
export function isKnown(value: Value): boolean {
  return value.type.kind === 'none' || attributeOf(value.content) !== undefined;
}

/** True if the items of a constant list are as the patterns say; captures need values of their own. */
export function itemsFit(p: CompiledItems, content: Content | undefined): boolean {
  if (content?.kind !== 'list' || p.rest >= 0) return false;
  const { items } = content;
  const beyond = items.length - p.items.length;
  if (p.restAt < 0 ? beyond !== 0 : beyond < 0) return false;
  for (let i = 0; i < p.items.length; i++) {
    const q = p.items[i];
    const item = items[p.restAt >= 0 && i >= p.restAt ? i + beyond : i];
    if (q === undefined || !contentFits(q, item)) return false;
  }
  return true;
}

function contentFits(p: CompiledPattern, content: Content | undefined): boolean {
  switch (p.kind) {
    case 'wildcard':
      return true;
    case 'literal':
      return literalContent(content, undefined, p.value);
    case 'list':
      return itemsFit(p, content);
    case 'any':
      return p.of.some((q) => contentFits(q, content));
    case 'capture':
    case 'node':
    case 'not':
    case 'test':
      return false;
  }
}

/** Two constants of the same type and value are one value to a pattern. */
export function sameConstant(a: Value, b: Value): boolean {
  const [x, y] = [a.content, b.content];
  if (x === undefined || y === undefined || a.type.kind !== b.type.kind || x.kind !== y.kind) return false;
  switch (x.kind) {
    case 'int':
      return typeof x.value === 'number' && y.kind === 'int' && x.value === y.value;
    case 'float':
    case 'bool':
    case 'str':
      return y.kind === x.kind && x.value === y.value;
    case 'none':
      return true;
    default:
      return false;
  }
}

/** True for a value that a constant can hold: numbers, bools, text, None and lists of these. */
export function isConstant(v: ExprValue): boolean {
  if (isList(v)) return v.every(isConstant);
  if (v instanceof Float) return v.value !== undefined;
  return v === null || typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string';
}
