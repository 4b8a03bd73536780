import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleFiles } from '../../src/rulebook/read-rules.js';
import { thaw } from '../cli/thaw.js';
import { Project } from '../rulebook/pack-folder.js';
import { LanguageServer, type Position } from './language-server.js';

const RULES = join(import.meta.dirname, '../../rules');

const project = new Project();
const server = new LanguageServer();
const start = process.cwd();
let printed = '';

beforeAll(async () => {
  project.write({
    'package.json': '{}',
    'thaw.config.yaml': 'rules: [./mypack]\n',
    'mypack/schemas/a.yaml': `operators:
  - schema: mylib::shift(Tensor self, int by, *, bool back=False) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: trt::shift_dyn(Tensor self, Tensor by) -> Tensor
`,
    'mypack/translation/a.yaml': `rules:
  - id: shift-dyn
    why: The same shift, by a number that is known only at run time.
    match: { op: mylib::shift, in: { self: $x, by: $by, back: false } }
    where: ['dynamic($by)']
    rewrite: { op: trt::shift_dyn, in: { self: $x, by: { tensor: $by } } }
`,
  });
  process.chdir(project.dir);
  const { out, error } = await thaw('rules', 'schema', '-o', '.thaw');
  expect(error).toBe('');
  printed = out;
  await server.start();
}, 60_000);
afterAll(() => {
  server.stop();
  process.chdir(start);
  project.remove();
});

type Kind = 'operators' | 'rules' | 'recipes' | 'case' | 'pack' | 'config';

let files = 0;
/** A file in the pack whose first line names the schema, `|` in the text is the cursor. */
async function edit(kind: Kind, marked: string) {
  const at = marked.indexOf('|');
  const text = `# yaml-language-server: $schema=../../.thaw/${kind}.schema.json\n${at < 0 ? marked : marked.slice(0, at) + marked.slice(at + 1)}`;
  const before = text.slice(0, text.length - marked.length + 1 + at).split('\n');
  const position: Position = { line: before.length - 1, character: before[before.length - 1]?.length ?? 0 };
  files += 1;
  const path = project.path(`mypack/translation/${files}.yaml`);
  const problems = await server.open(path, text);
  return { path, text, position, problems };
}

async function offered(kind: Kind, marked: string): Promise<Map<string, string>> {
  const { path, position } = await edit(kind, marked);
  const items = await server.complete(path, position);
  return new Map(
    items.map(({ label, documentation = '' }) => [
      label,
      typeof documentation === 'string' ? documentation : documentation.value,
    ]),
  );
}

/** What a problem is about: the text that it stands below. */
async function problems(kind: Kind, marked: string): Promise<string[]> {
  const { text, problems: found } = await edit(kind, marked);
  const lines = text.split('\n');
  return found.map(
    ({ range, message }) => `${lines[range.start.line]?.slice(range.start.character, range.end.character)}: ${message}`,
  );
}

const rule = (match: string, rewrite = '$x') =>
  `rules:\n  - id: a-b\n    why: A rule to test editors with.\n    match: ${match}\n    rewrite: ${rewrite}\n`;

describe('thaw rules schema', () => {
  test('tells the first line of the files of each folder', () => {
    expect(printed).toMatch(
      /mypack\/translation +# yaml-language-server: \$schema=\.\.\/\.\.\/\.thaw\/rules\.schema\.json/,
    );
    expect(printed).toContain('# yaml-language-server: $schema=.thaw/config.schema.json');
  });
});

