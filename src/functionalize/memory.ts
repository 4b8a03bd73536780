import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { type Block, Node, Value } from '../ir/graph.js';
import { type Type, typeName } from '../ir/type.js';
import type { Emitter } from './emitter.js';
import { forgetMembers, mayRepeat, memberHandles } from './members.js';
import { bareType, isMutable, mayHold } from './mutable.js';
import {
  Handle,
  type Holding,
  isMadeOfParts,
  type Place,
  resolve,
  rootOf,
  Storage,
  View,
  type ViewForm,
} from './place.js';
import { Scope, type Snapshot, type Tracked } from './scope.js';
import { unclearAliasing } from './unclear.js';
import { widen } from './widen.js';

/** A change of what something holds, or only of which items a container has. */
type Written = 'contents' | 'layout';

const ITEM_CHANGED = 'it may be the item of a list or dict that has been changed in place';

/**
 * What every value's object holds at the point of the walk. Nothing is emitted when something changes: a view or root
 * that is out of date is brought up to date when it is read.
 */
export class Memory {
  /** Counts changes; every version and every check has its number. */
  private clock = 1;
  /** When something last changed that a container holds or another storage may be. */
  private partsChanged = 0;
  scope: Scope;
  /** The node being walked, for messages. */
  current: Node | undefined;
  private readonly handles = new Map<Value, Handle>();
  private readonly scopes = new Map<Block, Scope>();
  private readonly problems = new Set<Diagnostic>();
  /** Storages that may have pending changes. */
  private readonly awaiting = new Set<Storage>();

  constructor(
    readonly emitter: Emitter,
    top: Block,
  ) {
    this.scope = new Scope(top, undefined);
    this.scopes.set(top, this.scope);
  }

  /** All that could not be told, each thing once. */
  get diagnostics(): readonly Diagnostic[] {
    return [...this.problems];
  }

  report(problem: Diagnostic): void {
    this.problems.add(problem);
  }

  // Scopes.

  enter(block: Block, changedContainers?: ReadonlySet<string>): Scope {
    this.scope = new Scope(block, this.scope, changedContainers);
    this.scopes.set(block, this.scope);
    return this.scope;
  }

  /** Ends the innermost scope: what was made outside is as it was when the scope began. */
  leave(): void {
    const { scope } = this;
    scope.restore();
    this.scope = scope.parent ?? scope;
    this.partsChanged = this.tick();
  }

  /** Enters a scope again as it was at its end; `end` has the states of then. What is around it must be as it was. */
  resume(scope: Scope, end: ReadonlyMap<Tracked, Snapshot>): void {
    this.scope = scope;
    for (const [tracked, state] of end) {
      scope.keep(tracked);
      state.restore();
    }
    this.partsChanged = this.tick();
  }

  keep(tracked: Tracked): void {
    this.scope.keep(tracked);
  }

  tick(): number {
    this.clock += 1;
    return this.clock;
  }

  get now(): number {
    return this.clock;
  }

  // Names.

  /** The value that stands for `v` as an operand now. */
  operand(v: Value): Value {
    if (!isMutable(v.type)) return v;
    const handle = this.handles.get(v);
    if (handle !== undefined) return this.read(handle.place);
    const { loop } = this.scope;
    if (loop === undefined || this.scopeOf(v).loop === loop) return v;
    return this.read(this.handleOf(v).place);
  }

  handleOf(v: Value): Handle {
    const known = this.handles.get(v);
    if (known !== undefined) return known;
    const scope = this.scopeOf(v);
    const made = new Handle(new Storage(v, scope, 0), scope);
    this.handles.set(v, made);
    return made;
  }

  /** As `handleOf`, where the value can name something mutable. */
  mutableHandle(v: Value): Handle | undefined {
    return isMutable(v.type) ? this.handleOf(v) : undefined;
  }

  name(v: Value, handle: Handle): void {
    this.handles.set(v, handle);
  }

  /** A new object for the value, with nothing that it shares. */
  store(v: Value): Storage {
    const storage = new Storage(v, this.scope, this.clock);
    this.handles.set(v, new Handle(storage, this.scope));
    return storage;
  }

  view(v: Value, base: Place, form: ViewForm): View {
    const view = this.viewOf(v, base, form);
    this.handles.set(v, new Handle(view, this.scope));
    return view;
  }

