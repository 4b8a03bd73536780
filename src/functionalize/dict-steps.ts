import type { Node, Value } from '../ir/graph.js';
import { DICT_CONSTRUCT, TUPLE_INDEX } from '../ir/primitives.js';
import { BOOL, listOf, tupleOf } from '../ir/type.js';
import { knownItem, lacks, possibleItems } from './container-steps.js';
import { attach, detachItems, type Fate, itemForm, openContainer, share } from './items.js';
import { fateUnderSet } from './list-steps.js';
import { forgetMembers, keyText, markEscaped } from './members.js';
import { isMutable } from './mutable.js';
import { type Entry, type Handle, type Place, rootOf, Storage } from './place.js';
import { become, nameUnclear, type Step, takeOperands, type Walk } from './walk.js';

type Entries = ReadonlyMap<string, Entry>;

interface DictChange {
  readonly value: Value;
  readonly added?: readonly (Handle | undefined)[];
  readonly entries?: (entries: Entries) => Entries | undefined;
}

function changeDict(place: Place, change: DictChange, walk: Walk): void {
  const { memory } = walk;
  const { value, added = [] } = change;
  if (!(place instanceof Storage)) {
    memory.write(place, value, 'layout');
    share(rootOf(place), added, memory, 'items of items');
    return;
  }
  const before = place.members?.kind === 'dict' ? place.members.entries : undefined;
  const entries = before === undefined ? undefined : change.entries?.(before);
  memory.writeContainer(place, value);
  place.layoutVersion = memory.now;
  if (entries !== undefined) {
    place.members = { kind: 'dict', entries };
    markEscaped(added);
  } else {
    forgetMembers(place, memory.now);
    share(place, added, memory);
  }
}

/** The dict that a node changes; the node's operands are taken. */
function open(node: Node, walk: Walk): Place | undefined {
  const [dict] = node.inputs;
  if (dict === undefined) return undefined;
  const place = openContainer(walk.memory.handleOf(dict), walk.memory);
  takeOperands(node, walk);
  return place;
}

function withEntry(entries: Entries, key: Value | undefined, handle: Handle | undefined): Entries | undefined {
  const text = keyText(key);
  if (key === undefined || text === undefined || handle === undefined) return undefined;
  return new Map(entries).set(text, { key: entries.get(text)?.key ?? key, handle });
}

function withoutEntry(entries: Entries, key: Value | undefined): Entries | undefined {
  const text = keyText(key);
  if (text === undefined) return undefined;
  const rest = new Map(entries);
  rest.delete(text);
  return rest;
}

/** `aten::pop.Dict_str` and its like: what follows `Dict_`, or the whole overload. */
function keyOverload(op: string): string {
  return op.slice(op.indexOf('.') + 1).replace(/^Dict_(default_)?/, '');
}

/** `d[k] = v`. */
const set: Step = (node, walk) => {
  const [, , item] = node.inputs;
  const added = item === undefined ? undefined : walk.memory.mutableHandle(item);
  const place = open(node, walk);
  if (place === undefined) return;
  const [, key] = node.inputs;
  detachItems(place, walk.memory, (other) => fateUnderSet(other, key));
  const value = become(node, 'thaw::dict_set', node.inputs, walk);
  changeDict(place, { value, added: [added], entries: (known) => withEntry(known, key, added) }, walk);
};

/** `del d[k]`. */
const remove: Step = (node, walk) => {
  const place = open(node, walk);
  if (place === undefined) return;
  const [, key] = node.inputs;
  detachItems(place, walk.memory, (other) => fateUnderSet(other, key));
  const value = become(node, 'thaw::dict_remove', node.inputs, walk);
  changeDict(place, { value, entries: (known) => withoutEntry(known, key) }, walk);
};

/** `d.pop(k)`, `d.pop(k, x)`. */
const pop: Step = (node, walk) => {
  const { memory, emitter } = walk;
  const otherwise = node.inputs[2];
  const instead = otherwise === undefined ? undefined : memory.mutableHandle(otherwise);
  const place = open(node, walk);
  const [dict, key] = node.inputs;
  const [out] = node.outputs;
  if (place === undefined || dict === undefined || key === undefined || out === undefined) return;
  const overload = keyOverload(node.op);
  const fetch = otherwise === undefined ? `aten::__getitem__.Dict_${overload}` : `aten::get.default_${overload}`;
  become(node, fetch, node.inputs, walk);
  nameItem(out, place, key, { fetch, instead }, walk);
  detachItems(place, memory, (other): Fate => (other === key ? 'leaves' : fateUnderSet(other, key)));
  let value = emitter.op('thaw::dict_remove', [dict, key], dict.type);
  if (otherwise !== undefined) {
    const holds = emitter.op(`aten::__contains__.${overload}`, [dict, key], BOOL);
    value = emitter.choose(holds, value, dict, dict.type);
  }
  changeDict(place, { value, entries: (known) => withoutEntry(known, key) }, walk);
};

