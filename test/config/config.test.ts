import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check, loadConfig, loadModel, RuleBook } from '../../src/index.js';
import { Project, problemsOf, reluRule, schemaOf } from '../rulebook/pack-folder.js';

let project: Project;
beforeEach(() => {
  project = new Project().write({
    'thaw.config.yaml': 'rules: [./mypack, some-pack]\ndisable: [roll-dyn]\nopset: 18\n',
    'mypack/schemas/a.yaml': schemaOf('mylib::a'),
    'mypack/lowering/a.yaml': `rules:\n${reluRule('mine', 'mylib::a')}`,
    'node_modules/some-pack/package.json': '{ "name": "some-pack" }',
    'node_modules/some-pack/pack.yaml': 'disable: [no-dropout]\n',
    'src/deep/x.txt': '',
  });
});
afterEach(() => {
  project.remove();
});

describe('loadConfig', () => {
  it('gives the options of a rule book, folders seen from the file', async () => {
    const config = await loadConfig(project.path('src/deep'));
    expect([config.file, config.opset]).toEqual([project.path('thaw.config.yaml'), 18]);
    const book = await RuleBook.load(config);
    expect(book.layers.map(({ name }) => name)).toEqual(['thaw', 'mypack', 'some-pack', config.file]);
    expect(book.entry('no-dropout')).toMatchObject({ state: 'disabled', by: { name: 'some-pack' } });
    expect(book.entry('roll-dyn')).toMatchObject({ state: 'disabled', by: { name: config.file } });
  });

  it('is found from a folder up to the package or repository that it belongs to', async () => {
    project.write({ 'src/package.json': '{}', 'other/.git/HEAD': '', 'other/a/x.txt': '', 'mine/thaw.config.yml': '' });
    for (const outside of ['src/deep', 'other/a'])
      expect((await loadConfig(project.path(outside))).file).toBeUndefined();
    expect(await loadConfig(project.path('mine'))).toEqual({
      file: project.path('mine/thaw.config.yml'),
      packs: [],
      disable: [],
    });
  });

  it('is an option of check and compile, whose own rules come on top', async () => {
    const text = 'graph(%x : Tensor):\n  %y : Tensor = mylib::a(%x)\n  return (%y)\n';
    project.write({ 'model.txt': text });
    const config = await loadConfig(project.path('thaw.config.yaml'));
    const model = await loadModel(project.path('model.txt'), { config });
    const inputs = [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['N'] } }] as const;
    const { graph } = await check(model, { config, inputs });
    expect([...graph.allNodes()].map(({ op, origin }) => [op, origin !== undefined])).toEqual([['aten::relu', true]]);
  });

  it.each<[string, string, string, number, number, RegExp]>([
    ['a key that is none', 'rule: [./mypack]\n', 'yaml-schema', 1, 1, /did you mean `rules`/],
    ['an opset outside the range', 'rules: []\nopset: 12\n', 'yaml-schema', 2, 8, /./],
    ['a list that is none', 'rules: ./mypack\n', 'yaml-schema', 1, 8, /./],
    ['no YAML', 'rules: [\n', 'yaml-syntax', 1, 8, /./],
    ['a pack that is not there', 'rules:\n  - ./mypack\n  - ./nopack\n', 'pack-not-found', 3, 5, /./],
    ['a rule that is not there', 'disable: [no-dropuot]\n', 'pack-unknown-rule', 1, 11, /did you mean `no-dropout`/],
  ])('%s is told at its place', async (_, text, code, line, column, help) => {
    project.write({ 'thaw.config.yaml': text });
    const [problem] = await problemsOf(loadConfig(project.dir).then((config) => RuleBook.load(config)));
    expect([problem?.code, problem?.at?.line, problem?.at?.column]).toEqual([code, line, column]);
    expect(`${problem?.help ?? problem?.message}`).toMatch(help);
  });

  it('of a name that is no file is an error', async () => {
    const [problem] = await problemsOf(loadConfig(project.path('none.yaml')));
    expect(problem?.code).toBe('file-not-found');
  });
});
