import { fail } from '../diagnostics/diagnostic.js';
import { type ExprValue, Float, isList } from '../expr/value.js';
import type { Attribute } from '../ir/graph.js';
import { ANY, BOOL, FLOAT, INT, listOf, NONE, STR, type Type } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';

export interface TypedConstant {
  readonly value: Attribute;
  readonly type: Type;
}

/** A literal as a constant of the type that its place wants: `1` is a float where a float is asked for. */
export function literalConstant(value: Literal, wanted: Type): TypedConstant {
  const inner = wanted.kind === 'optional' ? wanted.element : wanted;
  if (value === null) return { value, type: NONE };
  // One number stands for each item of an `int[2]`.
  if (inner.kind === 'list' && inner.size !== undefined && typeof value !== 'object')
    return literalConstant(new Array<Literal>(inner.size).fill(value), wanted);
  if (typeof value === 'boolean') return { value, type: inner.kind === 'int' ? INT : BOOL };
  if (typeof value === 'string') return { value, type: inner.kind === 'device' ? inner : STR };
  if (typeof value === 'number') return { value, type: numberType(value, inner) };
  const element: Type = inner.kind === 'list' ? inner.element : ANY;
  const items = value.map((v) => literalConstant(v, element));
  return { value: items.map((i) => i.value), type: listOf(itemType(element, items)) };
}

/** What an expression gave, as a constant. */
export function constantOf(v: ExprValue, wanted: Type): TypedConstant {
  if (isList(v)) {
    const inner = wanted.kind === 'optional' ? wanted.element : wanted;
    const element: Type = inner.kind === 'list' ? inner.element : ANY;
    const items = v.map((item) => constantOf(item, element));
    return { value: items.map((i) => i.value), type: listOf(itemType(element, items)) };
  }
  if (v instanceof Float && v.value !== undefined) return { value: v.value, type: FLOAT };
  if (v === null || typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string')
    return literalConstant(v, wanted);
  return fail('internal', 'a computed template gave no constant');
}

function numberType(value: number, wanted: Type): Type {
  switch (wanted.kind) {
    case 'int':
    case 'float':
    case 'bool':
      return wanted;
    default:
      return Number.isInteger(value) ? INT : FLOAT;
  }
}

function itemType(element: Type, items: readonly TypedConstant[]): Type {
  return element.kind === 'any' || element.kind === 'number' || element.kind === 'var'
    ? (items[0]?.type ?? INT)
    : element;
}

/** Equal constants of one type; tensors are told apart. */
export function sameLiteral(a: Attribute | undefined, b: Attribute): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => sameLiteral(v, b[i]));
  return a === b;
}
