import type { Attribute, Value } from '../../../ir/graph.js';
import { CONSTANT, DICT_CONSTRUCT } from '../../../ir/primitives.js';
import { BOOL, DEVICE, FLOAT, INT, STR } from '../../../ir/type.js';
import { boolItem, type ConstItem, constItem, type EnumItem, type Item, sameItem, typeOfItem } from './item.js';
import { noneness } from './type-relations.js';

/** A longer text decides no branch: it becomes a value of the graph. Sums of sums double at each step. */
const MAX_FOLDED_TEXT = 65_536;

/**
 * What an operator on known operands is worth; undefined when it has to be part of the graph. Only what decides
 * branches is folded here, so that a branch that is never taken need not even be well typed.
 */
export function foldOperator(op: string, operands: readonly Item[]): Item | undefined {
  const [a, b] = operands;
  if (a === undefined || operands.length > 2) return undefined;
  if (op === 'aten::__is__' || op === 'aten::__isnot__') return b === undefined ? undefined : foldIs(op, a, b);
  if (a.kind === 'enum' && b?.kind === 'enum') return foldEnum(op, a, b);
  if (op === 'aten::len' && a.kind === 'tuple') return constItem(INT, a.items.length);
  if (a.kind === 'value' && b?.kind === 'const') return foldMembership(op, a.value, b);
  if (a.kind !== 'const') return undefined;
  if (b === undefined) return foldUnary(op, a);
  return b.kind === 'const' ? foldBinary(op, a, b) : undefined;
}

/** `key in d` and `d[key]` of a dict of constants, as long as nothing but readers uses it. */
function foldMembership(op: string, dict: Value, key: ConstItem): Item | undefined {
  const made = dict.producer;
  if (made?.op !== DICT_CONSTRUCT || (op !== 'aten::__contains__' && op !== 'aten::__getitem__')) return undefined;
  for (const { user } of dict.uses) if (!('op' in user) || !user.op.startsWith('aten::__')) return undefined;
  for (let i = 0; i + 1 < made.inputs.length; i += 2) {
    const own = constantOf(made.inputs[i]);
    if (own === undefined) return undefined;
    if (own.value !== key.value || own.type.kind !== key.type.kind) continue;
    return op === 'aten::__contains__' ? boolItem(true) : constantOf(made.inputs[i + 1]);
  }
  return op === 'aten::__contains__' ? boolItem(false) : undefined;
}

/** The scalar that a constant node holds. */
function constantOf(value: Value | undefined): ConstItem | undefined {
  if (value?.producer?.op !== CONSTANT) return undefined;
  const held = value.producer.attributes.get('value');
  if (typeof held !== 'string' && typeof held !== 'number' && typeof held !== 'boolean') return undefined;
  return constItem(value.type, held);
}

/** `x is None` by static type. */
function foldIs(op: string, a: Item, b: Item): Item | undefined {
  const negated = op === 'aten::__isnot__';
  const left = itemNoneness(a);
  const right = itemNoneness(b);
  if (left === 'always' && right === 'always') return boolItem(!negated);
  if ((left === 'always' && right === 'never') || (left === 'never' && right === 'always')) return boolItem(negated);
  if (a.kind === 'enum' && b.kind === 'enum') return boolItem(sameItem(a, b) !== negated);
  return undefined;
}

function itemNoneness(item: Item): 'always' | 'never' | 'perhaps' {
  return item.kind === 'poison' || item.kind === 'unusable'
    ? 'perhaps'
    : item.kind === 'function' || item.kind === 'class'
      ? 'never'
      : noneness(typeOfItem(item));
}

function foldEnum(op: string, a: EnumItem, b: EnumItem): Item | undefined {
  if (op === 'aten::eq') return boolItem(sameItem(a, b));
  return op === 'aten::ne' ? boolItem(!sameItem(a, b)) : undefined;
}

function foldUnary(op: string, { type, value }: ConstItem): Item | undefined {
  switch (op) {
    case 'aten::__not__':
      return typeof value === 'boolean' ? boolItem(!value) : undefined;
    case 'aten::neg':
      return typeof value === 'number' ? constItem(type, -value) : undefined;
    case 'aten::Bool':
      return typeof value === 'boolean' || typeof value === 'number' ? boolItem(Boolean(value)) : undefined;
    case 'aten::Int':
      return typeof value === 'boolean' || type.kind === 'int'
        ? constItem(INT, typeof value === 'boolean' ? Number(value) : value)
        : undefined;
    case 'aten::Float':
      return typeof value === 'number' ? constItem(FLOAT, value) : undefined;
    case 'aten::len':
      return typeof value === 'string' ? constItem(INT, [...value].length) : undefined;
    case 'aten::device':
      return typeof value === 'string' ? constItem(DEVICE, value) : undefined;
    default:
      return undefined;
  }
}

function foldBinary(op: string, a: ConstItem, b: ConstItem): Item | undefined {
  const x = a.value;
  const y = b.value;
  if (op === 'aten::eq' || op === 'aten::ne')
    return comparable(a, b) ? boolItem((x === y) === (op === 'aten::eq')) : undefined;
  if (typeof x === 'boolean' && typeof y === 'boolean') {
    if (op === 'aten::__and__') return boolItem(x && y);
    if (op === 'aten::__or__') return boolItem(x || y);
    return op === 'aten::__xor__' ? boolItem(x !== y) : undefined;
  }
  if (typeof x === 'string' && typeof y === 'string')
    return op === 'aten::add' && x.length + y.length <= MAX_FOLDED_TEXT ? constItem(STR, x + y) : undefined;
  if (typeof x !== 'number' || typeof y !== 'number') return undefined;
  return foldOrder(op, x, y) ?? (a.type.kind === 'int' && b.type.kind === 'int' ? foldInts(op, x, y) : undefined);
}

function comparable(a: ConstItem, b: ConstItem): boolean {
  const kind = (c: Attribute): string => (typeof c === 'bigint' ? 'number' : typeof c);
  if (a.type.kind === 'device' && b.type.kind === 'device') return true;
  return (
    kind(a.value) === kind(b.value) && (a.type.kind === b.type.kind || typeof a.value === 'number') && a.value !== null
  );
}

function foldOrder(op: string, x: number, y: number): Item | undefined {
  switch (op) {
    case 'aten::lt':
      return boolItem(x < y);
    case 'aten::le':
      return boolItem(x <= y);
    case 'aten::gt':
      return boolItem(x > y);
    case 'aten::ge':
      return boolItem(x >= y);
    default:
      return undefined;
  }
}

/** Python's arithmetic on ints. */
function foldInts(op: string, x: number, y: number): Item | undefined {
  const value = intResult(op, x, y);
  return value !== undefined && Number.isSafeInteger(value) ? constItem(INT, value) : undefined;
}

function intResult(op: string, x: number, y: number): number | undefined {
  switch (op) {
    case 'aten::add':
      return x + y;
    case 'aten::sub':
      return x - y;
    case 'aten::mul':
      return x * y;
    case 'aten::floordiv':
      return y === 0 ? undefined : Math.floor(x / y);
    case 'aten::remainder':
      return y === 0 ? undefined : x - y * Math.floor(x / y);
    case 'prim::min':
      return Math.min(x, y);
    case 'prim::max':
      return Math.max(x, y);
    default:
      return undefined;
  }
}

/** A known bool; undefined when the program decides. */
export function knownBool(item: Item): boolean | undefined {
  return item.kind === 'const' && item.type.kind === BOOL.kind && typeof item.value === 'boolean'
    ? item.value
    : undefined;
}
