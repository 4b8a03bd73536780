import type { Block, Node, Value } from '../ir/graph.js';
import { typeName } from '../ir/type.js';
import type { Effects } from './effects.js';
import { detachItems } from './items.js';
import { forgetMembers, holdsItems, memberHandles } from './members.js';
import { bareType, isMutable } from './mutable.js';
import { applyChange, type Changes, changesOf, leaveItems, nameResult, sharedResults, takeReturns } from './outcome.js';
import { type Handle, rootOf, Storage } from './place.js';
import type { Scope } from './scope.js';
import { unclearAliasing } from './unclear.js';
import { takeOperands, type Walk } from './walk.js';
import { widen } from './widen.js';

/**
 * What the body changes outside is carried from round to round. A carried value that is one object all along is that
 * object; any other may be what it starts with, or what a round gives.
 */
export function loop(node: Node, body: Block, effects: Effects, walk: Walk): void {
  const { memory, emitter } = walk;
  const results = [...node.outputs];
  const same = results.map((_, k) => isSame(node, body, k, walk));
  memory.settleAll();
  const starts = node.inputs.slice(2).map((v) => memory.mutableHandle(v));
  takeOperands(node, walk);
  const containers = openContainers(body, effects, walk);

  const scope = memory.enter(body, effects);
  hideMembers(containers, walk);
  const params = body.params.slice(1).map((p, k) => (same[k] === true ? undefined : nameParam(p, starts[k], walk)));
  walk.block(body);
  emitter.moveTo(body, undefined);
  const returned = takeReturns(body, memory).slice(1);
  const changes = changesOf(scope, memory);
  same.forEach((is, k) => {
    const param = body.params[k + 1];
    if (is && param !== undefined) body.setReturn(k + 1, param);
  });
  const written = params.map((p) => p !== undefined && p.storage.version !== p.version);
  memory.leave();
  params.forEach((p, k) => {
    const end = returned[k];
    if (p !== undefined && end !== undefined) checkRounds(p.storage, end, scope, walk);
  });

  if (node.parent !== undefined) emitter.moveTo(node.parent, node, node.place);
  const carried = carry(node, body, changes, walk);
  resolveImports(scope, carried, changes, walk);
  if (node.parent !== undefined) emitter.moveTo(node.parent, node, node.place);
  for (const { storage } of carried) {
    const change = changes.get(storage);
    if (change !== undefined) leaveItems(storage, change, memory);
  }
  for (const { storage, out } of carried) {
    const change = changes.get(storage);
    if (change !== undefined) applyChange(storage, out, change, memory);
  }
  for (const { storage } of carried) storage.at = memory.now;
  for (const [storage, { trouble }] of changes) {
    if (trouble === undefined) continue;
    memory.lose(storage, trouble.message);
    storage.trouble = trouble;
  }
  nameResults({ results, starts, returned, same, written }, walk);
}

/**
 * True for a carried value that is one object, or one number, all along: it is what it starts with, under all names.
 * Such a value is not carried any more.
 */
function isSame(node: Node, body: Block, k: number, walk: Walk): boolean {
  const [start, param, returned, out] = [node.inputs[k + 2], body.params[k + 1], body.returns[k + 1], node.outputs[k]];
  if (start === undefined || param === undefined || returned === undefined || out === undefined) return false;
  if (walk.origin(returned) !== param) return false;
  param.replaceAllUsesWith(start);
  out.replaceAllUsesWith(start);
  return true;
}

/** A carried value's own storage, and when that changed last before the body. */
interface Param {
  readonly storage: Storage;
  readonly version: number;
}

function nameParam(p: Value, start: Handle | undefined, { memory }: Walk): Param | undefined {
  if (!isMutable(p.type)) return undefined;
  const storage = memory.store(p);
  // What the rounds put into a container is not known yet.
  storage.repeats = holdsItems(storage);
  storage.deepRepeats = storage.repeats;
  if (start !== undefined) {
    storage.alternatives = [{ place: start.place }];
    rootOf(start.place).escaped = true;
  }
  return { storage, version: storage.version };
}

/**
 * From the second round on a carried value is what the round before gave. Reports it when that, or what holds it, is
 * changed and the other one read afterwards: no value tells what is read then.
 */
function checkRounds(param: Storage, end: Handle, scope: Scope, { memory }: Walk): void {
  const root = rootOf(end.place);
  if (root === param) return;
  const near = new Set([root, ...memberHandles(root.members).map((h) => rootOf(h.place))]);
  for (const h of root.shared) near.add(rootOf(h.place));
  for (const r of [...near]) for (const c of r.containers ?? []) near.add(c);
  const changed = scope.firstChanges.get(param);
  for (const other of near) {
    if (!memory.scope.sees(other.scope)) continue;
    const otherChanged = scope.firstChanges.get(other);
    const stale = otherChanged !== undefined && param.readAt >= otherChanged;
    const otherStale = changed !== undefined && other.readAt >= changed;
    if (stale || otherStale) {
      memory.report(unclearAliasing(memory.current, 'a carried value shares memory with what a loop changes in place'));
    }
  }
}

