import type { Block, Node, Value } from './graph.js';

/** One operand slot: the `index`th input of `user`, or the `index`th return of a block. */
export class Use {
  /** Neighbours in the list of the value's uses. */
  previous: Use | undefined = undefined;
  next: Use | undefined = undefined;

  constructor(
    readonly user: Node | Block,
    readonly index: number,
  ) {}
}

/**
 * The uses of one value, in the order in which they came: a linked list through the operand slots themselves. A value
 * has no table of its own, and a use comes and goes in O(1), however many there are.
 */
export class Uses implements Iterable<Use> {
  size = 0;
  first: Use | undefined = undefined;
  private last: Use | undefined = undefined;

  /** For operand lists only. */
  add(use: Use): void {
    use.previous = this.last;
    use.next = undefined;
    if (this.last === undefined) this.first = use;
    else this.last.next = use;
    this.last = use;
    this.size += 1;
  }

  /** For operand lists only. */
  remove(use: Use): void {
    if (use.previous === undefined) this.first = use.next;
    else use.previous.next = use.next;
    if (use.next === undefined) this.last = use.previous;
    else use.next.previous = use.previous;
    use.previous = undefined;
    use.next = undefined;
    this.size -= 1;
  }

  /** The use after this one is looked up before it is given, so that it may be removed. */
  *[Symbol.iterator](): Generator<Use> {
    for (let use = this.first; use !== undefined; ) {
      const next: Use | undefined = use.next;
      yield use;
      use = next;
    }
  }
}

/** What new operand lists hold; never written to. */
const NO_VALUES: Value[] = [];
const NO_USES: Use[] = [];

/**
 * A node or block with operands: keeps their values' uses right. Arrays begin with the length that they need: an empty
 * one that grows has room for sixteen more, which would be most of a graph's memory.
 */
export abstract class User {
  protected operands: Value[] = NO_VALUES;
  private slots: Use[] = NO_USES;

  protected abstract asUser(): Node | Block;

  /** Errors: RangeError for a place without an operand. */
  setOperand(index: number, value: Value): void {
    const slot = this.slots[index];
    const old = this.operands[index];
    if (slot === undefined || old === undefined) throw new RangeError(`operand ${index} of ${this.operands.length}`);
    if (old === value) return;
    old.uses.remove(slot);
    this.operands[index] = value;
    value.uses.add(slot);
  }

  protected addOperand(value: Value): void {
    const slot = this.slot(value, this.operands.length);
    if (slot.index === 0) {
      this.operands = [value];
      this.slots = [slot];
    } else {
      this.operands.push(value);
      this.slots.push(slot);
    }
  }

  /** Drops all operands and takes these instead. */
  protected setOperands(values: readonly Value[]): void {
    const own = values.slice();
    this.clearOperands();
    if (own.length > 0) this.takeOperands(own);
  }

  /** The same without a copy, for a user that has none yet. */
  protected takeOperands(own: Value[]): void {
    this.operands = own;
    this.slots = own.map((v, i) => this.slot(v, i));
  }

  protected clearOperands(): void {
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i];
      if (slot !== undefined) this.operands[i]?.uses.remove(slot);
    }
    this.operands = NO_VALUES;
    this.slots = NO_USES;
  }

  private slot(value: Value, index: number): Use {
    const slot = new Use(this.asUser(), index);
    value.uses.add(slot);
    return slot;
  }
}
