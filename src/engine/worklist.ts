import type { Node } from '../ir/graph.js';

/** Nodes to look at, each once: first in, first out, or at random by a seed. */
export class Worklist {
  private readonly queue: (Node | undefined)[] = [];
  private readonly waiting = new Set<Node>();
  private head = 0;

  constructor(private readonly random?: () => number) {}

  get size(): number {
    return this.waiting.size;
  }

  push(node: Node): void {
    if (this.waiting.has(node)) return;
    this.waiting.add(node);
    this.queue.push(node);
  }

  pop(): Node | undefined {
    const node = this.random === undefined ? this.first() : this.any(this.random);
    if (node !== undefined) this.waiting.delete(node);
    return node;
  }

  private first(): Node | undefined {
    const node = this.queue[this.head];
    if (node === undefined) return undefined;
    this.queue[this.head] = undefined;
    this.head += 1;
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    return node;
  }

  private any(random: () => number): Node | undefined {
    const last = this.queue.length - 1;
    if (last < 0) return undefined;
    const at = Math.min(last, Math.floor(random() * (last + 1)));
    const node = this.queue[at];
    this.queue[at] = this.queue[last];
    this.queue.pop();
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
