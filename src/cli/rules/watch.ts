import { type FSWatcher, watch } from 'node:fs';

/** Editors write a file in several steps: what comes within this many milliseconds is one change. */
const SETTLE_MS = 100;

/**
 * Calls `run` once, and again whenever a YAML file below one of the folders changes; never twice at once. Resolves when
 * `signal` is aborted and the run under way has ended.
 */
export async function watchFolders(
  folders: readonly string[],
  run: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const changes = new Changes();
  const watchers = folders.map((folder) => watchFolder(folder, () => changes.tell()));
  signal.addEventListener('abort', () => changes.end(), { once: true });
  try {
    do await run();
    while (await changes.next());
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

function watchFolder(folder: string, changed: () => void): FSWatcher {
  return watch(folder, { recursive: true }, (_, name) => {
    if (name === null || /\.ya?ml$/.test(name)) changed();
  });
}

/** Changes that are not yet taken, settled. */
class Changes {
  private pending = false;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;

  tell(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.pending = true;
      this.wake?.();
    }, SETTLE_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    this.ended = true;
    this.wake?.();
  }

  /** True once something has changed, false at the end. */
  async next(): Promise<boolean> {
    while (!this.pending && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.pending = false;
    return !this.ended;
  }
}
