/** One field of a protobuf message: a number (varint), 4 bytes (fixed32) or a run of bytes. */
export type ProtoField =
  | { readonly field: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly field: number; readonly kind: 'fixed32' | 'fixed64' | 'bytes'; readonly bytes: Uint8Array };

/** Reads the fields of a message in order. Errors: RangeError when the message is cut short or uses groups. */
export function* readFields(bytes: Uint8Array): Generator<ProtoField> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = Number(readVarint(bytes, cursor));
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { field, kind: 'varint', value: BigInt.asIntN(64, readVarint(bytes, cursor)) };
        break;
      case 1:
        yield { field, kind: 'fixed64', bytes: take(bytes, cursor, 8) };
        break;
      case 2:
        yield { field, kind: 'bytes', bytes: take(bytes, cursor, Number(readVarint(bytes, cursor))) };
        break;
      case 5:
        yield { field, kind: 'fixed32', bytes: take(bytes, cursor, 4) };
        break;
      default:
        throw new RangeError(`wire type ${tag % 8} at byte ${cursor.at}`);
    }
  }
}

/** All varints of a packed field. */
export function* readPacked(bytes: Uint8Array): Generator<bigint> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) yield BigInt.asIntN(64, readVarint(bytes, cursor));
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
  throw new RangeError('the message is cut short');
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) throw new RangeError('the message is cut short');
  const part = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}
