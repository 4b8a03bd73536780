import type { Value } from '../ir/graph.js';
import { DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { type Type, typeName } from '../ir/type.js';
import type { Emitter } from './emitter.js';
import { constantInt, constantOf } from './emitter.js';
import { bareType } from './mutable.js';
import { type Handle, type Members, type Place, rootOf, type Storage } from './place.js';
import type { Scope } from './scope.js';

/** The objects that a container is known to hold. */
export function memberHandles(members: Members | undefined): readonly Handle[] {
  if (members === undefined) return [];
  return members.kind === 'dict' ? [...members.entries.values()].map((e) => e.handle) : members.items.toArray();
}

/** From here on the container's items may be those that it had, or others. */
export function forgetMembers(storage: Storage, clock: number): void {
  if (storage.members === undefined) return;
  storage.repeats = mayRepeat(storage);
  for (const h of memberHandles(storage.members)) storage.shared = storage.shared.append(h);
  storage.sharedAt = clock;
  storage.members = undefined;
}

/** Notes that containers or other storages refer to these objects. */
export function markEscaped(handles: readonly (Handle | undefined)[]): void {
  for (const h of handles) if (h !== undefined) rootOf(h.place).escaped = true;
}

/** True if two items of a container may be one object, or share memory. */
export function mayRepeat(container: Storage): boolean {
  if (container.repeats) return true;
  const seen = new Set<Storage>();
  for (const h of memberHandles(container.members)) {
    const root = rootOf(h.place);
    if (seen.has(root) || root.alternatives.length > 0) return true;
    seen.add(root);
  }
  return false;
}

/** True if an object that comes into a container of unknown items may be in it already, or come in once more. */
export function comesAgain(container: Storage, handle: Handle, loop: Scope | undefined): boolean {
  const root = rootOf(handle.place);
  if (root.containers?.has(container) === true) return true;
  if (holdsItems(root)) return handle.place === root ? mayRepeat(root) : true;
  if (root.alternatives.length > 0) return true;
  return loop !== undefined && !loop.holds(root.scope) && !loop.holds(container.scope);
}

/** True for lists and dicts, optional ones too. */
export function holdsItems({ value }: Pick<Place, 'value'>): boolean {
  const { kind } = bareType(value.type);
  return kind === 'list' || kind === 'dict';
}

/** A dict's key as a text, when it is a constant: equal keys have equal texts. */
export function keyText(key: Value | undefined): string | undefined {
  const c = constantOf(key);
  return typeof c === 'string' || typeof c === 'number' || typeof c === 'boolean' ? `${typeof c} ${c}` : undefined;
}

/** A constant index into `count` items, counted from the start; undefined when it is not known or outside. */
export function indexInto(count: number, key: Value | undefined): number | undefined {
  const index = constantInt(key);
  if (index === undefined) return undefined;
  const at = index < 0 ? index + count : index;
  return at >= 0 && at < count ? at : undefined;
}

/** Builds a container of known members anew. */
export function constructed(emitter: Emitter, members: Members, type: Type, read: (handle: Handle) => Value): Value {
  switch (members.kind) {
    case 'dict': {
      const entries = [...members.entries.values()].flatMap((e) => [e.key, read(e.handle)]);
      return emitter.op(DICT_CONSTRUCT, entries, type);
    }
    case 'list':
      return emitter.op(LIST_CONSTRUCT, members.items.toArray().map(read), type);
    case 'tuple':
      return emitter.op(TUPLE_CONSTRUCT, members.items.toArray().map(read), type);
  }
}

/** Takes every known member from a container again, by its key or place. */
export function takenFrom(
  emitter: Emitter,
  members: Members,
  container: Value,
  typeOf: (handle: Handle) => Type,
  put: (handle: Handle, item: Value) => void,
): void {
  if (members.kind === 'dict') {
    for (const { key, handle } of members.entries.values()) {
      put(handle, emitter.op(`aten::__getitem__.Dict_${typeName(key.type)}`, [container, key], typeOf(handle)));
    }
    return;
  }
  members.items.toArray().forEach((handle, i) => {
    put(handle, emitter.op('aten::__getitem__.t', [container, emitter.int(i)], typeOf(handle)));
  });
}
