import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeOutputs } from '../../src/cli/write-output.js';
import { symbol } from '../../src/ir/dim.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { readNpy } from '../../src/npy/read-npy.js';
import { npyBytes } from '../../src/npy/write-npy.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { thaw } from './thaw.js';

const folder = () => mkdtempSync(join(tmpdir(), 'thaw-'));

describe('wrong usage ends with exit code 2 and one clear error', () => {
  test.each([
    [[], 'no command'],
    [['comple'], 'no command comple'],
    [['compile'], 'needs a MODEL'],
    [['compile', 'a.pt'], 'needs -o'],
    [['compile', 'a.pt', 'b.pt', '-o', 'x'], 'takes one MODEL'],
    [['compile', 'a.pt', '-o', 'x', '--frobnicate'], '--frobnicate'],
    [['compile', 'a.pt', '-o'], '-o'],
    [['compile', 'a.pt', '-o', 'x', '--opset', '7'], '--opset 7'],
    [['compile', 'a.pt', '-o', 'x', '--input', 'x=float32[1]', '--input', 'x=int64[]'], 'given twice'],
    [['compile', 'a.pt', '-o', 'x', '--input', 'x=float32[1]', '--const', 'x=1'], 'baked in'],
    [['run', 'a.pt', '--dim', 'n=1'], 'ranges are of no use'],
    [['run', 'a.pt', '--input', 'x=float32[1]'], '.npy'],
  ])('thaw %j', async (argv, text) => {
    const { code, out, error } = await thaw(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(/^error\[[\w-]+\]: /);
    expect(error).toContain(text);
    expect(error.match(/^error/gm)?.length).toBe(1);
  });

  test('all malformed options come at once, each with a caret', async () => {
    const { code, error } = await thaw('compile', 'a.pt', '-o', 'x', '--input', 'x=float[1]', '--input', 'y=int64[-1]');
    expect(code).toBe(2);
    expect(error.match(/^error\[input-syntax\]/gm)?.length).toBe(2);
    expect(error).toContain('1 | x=float[1]\n  |   ^^^^^');
  });

  test('with --json the same goes to standard output', async () => {
    const { code, out, error } = await thaw('compile', 'a.pt', '--json', '-o', 'x', '--dim', 'n=3:2:1');
    expect([code, error]).toEqual([2, '']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, diagnostics: [{ code: 'dim-range', at: { column: 3 } }] });
  });
});

test('help and version', async () => {
  expect((await thaw('--help')).out).toContain('thaw compile MODEL');
  expect((await thaw('run', '--help')).out).toContain('--input NAME=FILE.npy');
  expect((await thaw('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
});

describe('thaw run', () => {
  const N = symbol('N');
  const dir = folder();
  const model = join(dir, 'model.onnx');
  const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [N] });
  writeFileSync(
    model,
    modelBytes({
      graph: {
        name: 'g',
        inputs: [value('x')],
        outputs: [value('../y'), value('y.0')],
        nodes: ['../y', 'y.0'].map((name) => ({
          op: 'Relu',
          domain: '',
          name,
          inputs: ['x'],
          outputs: [name],
          attributes: new Map(),
        })),
        initializers: new Map(),
        valueInfo: new Map(),
      },
      opset: 20,
      domains: new Map(),
      metadata: new Map(),
    }),
  );
  const array = join(dir, 'x.npy');
  writeFileSync(array, npyBytes(tensorFromNumbers('float32', [-1, 2])));

  test('an ONNX file, its outputs written inside the folder', async () => {
    const out = join(dir, 'results');
    const { code, error } = await thaw('run', model, '--input', `x=${array}`, '--out', out);
    expect([code, error]).toEqual([0, '']);
    expect(readdirSync(out).sort()).toEqual(['__y.npy', 'y.0.npy']);
    expect(readNumbers(readNpy(join(out, 'y.0.npy')))).toEqual([0, 2]);
  });

  test('results as JSON, and as a preview', async () => {
    const { out } = await thaw('run', model, '--json', '--input', `x=${array}`);
    expect(JSON.parse(out)).toMatchObject({ ok: true, outputs: [{ name: '../y', dtype: 'float32', shape: [2] }, {}] });
    expect((await thaw('run', model, '--input', `x=${array}`)).out).toContain('y.0  float32[2]  0 2');
  });

  test.each([
    [['--input', `y=${array}`], 'unknown-input'],
    [[], 'missing-input'],
    [['--input', `x=${join(dir, 'none.npy')}`], 'file-not-found'],
  ])('%j fails with exit code 1', async (argv, code) => {
    const result = await thaw('run', model, ...argv);
    expect([result.code, result.out]).toEqual([1, '']);
    expect(result.error).toContain(`error[${code}]`);
  });
});

describe('outputs', () => {
  test('nothing appears when the work fails, and old files stay', () => {
    const dir = folder();
    const kept = join(dir, 'kept');
    writeFileSync(kept, 'old');
    const work = () =>
      writeOutputs([kept, join(dir, 'new')], (open) => {
        open(kept).write(Buffer.from('half'));
        open(join(dir, 'new')).write(Buffer.from('half'));
        throw new Error('stop');
      });
    expect(work).toThrow('stop');
    expect(readdirSync(dir)).toEqual(['kept']);
    expect(readFileSync(kept, 'utf8')).toBe('old');
  });

  test('only what was opened appears', () => {
    const dir = folder();
    const [a, b] = [join(dir, 'a'), join(dir, 'b')];
    writeOutputs([a, b], (open) => open(a).write(Buffer.from('x')));
    expect([readFileSync(a, 'utf8'), existsSync(b)]).toEqual(['x', false]);
    expect(() => writeOutputs([join(a, 'below')], (open) => open(join(a, 'below')).write(Buffer.from('x')))).toThrow(
      /output-write/,
    );
  });

  test('a folder that does not exist is not made, and what is no plain file is not replaced', () => {
    const dir = folder();
    const write = (path: string) => () => writeOutputs([path], (open) => open(path).write(Buffer.from('x')));
    expect(write(join(dir, 'mistyped', 'a'))).toThrow(/the folder .* does not exist/);
    expect(write(dir)).toThrow(/it exists and is no plain file/);
    expect(readdirSync(dir)).toEqual([]);
  });
});
