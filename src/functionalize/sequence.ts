/** A list that never changes; appending to the newest one of a line takes constant time, for they share their items. */
export class Sequence<T> {
  private constructor(
    private readonly buffer: T[],
    readonly length: number,
  ) {}

  static of<T>(items: readonly T[]): Sequence<T> {
    return new Sequence([...items], items.length);
  }

  at(index: number): T | undefined {
    return index >= 0 && index < this.length ? this.buffer[index] : undefined;
  }

  append(item: T): Sequence<T> {
    const buffer = this.buffer.length === this.length ? this.buffer : this.toArray();
    buffer.push(item);
    return new Sequence(buffer, this.length + 1);
  }

  toArray(): T[] {
    return this.buffer.slice(0, this.length);
  }

  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.length; i++) yield this.buffer[i] as T;
  }
}
