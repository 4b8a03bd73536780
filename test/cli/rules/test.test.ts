import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchFolders } from '../../../src/cli/rules/watch.js';
import { thaw } from '../thaw.js';
import { folderOf, SHIFT_PACK, SOUND_PACK } from './pack.js';

const CASES = SHIFT_PACK['cases/shift-dyn.yaml'] ?? '';
const SOUND = SOUND_PACK;
const run = (pack: string, ...argv: string[]) => thaw('rules', 'test', '--rules', pack, ...argv);

describe('thaw rules test', () => {
  test('runs the cases of a pack, as graphs and by numbers', async () => {
    const { code, out, error } = await run(folderOf(SOUND));
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(
      /^ok {4}mylib::shift {2}1 case +\d+ ms\nok {4}numel-dyn {5}2 cases +\d+ ms\nok {4}shift-dyn {5}2 cases +\d+ ms\n\n/,
    );
    expect(out).toMatch(/5 cases in 3 files: 5 passed, 3 proven by numbers {2}\(\d+\.\d s\)$/);
  });

  test('a wrong graph is told with a diff, the rest still runs', async () => {
    const pack = folderOf({
      ...SOUND,
      'cases/shift-dyn.yaml': CASES.replace('trt::shift_dyn(%x, %by_tensor)', 'aten::relu(%x)'),
    });
    const { code, out, error } = await run(pack);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}shift-dyn {5}1 of 2 cases/m);
    expect(out).toContain('4 passed, 1 failed');
    expect(error).toContain(
      'error[rule-case]: a number that is known only at run time: `shift-dyn` gives another graph',
    );
    expect(error).toMatch(/-> .*cases\/shift-dyn\.yaml:3:11/);
    expect(error).toMatch(/^ +- .*aten::relu\(%0\)$/m);
    expect(error).toMatch(/^ +\+ .*trt::shift_dyn\(%0, %1\)$/m);
  });

  test('wrong numbers are told where the graphs are right, unless they are not asked for', async () => {
    const recipe = (SHIFT_PACK['onnx/shift.yaml'] ?? '').replace('[mylib::shift, trt::shift_dyn]', 'mylib::shift');
    const wrong = recipe.replace('recipes:\n', '').replace('mylib::shift', 'trt::shift_dyn').replace('Sub', 'Add');
    const pack = folderOf({ ...SOUND, 'onnx/shift.yaml': recipe + wrong });
    const { code, error } = await run(pack, 'shift');
    expect(code).toBe(1);
    expect(error).toMatch(/gives other numbers than `before` at N=\d+/);
    expect(await run(pack, 'shift', '--no-numbers')).toMatchObject({ code: 0, error: '' });
  });

  test('filters by rule and case, ignoring case', async () => {
    const pack = folderOf(SOUND);
    const subjects = async (...filters: string[]) => {
      const { files } = JSON.parse((await run(pack, '--json', '--no-numbers', ...filters)).out);
      return files.flatMap((f: { subject: string; cases: { name: string }[] }) =>
        f.cases.map((c) => `${f.subject}: ${c.name}`),
      );
    };
    expect(await subjects('STATIC')).toEqual(['numel-dyn: of static extents', 'shift-dyn: what is static stays']);
    expect(await subjects('numel', 'what is')).toHaveLength(3);
    const none = await run(pack, 'shfit-dyn');
    expect(none).toMatchObject({ code: 2, error: expect.stringContaining('did you mean shift-dyn?') });
  });

  test('a rule without cases, and a file that cannot be read', async () => {
    const pack = folderOf({ ...SHIFT_PACK, 'cases/other.yaml': 'rule: shift-dyn\ncases: 3\n' });
    const { code, out, error } = await run(pack, '--no-numbers');
    expect(code).toBe(1);
    expect(out).toContain('1 file not read');
    expect(error).toContain('error[yaml-schema]');
    expect(error).toContain('`numel-dyn` lacks a case in which it fires and a case in which it must not fire');
  });

  test('--update writes what the rule gives, and nothing else', async () => {
    const odd = CASES.replace('cases:', 'cases:   # odd').replace(
      /after: \|\n[\s\S]*?(?= {2}- name)/,
      "after:  'graph(%x : Tensor): return (%x)'   # stale\n",
    );
    const pack = folderOf({ ...SOUND, 'cases/shift-dyn.yaml': odd });
    const path = join(pack, 'cases/shift-dyn.yaml');
    const { code, out } = await run(pack, '--update');
    expect([code, out]).toEqual([0, expect.stringMatching(/^ok .*shift-dyn .* 1 updated$/m)]);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('cases:   # odd\n');
    expect(text).toContain('    after:  |   # stale\n      graph(');
    expect(text).toContain('        %r : Float(*, 3) = trt::shift_dyn(%x, %by_tensor)\n        return (%r)\n');
    expect(text.replace(/ {4}after:[\s\S]*?(?= {2}- name)/, '')).toBe(
      odd.replace(/ {4}after:[\s\S]*?(?= {2}- name)/, ''),
    );
    // A second time there is nothing to do.
    expect((await run(pack, '--update')).out).not.toContain('updated');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('--update in braces, and beside a comment behind the bar', async () => {
    const before = 'graph(%x : Float(*, 3)):\\n  %n : int = aten::numel(%x)\\n  return (%n)';
    const flow = `rule: numel-dyn
cases:
  - { name: in braces, dims: { x: [N, 3] }, before: "${before}", after: "graph(%x : Tensor): return (%x)" } # kept
  - name: of a block
    dims: { x: [N, 5] }
    before: "${before.replace('3', '5')}"
    after: |- # told
      graph(%x : Tensor):
        return (%x)

    numbers: true
`;
    const pack = folderOf({ ...SHIFT_PACK, 'cases/numel-dyn.yaml': flow });
    const path = join(pack, 'cases/numel-dyn.yaml');
    expect((await run(pack, '--update', '--no-numbers', 'numel')).out).toContain('2 updated');
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/after: "graph\(%x : Float\(\*, 3\)\):\\n.*trt::numel_dyn.*" } # kept\n/);
    expect(text).toMatch(
      / {4}after: \| # told\n {6}graph\(%x : Float\(\*, 5\)\):\n(?: {8}.*\n)+\n? {4}numbers: true\n$/,
    );
    expect((await run(pack, '--update', '--no-numbers', 'numel')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('--update leaves alone what the rule does not match', async () => {
    const stays = CASES.replace('trt::shape_cast(%by_tensor)', 'prim::Constant[value=1]()');
    const pack = folderOf({ ...SOUND, 'cases/shift-dyn.yaml': stays });
    expect((await run(pack, '--update')).code).toBe(1);
    expect(readFileSync(join(pack, 'cases/shift-dyn.yaml'), 'utf8')).toBe(stays);
  });

  test('wrong usage', async () => {
    expect((await thaw('rules', 'test', '--watch', '--json')).code).toBe(2);
    expect((await thaw('rules', 'test', '--numbers', '--no-numbers')).code).toBe(2);
  });
});

test('watching: a change of YAML runs again, one of another file does not; the end waits for the run', async () => {
  const dir = folderOf({ 'cases/a.yaml': '1\n' });
  const end = new AbortController();
  let runs = 0;
  const seen = (n: number) => expect.poll(() => runs, { timeout: 60_000 }).toBe(n);
  const watching = watchFolders([dir], async () => void runs++, end.signal);
  await seen(1);
  writeFileSync(join(dir, 'cases/a.yaml'), '2\n');
  writeFileSync(join(dir, 'cases/a.yaml'), '3\n');
  await seen(2);
  writeFileSync(join(dir, 'cases/notes.txt'), 'no rule');
  writeFileSync(join(dir, 'b.yaml'), 'new\n');
  await seen(3);
  end.abort();
  await watching;
  expect(runs).toBe(3);
});