/** Values that a block, inner ones included, uses. */
function* operandsIn(body: Block): Generator<Value> {
  const stack: Block[] = [body];
  for (let b = stack.pop(); b !== undefined; b = stack.pop()) {
    for (const n of b.nodes()) {
      yield* n.inputs;
      stack.push(...n.blocks);
    }
    yield* b.returns;
  }
}

/** The lists and dicts of outside whose items the body may move, those within others included. */
function containersChanged(body: Block, effects: Effects, { memory }: Walk): ReadonlySet<Storage> {
  const found = new Set<Storage>();
  const seen = new Set<Storage>();
  if (effects === undefined || effects.size === 0) return found;
  const visit = (handle: Handle): void => {
    const root = rootOf(handle.place);
    if (seen.has(root) || !isContainer(root.value)) return;
    seen.add(root);
    if (effects.has(typeName(bareType(root.value.type)))) found.add(root);
    for (const h of memberHandles(root.members)) visit(h);
  };
  for (const v of operandsIn(body)) if (isContainer(v) && memory.isVisible(v)) visit(memory.handleOf(v));
  return found;
}

function isContainer({ type }: Value): boolean {
  const { kind } = bareType(type);
  return kind === 'list' || kind === 'dict' || kind === 'tuple';
}

/** In front of the loop: items that values name leave the containers whose items the body moves. */
function openContainers(body: Block, effects: Effects, walk: Walk): ReadonlySet<Storage> {
  const containers = containersChanged(body, effects, walk);
  for (const root of containers) {
    walk.memory.read(root);
    detachItems(root, walk.memory, () => 'unclear');
  }
  return containers;
}

/** Inside: which items these containers have is known of no round but the first. */
function hideMembers(containers: ReadonlySet<Storage>, { memory }: Walk): void {
  for (const root of containers) {
    memory.valueOf(root);
    memory.keep(root);
    forgetMembers(root, memory.now);
  }
}

interface Carried {
  readonly storage: Storage;
  readonly param: Value;
  readonly out: Value;
}

/** Carries what the body changes: its value before the loop, at the start and the end of a round, and behind. */
function carry(node: Node, body: Block, changes: Changes, { memory, emitter }: Walk): readonly Carried[] {
  const carried: Carried[] = [];
  for (const [storage, { value }] of changes) {
    if (value === undefined) continue;
    const before = memory.read(storage);
    const type = widen(before.type, value.type);
    node.addInput(before);
    body.addReturn(value);
    const param = body.addParam(emitter.name(before.name), type);
    carried.push({ storage, param, out: node.addOutput(emitter.name(before.name), type) });
  }
  return carried;
}

/** Says what the places of outside that the body read hold at the start of a round. */
function resolveImports(scope: Scope, carried: readonly Carried[], changes: Changes, walk: Walk): void {
  const { memory, emitter } = walk;
  const { block } = scope;
  const start = memory.enter(block, scope.changedContainers);
  emitter.moveTo(block, block.first);
  const params = new Map<Storage, Value>();
  for (const { storage, param } of carried) {
    const change = changes.get(storage);
    if (change !== undefined) memory.startRound(storage, param, change);
    params.set(storage, param);
  }
  for (const { storage } of carried) storage.at = memory.now;
  for (const [storage, { trouble }] of changes) {
    if (trouble === undefined) continue;
    memory.lose(storage, trouble.message);
    storage.trouble = trouble;
  }
  // What is replayed here may read further places, for which the scope of the start has imports of its own.
  for (const imports of [scope.imports, start.imports]) {
    for (const { place, placeholder, outer } of imports) {
      if (placeholder.uses.size === 0) continue;
      const param = place instanceof Storage ? params.get(place) : undefined;
      placeholder.replaceAllUsesWith(param ?? (memory.versions.isCurrent(place) ? outer : memory.read(place)));
    }
  }
  memory.leave();
}

interface Ends {
  readonly results: readonly Value[];
  readonly starts: readonly (Handle | undefined)[];
  readonly returned: readonly (Handle | undefined)[];
  readonly same: readonly boolean[];
  /** Which carried values a round changes in place. */
  readonly written: readonly boolean[];
}

function nameResults({ results, starts, returned, same, written }: Ends, { memory }: Walk): void {
  const shared = sharedResults(returned, memory);
  results.forEach((out, k) => {
    if (!isMutable(out.type) || same[k] === true) return;
    const [start, end] = [starts[k], returned[k]];
    // What a round gives is what the next one changes.
    if (written[k] === true && end !== undefined && shared[k] === true) {
      memory.lose(rootOf(end.place), 'a loop changes in place what an earlier round made');
    }
    if (start !== undefined && start === end) {
      memory.name(out, start);
      return;
    }
    const ends = [];
    if (start !== undefined) ends.push({ handle: start, shared: true });
    if (end !== undefined) ends.push({ handle: end, shared: shared[k] === true });
    nameResult(out, ends, memory);
  });
}
