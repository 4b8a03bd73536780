import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail } from '../../../diagnostics/diagnostic.js';
import { fileReason } from '../../../diagnostics/file-reason.js';

/** A file, or bytes in memory, that is read piece by piece. */
export interface ByteReader {
  /** The file's path as the user gave it, for messages. */
  readonly label: string;
  /** In bytes. */
  readonly size: number;
  /** Exactly `length` bytes at `offset`. Throws `archive-corrupt` when the file ends before. */
  read(offset: number, length: number): Uint8Array;
  /** As `read`, of bytes that are looked at once: keeping them may keep many more in memory. */
  glance(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Opens a file. Errors: `file-not-found` when it cannot be opened or is a directory. */
export function openFile(path: string): ByteReader {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    fail('file-not-found', `cannot open ${path}: ${fileReason(error)}`);
  }
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    fail('file-not-found', `${path} is a directory`, { help: 'name the model file itself' });
  }
  return new FileReader(path, stat.size, fd);
}

/** The records of an archive's code are small and stand side by side: so many bytes are read at once. */
const BLOCK_BYTES = 64 * 1024;

class FileReader implements ByteReader {
  private open = true;
  /** The last small piece that was read, with what follows it in the file. */
  private block = new Uint8Array(0);
  private blockOffset = 0;

  constructor(
    readonly label: string,
    readonly size: number,
    private readonly fd: number,
  ) {}

  read(offset: number, length: number): Uint8Array {
    return length < BLOCK_BYTES ? this.glance(offset, length).slice() : this.glance(offset, length);
  }

  glance(offset: number, length: number): Uint8Array {
    if (!this.open) throw new Error(`${this.label} is read after close()`);
    checkRange(this, offset, length);
    if (length >= BLOCK_BYTES) return this.fetch(offset, length);
    let from = offset - this.blockOffset;
    if (from < 0 || from + length > this.block.length) {
      this.block = this.fetch(offset, Math.min(BLOCK_BYTES, this.size - offset));
      this.blockOffset = offset;
      from = 0;
    }
    return this.block.subarray(from, from + length);
  }

  private fetch(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.fd, bytes, done, length - done, offset + done);
      if (count === 0) fail('archive-corrupt', `${this.label} became shorter while it was read`);
      done += count;
    }
    return bytes;
  }

  close(): void {
    if (this.open) closeSync(this.fd);
    this.open = false;
    this.block = new Uint8Array(0);
  }
}

/** Reads from memory; what `read` returns are views of `bytes`. */
export function bytesReader(bytes: Uint8Array, label = '<bytes>'): ByteReader {
  const reader: ByteReader = {
    label,
    size: bytes.byteLength,
    read(offset, length) {
      checkRange(reader, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    glance: (offset, length) => reader.read(offset, length),
    close() {},
  };
  return reader;
}

function checkRange(reader: ByteReader, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > reader.size) {
    fail('archive-corrupt', `${reader.label} ends before the data that it announces (${offset + length} bytes)`);
  }
}
