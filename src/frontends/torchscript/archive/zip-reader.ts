import { inflateRawSync } from 'node:zlib';
import { DEFAULT_LIMITS, overLimit, type ReadLimits } from '../limits.js';
import type { ByteReader } from './byte-reader.js';
import { crc32 } from './crc32.js';
import { corrupt, readDirectory, type ZipEntry } from './zip-directory.js';

const LOCAL_HEADER_BYTES = 30;
/** The least that zlib takes, and pieces that large entries are put together of. */
const MIN_CHUNK_BYTES = 64;
const MAX_CHUNK_BYTES = 2 ** 20;
const LOCAL_SIGNATURE = 0x04034b50;

/** Reads the entries of a zip archive by name, in any order, without unpacking the rest. */
export class ZipReader {
  private readonly entries: Map<string, ZipEntry>;
  private readonly dataOffsets = new Map<string, number>();
  /** The last entry that was unpacked: pieces of one deflated weight are read one after another. */
  private unpacked: { readonly entry: ZipEntry; readonly bytes: Uint8Array } | undefined;

  /** Errors: `archive-corrupt`, `archive-limit`, `unsupported-format` (see readDirectory). */
  constructor(
    readonly file: ByteReader,
    readonly limits: ReadLimits = DEFAULT_LIMITS,
  ) {
    this.entries = readDirectory(file, limits);
  }

  /** In the order of the archive's table. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Unpacked size in bytes. Errors: `archive-corrupt` when there is no such entry. */
  sizeOf(name: string): number {
    return this.entry(name).size;
  }

  /**
   * A whole entry, its checksum verified. Errors: `archive-corrupt` when it is missing or damaged, `archive-limit`
   * beyond `recordBytes`.
   */
  read(name: string): Uint8Array {
    const entry = this.checked(name);
    const { file } = this;
    const start = this.dataOffset(entry);
    const bytes =
      entry.method === 'stored'
        ? file.read(start, entry.size)
        : this.inflate(entry, file.glance(start, entry.compressedSize));
    return this.verified(entry, bytes);
  }

  /** As `read`, in two steps: what is returned unpacks and verifies, and works when the file is closed too. */
  readLater(name: string): () => Uint8Array {
    const entry = this.checked(name);
    const packed = this.readRaw(entry, 0, entry.compressedSize);
    return () => this.verified(entry, entry.method === 'stored' ? packed : this.inflate(entry, packed));
  }

  /** `length` bytes of an entry from `offset` on; only these are read when the entry is stored plainly. */
  readRange(name: string, offset: number, length: number): Uint8Array {
    const entry = this.entry(name);
    if (offset < 0 || length < 0 || offset + length > entry.size) {
      corrupt(this.file, `${name} holds ${entry.size} bytes, fewer than are asked for`);
    }
    if (entry.method === 'stored') return this.readRaw(entry, offset, length);
    if (this.unpacked?.entry !== entry)
      this.unpacked = { entry, bytes: this.inflate(entry, this.readRaw(entry, 0, entry.compressedSize)) };
    return this.unpacked.bytes.subarray(offset, offset + length);
  }

  close(): void {
    this.unpacked = undefined;
    this.file.close();
  }

  private entry(name: string): ZipEntry {
    return this.entries.get(name) ?? corrupt(this.file, `the entry ${name} is missing`);
  }

  private checked(name: string): ZipEntry {
    const entry = this.entry(name);
    const { limits } = this;
    if (entry.size > limits.recordBytes) {
      overLimit('recordBytes', limits, `the entry ${name} takes ${entry.size} bytes`);
    }
    return entry;
  }

  private verified(entry: ZipEntry, bytes: Uint8Array): Uint8Array {
    if (crc32(bytes) !== entry.crc32) corrupt(this.file, `the checksum of ${entry.name} does not match`);
    return bytes;
  }

  private readRaw(entry: ZipEntry, offset: number, length: number): Uint8Array {
    return this.file.read(this.dataOffset(entry) + offset, length);
  }

  private dataOffset(entry: ZipEntry): number {
    const known = this.dataOffsets.get(entry.name);
    if (known !== undefined) return known;
    const header = this.file.glance(entry.headerOffset, LOCAL_HEADER_BYTES);
    const d = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (d.getUint32(0, true) !== LOCAL_SIGNATURE) corrupt(this.file, `${entry.name} is not where the table says`);
    const offset = entry.headerOffset + LOCAL_HEADER_BYTES + d.getUint16(26, true) + d.getUint16(28, true);
    if (offset + entry.compressedSize > this.file.size) {
      corrupt(this.file, `the entry ${entry.name} reaches beyond the end of the file`);
    }
    this.dataOffsets.set(entry.name, offset);
    return offset;
  }

  private inflate(entry: ZipEntry, packed: Uint8Array): Uint8Array {
    const { limits } = this;
    if (entry.size > limits.unpackedBytes) {
      overLimit('unpackedBytes', limits, `the entry ${entry.name} unpacks to ${entry.size} bytes`);
    }
    if (entry.size === 0) return new Uint8Array(0);
    let bytes: Uint8Array;
    try {
      // One piece of the right size; another would be asked for if this one were full.
      const chunkSize = Math.max(MIN_CHUNK_BYTES, Math.min(entry.size + 1, MAX_CHUNK_BYTES));
      bytes = inflateRawSync(packed, { maxOutputLength: entry.size, chunkSize });
    } catch {
      corrupt(this.file, `the entry ${entry.name} does not unpack`);
    }
    if (bytes.length !== entry.size) corrupt(this.file, `the entry ${entry.name} unpacks to another size`);
    return bytes;
  }
}
