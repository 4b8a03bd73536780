import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { thaw } from '../thaw.js';
import { folderOf, SHIFT_PACK } from './pack.js';

const docs = (...argv: string[]) => thaw('rules', 'docs', ...argv);

describe('thaw rules docs of a pack', () => {
  const pack = folderOf(SHIFT_PACK);
  const at = (path: string) => join(pack, 'docs', path);
  beforeAll(async () => {
    expect(await docs('--rules', pack)).toMatchObject({ code: 0, error: '' });
  }, 60_000);

  test('has its own operators and rules only', () => {
    const files = readdirSync(join(pack, 'docs'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith('.md')).sort()).toEqual([
      'operators.md',
      'rules/index.md',
      'rules/translation/numel-dyn.md',
      'rules/translation/shift-dyn.md',
    ]);
    const table = readFileSync(at('operators.md'), 'utf8');
    expect(table).toContain('| `mylib::shift` | recipe | [shift-dyn](rules/translation/shift-dyn.md) |');
    expect(table).not.toContain('aten::');
    expect(readFileSync(at('rules/translation/shift-dyn.md'), 'utf8')).toContain('](../../../translation/shift.yaml)');
    expect(readFileSync(at('rules/translation/numel-dyn.md'), 'utf8')).toContain('No cases.');
  });

  test('--check tells what is stale, missing and left over, and writes nothing', async () => {
    expect(await docs('--rules', pack, '--check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('up to date'),
    });
    const page = readFileSync(at('rules/translation/shift-dyn.md'), 'utf8');
    writeFileSync(at('rules/translation/shift-dyn.md'), page.replace('same shift', 'other shift'));
    writeFileSync(at('rules/translation/gone-dyn.md'), page);
    writeFileSync(at('rules/notes.md'), '# By hand\n');
    const { code, error } = await docs('--rules', pack, '--check');
    expect(code).toBe(1);
    expect(error).toContain(
      `error[docs-stale]: ${at('rules/translation/shift-dyn.md')} does not say what the YAML says`,
    );
    expect(error).toContain(`${at('rules/translation/gone-dyn.md')} is of a rule that is gone`);
    expect(error.match(/^error/gm)).toHaveLength(2);
    const json = JSON.parse((await docs('--rules', pack, '--json')).out);
    expect(json.docs).toMatchObject([
      { missing: [], stale: ['rules/translation/shift-dyn.md'], left: ['rules/translation/gone-dyn.md'] },
    ]);
    expect(readFileSync(at('rules/translation/shift-dyn.md'), 'utf8')).toBe(page);
    expect([existsSync(at('rules/translation/gone-dyn.md')), existsSync(at('rules/notes.md'))]).toEqual([false, true]);
  });

  test("a page of somebody else's is not replaced", async () => {
    const out = folderOf({ 'operators.md': '# Mine\n' });
    const { code, error } = await docs('--rules', pack, '-o', out);
    expect([code, error]).toEqual([1, expect.stringContaining('not made by thaw rules docs')]);
    expect(readFileSync(join(out, 'operators.md'), 'utf8')).toBe('# Mine\n');
    mkdirSync(join(out, 'x'));
    expect((await docs('--rules', pack, '--rules', folderOf(SHIFT_PACK), '-o', out)).code).toBe(2);
  });
});
