import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuleBook } from '../../src/rulebook/load.js';
import { Project, problemsOf, reluRule, schemaOf } from './pack-folder.js';

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => {
  project.remove();
});

const load = (packs: readonly string[], more: { disable?: readonly string[] } = {}) =>
  RuleBook.load({ packs: packs.map((pack) => ({ pack, from: project.dir })), ...more });

/** A pack whose rule, operator and recipe bear its name. */
const pack = (dir: string, manifest?: string) =>
  project.write({
    [`${dir}/schemas/a.yaml`]: schemaOf(`mylib::${dir.replaceAll(/\W/g, '_')}`),
    [`${dir}/lowering/a.yaml`]: `rules:\n${reluRule('mine', `mylib::${dir.replaceAll(/\W/g, '_')}`)}`,
    ...(manifest === undefined ? {} : { [`${dir}/pack.yaml`]: manifest }),
  });

describe('layers', () => {
  it('tell where each rule, operator and recipe comes from', async () => {
    pack('one', 'name: first\nversion: 1.2.0\n').write({
      'one/onnx/a.yaml': 'recipes:\n  - op: aten::relu\n    onnx: { op: Identity, in: [self] }\n',
    });
    const book = await load(['one']);
    expect(book.layers.map(({ name, version, kind }) => [name, version, kind])).toEqual([
      ['thaw', undefined, 'shipped'],
      ['first', '1.2.0', 'pack'],
    ]);
    expect(book.entry('mine')).toMatchObject({ phase: 'lowering', state: 'active', layer: { name: 'first' } });
    expect(book.entry('size-int-dyn')).toMatchObject({ phase: 'translation', layer: { name: 'thaw' } });
    expect(['mylib::one', 'aten::relu', 'aten::none'].map((op) => book.operatorLayer(op)?.name)).toEqual([
      'first',
      'thaw',
      undefined,
    ]);
    const layers = book.recipesWithLayer('aten::relu').map(({ layer }) => layer.name);
    expect([layers[0], new Set(layers.slice(1))]).toEqual(['first', new Set(['thaw'])]);
  });

  it('replace a rule by its id in whichever phase it stands, and keep its place', async () => {
    project.write({
      'p/schemas/a.yaml': schemaOf('mylib::a'),
      'p/schemas/b.yaml': schemaOf('mylib::b'),
      'p/lowering/a.yaml': `rules:\n${reluRule('size-int-dyn', 'mylib::a')}${reluRule('no-dropout', 'mylib::b')}`,
    });
    const [plain, book] = [await RuleBook.load(), await load(['p'])];
    expect(book.translation.rules.map((r) => r.id)).toEqual(
      plain.translation.rules.map((r) => r.id).filter((id) => id !== 'size-int-dyn'),
    );
    expect(book.lowering.rules.map((r) => r.id)).toEqual([...plain.lowering.rules.map((r) => r.id), 'size-int-dyn']);
    expect(book.entry('size-int-dyn')).toMatchObject({
      phase: 'lowering',
      replaces: { phase: 'translation', state: 'replaced', layer: { name: 'thaw' }, by: { name: 'p' } },
    });
    expect(book.entries().filter(({ rule }) => rule.id === 'no-dropout')).toHaveLength(2);
  });

  it('switch rules off below them, and a layer above may bring one back', async () => {
    pack('off', 'disable: [size-int-dyn, no-dropout]\n');
    const off = await load(['off']);
    expect(off.translation.rules.some((r) => r.id === 'size-int-dyn')).toBe(false);
    expect(off.entry('size-int-dyn')).toMatchObject({ state: 'disabled', by: { name: 'off' } });
    project.write({
      'back/schemas/a.yaml': schemaOf('mylib::back'),
      'back/lowering/a.yaml': `rules:\n${reluRule('no-dropout', 'mylib::back')}`,
    });
    const back = await load(['off', 'back']);
    expect(back.entry('no-dropout')).toMatchObject({ state: 'active', layer: { name: 'back' } });
  });

  it('of the options come on top', async () => {
    pack('one');
    const book = await load(['one'], { disable: ['mine', 'roll-dyn'] });
    expect(book.lowering.rules.some((r) => r.id === 'mine')).toBe(false);
    expect(book.entry('roll-dyn')).toMatchObject({ state: 'disabled', by: { kind: 'settings' } });
    const [unknown] = await problemsOf(load([], { disable: ['roll-dym'] }));
    expect(unknown).toMatchObject({ code: 'pack-unknown-rule', help: 'did you mean `roll-dyn`?' });
  });

  it('keep the arguments of an operator whose schema they replace', async () => {
    project.write({
      'p/schemas/a.yaml': 'operators:\n  - schema: aten::relu(Tensor x) -> Tensor\n',
      'q/schemas/a.yaml': 'operators:\n  - schema: "aten::relu(Tensor self, int mode=0) -> Tensor"\n',
    });
    const [lost] = await problemsOf(load(['p']));
    expect(lost).toMatchObject({ code: 'pack-invalid', at: { line: 2, column: 13 } });
    expect(lost?.message).toContain('`Tensor self`');
    project.write({ 'r/schemas/a.yaml': 'operators:\n  - schema: aten::size.int(Tensor self, Tensor dim) -> int\n' });
    const [other] = await problemsOf(load(['r']));
    expect(other?.message).toContain('`int dim`');
    expect((await load(['q'])).registry.require('aten::relu').signature.args).toHaveLength(2);
  });
});