  /** A view without a name. */
  viewOf(v: Value, base: Place, form: ViewForm): View {
    return new View(resolve(base), form, v, this.scope, this.clock);
  }

  /** True if the value is made in the innermost scope or around it. */
  isVisible(v: Value): boolean {
    const block = v.def instanceof Node ? v.def.parent : v.def;
    const scope = block === undefined ? undefined : this.scopes.get(block);
    return scope !== undefined && this.scope.sees(scope);
  }

  private scopeOf(v: Value): Scope {
    const block = v.def instanceof Node ? v.def.parent : v.def;
    return (block === undefined ? undefined : this.scopes.get(block)) ?? this.scope;
  }

  // Contents.

  read(of: Place): Value {
    const place = resolve(of);
    const root = rootOf(place);
    this.settle(root);
    const outdated: View[] = [];
    let down: Place = place;
    let up: Place = root.freshest;
    while (down !== up && !this.isValid(down, root)) {
      if (down instanceof View && down.depth >= up.depth) {
        outdated.push(down);
        down = down.parent;
      } else if (up instanceof View) up = this.writeBack(up, root);
      else break;
    }
    for (let v = outdated.pop(); v !== undefined; v = outdated.pop()) {
      const { emitter } = this;
      this.set(v, v.form.replay(emitter, this.valueOf(v.parent), this.valueOf(v)));
    }
    return this.valueOf(place);
  }

  /** Gives a place new contents. `layout`: a list or dict whose items themselves are as they were. */
  write(of: Place, value: Value, what: Written = 'contents'): void {
    const place = resolve(of);
    const root = rootOf(place);
    this.settle(root);
    if (!this.isValid(place, root)) this.read(place);
    this.valueOf(root);
    this.keep(root);
    this.age(root);
    root.freshest = place;
    this.set(place, value);
    if (place !== root || what === 'contents') root.itemsVersion = this.clock;
    if (place === root) forgetMembers(root, this.clock);
    else this.itemsChanged(root, value.type, what);
    this.spread(root, value.type);
    this.agree(root);
  }

  /** Replaces a container by one with other items. */
  writeContainer(storage: Storage, value: Value): void {
    this.valueOf(storage);
    this.keep(storage);
    this.age(storage);
    storage.freshest = storage;
    this.set(storage, value);
    this.spread(storage, value.type);
    this.agree(storage);
  }

  /** Takes over what a branch or loop left in a storage of outside. */
  adopt(storage: Storage, value: Value, what: Holding): void {
    this.valueOf(storage);
    this.keep(storage);
    this.age(storage);
    storage.freshest = storage;
    storage.pending = [];
    storage.members = what.members;
    storage.shared = what.shared;
    storage.repeats = what.repeats;
    storage.deepRepeats = what.deepRepeats;
    storage.sharedAt = this.clock;
    this.set(storage, value);
  }

  /** At the start of a loop's body: a carried value is what the storage holds. */
  startRound(storage: Storage, value: Value, what: Holding): void {
    this.keep(storage);
    storage.loop = this.scope.loop;
    this.adopt(storage, value, what);
  }

  /** True if a place's value, where it was made, is what it holds now. */
  isCurrent(place: Place): boolean {
    if (place instanceof View) return place.at >= this.stampOf(place.root);
    return (
      Math.max(this.membersStamp(place), this.alternativesStamp(place)) <= place.at &&
      this.sharedStamp(place) <= place.sharedAt
    );
  }

  /** Carries out what is pending, tells what is lost, and rebuilds what is made of other objects. */
  settle(root: Storage): void {
    root.readAt = this.clock;
    if (root.pending.length > 0) this.carryOut(root);
    if (root.trouble !== undefined) this.report(root.trouble);
    const { partsChanged } = this;
    if (root.members !== undefined && partsChanged > root.at && this.membersStamp(root) > root.at) this.rebuild(root);
    if (root.alternatives.length > 0 && partsChanged > root.at && this.alternativesStamp(root) > root.at)
      this.chooseAgain(root);
    if (root.shared.length > 0 && partsChanged > root.sharedAt && this.sharedStamp(root) > root.sharedAt) {
      this.keep(root);
      root.sharedAt = this.clock;
      root.trouble ??= unclearAliasing(this.current, 'a list or dict may hold what has been changed in place since');
      this.report(root.trouble);
    }
  }

