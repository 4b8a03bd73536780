import { fail } from '../../../diagnostics/diagnostic.js';
import type { Type } from '../../../ir/type.js';
import type { Item, TupleItem } from './item.js';

/**
 * Types of more parts are no model's. Tuples of two of the one before double them at each step, and types are compared
 * part by part.
 */
export const MAX_TYPE_PARTS = 10_000;

const known = new WeakMap<Item, number>();

/** A tuple, of a NamedTuple where it has a name. Errors: `archive-limit` beyond MAX_TYPE_PARTS. */
export function boundedTuple(items: readonly Item[], name?: string, fields?: readonly string[]): TupleItem {
  const tuple: TupleItem = { kind: 'tuple', items, name, fields };
  const parts = items.reduce((sum, item) => sum + partsOf(item), 1);
  if (parts > MAX_TYPE_PARTS) {
    fail('archive-limit', `the type of a tuple has more than ${MAX_TYPE_PARTS} parts (MAX_TYPE_PARTS)`, {
      help: 'keep the values in a list: tuples of that many parts are not compiled',
    });
  }
  known.set(tuple, parts);
  return tuple;
}

function partsOf(item: Item): number {
  if (item.kind === 'value') return typeParts(item.value.type);
  return known.get(item) ?? (item.kind === 'tuple' ? item.items.reduce((sum, i) => sum + partsOf(i), 1) : 1);
}

/** The types in a type, itself included; counting stops beyond MAX_TYPE_PARTS. */
export function typeParts(type: Type): number {
  let parts = 0;
  const open: Type[] = [type];
  for (let t = open.pop(); t !== undefined && parts <= MAX_TYPE_PARTS; t = open.pop()) {
    parts += 1;
    if (t.kind === 'tuple') open.push(...t.elements);
    else if (t.kind === 'union') open.push(...t.members);
    else if (t.kind === 'dict') open.push(t.key, t.value);
    else if (t.kind === 'list' || t.kind === 'optional' || t.kind === 'future') open.push(t.element);
  }
  return parts;
}
