import type { Node, Value } from '../ir/graph.js';
import { TUPLE_CONSTRUCT, TUPLE_INDEX } from '../ir/primitives.js';
import { ANY, type Type } from '../ir/type.js';
import type { Emitter } from './emitter.js';
import { comesAgain, markEscaped, memberHandles } from './members.js';
import type { Memory } from './memory.js';
import { type AttachedItems, Handle, type Place, resolve, rootOf, Storage, View, type ViewForm } from './place.js';

/** What a change of a container's layout does to one of its items. */
export type Fate = 'stays' | 'leaves' | 'unclear';

/** An item of a list or dict, by the operator that fetches it. */
export function itemForm(fetch: string, key: Value, type: Type): ViewForm {
  const set = fetch.startsWith('aten::__getitem__.Dict') ? 'thaw::dict_set' : 'thaw::list_set';
  return {
    contiguous: true,
    replay: (e, base) => e.op(fetch, [base, key], type),
    restore: (e, base, part) => e.op(set, [base, key, part], base.type),
    key,
  };
}

/** An element of a tuple whose making is not seen. */
export function elementForm(index: number, type: Type): ViewForm {
  const element = (e: Emitter, base: Value, i: number, t: Type) => e.op(TUPLE_INDEX, [base, e.int(i)], t);
  return {
    contiguous: true,
    replay: (e, base) => element(e, base, index, type),
    restore: (e, base, part) => {
      if (base.type.kind !== 'tuple') return undefined;
      const parts = base.type.elements.map((t, i) => (i === index ? part : element(e, base, i, t)));
      return e.op(TUPLE_CONSTRUCT, parts, base.type);
    },
  };
}

/** Names an item of a container as long as the two belong together. */
export function attach(v: Value, container: Place, form: ViewForm, memory: Memory): void {
  const item = memory.view(v, container, form);
  memory.keep(container);
  container.attached = { item, rest: container.attached };
}

/** Takes items that leave a container, or may do so, out of it, and gives them. Emits in front of the change. */
export function detachItems(container: Place, memory: Memory, fate: (key: Value) => Fate): readonly Storage[] {
  const detached: Storage[] = [];
  if (container.attached === undefined) return detached;
  memory.keep(container);
  let kept: AttachedItems | undefined;
  for (let a: AttachedItems | undefined = container.attached; a !== undefined; a = a.rest) {
    const { item } = a;
    const { key } = item.form;
    if (item.detached !== undefined || key === undefined) continue;
    const where = fate(key);
    if (where === 'stays') {
      kept = { item, rest: kept };
      continue;
    }
    const value = memory.read(item);
    memory.keep(item);
    const own = new Storage(value, memory.scope, memory.now);
    own.escaped = true;
    item.detached = own;
    detached.push(own);
    const root = rootOf(container);
    if (where === 'unclear') linkUnclear(root, own, memory);
    else own.alternatives = root.shared.toArray().map((h) => ({ place: h.place }));
  }
  container.attached = kept;
  return detached;
}

/** The object may still be one of the container's items. */
function linkUnclear(container: Storage, item: Storage, memory: Memory): void {
  memory.keep(container);
  const members = memberHandles(container.members);
  if (members.length > 0) item.alternatives = members.map((h) => ({ place: h.place }));
  else share(container, [new Handle(item, memory.scope)], memory);
}

/** True for the list of the pieces of a tensor. */
export function isItemList(place: Place): place is View {
  return place instanceof View && place.form.item !== undefined;
}

/** A container of unknown items that may hold these objects, or the items of these containers. */
export function share(
  storage: Storage,
  handles: readonly (Handle | undefined)[],
  memory: Memory,
  depth: 'items' | 'items of items' = 'items',
): void {
  const more = handles.filter((h) => h !== undefined);
  if (more.length === 0) return;
  memory.keep(storage);
  for (const h of more) {
    const again = comesAgain(storage, h, memory.scope.loop);
    if (depth === 'items') storage.repeats ||= again;
    else storage.deepRepeats ||= again;
    storage.shared = storage.shared.append(h);
    const root = rootOf(h.place);
    root.containers ??= new Set();
    root.containers.add(storage);
  }
  storage.sharedAt = memory.now;
  markEscaped(more);
}

/** The place of a container's object, up to date. */
export function openContainer(handle: Handle, memory: Memory): Place {
  memory.read(handle.place);
  return resolve(handle.place);
}

/** The type of the first result; `Any` for an operator without results. */
export function outputType(node: Node): Type {
  return node.outputs[0]?.type ?? ANY;
}