  /** Settles every storage that a branch's result may have changed: a loop must not do it round after round. */
  settleAll(): void {
    for (const storage of this.awaiting) if (this.scope.sees(storage.scope)) this.settle(storage);
    this.awaiting.clear();
  }

  /** True if the value of a place is what it holds now. */
  isValid(place: Place, root: Storage = rootOf(place)): boolean {
    return place instanceof View ? place.at >= this.stampOf(root) : root.freshest === root;
  }

  /** What a place held when it was valid last, visible in the innermost scope. */
  valueOf(place: Place): Value {
    const { loop } = this.scope;
    if (place.loop !== loop && loop !== undefined) this.import(place, loop);
    return place.value;
  }

  /** Clock of the last change of what a storage holds, what it is made of included. */
  stampOf(root: Storage): number {
    if (!isMadeOfParts(root)) return root.version;
    if (root.partsAt < this.partsChanged) {
      // What contains itself is as new as its other parts.
      root.partsAt = this.clock;
      root.partsVersion = 0;
      root.partsVersion = Math.max(this.membersStamp(root), this.alternativesStamp(root), this.sharedStamp(root));
    }
    return Math.max(root.version, root.partsVersion);
  }

  /**
   * Says that a storage, and what it may be or hold, may have changed in a way that no value tells. `changed`: the type of
   * what has changed; what cannot hold such a thing has not.
   */
  lose(root: Storage, why: string, changed?: Type): void {
    if (root.trouble !== undefined) return;
    this.keep(root);
    this.age(root);
    root.itemsVersion = this.clock;
    root.trouble = unclearAliasing(this.current, why);
    for (const { place } of root.alternatives) this.lose(rootOf(place), why, changed);
    for (const h of [...root.shared, ...memberHandles(root.members)]) this.loseObject(h.place, why, changed);
  }

  private loseObject(place: Place, why: string, changed: Type | undefined): void {
    if (changed === undefined || mayHold(place.value.type, bareType(changed))) this.lose(rootOf(place), why, changed);
  }

  /** The contents are new. */
  private age(root: Storage): void {
    root.version = this.tick();
    if (root.escaped) this.partsChanged = this.clock;
    for (let l = this.scope.loop; l !== undefined; l = l.parent?.loop) {
      if (!l.firstChanges.has(root)) l.firstChanges.set(root, this.clock);
    }
  }

  private set(place: Place, value: Value): void {
    this.keep(place);
    place.value = value;
    place.at = this.clock;
    place.loop = this.scope.loop;
  }

  /** Brings a view's base up to date with what was written through the view. */
  private writeBack(view: View, root: Storage): Place {
    const { parent } = view;
    const value = view.form.restore(this.emitter, this.valueOf(parent), this.valueOf(view));
    if (value === undefined) this.report(unclearAliasing(this.current, 'a view is written that has no inverse'));
    else this.set(parent, value);
    this.keep(root);
    root.freshest = parent;
    return parent;
  }

  private writeBackAll(root: Storage): void {
    for (let p = root.freshest; p instanceof View; ) p = this.writeBack(p, root);
  }

  /** Something was written through an item or view of `root`. */
  private itemsChanged(root: Storage, changed: Type, what: Written): void {
    const { members } = root;
    if (mayRepeat(root) || (what === 'contents' && root.deepRepeats)) {
      this.lose(root, ITEM_CHANGED, changed);
      return;
    }
    if (members === undefined) return;
    // Which item it was is known when the model runs: all are taken from the new container.
    this.writeBackAll(root);
    const container = root.value;
    root.at = this.clock;
    const { emitter } = this;
    if (members.kind === 'dict') {
      for (const { key, handle } of members.entries.values()) {
        const op = `aten::__getitem__.Dict_${typeName(key.type)}`;
        this.write(handle.place, emitter.op(op, [container, key], this.read(handle.place).type), what);
      }
    } else {
      members.items.toArray().forEach((handle, i) => {
        const item = emitter.op('aten::__getitem__.t', [container, emitter.int(i)], this.read(handle.place).type);
        this.write(handle.place, item, what);
      });
    }
  }

