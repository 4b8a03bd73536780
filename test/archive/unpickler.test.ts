import { describe, expect, test } from 'vitest';
import { unpickle } from '../../src/frontends/torchscript/archive/unpickler.js';
import { DEFAULT_LIMITS } from '../../src/frontends/torchscript/limits.js';
import { memorySource } from '../../src/ir/tensor-data.js';
import { codeOf } from './diagnostic-code.js';

/** Pickle bytes: strings stand for themselves, numbers for one byte. */
function pickle(...parts: (string | number)[]): Uint8Array {
  return Buffer.concat(parts.map((p) => (typeof p === 'number' ? Buffer.from([p]) : Buffer.from(p, 'latin1'))));
}

const read = (...parts: (string | number)[]) => unpickle(pickle(0x80, 2, ...parts), { label: 'x.pkl' });
const int = (value: number | bigint) => ({ kind: 'int', value });

describe('data', () => {
  test('integers of every width, and floats apart from them', () => {
    expect(read('(K', 255, 'M', 1, 1, 'J', 255, 255, 255, 255, 't.')).toEqual({
      kind: 'tuple',
      items: [255, 257, -1].map(int),
    });
    expect(read(0x8a, 0, '.')).toEqual(int(0));
    expect(read(0x8a, 2, 0, 0x80, '.')).toEqual(int(-32768));
    expect(read(0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, '.')).toEqual(int(2n ** 64n));
    expect(read('G', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, '.')).toEqual({ kind: 'float', value: 1 });
  });

  test('lists and dicts grow in place, also through the memo', () => {
    expect(read(']q', 0, 'K', 1, 'a(K', 2, 'K', 3, 'eh', 0, 0x86, '.')).toMatchObject({
      items: [{ items: [1, 2, 3].map(int) }, { items: [1, 2, 3].map(int) }],
    });
    expect(read('}X', 1, 0, 0, 0, 'a', 'K', 1, 's(X', 1, 0, 0, 0, 'a', 'K', 2, 'u.')).toMatchObject({
      entries: [[{ value: 'a' }, int(2)]],
    });
  });

  test('protocol 4: frames, short strings, memoize, names from the stack', () => {
    const bytes = pickle(
      0x80,
      4,
      0x95,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0x8c,
      5,
      'torch',
      0x94,
      0x8c,
      6,
      'device',
      0x93,
      0x8c,
      3,
      'cpu',
      0x85,
      'R.',
    );
    expect(unpickle(bytes, { label: 'x' })).toEqual({ kind: 'device', value: 'cpu' });
  });

  test('a tensor that reaches beyond its storage is refused', () => {
    const tensor = (size: number, stride: number) =>
      pickle(
        ...[0x80, 2, 'ctorch._utils\n_rebuild_tensor_v2\n((X', 7, 0, 0, 0, 'storage', 'ctorch\nFloatStorage\n'],
        ...['X', 1, 0, 0, 0, '0', 'X', 3, 0, 0, 0, 'cpu', 'K', 4, 'tQK', 0],
        ...['K', size, 0x85, 'K', stride, 0x85, 0x89, 'ccollections\nOrderedDict\n)RtR.'],
      );
    const options = { label: 'x', storage: () => memorySource(new Uint8Array(16)) };
    expect(unpickle(tensor(2, 3), options)).toMatchObject({ kind: 'tensor', requiresGrad: false });
    expect(codeOf(() => unpickle(tensor(2, 4), options))).toBe('archive-corrupt');
    expect(codeOf(() => unpickle(tensor(5, 1), options))).toBe('archive-corrupt');
  });
});

describe('what plain data never needs', () => {
  test.each([
    ['a call of os.system', 'cos\nsystem\n(X', 2, 0, 0, 0, 'ls', 'tR.'],
    ['eval by another name', 'c__builtin__\neval\n.'],
    ['a name that is a property of objects', 'cconstructor\nprototype\n.'],
    ['PyTorch code outside the table', 'ctorch\nload\n.'],
    ['INST', '(ios\nsystem\n.'],
    ['OBJ', '(cos\nsystem\no.'],
    ['an extension code', 0x82, 1, '.'],
    ['a list that contains itself', ']q', 0, 'h', 0, 'a.'],
  ])('%s', (_, ...parts) => {
    expect(codeOf(() => read(...parts))).toBe('pickle-forbidden');
  });

  test('depth and breadth of nesting are limited', () => {
    const nested = (depth: number) => [']'.repeat(depth), 'a'.repeat(depth - 1), '.'];
    expect(read(...nested(DEFAULT_LIMITS.valueNesting - 1))).toMatchObject({ kind: 'list' });
    expect(codeOf(() => read(...nested(DEFAULT_LIMITS.valueNesting + 2)))).toBe('archive-limit');
    expect(codeOf(() => read(...nested(200_000)))).toBe('archive-limit');
    // Each level holds the one below twice: 2^40 values in 120 bytes.
    expect(codeOf(() => read(')', '2\x86'.repeat(40), '.'))).toBe('archive-limit');
  });

  test('damaged pickles', () => {
    const damaged = [
      '',
      'K',
      'X\xff\xff\xff\x7fa',
      'cos',
      '0.',
      't.',
      'h\x05.',
      'K\x01a.',
      'K\x01K\x02.',
      ')R.',
      '(K\x01s.',
      'b.',
    ];
    for (const bytes of damaged) expect(codeOf(() => read(bytes))).toBe('archive-corrupt');
    expect(codeOf(() => unpickle(pickle('graph'), { label: 'x' }))).toBe('archive-corrupt');
    expect(codeOf(() => unpickle(pickle(0x80, 5, 'N.'), { label: 'x' }))).toBe('archive-corrupt');
  });
});
