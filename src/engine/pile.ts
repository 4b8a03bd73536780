/** A list that is filled and emptied again and again: it keeps its memory, where an array would give it up. */
export class Pile<T> {
  private readonly items: T[] = [];
  length = 0;

  push(item: T): void {
    this.items[this.length] = item;
    this.length += 1;
  }

  pop(): T | undefined {
    if (this.length === 0) return undefined;
    this.length -= 1;
    return this.items[this.length];
  }

  at(index: number): T | undefined {
    return index < this.length ? this.items[index] : undefined;
  }

  /** Takes off what stands at `start` and behind it. */
  takeFrom(start: number): T[] {
    const taken = this.items.slice(start, this.length);
    this.length = start;
    return taken;
  }

  clear(): void {
    this.length = 0;
  }

  toArray(): T[] {
    return this.items.slice(0, this.length);
  }
}
