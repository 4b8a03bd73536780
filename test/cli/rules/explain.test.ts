import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { thaw } from '../thaw.js';

const dir = mkdtempSync(join(tmpdir(), 'explain-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A rule that fires, and one that is another's. */
const MODEL = join(dir, 'model.txt');
writeFileSync(
  MODEL,
  `graph(%x : Float(*, *, *)):
  %zero : int = prim::Constant[value=0]()
  %minus : int = prim::Constant[value=-1]()
  %n : int = aten::size(%x, %zero) # lib/model.py:4:4
  %shape : int[] = prim::ListConstruct(%n, %minus) # lib/model.py:5:4
  %v : Tensor = aten::view(%x, %shape) # lib/model.py:5:8
  return (%v)
`,
);
const INPUT = ['--input', 'x=float32[N,4,M]', '--dim', 'N=1:2:8'];
const explain = (...argv: string[]) => thaw('rules', 'explain', ...argv);

it('a node of the model, and of the ONNX file that was made of it', async () => {
  const { code, out, error } = await explain(MODEL, ...INPUT, '--op', 'aten::view');
  expect([code, error]).toEqual([0, '']);
  const lines = out.split('\n');
  expect(lines.slice(0, 3)).toEqual(['Reshape -> output', '  lib/model.py:5', '  aten::view']);
  expect(lines[3]).toMatch(/^ {2}-> trt::reshape_literal {2}by rule view-literal /);
  const onnx = join(dir, 'model.onnx');
  expect((await thaw('compile', MODEL, ...INPUT, '-o', onnx)).code).toBe(0);
  const read = await explain(onnx, '--line', 'model.py:5');
  expect(read.out.split('\n').slice(0, 4)).toEqual(lines.slice(0, 4));
});

it('a rule that is switched off, and the problems of a model that does not compile', async () => {
  const config = join(dir, 'thaw.config.yaml');
  writeFileSync(config, 'disable: [view-literal, view-dyn]\n');
  const { code, out, error } = await explain(MODEL, ...INPUT, '--config', config, '--rule', 'view-literal');
  expect(code).toBe(0);
  expect(out).toMatch(/^rule view-literal: translation, thaw, switched off by /);
  expect(out).toContain('it would fire if it were on');
  expect(error).toMatch(/the compilation stops after `translate`.*\n {2}error\[no-dynamic-form\]: aten::view has no/);
  const json = await explain(MODEL, ...INPUT, '--config', config, '--op', 'aten::view', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    ok: true,
    stopped: 'translate',
    problems: [{ code: 'no-dynamic-form' }],
    nodes: [{ level: 'graph', op: 'aten::view', misses: [{ rule: 'no-view' }] }],
  });
});

it.each<[string, string[], string]>([
  ['a name that is not there, with the nearest', [MODEL, ...INPUT, '--node', 'outputt'], 'did you mean output?'],
  ['a rule that is not there, with the nearest', [MODEL, '--rule', 'view-litral'], 'did you mean `view-literal`?'],
  ['a rule for an ONNX file', ['x.onnx', '--rule', 'view-dyn'], 'name the model that was compiled'],
  ['inputs of an ONNX file', ['x.onnx', ...INPUT], 'explained from its metadata'],
  ['no model', [], 'needs MODEL'],
])('refuses %s', async (_, argv, text) => {
  writeFileSync(join(dir, 'x.onnx'), '');
  const { code, error } = await explain(...argv.map((word) => (word === 'x.onnx' ? join(dir, word) : word)));
  expect([code, error]).toEqual([2, expect.stringContaining(text)]);
});
