import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { decodeBook, encodeBook } from '../../src/rulebook/compiled-book.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { readRules } from '../../src/rulebook/read-rules.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import type { Recipe } from '../../src/schema/recipe.js';

const RULES = join(import.meta.dirname, '../../rules');

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rulebook-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Without places and what is left out. */
function plain(recipes: readonly Recipe[]): unknown {
  return JSON.parse(JSON.stringify(recipes.map((r) => ({ ...r, span: undefined }))));
}

let folders = 0;
/** A rules folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  folders += 1;
  const dir = join(root, String(folders));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

async function problems(dir: string): Promise<readonly Diagnostic[]> {
  try {
    await RuleBook.load({ base: dir });
    return [];
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
}

const SCHEMAS = `operators:
  - schema: my::cast(Tensor self) -> t
    role: cast
    legal: always
  - schema: my::twice(int a, int by=2) -> int
    infer: { value: a * by }
  - schema: my::twice_dyn(Tensor a, *, int by) -> Tensor
  - schema: my::pair(Tensor x) -> (Tensor, Tensor)
  - schema: my::view(Tensor self, int[] size) -> Tensor
  - schema: my::view_dyn(Tensor self, Tensor size) -> Tensor
`;

/** One rule over SCHEMAS, its match, where and rewrite as given. */
function rule(body: string): Record<string, string> {
  return {
    'schemas/my.yaml': SCHEMAS,
    'translation-map.yaml': `rules:\n  - id: my-rule\n    why: A rule to test the checks with.\n${body}`,
  };
}

