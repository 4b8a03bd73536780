import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Block, Value } from '../ir/graph.js';
import { detachItems, share } from './items.js';
import { holdsItems, mayRepeat } from './members.js';
import type { Memory } from './memory.js';
import { isMutable } from './mutable.js';
import {
  type Alternative,
  type Condition,
  type Handle,
  type Members,
  type Place,
  resolve,
  rootOf,
  Storage,
} from './place.js';
import type { Scope } from './scope.js';
import type { Sequence } from './sequence.js';

/** What a block left in a storage of outside. */
export interface Change {
  /** Absent when the contents cannot be told. */
  readonly value: Value | undefined;
  readonly trouble: Diagnostic | undefined;
  readonly members: Members | undefined;
  readonly shared: Sequence<Handle>;
  readonly repeats: boolean;
  readonly deepRepeats: boolean;
  readonly items: boolean;
  readonly layout: boolean;
}

export type Changes = ReadonlyMap<Storage, Change>;

/** What the innermost scope changed outside of itself. Emits at the end of its block; call it before the scope ends. */
export function changesOf(scope: Scope, memory: Memory): Changes {
  const changes = new Map<Storage, Change>();
  // What is read here may carry out what was pending: the entries that this adds are visited too.
  for (const [tracked, { versions }] of scope.undo) {
    if (!(tracked instanceof Storage) || versions === undefined) continue;
    if (tracked.version === versions.contents || scope.parent?.sees(tracked.scope) !== true) continue;
    const value = tracked.trouble === undefined ? memory.read(tracked) : undefined;
    changes.set(tracked, {
      value,
      trouble: tracked.trouble,
      members: tracked.members,
      shared: tracked.shared,
      repeats: tracked.repeats,
      deepRepeats: tracked.deepRepeats,
      items: tracked.itemsVersion !== versions.items,
      layout: tracked.layoutVersion !== versions.layout,
    });
  }
  return changes;
}

/** Makes a change of a block hold behind its owner, where `value` is what the storage holds now. */
export function applyChange(storage: Storage, value: Value, change: Change, memory: Memory): void {
  memory.adopt(storage, value, change);
  if (change.items) storage.itemsVersion = memory.now;
  if (change.layout) storage.layoutVersion = memory.now;
}

/** Items that values name outside belong to their container no longer, when a block may have moved them. Emits. */
export function leaveItems(storage: Storage, change: Change, memory: Memory): void {
  if (!change.layout) return;
  for (const item of detachItems(storage, memory, () => 'unclear')) {
    if (change.items) memory.lose(item, 'it is an item of a list or dict that a branch or loop changes');
  }
}

/** One object that a result of a branch or loop may be. */
export interface Result {
  readonly handle: Handle;
  /** When it is; absent where no value tells. */
  readonly when?: Condition;
  /** Makes a condition that holds inside of the block that gives the object one that holds behind it. */
  outside?(inside: Condition): Condition;
  /** True if something else than this result may name the object too. */
  readonly shared: boolean;
}

/** Names a result of a branch or loop that may be any of these objects. */
export function nameResult(out: Value, results: readonly Result[], memory: Memory): void {
  const storage = memory.store(out);
  storage.alternatives = results.flatMap((r) => alternativesOf(r, memory));
  for (const { place } of storage.alternatives) rootOf(place).escaped = true;
  if (!holdsItems(storage)) return;
  for (const { handle, when } of results) {
    // Under a known condition the two are one object; otherwise they have items in common.
    if (when === undefined || !isVisible(handle.place, memory)) share(storage, [handle], memory);
    else storage.repeats ||= mayRepeat(rootOf(handle.place));
    storage.deepRepeats ||= rootOf(handle.place).deepRepeats;
  }
}

/** The object itself where something else names it; otherwise, where it is a result itself, what it may be in turn. */
function alternativesOf({ handle, when, outside, shared }: Result, memory: Memory): readonly Alternative[] {
  const { place } = handle;
  const root = rootOf(place);
  if (shared) return [{ place, when }];
  return root.alternatives.map((a) => {
    const exact = root === resolve(place) && a.when !== undefined && isVisible(a.place, memory);
    return { place: a.place, when: exact && a.when !== undefined ? outside?.(a.when) : undefined };
  });
}

function isVisible(place: Place, memory: Memory): boolean {
  return memory.scope.sees(resolve(place).scope);
}

/** True for those of a block's results that something else may name too. The block's scope must have ended. */
export function sharedResults(handles: readonly (Handle | undefined)[], memory: Memory): readonly boolean[] {
  const counts = new Map<Storage, number>();
  const roots = handles.map((h) => (h === undefined ? undefined : rootOf(h.place)));
  for (const r of roots) if (r !== undefined) counts.set(r, (counts.get(r) ?? 0) + 1);
  return roots.map((r) => r !== undefined && (r.escaped || memory.scope.sees(r.scope) || (counts.get(r) ?? 0) > 1));
}

/** The objects that a block returns; its returns become what these hold at its end. */
export function takeReturns(block: Block, memory: Memory): readonly (Handle | undefined)[] {
  const handles = block.returns.map((v) => (isMutable(v.type) ? memory.handleOf(v) : undefined));
  block.returns.forEach((v, i) => {
    block.setReturn(i, memory.operand(v));
  });
  return handles;
}
