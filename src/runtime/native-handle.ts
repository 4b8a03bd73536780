/** A native object and how many still need it: its owner, and what was made from it. */
interface Lifetime {
  holders: number;
  readonly address: bigint;
  readonly release: (address: bigint) => void;
  /** What this was made from. It is released later, whatever order programs and the collector choose. */
  readonly parent: Lifetime | undefined;
}

/** Objects that a program drops without disposing them cost memory until they are collected, but never leak. */
const FORGOTTEN = new FinalizationRegistry<Lifetime>(letGo);

/**
 * Owns a native object: its address, and how it is released. `dispose` or `using` releases it once; while something
 * that was made from it lives, the release waits.
 */
export class NativeHandle implements Disposable {
  private lifetime: Lifetime | undefined;

  constructor(
    address: bigint,
    private readonly what: string,
    release: (address: bigint) => void,
    parent?: NativeHandle,
  ) {
    this.lifetime = { holders: 1, address, release, parent: parent?.hold() };
    FORGOTTEN.register(this, this.lifetime, this);
  }

  /** The address. An error in the program when it is used after `dispose`. */
  get address(): bigint {
    if (this.lifetime === undefined) throw new Error(`the ${this.what} is used after dispose()`);
    return this.lifetime.address;
  }

  get disposed(): boolean {
    return this.lifetime === undefined;
  }

  dispose(): void {
    const { lifetime } = this;
    if (lifetime === undefined) return;
    this.lifetime = undefined;
    FORGOTTEN.unregister(this);
    letGo(lifetime);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private hold(): Lifetime {
    if (this.lifetime === undefined) throw new Error(`the ${this.what} is used after dispose()`);
    this.lifetime.holders++;
    return this.lifetime;
  }
}

function letGo(lifetime: Lifetime): void {
  lifetime.holders--;
  if (lifetime.holders > 0) return;
  lifetime.release(lifetime.address);
  if (lifetime.parent !== undefined) letGo(lifetime.parent);
}