describe('RuleBook.load', () => {
  it('reads the shipped rules, equal to their compiled form', async () => {
    const source = readRules(RULES);
    const book = await RuleBook.load({ base: RULES });
    const compiled = new RuleBook([decodeBook(JSON.parse(JSON.stringify(encodeBook(source.data, (f) => f))))]);
    expect(compiled.translation.rules.map((r) => r.id)).toEqual(book.translation.rules.map((r) => r.id));
    expect([...compiled.registry.names()]).toEqual([...book.registry.names()]);
    for (const op of ['trt::reshape_dyn', 'aten::relu']) {
      expect(plain(compiled.recipes(op))).toEqual(plain(book.recipes(op)));
      const [a, b] = [compiled.registry.require(op), book.registry.require(op)];
      expect({ ...a, span: undefined }).toEqual({ ...b, span: undefined });
    }
    expect(book.castOperator).toBe('trt::shape_cast');
  });

  it('takes a changed copy of the shipped rules in their place', async () => {
    const copy = join(root, 'copy');
    cpSync(RULES, copy, { recursive: true });
    const path = join(copy, 'translation-map.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/ {2}- id: roll-dyn\n[\s\S]*?(?= {2}- id: )/, ''));
    const [all, less] = [await RuleBook.load({ base: RULES }), await RuleBook.load({ base: copy })];
    expect(all.translation.rules.length - less.translation.rules.length).toBe(1);
    expect(less.translation.rules.some((r) => r.id === 'roll-dyn')).toBe(false);
  });

  it('layers a pack over the shipped rules', async () => {
    const pack = folder({
      'schemas/mine.yaml':
        'operators:\n  - schema: mine::swish(Tensor x) -> Tensor\n    infer: { dtype: x.dtype, shape: x.shape }\n',
      'lowering/mine.yaml':
        'rules:\n  - id: no-dropout\n    why: Mine takes the place of the rule of this id.\n    match: { op: mine::swish, in: { x: $x } }\n    rewrite: { op: aten::silu, in: { self: $x } }\n',
      'onnx/mine.yaml': 'recipes:\n  - op: aten::relu\n    onnx: { op: Identity, in: [self] }\n',
    });
    const book = await RuleBook.load({ packs: [pack] });
    expect(book.lowering.rules.filter((r) => r.id === 'no-dropout').map((r) => r.match.ops)).toEqual([['mine::swish']]);
    expect(book.recipes('aten::relu')[0]?.steps[0]).toMatchObject({ op: 'Identity' });
    expect(book.registry.get('mine::swish')?.signature.args.map((a) => a.name)).toEqual(['x']);
  });

  it('gathers the problems of all files', async () => {
    const found = await problems(
      folder({
        'schemas/a.yaml': 'operators:\n  - schema: my::a(Tensor x) -> Tensor\n    shape: x\n',
        'onnx/b.yaml': 'recipes:\n  - op: my::a\n',
        'translation-map.yaml': 'rules: [\n',
      }),
    );
    expect(found.map((d) => d.code)).toEqual(['yaml-schema', 'yaml-syntax', 'yaml-schema']);
  });

  it('says what a rules folder is when there is none', async () => {
    expect(await problems(join(root, 'absent'))).toMatchObject([{ code: 'file-not-found' }]);
  });
});

/** What stands at the caret of a diagnostic. */
function marked(d: Diagnostic): string | undefined {
  const { text, column, length } = d.at ?? {};
  return text?.slice((column ?? 1) - 1, (column ?? 1) - 1 + (length ?? 1));
}

/** Each mistake with the code, the marked text and a part of the help that it must give. */
const MISTAKES: [name: string, body: string, code: string, marked: string, help?: string][] = [
  [
    'an unknown operator',
    '    match: { op: my::twize, in: { a: $a } }\n    rewrite: $a',
    'rule-unknown-operator',
    'my::twize',
    'my::twice',
  ],
  [
    'an unknown argument',
    '    match: { op: my::twice, in: { aa: $a } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }',
    'rule-unknown-argument',
    'aa',
    '`a`',
  ],
  [
    'an unknown argument of the rewrite',
    '    match: { op: my::twice, in: { a: $a } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, bye: 2, by: 2 } }',
    'rule-unknown-argument',
    'bye',
    'by',
  ],
  [
    'an unbound capture',
    '    match: { op: my::twice, in: { a: $size } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $sise }, by: 2 } }',
    'rule-unbound',
    '$sise',
    '$size',
  ],
  [
    'an unbound capture of a condition',
    "    match: { op: my::twice, in: { a: $a } }\n    where: ['dynamic($b)']\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }",
    'rule-unbound',
    '$b',
    '$a',
  ],
  [
    'an unused capture',
    '    match: { op: my::twice, in: { a: $a, by: $by } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }',
    'rule-unused',
    '$by',
    'leave the argument out',
  ],
  [
    'a missing argument',
    '    match: { op: my::twice, in: { a: $a } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a } } }',
    'rule-missing-argument',
    'my::twice_dyn',
    'no default',
  ],
  [
    'an int where a tensor is asked for',
    '    match: { op: my::view, in: { self: $x, size: $s } }\n    rewrite: { op: my::view_dyn, in: { self: $x, size: $s } }',
    'rule-type',
    '$s',
    '{ tensor: $s }',
  ],
  [
    'a tensor where an int is asked for',
    '    match: { op: my::pair, in: { x: $x } }\n    rewrite: { op: my::twice, in: { a: $x } }',
    'rule-type',
    '$x',
  ],
  [
    'a constant of the wrong type',
    "    match: { op: my::twice, in: { a: $a, by: 'two' } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }",
    'yaml-schema',
    'two',
  ],
  [
    'a float for an int',
    '    match: { op: my::twice, in: { a: $a, by: 2.5 } }\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }',
    'rule-type',
    '2.5',
  ],
  [
    'too few results',
    '    match: { op: my::pair, in: { x: $x } }\n    rewrite: { op: my::view_dyn, in: { self: $x, size: $x } }',
    'rule-type',
    '{ op: my::view_dyn',
  ],
  [
    'an expression that does not parse',
    "    match: { op: my::twice, in: { a: $a } }\n    where: ['$a + > 2']\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }",
    'expr-syntax',
    '>',
  ],
  [
    'an unknown function',
    "    match: { op: my::twice, in: { a: $a } }\n    where: ['dynamik($a)']\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }",
    'expr-unknown',
    'dynamik',
    'dynamic',
  ],
  ['an unknown key', '    match: { op: my::twice, inn: { a: $a } }\n    rewrite: 2', 'yaml-schema', 'inn', '`in`'],
  ['no why', '    match: { op: my::twice, in: { a: $a } }\n    rewrites: $a', 'yaml-schema', 'rewrites', '`rewrite`'],
];

describe('checks of a rule', () => {
  it.each(MISTAKES)('finds %s', async (_, body, code, at, help) => {
    const found = await problems(folder(rule(body)));
    const d = found.find((f) => f.code === code);
    expect(d, JSON.stringify(found.map((f) => f.message))).toBeDefined();
    expect(d === undefined ? '' : marked(d)).toContain(at ?? '');
    if (help !== undefined) expect(d?.help).toContain(help);
    expect(d?.at?.file.endsWith('translation-map.yaml')).toBe(true);
  });

  it('lets a right rule pass', async () => {
    const body =
      "    match: { op: my::twice, in: { a: $a, by: $by } }\n    where: ['dynamic($a)', 'constant($by)']\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: $by } }";
    expect(await problems(folder(rule(body)))).toEqual([]);
  });

  it('finds ids and operators that are given twice', async () => {
    const one =
      "    match: { op: my::twice, in: { a: $a } }\n    where: ['dynamic($a)']\n    rewrite: { op: my::twice_dyn, in: { a: { tensor: $a }, by: 2 } }\n";
    const files = rule(`${one}  - id: my-rule\n    why: The same id once more.\n${one}`);
    const schemas = `${SCHEMAS}  - schema: my::pair(Tensor y) -> Tensor\n`;
    const found = await problems(folder({ ...files, 'schemas/my.yaml': schemas }));
    expect(found.map((d) => [d.code, d.at?.line])).toEqual([
      ['rule-duplicate', 7],
      ['schema-duplicate', 11],
    ]);
  });
});

describe('checks of schemas and recipes', () => {
  it('a signature that stands in no file is told by its own place', () => {
    expect(() => parseSignature('my::f(Tensor x) => Tensor', '--schema')).toThrow(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ at: expect.objectContaining({ file: '--schema', column: 18 }) })],
      }),
    );
  });

  it.each([
    ['a signature', '  - schema: my::f(Tensr x) -> Tensor\n', 'schema-syntax'],
    ['a name in a fact', '  - schema: my::f(Tensor x) -> Tensor\n    infer: { shape: y.shape }\n', 'expr-unknown'],
    [
      'a function in a fact',
      '  - schema: my::f(Tensor x) -> Tensor\n    infer:\n      shape: brodcast(x.shape, x.shape)\n',
      'expr-unknown',
    ],
    ['a kind of structure', '  - schema: my::f(Tensor x) -> Tensor\n    structure: list-itm\n', 'yaml-schema'],
  ])('finds %s', async (_, text, code) => {
    expect((await problems(folder({ 'schemas/my.yaml': `operators:\n${text}` })))[0]?.code).toBe(code);
  });

  it.each([
    ['an unknown operator', '  - op: my::vieww\n    onnx: { op: Reshape, in: [self, size] }\n', 'my::vieww'],
    ['an unknown argument', '  - op: my::view\n    onnx: { op: Reshape, in: [slef, size] }\n', 'slef'],
    [
      'an unknown step',
      '  - op: my::view\n    onnx: [{ op: Abs, in: [size], out: s }, { op: Reshape, in: [self, $t] }]\n',
      '$t',
    ],
    [
      'an unknown name',
      '  - op: my::view\n    when: sizes == none\n    onnx: { op: Reshape, in: [self, size] }\n',
      'sizes',
    ],
    [
      "a step's name without its sign",
      '  - op: my::view\n    onnx: [{ op: Abs, in: [size], out: s }, { op: Reshape, in: [self, s] }]\n',
      's',
      '`$s`',
    ],
    [
      'a misspelt domain',
      '  - op: my::cast\n    onnx: { op: FastGelu, domain: com.microsft, in: [self] }\n',
      'com.microsft',
      'com.microsoft',
    ],
    [
      'a text without quotes',
      '  - op: my::twice_dyn\n    onnx: { op: Pad, in: [a, a], attrs: { mode: edge } }\n',
      'edge',
      `"'edge'"`,
    ],
    [
      'a number as a condition',
      '  - op: my::view\n    when: self.rank\n    onnx: { op: Reshape, in: [self, size] }\n',
      'self.rank',
      'compare',
    ],
  ])('finds %s of a recipe', async (_, text, at, help = '') => {
    const [d] = await problems(folder({ 'schemas/my.yaml': SCHEMAS, 'onnx/my.yaml': `recipes:\n${text}` }));
    expect(d?.code).toMatch(/recipe-invalid|expr-unknown|expr-type/);
    expect(d === undefined ? '' : marked(d)).toContain(at);
    expect(d?.help ?? '').toContain(help);
  });
});
