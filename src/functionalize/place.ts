import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Value } from '../ir/graph.js';
import type { Emitter } from './emitter.js';
import type { Scope, Snapshot, Tracked } from './scope.js';
import { Sequence } from './sequence.js';

/**
 * In what order the elements of a tensor lie in memory: `rows`, dense or with gaps, is that of its axes. What asks for
 * row-major elements copies others, unless the sizes are such that they lie in rows after all.
 */
export type Layout = 'rows' | Gapped | Moved | 'unknown';

/** Part of each axis of a dense row-major tensor `of`: one index of this axis or, unless it is \`removed\`, some in a row. */
export interface Gapped {
  readonly by: 'part';
  readonly axis: number;
  readonly removed: boolean;
  readonly of: Value;
}

/** Dense elements in the order that the axes had before they were permuted, or before two of them were swapped. */
export interface Moved {
  readonly by: 'permutation' | 'swap';
  readonly axes: readonly number[];
}

/** Where the contents of something mutable are kept. */
export type Place = Storage | View;

/** What a value names: a tensor, list, dict or tuple as an object. Several values may name one. */
export class Handle implements Tracked {
  constructor(
    public place: Place,
    readonly scope: Scope,
  ) {}

  snapshot(): Snapshot {
    const { place } = this;
    return {
      restore: () => {
        this.place = place;
      },
    };
  }
}

/** What a container is known to hold, object by object. */
export type Members =
  | { readonly kind: 'list' | 'tuple'; readonly items: Sequence<Handle> }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Entry> };

export interface Entry {
  readonly key: Value;
  readonly handle: Handle;
}

/** What is known of a container's items. */
export type Holding = Pick<Storage, 'members' | 'shared' | 'repeats' | 'deepRepeats'>;

/** Another place that a storage may be, and when: by a branch's condition, or never known (a loop, a vague operator). */
export interface Alternative {
  readonly place: Place;
  readonly when?: Condition;
}

export interface Condition {
  readonly value: Value;
  readonly holds: boolean;
}

/** A change through a name that is this storage only under a condition; carried out when the storage is next read. */
export interface Pending {
  readonly target: Place;
  readonly source: Storage;
  readonly when: Condition;
}

/** Items of a container that are still part of it. Shared tails make a snapshot free. */
export interface AttachedItems {
  readonly item: View;
  readonly rest: AttachedItems | undefined;
}

/**
 * The root of views: a whole tensor, list, dict or tuple. `value` is what it holds, up to what has been written through
 * the view `freshest`.
 */
export class Storage implements Tracked {
  readonly depth = 0;
  layout: Layout = 'rows';
  /** When `value` was made or checked, by the memory's clock. */
  at: number;
  /** When the contents changed last. */
  version: number;
  /** Of a container: when an item was changed in place. */
  itemsVersion = 0;
  /** Of a container: when items moved, so that an index no longer says the same item. */
  layoutVersion = 0;
  /** The place written last; what lies between it and here is brought up to date when it is read. */
  freshest: Place = this;
  /** Of a container whose items are known. */
  members: Members | undefined;
  /** Of a container whose items are not: objects that may be among them, or containers with the same items. */
  shared: Sequence<Handle> = Sequence.of([]);
  /** Of such a container: true if two of its items may be one object. */
  repeats = false;
  /** The same of what its items hold. */
  deepRepeats = false;
  /** When `shared` was last seen unchanged. */
  sharedAt: number;
  alternatives: readonly Alternative[] = [];
  pending: readonly Pending[] = [];
  attached: AttachedItems | undefined;
  /** Why the contents cannot be told any more. */
  trouble: Diagnostic | undefined;
  /** When it was read last. */
  readAt = 0;
  /** True if a container or another storage refers to it. */
  escaped = false;
  /** Containers of unknown items that it was put into. */
  containers: Set<Storage> | undefined;
  /** When what this is made of, or may be, changed last, and the clock when that was found out. */
  partsVersion = 0;
  partsAt = -1;

  constructor(
    public value: Value,
    readonly scope: Scope,
    clock: number,
    public loop: Scope | undefined = scope.loop,
  ) {
    this.at = clock;
    this.version = clock;
    this.sharedAt = clock;
  }

