import type { Block, Node, Value } from '../ir/graph.js';
import { RAISE } from '../ir/primitives.js';
import { BOOL, type Type } from '../ir/type.js';
import { memberHandles } from './members.js';
import { isMutable } from './mutable.js';
import {
  applyChange,
  type Change,
  type Changes,
  changesOf,
  leaveItems,
  nameResult,
  sharedResults,
  takeReturns,
} from './outcome.js';
import { type Condition, type Handle, isMadeOfParts, type Members, rootOf, type Storage } from './place.js';
import type { Scope, Snapshot, Tracked } from './scope.js';
import { Sequence } from './sequence.js';
import { type Step, takeOperands, type Walk } from './walk.js';
import { widen } from './widen.js';

interface Outcome {
  readonly block: Block;
  readonly scope: Scope;
  /** The states at the end of the block. */
  readonly end: ReadonlyMap<Tracked, Snapshot>;
  readonly changes: Changes;
  /** What storages hold at the end of this block that only the other one changes. */
  readonly read: Map<Storage, Value>;
  readonly returned: readonly (Handle | undefined)[];
  /** True if running the block always raises: nothing holds behind it. */
  readonly raises: boolean;
}

/** What either block changes outside becomes a result of the branch. */
export const branch: Step = (node, walk) => {
  const { memory, emitter } = walk;
  takeOperands(node, walk);
  for (const out of node.outputs) {
    const origin = walk.origin(out);
    if (origin !== out && memory.isVisible(origin)) out.replaceAllUsesWith(origin);
  }
  const results = [...node.outputs];
  const outcomes = node.blocks.map((block) => runBlock(block, walk));
  const changed = new Set(outcomes.flatMap((o) => [...o.changes.keys()]));
  for (const o of outcomes) readUnchanged(o, changed, walk);
  if (node.parent !== undefined) emitter.moveTo(node.parent, node, node.place);
  const merges = [...changed].flatMap((storage) => mergeOf(storage, outcomes, walk) ?? []);
  for (const merge of merges) addResult(node, merge, outcomes, walk);
  // All of these were compared with one another inside the blocks.
  for (const storage of changed) storage.at = memory.now;
  nameResults(node, results, outcomes, walk);
};

function runBlock(block: Block, walk: Walk): Outcome {
  const { memory, emitter } = walk;
  const scope = memory.enter(block);
  walk.block(block);
  emitter.moveTo(block, undefined);
  const returned = takeReturns(block, memory);
  const changes = changesOf(scope, memory);
  const end = scope.states();
  memory.leave();
  return { block, scope, end, read: new Map(), changes, returned, raises: alwaysRaises(block) };
}

function alwaysRaises(block: Block): boolean {
  for (const n of block.nodes()) if (n.op === RAISE) return true;
  return false;
}

/**
 * A list that only the other block appends to may hold what this one changes: what it holds at this block's end is read
 * there.
 */
function readUnchanged(outcome: Outcome, changed: ReadonlySet<Storage>, walk: Walk): void {
  const { memory, emitter } = walk;
  const { block, scope, end, changes } = outcome;
  const others = [...changed].filter((s) => !changes.has(s) && isMadeOfParts(s));
  if (others.length === 0 || changes.size === 0 || outcome.raises) return;
  memory.resume(scope, end);
  emitter.moveTo(block, undefined);
  for (const s of others) outcome.read.set(s, memory.read(s));
  memory.leave();
}

interface Merge {
  readonly storage: Storage;
  readonly before: Value;
  readonly change: Change;
}

/** Reads in front of the branch all that its results need from there, before any of them holds. */
function mergeOf(storage: Storage, outcomes: readonly Outcome[], { memory }: Walk): Merge | undefined {
  const changes = outcomes.filter((o) => !o.raises).map((o) => o.changes.get(storage));
  if (changes.every((c) => c === undefined)) return undefined;
  const trouble = changes.find((c) => c?.trouble !== undefined)?.trouble;
  if (trouble !== undefined) {
    memory.lose(storage, trouble.message);
    storage.trouble = trouble;
    return undefined;
  }
  const before = memory.read(storage);
  const change = joined(changes, storage, before);
  leaveItems(storage, change, memory);
  return { storage, before, change };
}