  /** Tells the other names of what has just been written. */
  private spread(root: Storage, changed: Type): void {
    const told: Storage[] = [];
    for (const { place, when } of root.alternatives) {
      const target = resolve(place);
      const other = rootOf(target);
      if (when === undefined || !this.scope.sees(target.scope)) {
        this.lose(other, 'it may be the same tensor, list or dict as one that has been changed in place', changed);
        continue;
      }
      if (other.pending.some((p) => p.source !== root)) this.settle(other);
      this.keep(other);
      this.age(other);
      other.pending = [...other.pending, { target, source: root, when }];
      this.awaiting.add(other);
      told.push(other);
      this.agree(root);
    }
    // What those may be in turn has to know as well.
    for (const other of told) if (other.alternatives.length > 0) this.settle(other);
    this.agree(root);
    if (root.shared.length === 0 || root.itemsVersion < root.version) return;
    for (const handle of root.shared) this.loseObject(handle.place, ITEM_CHANGED, changed);
    root.sharedAt = this.clock;
  }

  /** What has just been written is what the storage and all that it may be hold now. */
  private agree(root: Storage): void {
    root.at = this.clock;
    root.freshest.at = this.clock;
  }

  private carryOut(root: Storage): void {
    const { pending } = root;
    this.keep(root);
    root.pending = [];
    for (const { target, source, when } of pending) {
      const mine = this.read(target);
      const theirs = this.read(source);
      const [yes, no] = when.holds ? [theirs, mine] : [mine, theirs];
      this.write(target, this.emitter.choose(when.value, yes, no, widen(mine.type, theirs.type)));
      // The two agree again.
      this.keep(source);
      source.at = this.clock;
    }
  }

  private rebuild(root: Storage): void {
    const { members, value } = root;
    if (members === undefined) return;
    const built =
      members.kind === 'dict'
        ? [...members.entries.values()].flatMap((e) => [e.key, this.read(e.handle.place)])
        : members.items.toArray().map((h) => this.read(h.place));
    const op = { list: 'prim::ListConstruct', dict: 'prim::DictConstruct', tuple: 'prim::TupleConstruct' }[
      members.kind
    ];
    this.set(root, this.emitter.op(op, built, value.type));
  }

  /** Takes the contents of a branch's result again from the place that it is, when that has changed since. */
  private chooseAgain(root: Storage): void {
    this.writeBackAll(root);
    let value = this.valueOf(root);
    for (const { place, when } of root.alternatives) {
      if (this.stampOf(rootOf(place)) <= root.at) continue;
      if (when === undefined || !this.scope.sees(resolve(place).scope)) {
        const why = 'it may be the same tensor, list or dict as one that has been changed in place';
        this.report(unclearAliasing(this.current, why));
        continue;
      }
      const other = this.read(place);
      const [yes, no] = when.holds ? [other, value] : [value, other];
      value = this.emitter.choose(when.value, yes, no, widen(value.type, other.type));
    }
    this.set(root, value);
  }

  private membersStamp({ members }: Storage): number {
    let stamp = 0;
    if (members?.kind === 'dict') {
      for (const e of members.entries.values()) stamp = Math.max(stamp, this.stampOf(rootOf(e.handle.place)));
    } else if (members !== undefined) {
      for (const h of members.items) stamp = Math.max(stamp, this.stampOf(rootOf(h.place)));
    }
    return stamp;
  }

  private alternativesStamp({ alternatives }: Storage): number {
    return alternatives.reduce((stamp, a) => Math.max(stamp, this.stampOf(rootOf(a.place))), 0);
  }

  /** Clock of the last change of an item that the container may hold. */
  private sharedStamp({ shared }: Storage): number {
    let stamp = 0;
    for (const h of shared) stamp = Math.max(stamp, this.itemsStamp(rootOf(h.place)));
    return stamp;
  }

  /** Of a container the items count, not which items it has. */
  private itemsStamp(root: Storage): number {
    const { kind } = root.value.type;
    if (kind !== 'list' && kind !== 'dict') return this.stampOf(root);
    return Math.max(root.itemsVersion, this.membersStamp(root), this.sharedStamp(root));
  }

  private import(place: Place, into: Scope): void {
    const loops: Scope[] = [];
    let loop: Scope | undefined = into;
    for (; loop !== undefined && loop !== place.loop; loop = loop.parent?.loop) loops.push(loop);
    if (loop !== place.loop) return;
    for (let l = loops.pop(); l !== undefined; l = loops.pop()) {
      l.keep(place);
      const outer = place.value;
      const placeholder = new Value(this.emitter.name(outer.name), outer.type, l.block, -1);
      l.imports.push({ place, placeholder, outer });
      place.value = placeholder;
      place.loop = l;
    }
  }
}