describe('pack.yaml', () => {
  it('puts the packs that a pack builds on below it, each once', async () => {
    pack('base');
    pack('mid', 'extends: [../base]\n');
    pack('top', 'extends: [../mid, ../base]\ndisable: [mine]\n');
    const book = await load(['top', 'base']);
    expect(book.layers.map(({ name }) => name)).toEqual(['thaw', 'base', 'mid', 'top']);
    // Its own rule of the id it switches off below stands.
    expect(book.entry('mine')).toMatchObject({ state: 'active', layer: { name: 'top' } });
  });

  it.each<[string, Readonly<Record<string, string>>, string, number, number, string]>([
    ['an unknown key', { 'p/pack.yaml': 'disabled: [x]\n' }, 'yaml-schema', 1, 1, 'did you mean `disable`?'],
    ['an id that is none', { 'p/pack.yaml': 'disable:\n  - Size_Int\n' }, 'yaml-schema', 2, 5, ''],
    [
      'an unknown rule',
      { 'p/pack.yaml': 'name: p\ndisable: [no-dropout, size-int-dym]\n' },
      'pack-unknown-rule',
      2,
      23,
      'did you mean `size-int-dyn`?',
    ],
    ['a pack that is not there', { 'p/pack.yaml': 'extends: [./q]\n' }, 'pack-not-found', 1, 11, ''],
    [
      'packs that build on each other',
      { 'p/pack.yaml': 'extends: [../q]\n', 'q/pack.yaml': 'extends:\n  - ../p\n' },
      'pack-invalid',
      2,
      5,
      '',
    ],
    ['no YAML', { 'p/pack.yaml': 'disable: [\n' }, 'yaml-syntax', 1, 10, ''],
  ])('%s is told at its place', async (_, files, code, line, column, help) => {
    project.write({ ...files });
    const found = await problemsOf(load(['p']));
    expect(found.map((d) => [d.code, d.at?.line, d.at?.column])).toEqual([[code, line, column]]);
    expect(found[0]?.help ?? '').toContain(help);
  });
});

describe('an npm package', () => {
  const files = {
    'node_modules/@me/pack/package.json':
      '{ "name": "@me/pack", "version": "3.1.4", "thaw": { "rules": "yaml/rules" } }',
    'node_modules/@me/pack/yaml/rules/schemas/a.yaml': schemaOf('mylib::a'),
    'node_modules/@me/pack/yaml/rules/lowering/a.yaml': `rules:\n${reluRule('mine', 'mylib::a')}`,
    'node_modules/@me/pack/index.js': 'throw new Error("a pack runs no code")',
    'node_modules/plain/package.json': '{ "name": "plain", "version": "0.0.1", "main": "index.js" }',
    'node_modules/plain/index.js': 'throw new Error("a pack runs no code")',
    'node_modules/plain/translation-map.yaml': 'rules: []\n',
    'node_modules/plain/.github/ci.yaml': 'not: a rule\n',
    'deep/er/x.txt': '',
  };

  it('is a pack by the folder that package.json names, or by its own', async () => {
    project.write(files);
    const packs = ['@me/pack', 'plain'].map((name) => ({ pack: name, from: project.path('deep/er') }));
    const book = await RuleBook.load({ packs });
    expect(book.layers.slice(1).map(({ name, version }) => [name, version])).toEqual([
      ['@me/pack', '3.1.4'],
      ['plain', '0.0.1'],
    ]);
    expect(book.entry('mine')?.rule.span.file).toBe(
      join(project.dir, 'node_modules/@me/pack/yaml/rules/lowering/a.yaml'),
    );
  });

  it('gives way to a folder of the same name', async () => {
    project.write(files);
    pack('plain');
    expect((await load(['plain'])).layers[1]).toMatchObject({ name: 'plain', version: undefined });
  });

  it.each<[string, string, string, RegExp]>([
    ['is not installed', 'other', 'pack-not-found', /no folder .*other, and no package other in node_modules/],
    ['is a path', './other', 'pack-not-found', /^there is no folder [^,]*$/],
    ['has no rules', 'empty', 'pack-invalid', /holds no rules/],
    ['names a folder outside', 'outside', 'pack-invalid', /leaves the package: \.\.\/plain/],
    ['names a folder that is not there', 'gone', 'pack-invalid', /is no folder of the package: rules/],
    ['has another form of `thaw`', 'wrong', 'pack-invalid', /names no folder of rules/],
    ['has a broken package.json', 'broken', 'pack-invalid', /cannot read .*package\.json/],
    ['has a folder of a misspelt name', 'misspelt', 'pack-invalid', /schema is no part of a rule pack/],
    ['is a file', 'file.yaml', 'pack-invalid', /is a file/],
  ])('that %s is told', async (_, name, code, message) => {
    project.write({
      ...files,
      'node_modules/empty/package.json': '{ "name": "empty" }',
      'node_modules/outside/package.json': '{ "thaw": { "rules": "../plain" } }',
      'node_modules/gone/package.json': '{ "thaw": { "rules": "rules" } }',
      'node_modules/wrong/package.json': '{ "thaw": "rules" }',
      'node_modules/broken/package.json': '{',
      'node_modules/misspelt/package.json': '{}',
      'node_modules/misspelt/schema/a.yaml': schemaOf('mylib::a'),
      'file.yaml': '',
    });
    const [problem, ...more] = await problemsOf(load([name]));
    expect([problem?.code, more]).toEqual([code, []]);
    expect(problem?.message).toMatch(message);
  });

  it('tells the problems of all packs at once', async () => {
    expect((await problemsOf(load(['one', 'two']))).map((d) => d.code)).toEqual(['pack-not-found', 'pack-not-found']);
  });
});
