import type { Value } from '../ir/graph.js';
import { constantInt, constantOf } from './emitter.js';
import { type Handle, type Members, rootOf, type Storage } from './place.js';

/** The objects that a container is known to hold. */
export function memberHandles(members: Members | undefined): readonly Handle[] {
  if (members === undefined) return [];
  return members.kind === 'dict' ? [...members.entries.values()].map((e) => e.handle) : members.items;
}

/** From here on the container's items may be those that it had, or others. */
export function forgetMembers(storage: Storage, clock: number): void {
  if (storage.members === undefined) return;
  storage.shared = [...storage.shared, ...memberHandles(storage.members)];
  storage.sharedAt = clock;
  storage.members = undefined;
}

/** Notes that containers or other storages refer to these objects. */
export function markEscaped(handles: readonly (Handle | undefined)[]): void {
  for (const h of handles) if (h !== undefined) rootOf(h.place).escaped = true;
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
