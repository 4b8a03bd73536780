import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../../../diagnostics/diagnostic.js';
import { fileReason } from '../../../diagnostics/file-reason.js';
import { modelineFor } from '../modeline.js';

/** New files that stay together or not at all. */
export class NewFiles {
  private readonly written: string[] = [];

  /** Errors: `output-write` where one of the paths exists; nothing is written then. */
  constructor(paths: Iterable<string>) {
    const there = [...paths].filter((path) => existsSync(path));
    if (there.length === 0) return;
    fail('output-write', `${there.join(', ')} ${there.length > 1 ? 'exist' : 'exists'} already: nothing is written`, {
      help: 'choose another id, or edit the file',
    });
  }

  /** With a line for editors in front, where the project has schemas for them. Errors: `output-write`. */
  write(path: string, text: string): void {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, modelineFor(path) + text, { flag: 'wx' });
      this.written.push(path);
    } catch (error) {
      fail('output-write', `cannot write ${path}: ${fileReason(error)}`);
    }
  }

  get paths(): readonly string[] {
    return this.written;
  }

  /** Takes back what has been written. */
  discard(): void {
    for (const path of this.written) rmSync(path, { force: true });
  }
}
