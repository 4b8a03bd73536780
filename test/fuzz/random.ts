import { seededRandom } from '../../src/engine/worklist.js';

/** Choices that a seed decides: the same seed makes the same case on every machine. */
export class Random {
  private readonly next: () => number;

  constructor(readonly seed: number) {
    // Neighbouring seeds are spread, so that their cases differ.
    this.next = seededRandom(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b));
  }

  /** An integer from 0 on, below `limit`; 0 when there is none. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; they are at least one. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Mostly one, seldom many: few changes come further than many. */
  count(most: number): number {
    let n = 1;
    while (n < most && this.chance(0.4)) n++;
    return n;
  }
}
