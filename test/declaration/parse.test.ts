import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConst } from '../../src/declaration/parse-const.js';
import { parseDim } from '../../src/declaration/parse-dim.js';
import { parseInput } from '../../src/declaration/parse-input.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { npyBytes } from '../../src/npy/write-npy.js';

/** The code of a failure, and the text that its caret marks. */
function problem(run: () => unknown): [string, string] | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [d] = error.diagnostics;
    const { column = 1, length = 0, text = '' } = d?.at ?? {};
    return [d?.code ?? '', text.slice(column - 1, column - 1 + length)];
  }
  return undefined;
}

const tensor = (dtype: string, ...dims: (number | string)[]) => ({ kind: 'tensor', dtype, dims });

describe('--input', () => {
  test.each([
    ['x=float32[batch,3,height,width]', 'x', tensor('float32', 'batch', 3, 'height', 'width')],
    ['x.1=int64[]', 'x.1', tensor('int64')],
    ['%x.1 = bool[ ?, N1 ]', 'x.1', tensor('bool', '?', 'N1')],
    [
      'batch={image: float32[N,3], "a.b": [bool[N]], 2: int64[],}',
      'batch',
      {
        kind: 'dict',
        keys: ['image', 'a.b', '2'],
        items: [tensor('float32', 'N', 3), { kind: 'list', items: [tensor('bool', 'N')] }, tensor('int64')],
      },
    ],
    [
      'boxes=(float32[N,4],int64[N])',
      'boxes',
      { kind: 'tuple', items: [tensor('float32', 'N', 4), tensor('int64', 'N')] },
    ],
    [
      'xs=[float32[a,3],float32[b,3]]',
      'xs',
      { kind: 'list', items: [tensor('float32', 'a', 3), tensor('float32', 'b', 3)] },
    ],
    ['one=(uint8[1],)', 'one', { kind: 'tuple', items: [tensor('uint8', 1)] }],
    [
      'deep=[(int8[],[bfloat16[?]])]',
      'deep',
      {
        kind: 'list',
        items: [{ kind: 'tuple', items: [tensor('int8'), { kind: 'list', items: [tensor('bfloat16', '?')] }] }],
      },
    ],
  ])('%s', (text, name, type) => {
    expect(parseInput(text)).toEqual({ name, type });
  });

  test.each([
    ['x', 'x'],
    ['=float32[1]', '='],
    ['x=float33[1]', 'float33'],
    ['x=float[1]', 'float'],
    ['x=complex64[1]', 'complex64'],
    ['x=float32', ''],
    ['x=float32[-1]', '-1'],
    ['x=float32[_n]', '_n'],
    ['x=float32[N*2]', '*'],
    ['x=float32[1', ''],
    ['x=float32[1]]', ']'],
    ['x=float32[1] y', 'y'],
    ['x=(float32[1]', ''],
    ['x=', ''],
  ])('%s is refused at its place', (text, place) => {
    expect(problem(() => parseInput(text))).toEqual(['input-syntax', place]);
  });

  test('containers are limited in depth', () => {
    expect(problem(() => parseInput(`x=${'['.repeat(10_000)}`))?.[0]).toBe('input-syntax');
  });
});

describe('--const', () => {
  const int = (value: number) => ({ kind: 'int', value });
  const float = (value: number) => ({ kind: 'float', value });
  test.each([
    ['3', int(3)],
    ['-70_000', int(-70000)],
    ['9223372036854775807', int(2 ** 63)],
    ['0.5', float(0.5)],
    ['1e3', float(1000)],
    ['2.', float(2)],
    ['-inf', float(Number.NEGATIVE_INFINITY)],
    ['NaN', float(Number.NaN)],
    ['True', { kind: 'bool', value: true }],
    ['false', { kind: 'bool', value: false }],
    ['None', { kind: 'none' }],
    ['null', { kind: 'none' }],
    [`'a"b'`, { kind: 'str', value: 'a"b' }],
    ['"a\\n\\u00e9"', { kind: 'str', value: 'a\né' }],
    ['[1, 2.0,]', { kind: 'list', items: [int(1), float(2)] }],
    ['(1,)', { kind: 'tuple', items: [int(1)] }],
    ['(1)', int(1)],
    [
      '[[], (None, True)]',
      {
        kind: 'list',
        items: [
          { kind: 'list', items: [] },
          { kind: 'tuple', items: [{ kind: 'none' }, { kind: 'bool', value: true }] },
        ],
      },
    ],
  ])('%s', (text, value) => {
    expect(parseConst(`n=${text}`)).toEqual({ name: 'n', value });
  });

  test.each([
    ['n=', ''],
    ['n=cat', 'cat'],
    ['n=1 2', '2'],
    ['n=[1', ''],
    ['n=9223372036854775808', '9223372036854775808'],
    ['n="open', '"'],
  ])('%s is refused at its place', (text, place) => {
    expect(problem(() => parseConst(text))).toEqual(['const-syntax', place]);
  });

  test('a .npy file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'thaw-')), 'mask a=b.npy');
    writeFileSync(file, npyBytes(tensorFromNumbers('bool', [1, 0])));
    expect(parseConst(`m=${file}`)).toMatchObject({
      name: 'm',
      value: { kind: 'tensor', data: { dtype: 'bool', shape: [2] } },
    });
    expect(problem(() => parseConst('m=none-such.npy'))?.[0]).toBe('file-not-found');
  });
});

describe('--dim', () => {
  test('a range, and a single size', () => {
    expect(parseDim('batch=1:8:32')).toEqual({ name: 'batch', range: { min: 1, opt: 8, max: 32 } });
    expect(parseDim('batch = 4')).toEqual({ name: 'batch', range: { min: 4, opt: 4, max: 4 } });
  });

  test.each([
    ['batch', 'dim-syntax', 'b'],
    ['batch=1:2', 'dim-syntax', ''],
    ['batch=1:x:3', 'dim-syntax', 'x'],
    ['2n=1:2:3', 'dim-syntax', '2n'],
    ['batch=-1:2:3', 'dim-syntax', '-'],
    ['batch=4:2:8', 'dim-range', '4:2:8'],
    ['batch=1:9:8', 'dim-range', '1:9:8'],
  ])('%s is refused at its place', (text, code, place) => {
    expect(problem(() => parseDim(text))).toEqual([code, place]);
  });
});
