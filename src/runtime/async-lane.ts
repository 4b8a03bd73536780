/**
 * Starts at most `width` asynchronous calls at a time, in order: koffi refuses more than its queue holds, and a caller
 * with a thousand runs should wait instead.
 */
export class AsyncLane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private next = 0;

  constructor(private readonly width: number) {}

  async enter<T>(start: () => Promise<T>): Promise<T> {
    if (this.running >= this.width) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await start();
    } finally {
      this.leave();
    }
  }

  /** The place goes to the one that waits longest, if any. */
  private leave(): void {
    const resolve = this.waiting[this.next];
    if (resolve === undefined) {
      this.waiting.length = 0;
      this.next = 0;
      this.running--;
      return;
    }
    this.next++;
    resolve();
  }
}
