import type { Attribute, Value } from '../../../ir/graph.js';
import { ANY, BOOL, COMPLEX, DEVICE, FLOAT, INT, NONE, type Type, tupleOf } from '../../../ir/type.js';
import type { ClassInfo, FunctionInfo } from './code-library.js';
import type { Frame } from './frame.js';
import type { ScriptObject } from './script-object.js';

/** What an expression is worth while the graph is built: a value of the graph, or something known before it runs. */
export type Item =
  | { readonly kind: 'value'; readonly value: Value }
  | ConstItem
  | TupleItem
  | ScriptObject
  | { readonly kind: 'function'; readonly info: FunctionInfo; readonly self: Item | undefined; readonly outer?: Frame }
  | { readonly kind: 'class'; readonly info: ClassInfo }
  /** `torch`, `ops.prim`, `__torch__.torch.nn`, `CONSTANTS`. */
  | { readonly kind: 'namespace'; readonly name: string }
  | EnumItem
  /** A variable of a path that always raises. */
  | { readonly kind: 'uninitialized'; readonly type: Type }
  /** Something whose use is an error, told when it happens. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** The result of something that has been reported: what uses it is not reported again. */
  | { readonly kind: 'poison' };

/** An int, float, complex, bool, string, None or device that is known. */
export interface ConstItem {
  readonly kind: 'const';
  readonly type: Type;
  readonly value: Attribute;
}

/** Tuples cannot change, so they stay open until the graph needs one as a value. */
export interface TupleItem {
  readonly kind: 'tuple';
  readonly items: readonly Item[];
  /** Of a NamedTuple. */
  readonly name?: string;
  readonly fields?: readonly string[];
}

export interface EnumItem {
  readonly kind: 'enum';
  readonly className: string;
  readonly member: string;
  readonly value: Item;
}

export const NONE_ITEM: ConstItem = { kind: 'const', type: NONE, value: null };
export const TRUE_ITEM: ConstItem = { kind: 'const', type: BOOL, value: true };
export const FALSE_ITEM: ConstItem = { kind: 'const', type: BOOL, value: false };
export const POISON: Item = { kind: 'poison' };

/** A constant of a type; nothing stands in the graph for it until it is used. */
export function constItem(type: Type, value: Attribute): ConstItem {
  return { kind: 'const', type, value };
}

/** The constant True or False. */
export function boolItem(value: boolean): ConstItem {
  return value ? TRUE_ITEM : FALSE_ITEM;
}

/** What a value of the graph holds at run time. */
export function valueItem(value: Value): Item {
  return { kind: 'value', value };
}

/** The items that something with these results is worth: None, the result itself, or a tuple. */
export function resultItem(values: readonly Value[]): Item {
  const [first] = values;
  if (first === undefined) return NONE_ITEM;
  return values.length === 1 ? valueItem(first) : { kind: 'tuple', items: values.map(valueItem) };
}

/** The static type of an item. Types of tuples are those of their items. */
export function typeOfItem(item: Item): Type {
  switch (item.kind) {
    case 'value':
      return item.value.type;
    case 'const':
    case 'uninitialized':
      return item.type;
    case 'tuple':
      return tupleOf(item.items.map(typeOfItem), item.name, item.fields);
    case 'object':
      return { kind: 'class', name: item.info.name };
    case 'enum':
      return { kind: 'class', name: item.className };
    case 'function':
    case 'class':
    case 'namespace':
    case 'unusable':
    case 'poison':
      return ANY;
  }
}

/** What an item is, in words. */
export function describeItem(item: Item): string {
  switch (item.kind) {
    case 'value':
    case 'const':
      return 'a value';
    case 'tuple':
      return 'a tuple';
    case 'object':
      return `an object of ${item.info.name}`;
    case 'function':
      return `the function ${item.info.name}`;
    case 'class':
      return `the class ${item.info.name}`;
    case 'namespace':
      return `the namespace ${item.name}`;
    case 'enum':
      return `${item.className}.${item.member}`;
    case 'uninitialized':
    case 'unusable':
    case 'poison':
      return 'a value that is not known';
  }
}

/** True if the two are the same thing on every path, so that no branch needs to tell them apart. */
export function sameItem(a: Item, b: Item): boolean {
  if (a === b) return true;
  if (a.kind === 'value' && b.kind === 'value') return a.value === b.value;
  if (a.kind === 'const' && b.kind === 'const') {
    return a.type.kind === b.type.kind && Object.is(a.value, b.value);
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    return (
      a.name === b.name &&
      a.items.length === b.items.length &&
      a.items.every((x, i) => sameItem(x, b.items[i] ?? POISON))
    );
  }
  if (a.kind === 'enum' && b.kind === 'enum') return a.className === b.className && a.member === b.member;
  if (a.kind === 'function' && b.kind === 'function')
    return a.info === b.info && a.self === b.self && a.outer === b.outer;
  return a.kind === 'class' && b.kind === 'class' && a.info === b.info;
}

/** A constant as one of the wanted type, where TorchScript converts it by itself. */
export function fitConstant(item: ConstItem, wanted: Type): ConstItem {
  const { type, value } = item;
  const number = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  if (type.kind === wanted.kind) return item;
  if (wanted.kind === 'float' && number && type.kind !== 'complex') return constItem(FLOAT, Number(value));
  if (wanted.kind === 'int' && typeof value === 'boolean') return constItem(INT, Number(value));
  if (wanted.kind === 'complex' && number) return constItem(COMPLEX, [Number(value), 0]);
  return wanted.kind === 'device' && type.kind === 'str' ? constItem(DEVICE, value) : item;
}
