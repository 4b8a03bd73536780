import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import * as F from './proto-fields.js';
import { readFields } from './proto-reader.js';

/** A tag and a length are at most 10 bytes each. */
const HEAD_BYTES = 20;

/**
 * The metadata of an ONNX file or of its bytes, without reading the graph. Empty where the model is damaged: whoever
 * opens it says so.
 */
export function readModelMetadata(model: string | Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  const fd = typeof model === 'string' ? openSync(model, 'r') : undefined;
  try {
    const size = typeof model === 'string' ? fstatSync(fd ?? -1).size : model.byteLength;
    const read = (at: number, length: number): Uint8Array => {
      if (typeof model !== 'string') return model.subarray(at, at + length);
      const bytes = new Uint8Array(Math.min(length, size - at));
      return bytes.subarray(0, readSync(fd ?? -1, bytes, 0, bytes.length, at));
    };
    for (let at = 0; at < size; ) at = readField(at, read, metadata);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return metadata;
}

/** Reads one field of the model and gives the offset of the next. */
function readField(at: number, read: (at: number, length: number) => Uint8Array, into: Map<string, string>): number {
  const head = read(at, HEAD_BYTES);
  let cursor = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = head[cursor++];
      if (byte === undefined) throw new RangeError('the model is cut short');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const tag = varint();
  if (tag % 8 === 0) {
    varint();
    return at + cursor;
  }
  if (tag % 8 !== 2) throw new RangeError(`wire type ${tag % 8}`);
  const length = varint();
  const start = at + cursor;
  if (Math.floor(tag / 8) === F.MODEL.metadataProps) {
    const [key, value] = [...readFields(read(start, length))].map((f) =>
      f.kind === 'bytes' ? Buffer.from(f.bytes).toString('utf8') : '',
    );
    if (key !== undefined) into.set(key, value ?? '');
  }
  return start + length;
}
