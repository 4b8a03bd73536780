import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { thaw } from '../thaw.js';
import { folderOf, SHIFT_PACK, SOUND_PACK } from './pack.js';

const lint = (...argv: string[]) => thaw('rules', 'lint', ...argv);

describe('thaw rules lint', () => {
  test('a sound pack', async () => {
    const pack = folderOf(SOUND_PACK);
    expect(await lint(pack)).toEqual({ code: 0, out: `${pack}: no problems`, error: '' });
  });

  test('a rule without cases is a warning, of which there may be too many', async () => {
    const pack = folderOf(SHIFT_PACK);
    const { code, out, error } = await lint(pack);
    expect([code, out]).toEqual([0, `${pack}: 0 errors, 1 warning`]);
    expect(error).toMatch(/^warning\[rule-untested\]: `numel-dyn` has no case file\n +--> .*shift\.yaml:8:9\n/);
    expect((await lint(pack, '--max-warnings', '1')).code).toBe(0);
    expect(await lint(pack, '--max-warnings', '0')).toMatchObject({
      code: 1,
      out: expect.stringContaining('more than'),
    });
    expect(await lint(pack, '--max-warnings', 'few')).toMatchObject({ code: 2 });
  });

  test('a pack without a folder of cases has no case file for any rule, whatever the names of other packs', async () => {
    const inside = (name: string, files: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
    const quiet = `rules:
  - id: shift-by-none
    why: A shift by nothing.
    match: { op: mylib::shift, in: { self: $x, by: 0 } }
    rewrite: $x
`;
    const dir = folderOf({ ...inside('mine-too', SOUND_PACK), ...inside('mine', { 'lowering/shift.yaml': quiet }) });
    const { code, error } = await lint(`${dir}/mine-too`, `${dir}/mine`);
    expect(code).toBe(0);
    expect(error.match(/warning\[.*/g)).toEqual(['warning[rule-untested]: `shift-by-none` has no case file']);
  });

  test('cases of a rule that the project switches off are told as such, and not run', async () => {
    const pack = folderOf({
      ...SOUND_PACK,
      'off/thaw.config.yaml': 'rules: [..]\ndisable: [shift-dyn]\n',
    });
    const config = ['--config', `${pack}/off/thaw.config.yaml`];
    const { code, out, error } = await lint(...config);
    expect([code, out]).toEqual([0, expect.stringContaining('no problems')]);
    expect(error).toMatch(
      /^note\[rule-disabled\]: cases of a disabled rule: `shift-dyn` is switched off by .*thaw\.config\.yaml\n +--> .*cases\/shift-dyn\.yaml:1:7\n/,
    );
    const run = await thaw('rules', 'test', ...config);
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^off +shift-dyn +2 cases/m);
    expect(run.out).toContain('5 cases in 3 files: 3 passed, 2 of disabled rules not run');
    const { files } = JSON.parse((await thaw('rules', 'test', '--json', ...config)).out);
    expect(files[2].cases[0]).toMatchObject({ ok: true, skipped: expect.stringContaining('switched off') });
  });

  test('a recipe on both sides of a rule is proven by neither: a case of its own is asked for', async () => {
    const pack = folderOf(SOUND_PACK);
    rmSync(`${pack}/cases/mylib-shift.yaml`);
    const { code, error } = await lint(pack);
    expect(code).toBe(0);
    expect(error).toMatch(
      /^warning\[recipe-untested\]: no case tells what the recipe of mylib::shift, trt::shift_dyn gives\n +--> .*onnx\/shift\.yaml:2:5/,
    );
    expect(error).toContain('`recipe: mylib::shift`');
    expect(error.match(/warning\[/g)).toHaveLength(1);
    // A dynamic form with a recipe of its own is held to the static one.
    const own = (SHIFT_PACK['onnx/shift.yaml'] ?? '')
      .replace('recipes:', '')
      .replace('[mylib::shift, trt::shift_dyn]', 'trt::shift_dyn');
    const two = (SHIFT_PACK['onnx/shift.yaml'] ?? '').replace('[mylib::shift, trt::shift_dyn]', 'mylib::shift') + own;
    writeFileSync(`${pack}/onnx/shift.yaml`, two.replace('\n\n', '\n'));
    expect((await lint(pack)).error).toBe('');
  });

  test('case files may quote the name of their rule', async () => {
    const text = SOUND_PACK['cases/shift-dyn.yaml'] ?? '';
    const pack = folderOf({
      ...SOUND_PACK,
      'cases/shift-dyn.yaml': text.replace('rule: shift-dyn', 'rule: "shift-dyn"'),
    });
    expect((await lint(pack)).error).toBe('');
  });

  test('all errors at once, as JSON too', async () => {
    const broken = (SHIFT_PACK['translation/shift.yaml'] ?? '')
      .replace('self: $x, by: { tensor: $by }', 'self: $y, by: $by')
      .replace('op: trt::numel_dyn', 'op: trt::numel_dny');
    const pack = folderOf({ ...SHIFT_PACK, 'translation/shift.yaml': broken });
    const { code, out, error } = await lint(pack);
    expect([code, out]).toEqual([1, `${pack}: 4 errors, 0 warnings`]);
    expect(error.match(/^error\[[\w-]+\]/gm)?.sort()).toEqual([
      'error[rule-type]',
      'error[rule-unbound]',
      'error[rule-unknown-operator]',
      'error[rule-unused]',
    ]);
    const json = JSON.parse((await lint('--json', pack)).out);
    expect(json).toMatchObject({ ok: false, errors: 4, warnings: 0 });
    expect(json.diagnostics.map((d: { at: { line: number } }) => d.at.line).sort()).toEqual([12, 5, 7, 7]);
  });

  test('cases that cannot be read, or are about no rule', async () => {
    const cases = SOUND_PACK['cases/shift-dyn.yaml'] ?? '';
    const pack = folderOf({
      ...SOUND_PACK,
      'cases/broken.yaml': 'rule: numel-dyn\ncases: 3\n',
      'cases/shfit-dyn.yaml': cases.replace('rule: shift-dyn', 'rule: shfit-dyn'),
    });
    const { code, error } = await lint(pack);
    expect(code).toBe(1);
    expect(error).toContain('error[yaml-schema]');
    expect(error).toMatch(/there is no rule `shfit-dyn`[\s\S]*did you mean `shift-dyn`\?/);
  });

  test('a pack that does not exist', async () => {
    expect(await lint('no-such-pack')).toMatchObject({
      code: 1,
      error: expect.stringContaining('error[pack-not-found]'),
    });
  });

  test('the shipped rules', async () => {
    expect(await lint()).toEqual({ code: 0, out: 'the shipped rules: no problems', error: '' });
  });
});
