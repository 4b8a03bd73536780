import type { Attribute } from './graph.js';

/** Attributes of a node by name, in the order in which they were set. Nearly all nodes have one or none. */
export class Attributes implements Iterable<readonly [string, Attribute]> {
  private name: string | undefined = undefined;
  private value: Attribute = null;
  private more: Map<string, Attribute> | undefined = undefined;

  get size(): number {
    return (this.name === undefined ? 0 : 1) + (this.more?.size ?? 0);
  }

  get(name: string): Attribute | undefined {
    return name === this.name ? this.value : this.more?.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  set(name: string, value: Attribute): void {
    if (this.name === undefined || this.name === name) {
      this.name = name;
      this.value = value;
      return;
    }
    this.more ??= new Map();
    this.more.set(name, value);
  }

  clear(): void {
    this.name = undefined;
    this.more = undefined;
  }

  *[Symbol.iterator](): Generator<readonly [string, Attribute]> {
    if (this.name !== undefined) yield [this.name, this.value];
    if (this.more !== undefined) yield* this.more;
  }
}
