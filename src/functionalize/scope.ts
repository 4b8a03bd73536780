import { type Block, Value } from '../ir/graph.js';
import type { Place, Storage } from './place.js';

/** Something whose state a scope puts back when it ends. */
export interface Tracked {
  readonly scope: Scope;
  snapshot(): Snapshot;
}

export interface Snapshot {
  restore(): void;
  /** Of a storage: when it had changed last, before the scope touched it. */
  readonly versions?: { readonly contents: number; readonly items: number; readonly layout: number };
}

/** A place of outside that a loop's body read: what it holds at the start of a round is known only at the loop's end. */
export interface Import {
  readonly place: Place;
  readonly placeholder: Value;
  readonly outer: Value;
}

/**
 * One block being walked. What it does to places made outside of it is put back at its end, and the block's owner
 * then says what holds behind it.
 */
export class Scope {
  readonly undo = new Map<Tracked, Snapshot>();
  /** Of a loop's body: the places of outside that it read. */
  readonly imports: Import[] = [];
  /** Of such a body: when it first changed what. */
  readonly firstChanges = new Map<Storage, number>();
  readonly depth: number;
  /** The innermost loop body, this scope or one around it, that changes something in place. */
  readonly loop: Scope | undefined;

  /**
   * `changedContainers`: given for the body of a loop that changes something in place; the names of the types of lists
   * and dicts among it.
   */
  constructor(
    readonly block: Block,
    readonly parent: Scope | undefined,
    readonly changedContainers?: ReadonlySet<string>,
  ) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.loop = changedContainers === undefined ? parent?.loop : this;
  }

  /** Keeps the state of what was made outside, once, before it changes. */
  keep(tracked: Tracked): void {
    if (tracked.scope !== this && !this.undo.has(tracked)) this.undo.set(tracked, tracked.snapshot());
  }

  /** Makes what a place of outside holds a placeholder in this loop's body and in those around it that do not know it. */
  bring(place: Place, freshName: (hint: string) => string): void {
    const loops: Scope[] = [];
    let loop: Scope | undefined = this;
    for (; loop !== undefined && loop !== place.loop; loop = loop.parent?.loop) loops.push(loop);
    if (loop !== place.loop) return;
    for (const l of loops.reverse()) {
      l.keep(place);
      const outer = place.value;
      const placeholder = new Value(freshName(outer.name), outer.type, l.block, -1);
      l.imports.push({ place, placeholder, outer });
      place.value = placeholder;
      place.loop = l;
    }
  }

  /** The present states of all that was changed. */
  states(): ReadonlyMap<Tracked, Snapshot> {
    return new Map([...this.undo.keys()].map((tracked) => [tracked, tracked.snapshot()]));
  }

  restore(): void {
    for (const snapshot of this.undo.values()) snapshot.restore();
    this.undo.clear();
  }

  /** True for the scope itself and those inside of it. */
  holds(other: Scope): boolean {
    return other.sees(this);
  }

  /** True if what `other` made can be seen here. */
  sees(other: Scope): boolean {
    let s: Scope | undefined = this;
    while (s !== undefined && s.depth > other.depth) s = s.parent;
    return s === other;
  }
}
