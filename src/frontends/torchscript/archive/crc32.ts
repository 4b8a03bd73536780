import * as zlib from 'node:zlib';

/** The reflected CRC-32 of zip archives (polynomial 0xEDB88320), eight bits at a time. */
const TABLE = new Uint32Array(256).map((_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/** The same from a table. */
export function crc32ByTable(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ (TABLE[(c ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return (c ^ 0xffffffff) >>> 0;
}

/** Unsigned CRC-32 of all bytes. Node has its own from 20.15 on. */
export const crc32: (bytes: Uint8Array) => number =
  typeof zlib.crc32 === 'function' ? (bytes) => zlib.crc32(bytes) : crc32ByTable;
