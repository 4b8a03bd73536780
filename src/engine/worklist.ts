import type { Node } from '../ir/graph.js';

/** Marks the nodes that a worklist holds; each list has its own, so that marks which a run left behind mean nothing. */
let lists = 0;

/**
 * Nodes to look at, each at most once at a time. First come the nodes that a rewrite touched, in the order in which they
 * were pushed: they are near each other, and what stands behind them in the graph sees them in their last form. Then
 * come those of `fill`, in order. With `random` any of them comes next.
 */
export class Worklist {
  private order: (Node | undefined)[] = [];
  private next = 0;
  /** Keeps its memory when it is emptied. */
  private readonly again: (Node | undefined)[] = [];
  private head = 0;
  private tail = 0;
  private readonly mark: number;

  constructor(private readonly random?: () => number) {
    lists += 1;
    this.mark = lists;
  }

  /** Nodes in the list. */
  get size(): number {
    return this.order.length - this.next + this.tail - this.head;
  }

  /** Adds a node behind all that `fill` has added. */
  fill(node: Node): void {
    if (node.queued === this.mark) return;
    node.queued = this.mark;
    this.order.push(node);
  }

  /** Adds a node that was touched; nothing changes for one that waits already. */
  push(node: Node): void {
    if (node.queued === this.mark) return;
    node.queued = this.mark;
    if (this.random === undefined) {
      this.again[this.tail] = node;
      this.tail += 1;
    } else this.order.push(node);
  }

  pop(): Node | undefined {
    const node = this.random === undefined ? (this.touched() ?? this.filled()) : this.any(this.random);
    if (node !== undefined) node.queued = 0;
    return node;
  }

  private touched(): Node | undefined {
    if (this.head === this.tail) return undefined;
    const node = this.again[this.head];
    this.again[this.head] = undefined;
    this.head += 1;
    if (this.head === this.tail) {
      this.head = 0;
      this.tail = 0;
    }
    return node;
  }

  /** What has been taken is let go, so that nodes which rewrites removed are free. */
  private filled(): Node | undefined {
    const node = this.order[this.next];
    if (node === undefined) return undefined;
    this.order[this.next] = undefined;
    this.next += 1;
    return node;
  }

  private any(random: () => number): Node | undefined {
    const last = this.order.length - 1;
    if (last < 0) return undefined;
    const at = Math.min(last, Math.floor(random() * (last + 1)));
    const node = this.order[at];
    this.order[at] = this.order[last];
    this.order.pop();
    return node;
  }
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