function addResult(node: Node, { storage, before, change }: Merge, outcomes: readonly Outcome[], walk: Walk): void {
  let type: Type | undefined;
  for (const o of outcomes) {
    const value = o.changes.get(storage)?.value ?? o.read.get(storage) ?? before;
    if (!o.raises) type = type === undefined ? value.type : widen(type, value.type);
    o.block.addReturn(value);
  }
  const out = node.addOutput(walk.emitter.name(before.name), type ?? before.type);
  applyChange(storage, out, change, walk.memory);
}

/** What is known behind the branch: what both blocks agree on. */
function joined(changes: readonly (Change | undefined)[], storage: Storage, before: Value): Change {
  const { members, shared, repeats, deepRepeats } = storage;
  const none: Change = {
    value: before,
    trouble: undefined,
    members,
    shared,
    repeats,
    deepRepeats,
    items: false,
    layout: false,
  };
  const all = changes.map((c) => c ?? none);
  const [first = none] = all;
  const agree = all.every((c) => sameMembers(c.members, first.members));
  return {
    value: undefined,
    trouble: undefined,
    members: agree ? first.members : undefined,
    shared: Sequence.of([...new Set(all.flatMap((c) => [...c.shared, ...(agree ? [] : memberHandles(c.members))]))]),
    deepRepeats: all.some((c) => c.deepRepeats),
    repeats: all.some((c) => c.repeats || (!agree && repeatsAmong(c.members))),
    items: all.some((c) => c.items),
    layout: all.some((c) => c.layout),
  };
}

function repeatsAmong(members: Members | undefined): boolean {
  const roots = memberHandles(members).map((h) => rootOf(h.place));
  return new Set(roots).size < roots.length || roots.some((r) => r.alternatives.length > 0);
}

function sameMembers(a: Members | undefined, b: Members | undefined): boolean {
  if (a === b) return true;
  const [x, y] = [memberHandles(a), memberHandles(b)];
  if (a === undefined || b === undefined || a.kind !== b.kind || x.length !== y.length) return false;
  if (!x.every((h, i) => h === y[i])) return false;
  if (a.kind !== 'dict' || b.kind !== 'dict') return true;
  const keys = [...b.entries.keys()];
  return [...a.entries.keys()].every((k, i) => k === keys[i]);
}

function nameResults(node: Node, results: readonly Value[], outcomes: readonly Outcome[], walk: Walk): void {
  const { memory } = walk;
  const [condition] = node.inputs;
  const shared = outcomes.map((o) => sharedResults(o.returned, memory));
  results.forEach((out, k) => {
    if (!isMutable(out.type) || condition === undefined) return;
    const living = outcomes.filter((o) => !o.raises).map((o) => o.returned[k]);
    const [first] = living;
    if (first !== undefined && living.every((h) => h === first) && memory.scope.sees(first.scope)) {
      memory.name(out, first);
      return;
    }
    const possible = outcomes.flatMap((o, i) => {
      const handle = o.raises ? undefined : o.returned[k];
      if (handle === undefined) return [];
      const outside = (inside: Condition) => handOut(node, o.block, inside, walk);
      return { handle, when: { value: condition, holds: i === 0 }, outside, shared: shared[i]?.[k] === true };
    });
    nameResult(out, possible, memory);
  });
}

/** Makes a condition of one block a result of the branch, that does not hold when the other block runs. */
function handOut(node: Node, from: Block, { value, holds }: Condition, { emitter }: Walk): Condition {
  for (const block of node.blocks) block.addReturn(block === from ? value : emitter.bool(!holds));
  return { value: node.addOutput(emitter.name(), BOOL), holds };
}