describe('a good file', () => {
  test.each<[Kind, string]>([
    [
      'rules',
      rule(
        '{ op: [aten::add.Tensor, aten::sub.Tensor], in: { self: { op: mylib::shift, in: { by: 3 } }, other: $x } }',
      ),
    ],
    ['rules', rule('{ op: other::operator, in: { anything: $x } }')],
    [
      'recipes',
      'recipes:\n  - op: [mylib::shift, trt::shift_dyn]\n    onnx:\n      - { op: Range, in: [0, by, 1], out: i }\n      - { op: Gather, in: [self, $i], attrs: { axis: 0 } }\n      - { call: aten::relu, in: { self: $i } }\n',
    ],
    ['recipes', 'recipes:\n  - op: mylib::shift\n    onnx: { op: Gelu, domain: com.microsoft, in: [self] }\n'],
    [
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { op: own_op, domain: mylib, version: 2, in: [self], attrs: { any: { float: 1 } } }\n',
    ],
    ['config', 'rules: [./mypack]\ndisable: [shift-dyn]\nopset: 18\n'],
    ['pack', 'name: mypack\ndisable: [no-dropout]\n'],
    [
      'operators',
      'operators:\n  - schema: mylib::a(Tensor x) -> Tensor\n    infer: { dtype: x.dtype, shape: x.shape }\n',
    ],
  ])('of %s has no problems', async (kind, text) => {
    expect(await problems(kind, text)).toEqual([]);
  });
});

