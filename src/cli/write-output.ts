import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';

/** An output that is being written. Nothing is at its path before `commit`. */
export class OutputFile {
  private readonly draft: string;
  private fd: number | undefined;

  /** `path` is created when something is written first, with the folders above it. */
  constructor(readonly path: string) {
    this.draft = `${path}.${process.pid}.tmp`;
  }

  /** Errors: `output-write`. */
  write(chunk: Uint8Array): void {
    this.attempt(() => {
      const fd = this.open();
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    });
  }

  get isTouched(): boolean {
    return this.fd !== undefined;
  }

  /** Puts the file in its place; replaces what was there. */
  commit(): void {
    this.attempt(() => {
      closeSync(this.open());
      this.fd = undefined;
      renameSync(this.draft, this.path);
    });
  }

  /** Leaves no trace. */
  discard(): void {
    if (this.fd === undefined) return;
    closeSync(this.fd);
    this.fd = undefined;
    rmSync(this.draft, { force: true });
  }

  private open(): number {
    if (this.fd === undefined) {
      mkdirSync(dirname(this.path), { recursive: true });
      this.fd = openSync(this.draft, 'w');
    }
    return this.fd;
  }

  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      fail('output-write', `cannot write ${this.path}: ${fileReason(error)}`);
    }
  }
}

/**
 * Writes files whole or not at all: `produce` writes to all of them; they appear when it returns, and none does when it
 * throws. A file that nothing was written to does not appear, unless it is the first. Errors: `output-write`.
 */
export function writeOutputs<T>(paths: readonly string[], produce: (files: readonly OutputFile[]) => T): T {
  const files = paths.map((path) => new OutputFile(path));
  try {
    const result = produce(files);
    // The first names the others (external weights), so it comes last.
    for (const [i, file] of [...files.entries()].reverse()) if (i === 0 || file.isTouched) file.commit();
    return result;
  } finally {
    for (const file of files) file.discard();
  }
}
