import { fail } from '../../../diagnostics/diagnostic.js';
import { DEFAULT_LIMITS, overLimit, type ReadLimits } from '../limits.js';
import type { ByteReader } from './byte-reader.js';

/**
 * The table of a zip archive: where its entries are. Field layouts follow the public .ZIP application note (APPNOTE
 * 6.3.9, sections 4.3.7 to 4.5.3); all numbers are little-endian.
 */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
  /** Where the local header stands; the data follow it. */
  readonly headerOffset: number;
}

/** No deflate stream grows by more than this factor (zlib's technical details), so a larger claim is a lie. */
const MAX_DEFLATE_RATIO = 1032;

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_BYTES = 20;
const ENTRY_BYTES = 46;
const ABSENT_32 = 0xffffffff;

const SIGNATURE = { end: 0x06054b50, locator: 0x07064b50, end64: 0x06064b50, entry: 0x02014b50 } as const;
const ZIP64_EXTRA = 0x0001;
const ENCRYPTED_FLAG = 0x0001;
const METHODS = new Map<number, ZipEntry['method']>([
  [0, 'stored'],
  [8, 'deflated'],
]);

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
}

/**
 * Reads the table of all entries, in its own order. All sizes are checked against the file before memory is taken.
 * Errors: `archive-corrupt`, `archive-limit`, `unsupported-format` for encrypted or exotically compressed entries.
 */
export function readDirectory(file: ByteReader, limits: ReadLimits = DEFAULT_LIMITS): Map<string, ZipEntry> {
  const directory = findDirectory(file);
  if (directory.bytes > limits.tableBytes) {
    overLimit('tableBytes', limits, `the table of ${file.label} takes ${directory.bytes} bytes`);
  }
  if (directory.count > limits.entries) overLimit('entries', limits, `${file.label} has ${directory.count} records`);
  if (directory.count * ENTRY_BYTES > directory.bytes) corrupt(file, 'its table is shorter than its entry count says');
  const bytes = file.read(directory.offset, directory.bytes);
  const table = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  let stored = 0;
  for (let i = 0; i < directory.count; i++) {
    const { entry, length } = readEntry(file, bytes, table, at);
    if (entries.has(entry.name)) corrupt(file, `the entry ${entry.name} stands twice in its table`);
    entries.set(entry.name, entry);
    stored += entry.compressedSize;
    at += length;
  }
  if (stored > file.size) corrupt(file, 'its entries overlap');
  return entries;
}

function findDirectory(file: ByteReader): Directory {
  const tailBytes = Math.min(file.size, END_BYTES + MAX_COMMENT_BYTES);
  const tailStart = file.size - tailBytes;
  const tail = viewOf(file.read(tailStart, tailBytes));
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== SIGNATURE.end) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tailBytes) continue;
    const plain = {
      count: tail.getUint16(at + 10, true),
      bytes: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const directory = findDirectory64(file, tailStart + at) ?? plain;
    if (directory.offset + directory.bytes > tailStart + at) corrupt(file, 'its table lies outside the file');
    return directory;
  }
  corrupt(file, 'it ends without the table of its entries, as a file does that was cut short');
}

/** The zip64 form of the end record, if a locator stands before the plain one. */
function findDirectory64(file: ByteReader, endOffset: number): Directory | undefined {
  if (endOffset < LOCATOR_BYTES) return undefined;
  const locator = viewOf(file.read(endOffset - LOCATOR_BYTES, LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== SIGNATURE.locator) return undefined;
  const end = viewOf(file.read(toNumber(file, locator.getBigUint64(8, true)), 56));
  if (end.getUint32(0, true) !== SIGNATURE.end64) corrupt(file, 'its zip64 end record is missing');
  return {
    count: toNumber(file, end.getBigUint64(32, true)),
    bytes: toNumber(file, end.getBigUint64(40, true)),
    offset: toNumber(file, end.getBigUint64(48, true)),
  };
}

function readEntry(file: ByteReader, bytes: Uint8Array, d: DataView, at: number): { entry: ZipEntry; length: number } {
  if (at + ENTRY_BYTES > bytes.length) corrupt(file, 'its table is cut short');
  if (d.getUint32(at, true) !== SIGNATURE.entry) corrupt(file, 'its table holds something else than entries');
  const nameBytes = d.getUint16(at + 28, true);
  const extraBytes = d.getUint16(at + 30, true);
  const length = ENTRY_BYTES + nameBytes + extraBytes + d.getUint16(at + 32, true);
  if (at + length > bytes.length) corrupt(file, 'its table is cut short');
  const nameEnd = at + ENTRY_BYTES + nameBytes;
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + at + ENTRY_BYTES, nameBytes).toString('utf8');
  if ((d.getUint16(at + 8, true) & ENCRYPTED_FLAG) !== 0) fail('unsupported-format', `the entry ${name} is encrypted`);
  const methodCode = d.getUint16(at + 10, true);
  const method = METHODS.get(methodCode);
  if (method === undefined) {
    fail('unsupported-format', `the entry ${name} of ${file.label} uses zip compression method ${methodCode}`, {
      help: 'save the model again with torch.jit.save',
    });
  }
  const wide = new Wide(file, bytes.subarray(nameEnd, nameEnd + extraBytes));
  const size = wide.size(d.getUint32(at + 24, true));
  const compressedSize = wide.size(d.getUint32(at + 20, true));
  const headerOffset = wide.size(d.getUint32(at + 42, true));
  const most = method === 'stored' ? compressedSize : compressedSize * MAX_DEFLATE_RATIO;
  if (size > most || (method === 'stored' && size !== compressedSize)) corrupt(file, `the size of ${name} is false`);
  if (headerOffset + compressedSize > file.size) corrupt(file, `the entry ${name} lies outside the file`);
  return { entry: { name, method, compressedSize, size, crc32: d.getUint32(at + 16, true), headerOffset }, length };
}

/** 64-bit fields of an entry: those whose 32-bit field is all ones stand in the extra data, in the order of use. */
class Wide {
  private readonly field: DataView | undefined;
  private at = 0;

  constructor(
    private readonly file: ByteReader,
    extra: Uint8Array,
  ) {
    const d = viewOf(extra);
    for (let at = 0; at + 4 <= extra.length; ) {
      const bytes = d.getUint16(at + 2, true);
      if (at + 4 + bytes > extra.length) return;
      if (d.getUint16(at, true) === ZIP64_EXTRA) this.field = viewOf(extra.subarray(at + 4, at + 4 + bytes));
      at += 4 + bytes;
    }
  }

  size(narrow: number): number {
    if (narrow !== ABSENT_32) return narrow;
    // Without the extra field the number is what it says.
    if (this.field === undefined) return narrow;
    if (this.at + 8 > this.field.byteLength) corrupt(this.file, 'a zip64 size is missing');
    const wide = this.field.getBigUint64(this.at, true);
    this.at += 8;
    return toNumber(this.file, wide);
  }
}

function toNumber(file: ByteReader, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) corrupt(file, 'a size in its table is beyond 2^53');
  return Number(value);
}

/** Errors: `archive-corrupt`, with the file and what is wrong in it. */
export function corrupt(file: ByteReader, why: string): never {
  fail('archive-corrupt', `${file.label} is damaged: ${why}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
