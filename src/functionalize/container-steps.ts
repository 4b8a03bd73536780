import type { Node } from '../ir/graph.js';
import { TUPLE_CONSTRUCT, TUPLE_UNPACK } from '../ir/primitives.js';
import { constantOf } from './emitter.js';
import { attach, elementForm, isItemList, itemForm, openContainer, outputType, share } from './items.js';
import { indexInto, keyText, markEscaped, memberHandles } from './members.js';
import { isMutable } from './mutable.js';
import { type Entry, type Handle, type Members, type Place, rootOf, Storage } from './place.js';
import { Sequence } from './sequence.js';
import { nameUnclear, type Step, takeOperands, type Walk } from './walk.js';

/** `[a, b]`, `(a, b)`: known to hold these objects. */
export const buildList: Step = (node, walk) => {
  build(node, walk, (items) => ({
    kind: node.op === TUPLE_CONSTRUCT ? 'tuple' : 'list',
    items: Sequence.of(items),
  }));
};

/** A new dict: its members are followed where all keys are constants. */
export const buildDict: Step = (node, walk) => {
  const keys = [...node.inputs];
  build(node, walk, (items) => {
    const entries = new Map<string, Entry>();
    for (let i = 0; i + 1 < items.length; i += 2) {
      const [key, handle, text] = [keys[i], items[i + 1], keyText(keys[i])];
      if (key === undefined || handle === undefined || text === undefined) return undefined;
      entries.set(text, { key, handle });
    }
    return { kind: 'dict', entries };
  });
};

function build(node: Node, walk: Walk, members: (items: readonly Handle[]) => Members | undefined): void {
  const { memory } = walk;
  if (!isMutable(itemType(node)) || node.outputs.length === 0) {
    takeOperands(node, walk);
    return;
  }
  const items = node.inputs.map((v) => memory.handleOf(v));
  takeOperands(node, walk);
  const storage = memory.store(node.output);
  storage.members = members(items);
  markEscaped(items);
  if (storage.members === undefined) share(storage, items, memory);
}

function itemType(node: Node): ReturnType<typeof outputType> {
  const type = outputType(node);
  return type.kind === 'list' ? type.element : type.kind === 'dict' ? type.value : type;
}

/** `a, b = xs`. */
export const unpack: Step = (node, walk) => {
  const [container] = node.inputs;
  if (container === undefined || !isMutable(container.type)) return;
  const { memory, emitter } = walk;
  const place = openContainer(memory.handleOf(container), memory);
  takeOperands(node, walk);
  const items = knownItems(place);
  node.outputs.forEach((out, i) => {
    const known = items?.length === node.outputs.length ? items.at(i) : undefined;
    if (!isMutable(out.type)) return;
    if (known !== undefined) memory.name(out, known);
    else if (isItemList(place) && place.form.item) memory.view(out, place.parent, place.form.item(emitter.int(i)));
    else if (node.op === TUPLE_UNPACK) memory.view(out, place, elementForm(i, out.type));
    else attach(out, place, itemForm('aten::__getitem__.t', emitter.int(i), out.type), memory);
  });
};

/** `t[i]` of a tuple. */
export const tupleItem: Step = (node, walk) => {
  const [container, index] = node.inputs;
  if (container === undefined || !isMutable(outputType(node))) return takeOperands(node, walk);
  const { memory } = walk;
  const place = openContainer(memory.handleOf(container), memory);
  takeOperands(node, walk);
  const items = knownItems(place);
  const count = container.type.kind === 'tuple' ? container.type.elements.length : (items?.length ?? 0);
  const at = indexInto(count, index);
  const known = at === undefined ? undefined : items?.at(at);
  if (known !== undefined) memory.name(node.output, known);
  else if (at === undefined) nameUnclear(node.output, [place], walk);
  else memory.view(node.output, place, elementForm(at, node.output.type));
};

/** `xs[i]` of a list, `d[k]` of a dict. */
export const item: Step = (node, walk) => {
  const [container, key] = node.inputs;
  if (container === undefined || key === undefined || !isMutable(outputType(node))) return takeOperands(node, walk);
  const { memory } = walk;
  const place = openContainer(memory.handleOf(container), memory);
  takeOperands(node, walk);
  const known = knownItem(place, key);
  if (known !== undefined) memory.name(node.output, known);
  else if (isItemList(place) && place.form.item) memory.view(node.output, place.parent, place.form.item(key));
  else attach(node.output, place, itemForm(node.op, node.inputs[1] ?? key, node.output.type), memory);
};

