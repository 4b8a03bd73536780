import type { Block, Node, Value } from '../ir/graph.js';
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
import type { Handle, Members, Storage } from './place.js';
import { type Step, takeOperands, type Walk } from './walk.js';
import { widen } from './widen.js';

interface Outcome {
  readonly block: Block;
  readonly changes: Changes;
  readonly returned: readonly (Handle | undefined)[];
  /** True if running the block always raises: nothing holds behind it. */
  readonly raises: boolean;
}

/** What either block changes outside becomes a result of the branch. */
export const branch: Step = (node, walk) => {
  const { memory, emitter } = walk;
  takeOperands(node, walk);
  const results = [...node.outputs];
  const outcomes = node.blocks.map((block) => runBlock(block, walk));
  if (node.parent !== undefined) emitter.moveTo(node.parent, node, node.loc);
  const changed = new Set(outcomes.flatMap((o) => [...o.changes.keys()]));
  for (const storage of changed) mergeChange(node, storage, outcomes, walk);
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
  memory.leave();
  return { block, changes, returned, raises: alwaysRaises(block) };
}

function alwaysRaises(block: Block): boolean {
  for (const n of block.nodes()) if (n.op === 'prim::RaiseException') return true;
  return false;
}

function mergeChange(node: Node, storage: Storage, outcomes: readonly Outcome[], walk: Walk): void {
  const { memory, emitter } = walk;
  const living = outcomes.filter((o) => !o.raises);
  const changes = living.map((o) => o.changes.get(storage));
  if (changes.every((c) => c === undefined)) return;
  const trouble = changes.find((c) => c?.trouble !== undefined)?.trouble;
  if (trouble !== undefined) {
    memory.lose(storage, trouble.message);
    storage.trouble = trouble;
    return;
  }
  const before = memory.read(storage);
  const change = joined(changes, storage, before);
  let type = before.type;
  const values: Value[] = [];
  for (const o of outcomes) {
    const value = o.changes.get(storage)?.value ?? before;
    if (!o.raises) type = values.length === 0 ? value.type : widen(type, value.type);
    if (!o.raises) values.push(value);
    o.block.addReturn(value);
  }
  // Items are read in front of the branch.
  leaveItems(storage, change, memory);
  const out = node.addOutput(emitter.name(before.name), type);
  applyChange(storage, out, change, memory);
}

/** What is known behind the branch: what both blocks agree on. */
function joined(changes: readonly (Change | undefined)[], storage: Storage, before: Value): Change {
  const { members, shared } = storage;
  const none: Change = { value: before, trouble: undefined, members, shared, items: false, layout: false };
  const all = changes.map((c) => c ?? none);
  const [first = none] = all;
  const agree = all.every((c) => sameMembers(c.members, first.members));
  return {
    value: undefined,
    trouble: undefined,
    members: agree ? first.members : undefined,
    shared: [...new Set(all.flatMap((c) => [...c.shared, ...(agree ? [] : handlesOf(c.members))]))],
    items: all.some((c) => c.items),
    layout: all.some((c) => c.layout),
  };
}

function handlesOf(members: Members | undefined): readonly Handle[] {
  if (members === undefined) return [];
  return members.kind === 'dict' ? [...members.entries.values()].map((e) => e.handle) : members.items;
}

function sameMembers(a: Members | undefined, b: Members | undefined): boolean {
  if (a === b) return true;
  const [x, y] = [handlesOf(a), handlesOf(b)];
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
    const possible = outcomes.map((o, i) => ({
      handle: o.raises ? undefined : o.returned[k],
      when: { value: condition, holds: i === 0 },
      needed: shared[i]?.[k] === true,
    }));
    nameResult(out, possible, memory);
  });
}
