import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';

/** An output that is being written. Nothing is at its path before `commit`. */
export class OutputFile {
  private readonly draft: string;
  private fd: number | undefined;

  /** `path` is created when something is written first, in a folder that exists. Errors: `output-write`. */
  constructor(readonly path: string) {
    this.draft = `${path}.${process.pid}.tmp`;
    if (!existsSync(dirname(path))) {
      fail('output-write', `cannot write ${path}: the folder ${dirname(path)} does not exist`, {
        help: 'create it first',
      });
    }
    if (existsSync(path) && !statSync(path).isFile()) {
      fail('output-write', `cannot write ${path}: it exists and is no plain file`, { help: 'choose another path' });
    }
  }

  /** Errors: `output-write`. */
  write(chunk: Uint8Array): void {
    this.attempt(() => {
      const fd = this.open();
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    });
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
 * Writes files whole or not at all: `produce` opens those of `paths` that it needs; they appear when it returns, and
 * none does when it throws. Errors: `output-write`.
 */
export function writeOutputs<T>(paths: readonly string[], produce: (open: (path: string) => OutputFile) => T): T {
  const files = new Map<string, OutputFile>();
  const open = (path: string): OutputFile => {
    const file = files.get(path) ?? new OutputFile(path);
    files.set(path, file);
    return file;
  };
  try {
    const result = produce(open);
    // The first path names the others (external weights), so it comes last.
    for (const path of [...paths].reverse()) files.get(path)?.commit();
    return result;
  } finally {
    for (const file of files.values()) file.discard();
  }
}
