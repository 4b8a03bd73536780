import type { Node, OpName, Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { knownItem, knownItems } from './container-steps.js';
import { constantInt, constantOf } from './emitter.js';
import { attach, detachItems, type Fate, isItemList, itemForm, openContainer, outputType, share } from './items.js';
import { forgetMembers, indexInto, markEscaped } from './members.js';
import { isMutable } from './mutable.js';
import { Handle, type Place, rootOf, Storage } from './place.js';
import { Sequence } from './sequence.js';
import { become, type Step, takeOperands, type Walk } from './walk.js';

/** A change of which items a list has. */
export interface LayoutChange {
  readonly value: Value;
  /** The objects that come in. */
  readonly added?: readonly (Handle | undefined)[];
  /** The items from now on, when they were known before and still are. */
  readonly items?: (items: Sequence<Handle>) => Sequence<Handle> | undefined;
  /** True if nothing that the list held is in it any more. */
  readonly empties?: boolean;
}

const everyItem = (where: Fate) => (): Fate => where;

/** Gives a list other items. Items that values name must have been detached before. */
export function changeList(handle: Handle, place: Place, change: LayoutChange, walk: Walk): void {
  const { memory } = walk;
  const { value, added = [] } = change;
  if (isItemList(place)) {
    // From here on it is a list of its own that holds views.
    memory.keep(handle);
    const own = new Storage(value, memory.scope, memory.now);
    handle.place = own;
    share(own, [new Handle(place.parent, memory.scope), ...added], memory);
    return;
  }
  if (!(place instanceof Storage)) {
    memory.write(place, value, 'layout');
    share(rootOf(place), added, memory, 'items of items');
    return;
  }
  const before = knownItems(place);
  const items = before === undefined ? undefined : change.items?.(before);
  memory.writeContainer(place, value);
  place.layoutVersion = memory.now;
  if (change.empties === true) place.shared = Sequence.of([]);
  if (items !== undefined) {
    place.members = { kind: 'list', items };
    markEscaped(added);
  } else {
    forgetMembers(place, memory.now);
    share(place, added, memory);
  }
}

interface Opened {
  readonly handle: Handle;
  readonly place: Place;
  readonly args: readonly Value[];
}

/** The list that a node changes, and its operands as they are now. */
function open(node: Node, walk: Walk): Opened | undefined {
  const [list] = node.inputs;
  if (list === undefined) return undefined;
  const handle = walk.memory.handleOf(list);
  const place = openContainer(handle, walk.memory);
  takeOperands(node, walk);
  return { handle, place, args: node.inputs };
}

/** Ends a step whose operator gives the list itself. */
function giveList(node: Node, handle: Handle, { memory }: Walk): void {
  const [out] = node.outputs;
  if (out !== undefined) memory.name(out, handle);
}

const append: Step = (node, walk) => {
  const [, item] = node.inputs;
  const added = item === undefined ? undefined : walk.memory.mutableHandle(item);
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  const value = become(node, 'thaw::list_append', args, walk);
  const items = (known: Sequence<Handle>) => (added === undefined ? undefined : known.append(added));
  changeList(handle, place, { value, added: [added], items }, walk);
  giveList(node, handle, walk);
};

/** `xs.extend(ys)`, `xs += ys`. */
const extend: Step = (node, walk) => {
  const [, other] = node.inputs;
  const source = other === undefined ? undefined : walk.memory.mutableHandle(other);
  const more = source === undefined ? undefined : knownItems(openContainer(source, walk.memory));
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  const value = become(node, 'aten::add.t', args, walk);
  const added = more === undefined ? [source] : more.toArray();
  const items = (known: Sequence<Handle>) => (more === undefined ? undefined : Sequence.of([...known, ...more]));
  changeList(handle, place, { value, added, items }, walk);
  giveList(node, handle, walk);
};

const insert: Step = (node, walk) => {
  const [, , item] = node.inputs;
  const added = item === undefined ? undefined : walk.memory.mutableHandle(item);
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  detachItems(place, walk.memory, everyItem('unclear'));
  const at = constantInt(args[1]);
  const value = become(node, 'thaw::list_insert', args, walk);
  const items = (known: Sequence<Handle>) =>
    at === undefined || added === undefined ? undefined : Sequence.of(known.toArray().toSpliced(at, 0, added));
  changeList(handle, place, { value, added: [added], items }, walk);
};

/** `xs[i] = x`. */
const set: Step = (node, walk) => {
  const [, , item] = node.inputs;
  const { memory } = walk;
  const added = item === undefined ? undefined : memory.mutableHandle(item);
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  const [, index] = args;
  detachItems(place, memory, (key) => fateUnderSet(key, index));
  const value = become(node, 'thaw::list_set', args, walk);
  const items = (known: Sequence<Handle>) => {
    const at = indexInto(known.length, index);
    return at === undefined || added === undefined ? undefined : Sequence.of(known.toArray().with(at, added));
  };
  changeList(handle, place, { value, added: [added], items }, walk);
  giveList(node, handle, walk);
};

/** What becomes of the item at one key when that at another is replaced. */
export function fateUnderSet(key: Value, replaced: Value | undefined): Fate {
  if (key === replaced) return 'leaves';
  const [a, b] = [constantOf(key), constantOf(replaced)];
  if (a === undefined || b === undefined) return 'unclear';
  if (a === b) return 'leaves';
  // -1 and 3 may be the same index.
  return typeof a === 'number' && typeof b === 'number' && a < 0 !== b < 0 ? 'unclear' : 'stays';
}

/** `xs.pop(i)`, `del xs[i]`. */
const remove: Step = (node, walk) => {
  const { memory, emitter } = walk;
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place } = opened;
  const [list, index] = opened.args;
  if (list === undefined || index === undefined) return;
  const [popped] = node.outputs;
  const known = knownItem(place, index);
  if (popped === undefined) {
    detachItems(place, memory, everyItem('unclear'));
    dropItem(handle, place, index, become(node, 'thaw::list_remove', [list, index], walk), walk);
    return;
  }
  become(node, 'aten::__getitem__.t', [list, index], walk);
  if (isMutable(popped.type)) {
    if (known !== undefined) memory.name(popped, known);
    else if (isItemList(place) && place.form.item) memory.view(popped, place.parent, place.form.item(index));
    else attach(popped, place, itemForm('aten::__getitem__.t', index, popped.type), memory);
  }
  detachItems(place, memory, (key) => (key === index ? 'leaves' : 'unclear'));
  dropItem(handle, place, index, emitter.op('thaw::list_remove', [list, index], list.type), walk);
};