interface Fetch {
  readonly fetch: string;
  /** What stands for a missing item. */
  readonly instead: Handle | undefined;
}

function nameItem(out: Value, place: Place, key: Value, { fetch, instead }: Fetch, walk: Walk): void {
  if (!isMutable(out.type)) return;
  const { memory } = walk;
  const known = knownItem(place, key) ?? (lacks(place, key) ? instead : undefined);
  if (known !== undefined) memory.name(out, known);
  else if (instead !== undefined) nameUnclear(out, [...possibleItems(place), instead.place], walk);
  else attach(out, place, itemForm(fetch, key, out.type), memory);
}

/** `d.setdefault(k, x)`. */
const setDefault: Step = (node, walk) => {
  const { memory, emitter } = walk;
  const [, , otherwise] = node.inputs;
  const added = otherwise === undefined ? undefined : memory.mutableHandle(otherwise);
  const place = open(node, walk);
  const [dict, key] = node.inputs;
  const [out] = node.outputs;
  if (place === undefined || dict === undefined || key === undefined || out === undefined) return;
  const known = knownItem(place, key);
  const fetch = `aten::get.default_${keyOverload(node.op)}`;
  become(node, fetch, node.inputs, walk);
  nameItem(out, place, key, { fetch, instead: added }, walk);
  if (known !== undefined) return;
  detachItems(place, memory, (): Fate => 'unclear');
  const value = emitter.op('thaw::dict_set', [dict, key, out], dict.type);
  changeDict(place, { value, added: [added], entries: (all) => withEntry(all, key, added) }, walk);
};

/** `d.update(e)`. */
const update: Step = (node, walk) => {
  const { memory } = walk;
  const [, other] = node.inputs;
  const source = other === undefined ? undefined : memory.handleOf(other);
  const from = source === undefined ? undefined : openContainer(source, memory);
  const more = from instanceof Storage && from.members?.kind === 'dict' ? from.members.entries : undefined;
  const place = open(node, walk);
  if (place === undefined) return;
  detachItems(place, memory, (): Fate => 'unclear');
  const value = become(node, 'thaw::dict_update', node.inputs, walk);
  const added = more === undefined ? [source] : [...more.values()].map((e) => e.handle);
  const entries = (known: Entries) => {
    if (more === undefined) return undefined;
    const all = new Map(known);
    for (const [text, entry] of more) all.set(text, { key: known.get(text)?.key ?? entry.key, handle: entry.handle });
    return all;
  };
  changeDict(place, { value, added, entries }, walk);
};

const clear: Step = (node, walk) => {
  const place = open(node, walk);
  const [dict] = node.inputs;
  if (place === undefined || dict === undefined) return;
  detachItems(place, walk.memory, (): Fate => 'leaves');
  const value = walk.emitter.op(DICT_CONSTRUCT, [], dict.type);
  changeDict(place, { value, entries: () => new Map() }, walk);
  node.destroy();
};

/** `d.popitem()`: the entry that was put in first. */
const popItem: Step = (node, walk) => {
  const { memory, emitter } = walk;
  const place = open(node, walk);
  const [dict] = node.inputs;
  const [out] = node.outputs;
  if (place === undefined || dict?.type.kind !== 'dict' || out === undefined) return;
  const entry = tupleOf([dict.type.key, dict.type.value]);
  const items = emitter.op(`aten::items.${keyOverload(node.op)}`, [dict], listOf(entry));
  become(node, 'aten::__getitem__.t', [items, emitter.int(0)], walk);
  if (isMutable(dict.type.value)) nameUnclear(out, possibleItems(place), walk);
  const key = emitter.op(TUPLE_INDEX, [out, emitter.int(0)], dict.type.key);
  detachItems(place, memory, (): Fate => 'unclear');
  changeDict(place, { value: emitter.op('thaw::dict_remove', [dict, key], dict.type) }, walk);
};

/** Operators that change a dict, by base name. */
export const DICT_STEPS: Readonly<Record<string, Step | undefined>> = {
  'aten::_set_item': set,
  'aten::Delete': remove,
  'aten::pop': pop,
  'aten::setdefault': setDefault,
  'aten::update': update,
  'aten::clear': clear,
  'aten::popitem': popItem,
};
