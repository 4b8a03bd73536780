import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { readNpy } from '../../src/npy/read-npy.js';
import { npyBytes } from '../../src/npy/write-npy.js';
import { thaw } from './thaw.js';

/** relu(x * [0.5, -1.5, 2]) over the last axis, traced. */
const MODEL = join(import.meta.dirname, '../archive/fixtures/traced.pt');

const dir = mkdtempSync(join(tmpdir(), 'thaw-'));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
const ones = file('x.npy', npyBytes(tensorFromNumbers('float32', [1, 1, 1, 2, 2, 2], [2, 3])));
const wanted = [0.5, 0, 2, 1, 0, 4];

describe('a model from the archive to results', () => {
  test('compile, then run the ONNX file', async () => {
    const out = join(dir, 'model.onnx');
    const compiled = await thaw('compile', MODEL, '-o', out, '--input', 'x=float32[N,3]', '--dim', 'N=1:2:8');
    expect(compiled.error).toBe('');
    expect(compiled.code).toBe(0);
    expect(compiled.out).toContain('x=float32[N,3]');
    const ran = await thaw('run', out, '--input', `x=${ones}`, '--out', dir);
    expect(ran.error).toBe('');
    const [name = ''] = ran.out.split(' ');
    expect(readNumbers(readNpy(join(dir, `${name}.npy`)))).toEqual(wanted);
  });

  test.each([
    [['compile', MODEL, '--inptu', 'x=float32[N,3]'], 'there is no option --inptu\n  = help: did you mean --input?'],
    [['compile', MODEL, '--bogus'], 'there is no option --bogus\n  = help: see thaw compile --help'],
    [['--bogus'], 'there is no option --bogus\n  = help: see thaw --help'],
    [['check', MODEL, '--input'], 'see thaw check --help'],
  ])('wrong options of %j', async (argv, message) => {
    const { code, error } = await thaw(...argv);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });

  test('optional inputs that nobody declares are None, which a note tells', async () => {
    const model = file(
      'optional.txt',
      `graph(%x : Tensor, %mask : Tensor?, %ids : Long(*, 7)):
  %none : NoneType = prim::Constant()
  %is : bool = aten::__isnot__(%mask, %none)
  %y : Tensor = prim::If(%is)
    block0():
      %m : Tensor = prim::unchecked_cast(%mask)
      %z : Tensor = aten::mul(%x, %m)
      -> (%z)
    block1():
      -> (%x)
  %w : Tensor = aten::mul(%y, %ids)
  return (%w)
`,
    );
    const declared = ['--input', 'x=float32[N,7]', '--input', 'ids=int64[N,7]'];
    const out = join(dir, 'optional.onnx');
    const first = await thaw('compile', model, '-o', out, ...declared);
    expect(first.code).toBe(0);
    expect(first.out).toContain(': 2 nodes, ');
    expect(first.error).toContain('note[input-none]: not declared, so None: mask');
    expect(first.error.match(/mask/g)).toHaveLength(2);
    const both = await thaw('compile', model, '-o', out, ...declared, '--input', 'mask=float32[N,7]');
    expect([both.code, both.error]).toEqual([0, '']);
    const json = await thaw('check', model, '--json', ...declared);
    expect([JSON.parse(json.out).unset, json.error]).toEqual([['mask'], '']);
    const bare = await thaw('check', model);
    expect(bare.error).toContain("--input 'x=DTYPE[DIM,...]' (such as float32[batch,3,height,width] or int64[");
  });

  test('a size outside the compiled range is refused before onnxruntime sees it', async () => {
    const out = join(dir, 'ranged.onnx');
    await thaw('compile', MODEL, '-o', out, '--input', 'x=float32[N,3]', '--dim', 'N=7:8:9');
    const ran = await thaw('run', out, '--input', `x=${ones}`);
    expect(ran.code).toBe(1);
    expect(ran.error).toMatch(/error\[input-shape\]: N is \d+ by axis 0 of x, outside the range 7 to 9/);
  });

  test('the model itself is no output', async () => {
    const { code, error } = await thaw('compile', MODEL, '-o', MODEL, '--input', 'x=float32[N,3]');
    expect(code).toBe(2);
    expect(error).toContain('would replace the model itself');
  });

  test('run the archive itself', async () => {
    const { code, out, error } = await thaw('run', MODEL, '--input', `x=${ones}`, '--json', '--out', dir);
    expect([code, error]).toEqual([0, '']);
    const [output] = JSON.parse(out).outputs;
    expect(readNumbers(readNpy(output.file))).toEqual(wanted);
  });

  test('check, and compile with --json', async () => {
    expect((await thaw('check', MODEL, '--input', 'x=float32[N,3]')).code).toBe(0);
    const { out } = await thaw('compile', MODEL, '--json', '-o', join(dir, 'j.onnx'), '--input', 'x=float32[N,3]');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      opset: 20,
      inputs: [{ name: 'x', dtype: 'float32', dims: ['N', 3] }],
    });
  });
});

describe('wrong input gives one clear error and leaves no file', () => {
  const truncated = file('cut.pt', readFileSync(MODEL).subarray(0, 1500));
  const prose = file('prose.txt', 'this is not a model\n');
  const broken = file('broken.txt', 'graph(%x : Tensor):\n  %y : Tensor = aten::relu(%z)\n  return (%y)\n');
  const pack = join(dir, 'pack');
  mkdirSync(pack);
  writeFileSync(join(pack, 'translation-map.yaml'), 'rules:\n  - id: [\n');
  const x = ['--input', 'x=float32[N,3]'];
  test.each<[string, string[], string]>([
    ['a missing file', [join(dir, 'none.pt'), ...x], 'file-not-found'],
    ['a folder', [dir, ...x], 'file-not-found'],
    ['no archive', [prose, ...x], 'not-a-model'],
    ['a truncated archive', [truncated, ...x], 'archive-corrupt'],
    ['broken graph text', [broken, ...x], 'unknown-name'],
    ['an unknown input', [MODEL, ...x, '--input', 'y=float32[1]'], 'unknown-input'],
    ['an undeclared input', [MODEL], 'missing-input'],
    ['an unused range', [MODEL, ...x, '--dim', 'M=1:2:3'], 'dim-unknown'],
    ['sizes that do not fit', [MODEL, '--input', 'x=float32[N,4]'], 'shape-mismatch'],
    ['broken YAML', [MODEL, ...x, '--rules', pack], 'yaml-syntax'],
    ['a place that cannot be written', [MODEL, ...x, '-o', join(prose, 'below.onnx')], 'output-write'],
  ])('%s', async (_, argv, code) => {
    const out = join(dir, 'never.onnx');
    const result = await thaw('compile', ...argv, ...(argv.includes('-o') ? [] : ['-o', out]));
    expect(result.error).toContain(`error[${code}]`);
    expect(result.error.match(/^error\[/gm)?.length).toBe(1);
    expect([result.code, result.out, existsSync(out)]).toEqual([1, '', false]);
  });

  test.each<[string, number[], string]>([
    ['another rank', [3, 1, 1], 'input-rank'],
    ['another size', [1, 4], 'input-shape'],
  ])('%s of an array for a compiled model', async (_, shape, code) => {
    const out = join(dir, 'fixed.onnx');
    await thaw('compile', MODEL, '-o', out, ...x);
    const count = shape.reduce((a, b) => a * b, 1);
    const array = file('wrong.npy', npyBytes(tensorFromNumbers('float32', new Array(count).fill(0), shape)));
    const result = await thaw('run', out, '--input', `x=${array}`);
    expect([result.code, result.error.includes(`error[${code}]`)]).toEqual([1, true]);
  });
});