function dropItem(handle: Handle, place: Place, index: Value, value: Value, walk: Walk): void {
  const items = (known: Sequence<Handle>) => {
    const at = indexInto(known.length, index);
    return at === undefined ? undefined : Sequence.of(known.toArray().toSpliced(at, 1));
  };
  changeList(handle, place, { value, items }, walk);
}

/** `xs.remove(x)`: the first item that equals it goes. */
const removeEqual: Step = (node, walk) => {
  const { memory, emitter } = walk;
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place } = opened;
  const [list, item] = opened.args;
  if (list === undefined || item === undefined) return;
  detachItems(place, memory, everyItem('unclear'));
  const overload = node.op.slice(node.op.indexOf('.') + 1);
  const index = emitter.op(`aten::index.list_${overload}`, [list, item], { kind: 'int' });
  const value = become(node, 'thaw::list_remove', [list, index], walk);
  changeList(handle, place, { value }, walk);
};

const clear: Step = (node, walk) => {
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  const type = args[0]?.type ?? outputType(node);
  detachItems(place, walk.memory, everyItem('leaves'));
  const value = walk.emitter.op(LIST_CONSTRUCT, [], type);
  changeList(handle, place, { value, items: () => Sequence.of([]), empties: true }, walk);
  node.destroy();
};

const reverse: Step = (node, walk) => {
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  detachItems(place, walk.memory, everyItem('unclear'));
  const value = become(node, 'thaw::list_reverse', args, walk);
  changeList(handle, place, { value, items: (known) => Sequence.of(known.toArray().toReversed()) }, walk);
};

/** Lists whose order may be known at compile time. */
const SORTED: ReadonlyMap<string, OpName> = new Map<string, OpName>(
  (['int', 'float', 'bool', 'str'] as const).map((kind) => [`aten::sort.${kind}`, `thaw::list_sort.${kind}`]),
);

const sort: Step = (node, walk) => {
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  detachItems(place, walk.memory, everyItem('unclear'));
  const reversed = args[1] ?? walk.emitter.bool(false);
  const op = SORTED.get(node.op) ?? 'thaw::list_sort.t';
  const value = become(node, op, [...args.slice(0, 1), reversed], walk);
  changeList(handle, place, { value }, walk);
};

/** `xs *= n`. */
const repeat: Step = (node, walk) => {
  const opened = open(node, walk);
  if (opened === undefined) return;
  const { handle, place, args } = opened;
  const value = become(node, 'aten::mul.left_t', args, walk);
  changeList(handle, place, { value }, walk);
  giveList(node, handle, walk);
};

/** Operators that change a list, by full name or, where all overloads do the same, by base name. */
export const LIST_STEPS: Readonly<Record<string, Step | undefined>> = {
  'aten::append.t': append,
  'aten::extend.t': extend,
  'aten::add_.t': extend,
  'aten::insert.t': insert,
  'aten::_set_item.t': set,
  'aten::pop.t': remove,
  'aten::Delete.t': remove,
  'aten::remove': removeEqual,
  'aten::clear.t': clear,
  'aten::reverse.t': reverse,
  'aten::sort': sort,
  'aten::mul_.t': repeat,
};
