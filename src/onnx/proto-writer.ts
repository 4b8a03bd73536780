import type { TensorData } from '../ir/tensor-data.js';

const encoder = new TextEncoder();
const INITIAL_BYTES = 256;

/** Where the bytes of a tensor stand between the written bytes. */
interface Hole {
  readonly at: number;
  readonly data: TensorData;
}

/**
 * Writes one protobuf message. Tensors are not copied: they stay holes of known size, read when the message is emitted.
 * Wire format: https://protobuf.dev/programming-guides/encoding (varint, fixed32 and length-delimited fields).
 */
export class ProtoWriter {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private length = 0;
  private readonly holes: Hole[] = [];
  private holeBytes = 0;

  /** Size of the message with its tensors. */
  get byteLength(): number {
    return this.length + this.holeBytes;
  }

  /** An int64 or enum field. */
  int(field: number, value: number | bigint): this {
    this.tag(field, 0);
    this.varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.tag(field, 5);
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  string(field: number, text: string): this {
    const utf8 = encoder.encode(text);
    this.tag(field, 2);
    this.varint(utf8.length);
    this.raw(utf8);
    return this;
  }

  /** A bytes field that holds a tensor's elements. */
  tensor(field: number, data: TensorData): this {
    this.tag(field, 2);
    this.varint(data.byteLength);
    this.holes.push({ at: this.length, data });
    this.holeBytes += data.byteLength;
    return this;
  }

  message(field: number, inner: ProtoWriter): this {
    this.tag(field, 2);
    this.varint(inner.byteLength);
    for (const h of inner.holes) this.holes.push({ at: this.length + h.at, data: h.data });
    this.holeBytes += inner.holeBytes;
    this.raw(inner.bytes.subarray(0, inner.length));
    return this;
  }

  /** Hands the message to `write` piece by piece, a large tensor in chunks. */
  emit(write: (chunk: Uint8Array) => void): void {
    let done = 0;
    for (const hole of this.holes) {
      if (hole.at > done) write(this.bytes.subarray(done, hole.at));
      done = hole.at;
      for (const chunk of hole.data.chunks()) write(chunk);
    }
    if (this.length > done) write(this.bytes.subarray(done, this.length));
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value;
      while (rest > 127) {
        this.bytes[this.length++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      this.bytes[this.length++] = rest;
      return;
    }
    // Negative numbers are written as their two's complement in 64 bits.
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.bytes[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