  snapshot(): Snapshot {
    const { value, at, version, itemsVersion, layoutVersion, freshest, members, shared, sharedAt } = this;
    const { repeats, deepRepeats, alternatives, pending, attached, trouble, loop } = this;
    const state = {
      ...{ value, at, version, itemsVersion, layoutVersion, freshest, members, shared, sharedAt },
      ...{ repeats, deepRepeats, alternatives, pending, attached, trouble, loop, partsAt: -1 },
    };
    const versions = { contents: version, items: itemsVersion, layout: layoutVersion };
    return { versions, restore: () => Object.assign(this, state) };
  }
}

/** How the contents of a view follow from those of its base, and the other way round. */
export interface ViewForm {
  /** True if the view of a contiguous tensor is contiguous. */
  readonly contiguous: boolean;
  /** In what order the elements of the view of a dense row-major tensor lie; \`rows\` where it is absent. */
  readonly layout?: Layout;
  /** True if the view has all elements of its base in their order and shape. */
  readonly whole?: boolean;
  /** The view of a changed base; `old` is what it held before. */
  replay(emitter: Emitter, base: Value, old: Value): Value;
  /** The base after the view holds `part`; undefined where this cannot be said. */
  restore(emitter: Emitter, base: Value, part: Value): Value | undefined;
  /** Of an item of a list or dict: its index or key. */
  readonly key?: Value;
  /** Of a list of views: the item at an index, as a view of the list's base. */
  readonly item?: (key: Value) => ViewForm;
}

/** Part of another place, or the same elements in another shape. */
export class View implements Tracked {
  readonly depth: number;
  /** The storage, or the item of a container, that this view cannot outlive as a view. */
  private readonly top: Storage | View;
  readonly contiguous: boolean;
  readonly layout: Layout;
  at: number;
  loop: Scope | undefined;
  /** Of an item that is no longer part of its container: its own storage. */
  detached: Storage | undefined;
  /** Of an item that is a container: its own items. */
  attached: AttachedItems | undefined;

  constructor(
    private readonly base: Place,
    readonly form: ViewForm,
    public value: Value,
    readonly scope: Scope,
    clock: number,
  ) {
    this.depth = base.depth + 1;
    this.at = clock;
    this.loop = scope.loop;
    this.top = form.key !== undefined ? this : base instanceof View ? base.top : base;
    this.contiguous = form.contiguous && isContiguous(base);
    this.layout = form.whole === true ? base.layout : viewLayout(base, form);
  }

  get parent(): Place {
    return resolve(this.base);
  }

  get root(): Storage {
    if (this.detached !== undefined) return this.detached;
    const { top } = this;
    if (top instanceof Storage) return top;
    if (top !== this) return top.root;
    return rootOf(this.base);
  }

  snapshot(): Snapshot {
    const { value, at, loop, detached, attached } = this;
    return { restore: () => Object.assign(this, { value, at, loop, detached, attached }) };
  }
}

/** The place itself, or the own storage of an item that left its container. */
export function resolve(place: Place): Place {
  return place instanceof View && place.detached !== undefined ? place.detached : place;
}

/** True for what changes when other storages do. */
export function isMadeOfParts({ members, alternatives, shared }: Storage): boolean {
  return members !== undefined || alternatives.length > 0 || shared.length > 0;
}

/** The storage that a place is, or is a view of. */
export function rootOf(place: Place): Storage {
  return place instanceof View ? place.root : place;
}

/** True for elements in the order of their axes, gaps or not. */
export function isInOrder(layout: Layout): boolean {
  return layout === 'rows' || (typeof layout === 'object' && layout.by === 'part');
}

/** Axes that are moved twice may be back in their places, and a part of a part has no gaps that are told here. */
function viewLayout(base: Place, { layout = 'rows' }: ViewForm): Layout {
  if (isContiguous(base)) return layout;
  return isInOrder(base.layout) && isInOrder(layout) ? 'rows' : 'unknown';
}

/** True where the elements are known to lie in memory row by row without gaps. */
export function isContiguous(place: Place): boolean {
  return place instanceof Storage ? place.layout === 'rows' : place.contiguous;
}