test('the shipped files have no problems', async () => {
  const found = await Promise.all(
    ruleFiles(RULES).map(async ({ path, kind }) => {
      const list = kind === 'operators' || kind === 'rules' || kind === 'recipes' ? kind : 'case';
      return (await problems(list, readFileSync(path, 'utf8'))).map((problem) => `${path}: ${problem}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});

describe('a bad file', () => {
  test.each<[string, Kind, string, RegExp]>([
    [
      'an unknown operator',
      'rules',
      rule('{ op: aten::vieww, in: { self: $x } }'),
      /^aten::vieww: no schema declares this operator/,
    ],
    [
      'an unknown argument of a pattern',
      'rules',
      rule('{ op: mylib::shift, in: { self: $x, bye: 1 } }'),
      /^bye: Property bye is not allowed/,
    ],
    [
      'one of a template',
      'rules',
      rule('{ op: aten::neg, in: { self: $x } }', '{ op: trt::shift_dyn, in: { selff: $x } }'),
      /^selff: /,
    ],
    ['an unknown key', 'rules', rule('{ op: aten::neg, inn: { self: $x } }'), /^inn: Property inn is not allowed/],
    [
      'an unknown ONNX operator',
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { op: Reluu, in: [self] }\n',
      /^Reluu: ONNX has no such operator/,
    ],
    [
      'an unknown attribute',
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { op: Gather, in: [self], attrs: { axes: 0 } }\n',
      /^axes: Property axes is not allowed/,
    ],
    [
      'one of onnxruntime',
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { op: QuickGelu, domain: com.microsoft, in: [self], attrs: { beta: 0 } }\n',
      /^beta: /,
    ],
    [
      'an argument of a call',
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { call: aten::relu, in: { x: self } }\n',
      /^x: /,
    ],
    ['an opset', 'config', 'opset: 3\n', /^3: /],
  ])('shows %s at its place', async (_, kind, text, wanted) => {
    const [problem, ...more] = await problems(kind, text);
    expect(problem).toMatch(wanted);
    expect(more).toEqual([]);
  });
});

describe('completion offers', () => {
  test('operators with their signatures, those of the packs too', async () => {
    const names = await offered('rules', rule('{ op: mylib::s|, in: { self: $x } }'));
    expect(names.get('mylib::shift')).toBe('mylib::shift(Tensor self, int by, *, bool back=False) -> Tensor');
    expect(names.get('aten::view')).toBe('aten::view(Tensor(a) self, int[] size) -> Tensor(a)');
    expect((await offered('rules', rule('{ op: [aten::view, |], in: { self: $x } }'))).has('mylib::shift')).toBe(true);
    expect(
      (await offered('recipes', 'recipes:\n  - op: mylib::s|\n    onnx: { op: Relu }\n')).has('mylib::shift'),
    ).toBe(true);
  });

  test.each<[string, Kind, string]>([
    ['of a pattern', 'rules', rule('\n      op: mylib::shift\n      in:\n        |')],
    ['in braces', 'rules', rule('{ op: mylib::shift, in: { b| } }')],
    [
      'of the first of several operators',
      'rules',
      rule('\n      op: [mylib::shift, trt::shift_dyn]\n      in:\n        b|'),
    ],
    [
      'of a nested pattern',
      'rules',
      rule('\n      op: aten::neg\n      in:\n        self:\n          op: mylib::shift\n          in:\n            |'),
    ],
    [
      'of a template',
      'rules',
      rule('{ op: aten::neg, in: { self: $x } }', '\n      op: mylib::shift\n      in:\n        |'),
    ],
    [
      'of a call',
      'recipes',
      'recipes:\n  - op: aten::relu\n    onnx:\n      - call: mylib::shift\n        in:\n          |\n',
    ],
    ['of a recipe, as inputs', 'recipes', 'recipes:\n  - op: mylib::shift\n    onnx: { op: Relu, in: [|] }\n'],
  ])('arguments with their types %s', async (_, kind, text) => {
    const names = await offered(kind, text);
    expect([...names].filter(([label]) => /^\w+$/.test(label))).toEqual(
      expect.arrayContaining([
        ['self', 'Tensor self'],
        ['by', 'int by'],
        ['back', 'bool back=False'],
      ]),
    );
    expect(names.has('size')).toBe(false);
  });

  test('forms of patterns and templates', async () => {
    const forms = await offered('rules', rule('\n      op: aten::neg\n      in:\n        self:\n          |'));
    expect([...forms.keys()]).toEqual(expect.arrayContaining(['op', 'any', 'list']));
  });

  test('ONNX operators and attributes, those of onnxruntime where the domain says so', async () => {
    const step = (text: string) => `recipes:\n  - op: mylib::shift\n    onnx:\n      - ${text}\n`;
    const own = await offered('recipes', step('{ op: Ga|, in: [self] }'));
    expect([own.has('Gather'), own.has('QuickGelu')]).toEqual([true, false]);
    expect(own.get('Gather')).toMatch(/^Gather\(data: T, indices: Tind\) -> output: T/);
    expect((await offered('recipes', step('{ op: Q|, domain: com.microsoft }'))).has('QuickGelu')).toBe(true);
    const attributes = await offered('recipes', step('{ op: Conv, in: [self], attrs: { g| } }'));
    expect(attributes.get('group')).toBe('int = 1');
  });

  test('signatures to replace', async () => {
    const names = await offered('operators', 'operators:\n  - schema: aten::v|\n');
    // Editors cut long labels.
    expect([...names.keys()].find((label) => label.startsWith('mylib::shift(Tensor self'))).toBeDefined();
  });

  test('ids of rules with their reasons', async () => {
    for (const [kind, text] of [
      ['pack', 'disable: [|]\n'],
      ['config', 'disable:\n  - |\n'],
    ] as const) {
      expect((await offered(kind, text)).get('shift-dyn')).toContain('known only at run time');
    }
    expect((await offered('case', 'rule: s|\ncases: []\n')).has('shift-dyn')).toBe(true);
  });
});

describe('hover tells', () => {
  test.each<[string, Kind, string, string]>([
    [
      'the signature of an operator',
      'rules',
      rule('{ op: mylib::sh|ift, in: { self: $x } }'),
      'bool back=False) -> Tensor',
    ],
    ['the type of an argument', 'rules', rule('{ op: mylib::shift, in: { b|y: $x } }'), 'int by'],
    [
      'the kind of an attribute',
      'recipes',
      'recipes:\n  - op: mylib::shift\n    onnx: { op: Gather, in: [self], attrs: { ax|is: 0 } }\n',
      'int = 0',
    ],
    ['what a key means', 'rules', rule('{ op: mylib::shift, i|n: { self: $x } }'), 'Patterns of arguments by name'],
  ])('%s', async (_, kind, text, wanted) => {
    const { path, position } = await edit(kind, text);
    const shown = (await server.hover(path, position)).replaceAll('\\', '');
    expect(shown).toContain(wanted);
    // Not all operators that there are.
    expect(shown.split('\n').length).toBeLessThan(30);
  });
});
