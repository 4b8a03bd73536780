import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project, reluRule, schemaOf } from '../rulebook/pack-folder.js';
import { thaw } from './thaw.js';

const project = new Project();
const start = process.cwd();
beforeAll(() => {
  project.write({
    'package.json': '{}',
    'thaw.config.yaml': 'rules: [mypack]\nopset: 18\n',
    'other.yaml': 'rules: [./broken]\n',
    'mypack/schemas/a.yaml': schemaOf('mylib::a'),
    'mypack/lowering/a.yaml': `rules:\n${reluRule('mine', 'mylib::a')}`,
    'deep/model.txt': 'graph(%x : Tensor):\n  %y : Tensor = mylib::a(%x)\n  return (%y)\n',
  });
  process.chdir(project.path('deep'));
});
afterAll(() => {
  process.chdir(start);
  project.remove();
});

const INPUT = ['--input', 'x=float32[N]'];

describe('the configuration of a project', () => {
  test('is found from the current folder, used, and named', async () => {
    const compiled = await thaw('compile', 'model.txt', '-o', 'm.onnx', ...INPUT);
    expect(compiled.error).toBe('');
    expect(compiled.out).toMatch(/opset 18/);
    expect(compiled.out).toMatch(/ {2}config {3}.*thaw\.config\.yaml/);
    const { out } = await thaw('check', 'model.txt', '--json', ...INPUT);
    expect(JSON.parse(out)).toMatchObject({ config: project.path('thaw.config.yaml'), rules: [{ rule: 'mine' }] });
  });

  test('gives way to the command line', async () => {
    const { out } = await thaw('compile', 'model.txt', '-o', 'm.onnx', '--json', '--opset', '20', ...INPUT);
    expect(JSON.parse(out).opset).toBe(20);
    const without = await thaw('check', 'model.txt', '--no-config', ...INPUT);
    expect([without.code, without.error]).toEqual([1, expect.stringContaining('mylib::a')]);
    const packs = await thaw('check', 'model.txt', '--no-config', '--rules', '../mypack', ...INPUT);
    expect([packs.code, packs.out.includes('config')]).toEqual([0, false]);
  });

  test('of another name is taken where --config says so', async () => {
    const { code, error } = await thaw('check', 'model.txt', '--config', '../other.yaml', ...INPUT);
    expect(code).toBe(1);
    expect(error).toMatch(/error\[pack-not-found\].*broken/);
    expect(error).toMatch(/other\.yaml:1:9/);
    const both = await thaw('check', 'model.txt', '--config', '../other.yaml', '--no-config', ...INPUT);
    expect(both.code).toBe(2);
  });

  test('a pack that is not there is no wrong usage', async () => {
    const { code, error } = await thaw('check', 'model.txt', '--rules', 'nopack', ...INPUT);
    expect(code).toBe(1);
    expect(error).toContain('npm install nopack');
  });
});
