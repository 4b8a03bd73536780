import { type Part, writeZip } from '../archive/zip-writer.js';
import { EDGES } from './numbers.js';
import type { Random } from './random.js';

const SIGNATURES = [0x02014b50, 0x04034b50, 0x06054b50, 0x06064b50, 0x07064b50];

/** Where the fields of a header stand, and their widths in bytes (APPNOTE 6.3.9, 4.3.7 to 4.3.16). */
const FIELDS: ReadonlyMap<number, readonly (readonly [number, 2 | 4 | 8])[]> = new Map<
  number,
  readonly (readonly [number, 2 | 4 | 8])[]
>([
  [
    0x04034b50,
    [
      [0, 4],
      [4, 2],
      [6, 2],
      [8, 2],
      [14, 4],
      [18, 4],
      [22, 4],
      [26, 2],
      [28, 2],
    ],
  ],
  [
    0x02014b50,
    [
      [0, 4],
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [42, 4],
      [46, 2],
      [48, 2],
    ],
  ],
  [
    0x06054b50,
    [
      [0, 4],
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ],
  ],
  [
    0x06064b50,
    [
      [0, 4],
      [4, 8],
      [24, 8],
      [32, 8],
      [40, 8],
      [48, 8],
    ],
  ],
  [
    0x07064b50,
    [
      [0, 4],
      [8, 8],
      [16, 4],
    ],
  ],
]);

const ODD_NAMES = [
  '',
  '/',
  '../../x',
  '/etc/passwd',
  'a\0b',
  'C:\\x',
  '__proto__',
  'x'.repeat(60_000),
  'é/é',
  './m/data.pkl',
];

/** Changes the records of an archive, then the fields of the zip itself, and writes it: either change alone, or both. */
export function mutateZip(parts: readonly Part[], random: Random): Uint8Array {
  const records = [...parts];
  const which = random.below(3);
  if (which !== 0) for (let n = random.count(4); n > 0; n--) changeRecords(records, random);
  const bytes = writeZip(records.map((p) => ({ ...p, deflate: random.chance(0.1), zip64: random.chance(0.1) })));
  if (which === 1) return bytes;
  for (let n = random.count(4); n > 0; n--) changeField(bytes, random);
  return random.chance(0.1) ? cut(bytes, random) : bytes;
}

function changeRecords(records: Part[], random: Random): void {
  if (records.length === 0) return;
  const i = random.below(records.length);
  const part = random.pick(records);
  const other = random.pick(records);
  switch (random.below(8)) {
    case 0:
      records.splice(i, 1);
      return;
    case 1:
      records.splice(i, 0, part);
      return;
    case 2:
      records[i] = { ...part, bytes: other.bytes };
      return;
    case 3:
      records[i] = { ...part, name: other.name };
      return;
    case 4: {
      const folder = /^.*\//.exec(part.name)?.[0] ?? '';
      records[i] = { ...part, name: (random.chance(0.5) ? folder : '') + random.pick(ODD_NAMES) };
      return;
    }
    case 5:
      records[i] = { ...part, bytes: part.bytes.subarray(0, random.below(part.bytes.length + 1)) };
      return;
    case 6:
      records[i] = { ...part, bytes: Buffer.concat([part.bytes, Buffer.alloc(random.pick([1, 100, 65_536]))]) };
      return;
    default:
      records[i] = { ...part, bytes: changeByte(part.bytes, random) };
  }
}

function changeByte(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let n = random.count(8); n > 0 && copy.length > 0; n--) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

/** A field of one of the zip's headers takes another value. */
function changeField(bytes: Buffer, random: Random): void {
  const headers = headersOf(bytes);
  if (headers.length === 0) return;
  const { at, signature } = random.pick(headers);
  const [offset, width] = random.pick(FIELDS.get(signature) ?? [[0, 4] as const]);
  if (at + offset + width > bytes.length) return;
  const place = at + offset;
  const old = width === 8 ? Number(bytes.readBigUInt64LE(place)) : bytes.readUIntLE(place, width);
  const value = random.pick([random.pick(EDGES), old + 1, old - 1, old * 2, bytes.length, at]);
  if (width === 8) bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), place);
  else bytes.writeUIntLE(((value % 2 ** (8 * width)) + 2 ** (8 * width)) % 2 ** (8 * width), place, width);
}

function headersOf(bytes: Buffer): { at: number; signature: number }[] {
  const found: { at: number; signature: number }[] = [];
  for (let at = bytes.indexOf('PK'); at >= 0 && at + 4 <= bytes.length; at = bytes.indexOf('PK', at + 1)) {
    const signature = bytes.readUInt32LE(at);
    if (SIGNATURES.includes(signature)) found.push({ at, signature });
  }
  return found;
}

function cut(bytes: Buffer, random: Random): Uint8Array {
  const start = random.chance(0.2) ? random.below(bytes.length) : 0;
  return bytes.subarray(start, start + random.below(bytes.length - start + 1));
}
