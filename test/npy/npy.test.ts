import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import type { DType } from '../../src/ir/dtype.js';
import { readBigInts, readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { parseNpy, readNpy } from '../../src/npy/read-npy.js';
import { npyBytes } from '../../src/npy/write-npy.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

/** A file as numpy.save writes it, with the header given. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const head = Buffer.from(`\x93NUMPY`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([head, Buffer.from([version, 0]), length, Buffer.from(header), data]);
}

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

describe('reading', () => {
  test('shapes of every rank', () => {
    const shapeOf = (shape: string, count: number) => parseNpy(npy(header('|u1', shape), new Uint8Array(count))).shape;
    expect(shapeOf('()', 1)).toEqual([]);
    expect(shapeOf('(3,)', 3)).toEqual([3]);
    expect(shapeOf('(2, 0, 3)', 0)).toEqual([2, 0, 3]);
    expect(shapeOf('(2L, 3L)', 6)).toEqual([2, 3]);
  });

  test('column-major order and big-endian numbers', () => {
    const data = Buffer.alloc(24);
    [0, 3, 1, 4, 2, 5].forEach((v, i) => {
      data.writeInt32BE(v, i * 4);
    });
    expect(readNumbers(parseNpy(npy(header('>i4', '(2, 3)', 'True'), data)))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('versions 2 and 3, and a header in any key order', () => {
    const text = '{"shape": (2,), "descr": "<i2", "fortran_order": False}';
    for (const version of [1, 2, 3]) {
      expect(readNumbers(parseNpy(npy(text, Buffer.from([1, 0, 255, 255]), version)))).toEqual([1, -1]);
    }
  });

  test('bfloat16 as ml_dtypes saves it', () => {
    expect(readNumbers(parseNpy(npy(header('<V2', '(1,)'), Buffer.from([0x80, 0x3f]))))).toEqual([1]);
  });

  const one = new Uint8Array(16);
  test.each<[string, Uint8Array]>([
    ['another file', Buffer.from('graph(%x : Tensor):')],
    ['nothing', new Uint8Array(0)],
    ['an unknown version', npy(header('<f4', '(1,)'), one, 9)],
    ['objects', npy(header('|O', '(1,)'), one)],
    ['records', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", one)],
    ['strings', npy(header('<U4', '(1,)'), one)],
    ['wide unsigned integers', npy(header('<u4', '(1,)'), one)],
    ['a negative size', npy(header('<f4', '(-1,)'), one)],
    ['code in the header', npy("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}", one)],
    ['too little data', npy(header('<f8', '(3,)'), one)],
    ['an endless size', npy(header('<f8', '(99999999999999999999, 99999999999999999999)'), one)],
    ['a cut header', npy(header('<f8', '(3,)'), one).subarray(0, 40)],
    ['a header without its shape', npy("{'descr': '<f4', 'fortran_order': False}", one)],
  ])('%s is refused', (_, bytes) => {
    expect(() => parseNpy(bytes)).toThrow(/npy-corrupt/);
  });

  test('a missing file has its own code', () => {
    expect(() => readNpy('no-such-file.npy')).toThrow(DiagnosticError);
    expect(() => readNpy('no-such-file.npy')).toThrow(/file-not-found/);
  });
});

describe('writing', () => {
  const dtypes: DType[] = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64'];

  test('what is written reads back equal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dtypes),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        fc.integer({ min: -100, max: 100 }),
        (dtype, shape, start) => {
          const count = shape.reduce((a, b) => a * b, 1);
          const tensor = tensorFromNumbers(
            dtype,
            Array.from({ length: count }, (_, i) => start + i / 4),
            shape,
          );
          const back = parseNpy(npyBytes(tensor));
          expect([back.dtype, back.shape]).toEqual([dtype, shape]);
          expect(readNumbers(back)).toEqual(readNumbers(tensor));
        },
      ),
    );
  });

  test('data begin at a multiple of 64 and are row-major', () => {
    const base = tensorFromNumbers('float32', [0, 1, 2, 3, 4, 5]);
    const turned = new TensorData('float32', [3, 2], base.source, 0, [1, 3]);
    const bytes = npyBytes(turned);
    expect((bytes.length - 24) % 64).toBe(0);
    expect(readNumbers(parseNpy(bytes))).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('bfloat16 becomes float32, int64 is exact', () => {
    const half = parseNpy(npyBytes(tensorFromNumbers('bfloat16', [1.5, -3.140625])));
    expect([half.dtype, readNumbers(half)]).toEqual(['float32', [1.5, -3.140625]]);
    const large = [2n ** 62n + 1n, -(2n ** 63n)];
    expect(readBigInts(parseNpy(npyBytes(tensorFromNumbers('int64', large))))).toEqual(large);
  });

  test('a dtype without a form in .npy is refused', () => {
    const tensor = new TensorData('complex32', [1], memorySource(new Uint8Array(4)));
    expect(() => npyBytes(tensor)).toThrow(/npy-corrupt/);
  });
});
