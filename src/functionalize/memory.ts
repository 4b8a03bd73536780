import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { type Block, Node, type Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import type { Emitter } from './emitter.js';
import { constructed, forgetMembers, mayRepeat, memberHandles, takenFrom } from './members.js';
import { bareType, isMutable, mayHold } from './mutable.js';
import {
  Handle,
  type Holding,
  type Layout,
  type Members,
  type Place,
  resolve,
  rootOf,
  Storage,
  View,
  type ViewForm,
} from './place.js';
import { Scope, type Snapshot, type Tracked } from './scope.js';
import { unclearAliasing } from './unclear.js';
import { Versions } from './versions.js';
import { widen } from './widen.js';

/** A change of what something holds, or only of which items a container has. */
type Written = 'contents' | 'layout';

const MAYBE_CHANGED = 'it may be the same tensor, list or dict as one that has been changed in place';
const ITEM_CHANGED = 'it may be the item of a list or dict that has been changed in place';

/**
 * What every value's object holds at the point of the walk. Nothing is emitted when something changes: a view or root
 * that is out of date is brought up to date when it is read.
 */
export class Memory {
  readonly versions = new Versions();
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
    this.versions.partsChange();
  }

  /** Enters a scope again as it was at its end; `end` has the states of then. What is around it must be as it was. */
  resume(scope: Scope, end: ReadonlyMap<Tracked, Snapshot>): void {
    this.scope = scope;
    for (const [tracked, state] of end) {
      scope.keep(tracked);
      state.restore();
    }
    this.versions.partsChange();
  }

  keep(tracked: Tracked): void {
    this.scope.keep(tracked);
  }

  get now(): number {
    return this.versions.now;
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

  /** How the elements of the tensor that a value names lie in memory. */
  layoutOf(v: Value): Layout {
    return this.handles.get(v)?.place.layout ?? 'rows';
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
    const storage = new Storage(v, this.scope, this.now);
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
    return new View(resolve(base), form, v, this.scope, this.now);
  }

  /** True if the value is made in the innermost scope or around it. */
  isVisible(v: Value): boolean {
    const scope = this.madeIn(v);
    return scope !== undefined && this.scope.sees(scope);
  }

  private scopeOf(v: Value): Scope {
    return this.madeIn(v) ?? this.scope;
  }

  private madeIn(v: Value): Scope | undefined {
    const block = v.def instanceof Node ? v.def.parent : v.def;
    return block === undefined ? undefined : this.scopes.get(block);
  }

  // Contents.

  read(of: Place): Value {
    const place = resolve(of);
    const root = rootOf(place);
    this.settle(root);
    const outdated: View[] = [];
    let down: Place = place;
    let up: Place = root.freshest;
    while (down !== up && !this.versions.isValid(down, root)) {
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
    if (!this.versions.isValid(place, root)) this.read(place);
    this.renew(root, place);
    this.set(place, value);
    if (place !== root || what === 'contents') root.itemsVersion = this.now;
    if (place === root) forgetMembers(root, this.now);
    else this.itemsChanged(root, value.type, what);
    this.spread(root, value.type);
    this.agree(root);
  }

  /** What a storage holds is about to be what `freshest` shows. */
  private renew(root: Storage, freshest: Place): void {
    this.valueOf(root);
    this.keep(root);
    this.age(root);
    root.freshest = freshest;
  }

  /** Replaces a container by one with other items. */
  writeContainer(storage: Storage, value: Value): void {
    this.renew(storage, storage);
    this.set(storage, value);
    this.spread(storage, value.type);
    this.agree(storage);
  }

  /** Takes over what a branch or loop left in a storage of outside. */
  adopt(storage: Storage, value: Value, what: Holding): void {
    this.renew(storage, storage);
    storage.pending = [];
    storage.members = what.members;
    storage.shared = what.shared;
    storage.repeats = what.repeats;
    storage.deepRepeats = what.deepRepeats;
    storage.sharedAt = this.now;
    this.set(storage, value);
  }

  /** At the start of a loop's body: a carried value is what the storage holds. */
  startRound(storage: Storage, value: Value, what: Holding): void {
    this.keep(storage);
    storage.loop = this.scope.loop;
    this.adopt(storage, value, what);
  }

  /** Carries out what is pending, tells what is lost, and rebuilds what is made of other objects. */
  settle(root: Storage): void {
    root.readAt = this.now;
    if (root.pending.length > 0) this.carryOut(root);
    if (root.trouble !== undefined) this.report(root.trouble);
    const { versions } = this;
    const { partsChanged } = versions;
    if (root.members !== undefined && partsChanged > root.at && versions.membersStamp(root) > root.at)
      this.rebuild(root, root.members);
    if (root.alternatives.length > 0 && partsChanged > root.at && versions.alternativesStamp(root) > root.at)
      this.chooseAgain(root);
    if (root.shared.length > 0 && partsChanged > root.sharedAt && versions.sharedStamp(root) > root.sharedAt) {
      this.keep(root);
      root.sharedAt = this.now;
      root.trouble ??= unclearAliasing(this.current, 'a list or dict may hold what has been changed in place since');
      this.report(root.trouble);
    }
  }

  /** Settles every storage that a branch's result may have changed: a loop must not do it round after round. */
  settleAll(): void {
    for (const storage of this.awaiting) if (this.scope.sees(storage.scope)) this.settle(storage);
    this.awaiting.clear();
  }

  /** What a place held when it was valid last, visible in the innermost scope. */
  valueOf(place: Place): Value {
    const { loop } = this.scope;
    if (place.loop !== loop && loop !== undefined) loop.bring(place, (hint) => this.emitter.name(hint));
    return place.value;
  }

  /**
   * Says that a storage, and what it may be or hold, may have changed in a way that no value tells. `changed`: the type of
   * what has changed; what cannot hold such a thing has not.
   */
  lose(root: Storage, why: string, changed?: Type): void {
    if (root.trouble !== undefined) return;
    this.keep(root);
    this.age(root);
    root.itemsVersion = this.now;
    root.trouble = unclearAliasing(this.current, why);
    for (const { place } of root.alternatives) this.lose(rootOf(place), why, changed);
    for (const h of [...root.shared, ...memberHandles(root.members)]) this.loseObject(h.place, why, changed);
  }

  private loseObject(place: Place, why: string, changed: Type | undefined): void {
    if (changed === undefined || mayHold(place.value.type, bareType(changed))) this.lose(rootOf(place), why, changed);
  }

  /** The contents are new. */
  private age(root: Storage): void {
    root.version = this.versions.tick();
    if (root.escaped) this.versions.partsChanged = this.now;
    for (let l = this.scope.loop; l !== undefined; l = l.parent?.loop) {
      if (!l.firstChanges.has(root)) l.firstChanges.set(root, this.now);
    }
  }

  private set(place: Place, value: Value): void {
    this.keep(place);
    place.value = value;
    place.at = this.now;
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
    root.at = this.now;
    const typeOf = (h: Handle) => this.read(h.place).type;
    takenFrom(this.emitter, members, root.value, typeOf, (h, item) => this.write(h.place, item, what));
  }

  /** Tells the other names of what has just been written. */
  private spread(root: Storage, changed: Type): void {
    const told: Storage[] = [];
    for (const { place, when } of root.alternatives) {
      const target = resolve(place);
      const other = rootOf(target);
      if (when === undefined || !this.scope.sees(target.scope)) {
        this.lose(other, MAYBE_CHANGED, changed);
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
    root.sharedAt = this.now;
  }

  /** What has just been written is what the storage and all that it may be hold now. */
  private agree(root: Storage): void {
    root.at = this.now;
    root.freshest.at = this.now;
  }

  private carryOut(root: Storage): void {
    const { pending } = root;
    this.keep(root);
    root.pending = [];
    for (const { target, source, when } of pending) {
      const [mine, theirs] = [this.read(target), this.read(source)];
      const [yes, no] = when.holds ? [theirs, mine] : [mine, theirs];
      this.write(target, this.emitter.choose(when.value, yes, no, widen(mine.type, theirs.type)));
      // The two agree again.
      this.keep(source);
      source.at = this.now;
    }
  }

  private rebuild(root: Storage, members: Members): void {
    const made = constructed(this.emitter, members, root.value.type, (h) => this.read(h.place));
    this.set(root, made);
  }

  /** Takes the contents of a branch's result again from the place that it is, when that has changed since. */
  private chooseAgain(root: Storage): void {
    this.writeBackAll(root);
    let value = this.valueOf(root);
    for (const { place, when } of root.alternatives) {
      if (this.versions.stampOf(rootOf(place)) <= root.at) continue;
      if (when === undefined || !this.scope.sees(resolve(place).scope)) {
        this.report(unclearAliasing(this.current, MAYBE_CHANGED));
        continue;
      }
      const other = this.read(place);
      const [yes, no] = when.holds ? [other, value] : [value, other];
      value = this.emitter.choose(when.value, yes, no, widen(value.type, other.type));
    }
    this.set(root, value);
  }
}
