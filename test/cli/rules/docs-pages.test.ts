import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { thaw } from '../thaw.js';

const ROOT = join(import.meta.dirname, '../../..');

test('the committed pages say what the YAML says: npm run docs', async () => {
  const { code, error } = await thaw('rules', 'docs', '--check', '--no-config', '-o', join(ROOT, 'docs'));
  expect([error, code]).toEqual(['', 0]);
});

describe('the pages of the shipped rules', () => {
  const read = (path: string) => readFileSync(join(ROOT, 'docs', path), 'utf8');

  test('the support table tells the forms of an operator, with links that lead somewhere', () => {
    const table = read('operators.md');
    const row = (op: string) => table.split('\n').find((line) => line.startsWith(`| \`${op}\``)) ?? '';
    expect(row('aten::relu')).toMatch(/^\| `aten::relu` \| recipe \| same \| .*f32.* \| +\|$/);
    expect(row('aten::size.int')).toContain('| folds | [size-int-dyn](rules/translation/size-int-dyn.md) |');
    expect(row('aten::relu_')).toContain('| as `aten::relu` | same |');
    expect(row('aten::relu_')).toMatch(/\| yes \| +\|$/);
    expect(row('aten::lstm.input')).toContain('| yes |');
    expect(row('aten::lstm.data')).toContain('| no: NonZero |');
    expect(row('aten::split.Tensor')).toContain('| in part: SplitToSequence |');
    expect(row('aten::softplus')).toContain('| constant numbers |');
    expect(table).toMatch(/^Without a form in ONNX \(-\), for ONNX has neither .*`aten::linalg_svd`/m);
    expect(table).toMatch(/^Declared, without a form in ONNX.*`aten::linalg_svdvals`/m);
    const links = [...table.matchAll(/\]\(([^)]+)\)/g)].map((m) => m[1] ?? '');
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
  });

  test('a page for each rule, each in the index', async () => {
    const { rules } = JSON.parse((await thaw('rules', 'list', '--json', '--no-config')).out);
    const paths = rules.map((r: { phase: string; id: string }) => `${r.phase}/${r.id}.md`).sort();
    const index = read('rules/index.md');
    expect([...index.matchAll(/\]\(((?:lowering|translation)\/[^)]+)\)/g)].map((m) => m[1]).sort()).toEqual(paths);
    const there = readdirSync(join(ROOT, 'docs/rules'), { recursive: true, encoding: 'utf8' });
    expect(there.filter((name) => name.includes('/')).sort()).toEqual(paths);
  });

  test('a page shows the why, the rule and its cases before and after', () => {
    const page = read('rules/translation/size-int-dyn.md');
    expect(page).toContain(
      '# size-int-dyn\n\ntranslation, source, benefit 1; [translation-map.yaml](../../../rules/translation-map.yaml)',
    );
    expect(page).toContain(
      '```yaml\nmatch: { op: aten::size.int, in: { self: $x, dim: $d } }\n```\n\nwhere\n\n- `not constant(result)`',
    );
    expect(page).toMatch(/```text\ngraph\([\s\S]+?\n```\n\nbecomes\n\n```text\ngraph\(/);
    expect(page).toContain('Left alone: ');
  });
});
