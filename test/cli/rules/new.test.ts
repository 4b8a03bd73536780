import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { thaw } from '../thaw.js';
import { folderOf, SHIFT_PACK } from './pack.js';

const SHIFT = 'mylib::shift(Tensor self, int by) -> Tensor';

function edit(path: string, changes: Readonly<Record<string, string>>): void {
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(path, text);
}

/** Fills in every mark as it is. */
function acceptStubs(pack: string): void {
  for (const name of readdirSync(pack, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yaml')) continue;
    const path = join(pack, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/ *# FILL IN:.*$/gm, ''));
  }
}

describe('thaw rules new', () => {
  test('from nothing to a tested operator: new, fill in, test', async () => {
    const pack = join(folderOf({}), 'mypack');
    const made = await thaw('rules', 'new', 'shift-dyn', '--op', 'mylib::shift', '--schema', SHIFT, '--pack', pack);
    expect([made.code, made.error]).toEqual([0, '']);
    const files = ['schemas', 'translation', 'onnx', 'cases'].map((folder) => join(pack, folder, 'shift-dyn.yaml'));
    const known = join(pack, 'cases/mylib-shift.yaml');
    expect(made.out.split('\n').slice(0, 5)).toEqual([...files, known]);
    expect(made.out).toContain(`5 places to fill in; then: thaw rules test shift-dyn mylib::shift --rules ${pack}`);

    // It loads, and says what is missing.
    const lint = await thaw('rules', 'lint', pack);
    expect([lint.code, lint.out]).toEqual([0, `${pack}: 0 errors, 5 warnings`]);
    const first = await thaw('rules', 'test', '--rules', pack);
    expect([first.code, first.error.match(/^warning\[rule-stub\]: to fill in: .*$/gm)?.length]).toEqual([1, 5]);
    expect(first.error).toContain('to fill in: the ONNX nodes that compute it');

    const note = '# FILL IN:';
    edit(join(pack, 'schemas/shift-dyn.yaml'), {
      [`  ${note} the dtype and shape of each result`]: '',
      [`self.shape }  ${note} the dtype and shape of each result`]: 'self.shape }',
    });
    edit(join(pack, 'translation/shift-dyn.yaml'), {
      [`The same, by numbers that are known only at run time.  ${note} why the two forms agree at all sizes`]:
        'Both take items by their index modulo the length.',
    });
    edit(known, {
      'gives: [[1, 2, 3, 4, 5, 6]]  # FILL IN: what PyTorch gives for these values': 'gives: [[4, 5, 6, 1, 2, 3]]',
    });
    // A recipe for the static form alone is told by the numbers.
    edit(join(pack, 'onnx/shift-dyn.yaml'), {
      [`onnx: { op: Identity, in: [self] }  ${note} the ONNX nodes that compute it`]: `when: constant(by)
    onnx:
      - { op: Range, in: [0, { const: 'self.shape[0]' }, 1], out: i }
      - { op: Sub, in: [$i, by], out: from }
      - { op: Mod, in: [$from, { const: 'self.shape[0]' }], out: wrapped }
      - { op: Gather, in: [self, $wrapped], attrs: { axis: 0 } }
  - op: trt::shift_dyn
    onnx: { op: Identity, in: [self] }`,
    });
    const second = await thaw('rules', 'test', '--rules', pack);
    expect([second.code, second.out]).toEqual([1, expect.stringContaining('2 passed, 1 failed')]);
    expect(second.error).toContain('gives other numbers');
    edit(join(pack, 'onnx/shift-dyn.yaml'), {
      'when: constant(by)\n    ': '',
      '\n  - op: trt::shift_dyn\n    onnx: { op: Identity, in: [self] }': '',
    });
    const third = await thaw('rules', 'test', '--rules', pack);
    expect(third).toMatchObject({ code: 0, error: '', out: expect.stringContaining('3 passed, 2 proven by numbers') });
    expect(await thaw('rules', 'lint', pack)).toMatchObject({ code: 0, out: `${pack}: no problems` });
  });

  test('what it writes for operators of many forms loads, and its cases hold', async () => {
    const pack = folderOf({});
    const operators = [
      // Known ones: rank 2, rank 4 and a kernel, axes that stay constants, a name whose dynamic form is another operator.
      'aten::softplus',
      'aten::conv2d',
      'aten::glu',
      'aten::pixel_shuffle',
      // Options, several results, numbers as results, lists of tensors, no numbers at all.
      'mylib::sizes(Tensor x, int n, float scale=1.5, *, str mode="a", int[2]? k=None) -> (Tensor a, Tensor b)',
      'mylib::count(Tensor x, Scalar n) -> int',
      'mylib::pick(Tensor[] xs, bool flag) -> Tensor',
      'mylib::list_item(Tensor x, int[] where) -> Tensor',
    ];
    for (const [i, text] of operators.entries()) {
      const [op = ''] = text.split('(');
      const schema = text.includes('(') ? ['--schema', text] : [];
      const made = await thaw('rules', 'new', `mine-${i}`, '--op', op, ...schema, '--pack', pack);
      expect(made).toMatchObject({ code: 0, error: '' });
    }
    const lint = JSON.parse((await thaw('rules', 'lint', '--json', pack)).out);
    expect(lint.diagnostics.filter((d: { code: string }) => d.code !== 'rule-stub')).toEqual([]);
    acceptStubs(pack);
    const run = JSON.parse((await thaw('rules', 'test', '--json', '--no-numbers', '--rules', pack)).out);
    const failed = run.files.flatMap((f: { cases: { ok: boolean }[] }) => f.cases.filter((c) => !c.ok));
    expect([failed, run.diagnostics]).toEqual([[], []]);
    // Three of them have a rule and a recipe of their own.
    expect(run.files).toHaveLength(operators.length + 3);
  });

  test('the facts of a known operator carry over to its dynamic form', async () => {
    const pack = folderOf({});
    await thaw('rules', 'new', 'shuffle-dyn', '--op', 'aten::pixel_shuffle', '--pack', pack);
    const schemas = readFileSync(join(pack, 'schemas/shuffle-dyn.yaml'), 'utf8');
    expect(schemas).toContain('schema: trt::pixel_shuffle_dyn(Tensor self, Tensor upscale_factor) -> Tensor');
    expect(schemas).toContain('upscale_factor.elements[0]');
    expect(schemas).not.toContain('FILL IN');
  });

  test('the arguments that become tensors can be told', async () => {
    const pack = folderOf({});
    await thaw('rules', 'new', 'my-rule', '--op', 'aten::softplus', '--arg', 'threshold', '--pack', pack);
    expect(readFileSync(join(pack, 'translation/my-rule.yaml'), 'utf8')).toContain("where: ['dynamic($threshold)']");
    const wrong = await thaw('rules', 'new', 'my-other', '--op', 'aten::softplus', '--arg', 'treshold', '--pack', pack);
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringContaining('did you mean `threshold`?')]);
  });

  test('nothing is overwritten, and nothing is left behind', async () => {
    const pack = folderOf({ 'onnx/shift-dyn.yaml': 'recipes: []\n' });
    const argv = ['rules', 'new', 'shift-dyn', '--op', 'mylib::shift', '--schema', SHIFT, '--pack', pack];
    expect(await thaw(...argv)).toMatchObject({
      code: 1,
      error: expect.stringContaining('onnx/shift-dyn.yaml exists already'),
    });
    expect(readdirSync(pack)).toEqual(['onnx']);
  });

  test('a rule that the pack is to replace is copied with its cases', async () => {
    const pack = folderOf({});
    const made = await thaw('rules', 'new', 'size-int-dyn', '--pack', pack);
    expect(made).toMatchObject({ code: 0, error: '', out: expect.stringContaining('thaw rules test size-int-dyn') });
    const shown = (await thaw('rules', 'show', 'size-int-dyn', '--rules', pack)).out;
    expect(shown).toContain(`${join(pack, 'translation/size-int-dyn.yaml')}:2\nreplaces rules/translation-map.yaml`);
    expect((await thaw('rules', 'test', '--rules', pack)).code).toBe(0);
  });

  test("a rule of the pack's own gets cases, from graphs made for its pattern", async () => {
    const pack = folderOf({
      ...SHIFT_PACK,
      'translation/shift.yaml': `rules:
  - id: shift-of-relu-dyn
    why: A relu before a shift is left out, to have a pattern of two operators.
    match: { op: mylib::shift, in: { self: { op: aten::relu, in: { self: $x } }, by: $by } }
    where: ['dynamic($by)', '$x.rank == 3']
    rewrite: { op: trt::shift_dyn, in: { self: $x, by: { tensor: $by } } }
`,
    });
    rmSync(join(pack, 'cases'), { recursive: true });
    expect(await thaw('rules', 'new', 'shift-of-relu-dyn', '--pack', pack)).toMatchObject({ code: 0, error: '' });
    acceptStubs(pack);
    const { code, out, error } = await thaw('rules', 'test', '--no-numbers', '--rules', pack);
    expect([code, error, out]).toEqual([0, '', expect.stringContaining('ok    shift-of-relu-dyn  2 cases')]);
    const again = await thaw('rules', 'new', 'shift-of-relu-dyn', '--pack', pack);
    expect(again).toMatchObject({ code: 1, error: expect.stringContaining('exists already') });
  });

  test('a rule of the lowering', async () => {
    const pack = folderOf({});
    const argv = ['--op', 'aten::pixel_shuffle', '--lowering', '--pack', pack];
    expect((await thaw('rules', 'new', 'no-shuffle', ...argv)).code).toBe(0);
    expect(readdirSync(pack).sort()).toEqual(['cases', 'lowering']);
    acceptStubs(pack);
    expect(await thaw('rules', 'test', '--no-numbers', '--rules', pack)).toMatchObject({ code: 0, error: '' });
  });

  test.each<[string[], string, string]>([
    [['Shift', '--op', 'mylib::shift'], '`Shift` is no id', 'joined by dashes'],
    [['a-b'], 'needs --op OPERATOR: there is no rule `a-b`', 'see thaw rules new --help'],
    [['a-b', '--op', 'shift'], 'shift is no operator', 'namespace::name'],
    [['a-b', '--op', 'aten::softpluss'], 'no schema declares aten::softpluss', 'did you mean aten::softplus?'],
    [['a-b', '--op', 'aten::transpose'], 'aten::transpose has overloads', 'aten::transpose.int'],
    [['a-b', '--op', 'aten::expand'], 'has a dynamic form already, by expand-literal', 'copies it into the pack'],
    [['view-dyn', '--op', 'mylib::shift'], 'there is a rule `view-dyn` already', 'thaw rules show view-dyn'],
    [['a-b', '--op', 'mylib::shift', '--schema', 'mylib::other(Tensor x) -> Tensor'], 'declares mylib::other', ''],
  ])('%j is wrong usage', async (argv, message, help) => {
    const { code, error } = await thaw('rules', 'new', ...argv, '--pack', folderOf({}));
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
    expect(error).toContain(help);
  });

  test('without a pack', async () => {
    const { code, error } = await thaw('rules', 'new', 'a-b', '--op', 'mylib::shift', '--no-config');
    expect([code, error]).toEqual([2, expect.stringContaining('needs --pack DIR')]);
  });

  test('never into a package that npm has installed', async () => {
    const dir = folderOf({
      'thaw.config.yaml': 'rules: [installed]\n',
      'node_modules/installed/package.json': '{ "name": "installed" }',
      'node_modules/installed/schemas/a.yaml': `operators:\n  - schema: ${SHIFT}\n`,
    });
    const config = join(dir, 'thaw.config.yaml');
    const { code, error } = await thaw('rules', 'new', 'a-b', '--op', 'mylib::shift', '--config', config);
    expect([code, error]).toEqual([2, expect.stringContaining('needs --pack DIR')]);
    expect(readdirSync(join(dir, 'node_modules/installed'))).toEqual(['package.json', 'schemas']);
  });
});
