import { describe, expect, test } from 'vitest';
import { bytesReader } from '../../src/frontends/torchscript/archive/byte-reader.js';
import { crc32, crc32ByTable } from '../../src/frontends/torchscript/archive/crc32.js';
import { ZipReader } from '../../src/frontends/torchscript/archive/zip-reader.js';
import { codeOf } from './diagnostic-code.js';
import { type Part, writeZip } from './zip-writer.js';

const text = (s: string) => new Uint8Array(Buffer.from(s));
const open = (bytes: Uint8Array) => new ZipReader(bytesReader(bytes, 'test.zip'));
const long = new Uint8Array(10_000).map((_, i) => (i * i) % 251);

describe('zip archives', () => {
  const forms: Record<string, Partial<Part>> = { stored: {}, deflated: { deflate: true }, zip64: { zip64: true } };
  for (const [form, options] of Object.entries(forms)) {
    test(`${form} entries are read whole and by range`, () => {
      const zip = open(
        writeZip([
          { name: 'm/a', bytes: text('hello'), ...options },
          { name: 'm/b', bytes: long, ...options },
          { name: 'm/empty', bytes: text(''), ...options },
        ]),
      );
      expect(zip.names).toEqual(['m/a', 'm/b', 'm/empty']);
      expect(Buffer.from(zip.read('m/a')).toString()).toBe('hello');
      expect(Buffer.compare(zip.read('m/b'), long)).toBe(0);
      expect([...zip.readRange('m/b', 9_000, 5)]).toEqual([...long.subarray(9_000, 9_005)]);
      expect(zip.read('m/empty').length).toBe(0);
      expect(codeOf(() => zip.readRange('m/b', 9_999, 2))).toBe('archive-corrupt');
      expect(codeOf(() => zip.read('m/none'))).toBe('archive-corrupt');
    });
  }

  test('a comment that looks like an end record is no end record', () => {
    const fake = Buffer.from(writeZip([])).toString('latin1');
    expect(open(writeZip([{ name: 'a', bytes: text('x') }], `${fake} and more`)).names).toEqual(['a']);
  });

  test('a file cut anywhere is refused, never misread', () => {
    const whole = writeZip([
      { name: 'm/a', bytes: text('hello') },
      { name: 'm/b', bytes: long, deflate: true },
    ]);
    for (let length = 0; length < whole.length; length += 7) {
      expect(codeOf(() => open(whole.subarray(0, length)))).toBe('archive-corrupt');
    }
  });

  test('changed data fail their checksum', () => {
    const bytes = writeZip([{ name: 'a', bytes: long }]);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    expect(codeOf(() => open(bytes).read('a'))).toBe('archive-corrupt');
  });

  test('sizes are disbelieved before memory is taken', () => {
    const bomb = writeZip([{ name: 'a', bytes: text('x'), deflate: true, claim: 2 ** 31 }]);
    expect(codeOf(() => open(bomb))).toBe('archive-corrupt');
    const understated = writeZip([{ name: 'a', bytes: new Uint8Array(50_000), deflate: true, claim: 100 }]);
    expect(codeOf(() => open(understated).read('a'))).toBe('archive-corrupt');
  });

  test('the same name twice is refused', () => {
    const part = { name: 'a', bytes: text('x') };
    expect(codeOf(() => open(writeZip([part, part])))).toBe('archive-corrupt');
  });
});

test('the checksum of Node releases without their own', () => {
  expect(crc32ByTable(text('123456789'))).toBe(0xcbf43926);
  expect(crc32ByTable(long)).toBe(crc32(long));
});