/** `d.get(k)`, `d.get(k, x)`. */
export const itemOrDefault: Step = (node, walk) => {
  const [dict, key, otherwise] = node.inputs;
  if (dict === undefined || key === undefined || !isMutable(outputType(node))) return takeOperands(node, walk);
  const { memory } = walk;
  const place = openContainer(memory.handleOf(dict), memory);
  const instead = otherwise === undefined ? undefined : memory.handleOf(otherwise);
  takeOperands(node, walk);
  const known = knownItem(place, key) ?? (lacks(place, key) ? instead : undefined);
  if (known !== undefined && known !== instead && node.output.type.kind !== 'optional') memory.name(node.output, known);
  else if (known !== undefined && known === instead) memory.name(node.output, known);
  else nameUnclear(node.output, [...possibleItems(place), ...(instead === undefined ? [] : [instead.place])], walk);
};

/** Where changes of an item of unknown key show: in the container, or in the items that it is known to hold. */
export function possibleItems(place: Place): readonly Place[] {
  const members = place instanceof Storage ? place.members : undefined;
  return members === undefined ? [place] : memberHandles(members).map((h) => h.place);
}

/** A new list or dict with the items of others: `list(xs)`, `xs[1:]`, `xs + ys`, `d.values()`, `d.copy()`. */
export const shareItems: Step = (node, walk) => {
  const { memory } = walk;
  if (!isMutable(itemType(node))) return takeOperands(node, walk);
  const handles = node.inputs.map((v) => memory.mutableHandle(v));
  const places = handles.map((h) => (h === undefined ? undefined : openContainer(h, memory)));
  takeOperands(node, walk);
  const [first] = places;
  if (first !== undefined && isItemList(first) && COPIES.has(node.op)) {
    memory.view(node.output, first.parent, first.form);
    return;
  }
  const storage = memory.store(node.output);
  storage.members = copiedMembers(node, places);
  if (storage.members !== undefined) return;
  const sources = places.flatMap((p, i) => (p !== undefined && isItemList(p) ? [p.parent] : [handles[i]?.place]));
  storage.alternatives = [];
  share(storage, handles, memory);
  for (const p of sources) if (p !== undefined) rootOf(p).escaped = true;
};

const COPIES: ReadonlySet<string> = new Set(['aten::list.t', 'aten::copy.t']);

function copiedMembers(node: Node, places: readonly (Place | undefined)[]): Members | undefined {
  const [a, b] = places.map((p) => (p instanceof Storage ? p.members : undefined));
  if (a === undefined) return undefined;
  if (a.kind === 'dict') {
    if (node.op.startsWith('aten::values.')) {
      return { kind: 'list', items: Sequence.of(memberHandles(a)) };
    }
    return node.op.startsWith('aten::copy.') || node.op.startsWith('aten::dict.') ? a : undefined;
  }
  if (a.kind !== 'list') return undefined;
  if (COPIES.has(node.op)) return a;
  if (node.op === 'aten::add.t' && b?.kind === 'list') return listOf([...a.items, ...b.items]);
  if (node.op !== 'aten::slice.t') return undefined;
  const [start, end, step] = node.inputs.slice(1).map(constantOf);
  if (step !== 1 || (start !== null && typeof start !== 'number')) return undefined;
  const items = a.items.toArray();
  if (end === null) return listOf(items.slice(start ?? 0));
  return typeof end === 'number' ? listOf(items.slice(start ?? 0, end)) : undefined;
}

function listOf(items: readonly Handle[]): Members {
  return { kind: 'list', items: Sequence.of(items) };
}

/** The members of a list or tuple that are followed; undefined for views, dicts, and containers of unknown members. */
export function knownItems(place: Place): Sequence<Handle> | undefined {
  const members = place instanceof Storage ? place.members : undefined;
  return members === undefined || members.kind === 'dict' ? undefined : members.items;
}

/** The member at a constant key or index; undefined where that is unknown or not there. */
export function knownItem(place: Place, key: Parameters<typeof keyText>[0]): Handle | undefined {
  const members = place instanceof Storage ? place.members : undefined;
  if (members === undefined) return undefined;
  if (members.kind === 'dict') return members.entries.get(keyText(key) ?? '')?.handle;
  const at = indexInto(members.items.length, key);
  return at === undefined ? undefined : members.items.at(at);
}

/** True if a dict is known not to have the key. */
export function lacks(place: Place, key: Parameters<typeof keyText>[0]): boolean {
  const members = place instanceof Storage ? place.members : undefined;
  const text = keyText(key);
  return members?.kind === 'dict' && text !== undefined && !members.entries.has(text);
}
