import { describe, expect, test } from 'vitest';
import { thaw } from '../thaw.js';
import { folderOf, SHIFT_PACK } from './pack.js';

const pack = folderOf(SHIFT_PACK);
const rulesOf = async (...argv: string[]) => JSON.parse((await thaw('rules', 'list', '--json', ...argv)).out).rules;

describe('thaw rules list', () => {
  test('tells every rule by phase and family, with its operators', async () => {
    const { code, out } = await thaw('rules', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^lowering: alias\n/);
    expect(out).toContain('\n\ntranslation: view\n');
    expect(out).toMatch(/^ {2}view-dyn +1 {2}aten::view \| .* -> trt::reshape_dyn$/m);
    const count = Number(/(\d+) rules$/.exec(out)?.[1]);
    expect(out.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(count);
  });

  test('filters by operator with or without overload, family and text', async () => {
    const names = async (...argv: string[]) => (await rulesOf(...argv)).map((r: { id: string }) => r.id);
    expect(await names('--op', 'aten::view')).toContain('view-dyn');
    expect(await names('--op', 'aten::size')).toEqual(['size-int-dyn', 'size-dyn']);
    expect(await names('--op', 'aten::size.int')).toEqual(['size-int-dyn']);
    // A rule's rewrite counts too, and all filters must hold.
    expect(await names('--op', 'trt::reshape_dyn', '--op', 'aten::unflatten.int')).toEqual([]);
    expect(await names('--op', 'trt::reshape_dyn', 'flat')).not.toContain('view-dyn');
    const view = await rulesOf('--family', 'view');
    expect(new Set(view.map((r: { family: string }) => r.family))).toEqual(new Set(['view']));
    expect(await names('number of elements', 'NUMEL')).toEqual(['numel-dyn']);
  });

  test('tells the rules of packs, and those that they replace or switch off', async () => {
    const rules = await rulesOf('--rules', pack, '--op', 'aten::numel');
    expect(rules).toMatchObject([
      { id: 'numel-dyn', layer: 'thaw', state: 'replaced', by: 'mine' },
      { id: 'numel-dyn', layer: 'mine', state: 'active', family: 'shift' },
    ]);
    const { out } = await thaw('rules', 'list', '--rules', pack, 'size-dyn');
    expect(out).toMatch(/size-dyn .*\(switched off by mine\)/);
  });

  test.each<[string[], string, string]>([
    [['--op', 'aten::vieww'], 'no schema declares aten::vieww', 'did you mean aten::view?'],
    [['--family', 'veiw'], 'no rule is of the family veiw', 'did you mean view?'],
    [['--famly', 'view'], 'thaw rules list takes no --famly', 'did you mean --family?'],
    [['--op'], "'--op <value>'", 'see thaw rules list --help'],
  ])('%j is wrong usage', async (argv, message, help) => {
    const { code, out, error } = await thaw('rules', 'list', ...argv);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(message);
    expect(error).toContain(help);
  });
});

describe('thaw rules show', () => {
  test('the YAML as written and where, the why, schemas, cases and rivals in order', async () => {
    const { code, out } = await thaw('rules', 'show', 'int-of-tensor-same');
    expect(code).toBe(0);
    expect(out).toContain('int-of-tensor-same: translation, source, benefit 3, thaw');
    expect(out).toMatch(/^rules\/translation-map\.yaml:\d+$/m);
    expect(out).toContain('\n- id: int-of-tensor-same\n  why: A 0-d int64 tensor is the number itself.\n  match: {');
    expect(out).toMatch(/aten::Int\.Tensor\(Tensor a\) -> int {2}rules\/schemas\/[\w-]+\.yaml:\d+/);
    expect(out).toMatch(/^ {2}test\/rules\/source\/int-of-tensor-same\.yaml\n {4}fires {2}.+\n {4}holds {2}/m);
    const order = out.slice(out.indexOf('rules tried at')).match(/(?<=^[ *]+ )[\w-]+(?= +benefit)/gm);
    expect(order).toEqual(['int-of-tensor-same', 'int-of-scalar-tensor', 'int-of-tensor-dyn']);
    expect(out).toContain('* int-of-tensor-same');
  });

  test('a rule of a pack, and the one that it replaces', async () => {
    const { out } = await thaw('rules', 'show', 'numel-dyn', '--rules', pack);
    expect(out).toContain(`${pack}/translation/shift.yaml:8`);
    expect(out).toMatch(/^replaces rules\/translation-map\.yaml:\d+ \(thaw\)$/m);
    const { rule } = JSON.parse((await thaw('rules', 'show', 'size-dyn', '--rules', pack, '--json')).out);
    expect(rule).toMatchObject({ state: 'disabled', by: 'mine', order: [] });
  });

  test('an unknown id', async () => {
    const { code, error } = await thaw('rules', 'show', 'veiw-dyn');
    expect([code, error]).toEqual([2, expect.stringContaining('did you mean `view-dyn`?')]);
    expect((await thaw('rules', 'show')).error).toContain('needs ID');
  });
});

describe('thaw rules', () => {
  test('help, of itself and of each command', async () => {
    const { out } = await thaw('rules', '--help');
    const commands = [...out.matchAll(/^ {2}thaw rules (\w+)/gm)].map((m) => m[1] ?? '');
    expect(commands).toEqual(expect.arrayContaining(['list', 'show', 'explain', 'lint', 'test', 'new', 'docs']));
    for (const command of commands) {
      const help = await thaw('rules', command, '--help');
      expect([help.code, help.out.startsWith(`usage: thaw rules ${command}`)]).toEqual([0, true]);
      expect(help.out).toContain('--json');
    }
    expect((await thaw('--help')).out).toContain('thaw rules');
  });

  test('an unknown command, with the nearest', async () => {
    expect(await thaw('rules', 'lnit')).toMatchObject({
      code: 2,
      error: expect.stringContaining('did you mean thaw rules lint?'),
    });
    const before = await thaw('--json', 'rules', '--no-config', 'show', 'view-dyn');
    expect([before.code, JSON.parse(before.out).rule.id]).toEqual([0, 'view-dyn']);
    const { code, out } = await thaw('rules', '--json');
    expect([code, JSON.parse(out).ok]).toEqual([2, false]);
  });
});
