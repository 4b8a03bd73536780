import { fail } from '../../../diagnostics/diagnostic.js';

/** Reads the operands of pickle opcodes in order; every read is checked against the end. */
export class PickleStream {
  private at = 0;
  private readonly view: DataView;
  private readonly buffer: Buffer;

  constructor(
    private readonly bytes: Uint8Array,
    /** The file and record, for messages. */
    readonly label: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.at;
  }

  uint8(): number {
    const value = this.bytes[this.at];
    if (value === undefined) this.malformed('the pickle ends in the middle');
    this.at += 1;
    return value;
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** A size or length of 8 bytes. */
  uint64(): number {
    const value = this.view.getBigUint64(this.advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.malformed('a length is beyond 2^53');
    return Number(value);
  }

  /** Pickle's floats are big-endian. */
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  text(length: number): string {
    const start = this.advance(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  /** A two's complement integer of `length` bytes. */
  integer(length: number): number | bigint {
    const start = this.advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.view.getUint8(start + i));
    value = BigInt.asIntN(length * 8, value);
    const narrow = Number(value);
    return Number.isSafeInteger(narrow) ? narrow : value;
  }

  /** Up to the next newline, which is consumed. */
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.malformed('a name has no end');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  malformed(why: string): never {
    fail('archive-corrupt', `${this.label} is damaged: ${why} (at byte ${this.at})`);
  }

  private advance(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.byteLength) this.malformed('the pickle ends in the middle');
    this.at = start + length;
    return start;
  }
}
