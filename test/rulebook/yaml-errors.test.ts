import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { validate } from '../../src/rulebook/validate.js';
import type { FileKind } from '../../src/rulebook/validators.js';
import { YamlFile } from '../../src/rulebook/yaml-file.js';

/** A text in which `«` and `»` mark the place of the mistake. */
const MISTAKES: readonly (readonly [what: string, text: string, message: string, help?: string])[] = [
  ['a tab', 'rules:\n«\t»- id: a\n', 'a tab stands', 'by spaces'],
  ['a key given twice', 'rules:\n  - id: a\n    «id»: b\n', '`id` is given twice'],
  ['a brace that is not closed', 'rules:\n  - match: «{» op: a\n    rewrite: x\n', '`{` is not closed'],
  ['a bracket that is not closed', 'rules:\n  - op: «[»a, b\n    rewrite: x\n', '`[` is not closed'],
  ['a brace too many', 'a: { b: c }«}»\n', '`}` closes nothing'],
  ['a quote that is not closed', "a: «'»abc\nb: c\n", 'the quote is not closed'],
  ['an index in a flow mapping', 'a: { dim: $d«[»0], x: y }\n', 'ends before `[0]', 'in quotes'],
  ['an index in a flow list', 'a: [ $d«[»0] ]\n', 'something new', 'in quotes'],
  ['a text at the start of an expression', "when: 'a' «in x»\n", 'ends before `in x`', 'in quotes'],
  ['a colon in an expression', 'shape: «x»[1: 2]\n', 'a `: ` in it', 'in quotes'],
  ['a comma in an expression', 'a: { d: «promote(self, other)», s: x }\n', 'the comma cuts', "'promote(self, other)'"],
  ['a comma in an expression of a list', 'w: [«dynamic($a, $b)», x]\n', 'the comma cuts', "'dynamic($a, $b)'"],
  ['two commas', 'a: { d: «f(x, g(y, z))» }\n', 'the comma cuts', "'f(x, g(y, z))'"],
  ['a comma before a comparison', 'a: { when: «f(x, y) == 1», s: x }\n', 'the comma cuts', "'f(x, y) == 1'"],
  ['an alias of nothing', 'c: «*alpha»\n', 'anchored as `alpha`', 'quotes'],
  ['a reserved character', 'c: «@»a\n', 'cannot begin with `@`', 'quotes'],
  ['a tag', 'c: «!foo» bar\n', '`!foo` is a tag', 'quotes'],
  ['a merge key', 'a: &x { b: 1 }\nc: { «<<»: *x, d: 2 }\n', 'merge keys', 'write'],
  ['a second document', 'a: 1\n«---»\nb: 2\n', 'one document'],
  ['wrong indentation', 'rules:\n  - id: a\n« »  why: x\n', 'indentation'],
  ['an escape that is none', 'a: "«\\»q"\n', 'no escape', 'single quotes'],
  ['a missing space after a colon', 'rules:\n  - «id:a»\n    why: b\n', 'a colon and a space'],
];

function problemOf(text: string) {
  try {
    new YamlFile('a.yaml', text);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
  return [];
}

describe('YAML that does not parse, or is surely not meant', () => {
  it.each(MISTAKES)('%s', (_, marked = '', message = '', help = undefined) => {
    const text = marked.replace(/[«»]/g, '');
    const [found, ...more] = problemOf(text);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ code: 'yaml-syntax', message: expect.stringContaining(message) });
    const before = marked.slice(0, marked.indexOf('«')).split('\n');
    expect([found?.at?.line, found?.at?.column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1]);
    if (help !== undefined) expect(found?.help).toContain(help);
  });

  it('aliases must not make a small file a huge one', () => {
    const times = (name: string) => `[${Array.from({ length: 9 }, () => name).join(', ')}]`;
    const text = `a: &a ${times('x')}\nb: &b ${times('*a')}\nc: &c ${times('*b')}\nd: ${times('*c')}\n`;
    expect(problemOf(text)).toMatchObject([{ code: 'yaml-syntax', message: expect.stringContaining('aliases') }]);
  });

  it('takes aliases that are used with measure', () => {
    expect(problemOf('a: &a { x: 1 }\nb: *a\n')).toEqual([]);
  });

  it('a second rest is told alone, where it stands', () => {
    const match = 'match: { op: aten::cat, in: { tensors: [$a, ...$m, ...$n] } }';
    const text = `rules:\n  - id: a-b\n    why: A rule to test with.\n    ${match}\n    rewrite: $a\n`;
    expect(validate(new YamlFile('a.yaml', text), 'rules')).toMatchObject([
      { code: 'yaml-schema', message: 'the rest stands at one place only', at: { line: 4, column: 56 } },
    ]);
  });

  it('what blocks contain is looked at too', () => {
    const match = 'match: { op: prim::Loop, blocks: [{ contains: [{ opp: aten::relu }] }] }';
    const text = `rules:\n  - id: a-b\n    why: A rule to test with.\n    ${match}\n    rewrite: 1\n`;
    const found = validate(new YamlFile('a.yaml', text), 'rules');
    expect(found.map(({ message }) => message)).toContain('there is no key `opp` here');
  });

  const RULE = 'rules:\n  - id: a-b\n    why: A rule to test with.\n    ';
  it.each<[what: string, kind: 'rules' | 'recipes', text: string, place: string, help: string]>([
    [
      'a constant',
      'recipes',
      'recipes:\n  - op: a::f\n    onnx: { op: Sum, in: [x, «[0]»] }\n',
      'a list',
      "{ const: '[0]' }",
    ],
    ['a capture', 'rules', `${RULE}match: { op: a::f, in: { x: «x» } }\n    rewrite: $x\n`, 'well formed', '`$x`'],
    ['a text', 'rules', `${RULE}match: { op: a::f, in: { x: «x» } }\n    rewrite: $x\n`, 'well formed', `"'x'"`],
    ['an item', 'rules', `${RULE}match: { op: a::f }\n    rewrite: { op: a::g, in: { x: [«c»] } }\n`, 'well', '`$c`'],
    ['a rest', 'rules', `${RULE}match: { op: a::f, in: { x: [$a, «...b»] } }\n    rewrite: $a\n`, 'well', '`...$b`'],
    ['None', 'rules', `${RULE}match: { op: a::f }\n    rewrite: { op: a::g, in: { x: «None» } }\n`, 'well', '`none`'],
    [
      'alternatives',
      'rules',
      `${RULE}match: { «any»: [{ op: a::f }, { op: a::g }] }\n    rewrite: 1\n`,
      '`any`',
      '`use`',
    ],
    [
      'a value',
      'rules',
      `${RULE}match: «$x»\n    rewrite: $x\n`,
      'must be `{ key: value }`, not the text `$x`',
      'a list of them',
    ],
  ])('tells what to write for %s', (_, kind, marked, message, help) => {
    const found = validate(new YamlFile('a.yaml', marked.replace(/[«»]/g, '')), kind);
    const before = marked.slice(0, marked.indexOf('«')).split('\n');
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    const d = found.find(({ at }) => at?.line === line && at.column === column);
    expect(d?.message).toContain(message);
    expect(d?.help).toContain(help);
  });

  const CASE = 'rule: a-b\ncases:\n  - name: what it shows\n    ';
  it.each<[kind: FileKind, text: string, message: string, help?: string]>([
    ['rules', '«[]»\n', 'the file must be `{ key: value }`, not an empty list'],
    ['rules', 'rules:\n  - «3»\n', 'item 1 of `rules` must be `{ key: value }`, not `3`'],
    ['rules', `${RULE}match: { op: «[]» }\n    rewrite: 1\n`, '`op` has no items: it needs at least 1 item'],
    [
      'rules',
      `${RULE}match: { op: a::f, in: { x: { any: «[$x]» } } }\n    rewrite: 1\n`,
      '`any` has 1 item: it needs at least 2 items',
      'Alternatives',
    ],
    [
      'rules',
      `${RULE}match: { op: a::f }\n    let: { «t»: 1 }\n    rewrite: 1\n`,
      'the key `t` is not well formed',
      'write `$t`',
    ],
    [
      'rules',
      'fragments:\n  f: { args: [$x], «match»: $x, rewrite: $x }\n',
      '`match` has no place beside `rewrite`',
      'take one',
    ],
    [
      'rules',
      `rules:\n  - id: a-b\n    why: «»\n    match: { op: a::f }\n    rewrite: 1\n`,
      '`why` must be a text: nothing stands there',
    ],
    [
      'operators',
      'operators:\n  - schema: a::b() -> Tensor\n    role: «casts»\n',
      '`role` must be one of cast, freeze, list, not `casts`',
      'did you mean `cast`?',
    ],
    [
      'operators',
      'operators:\n  - «schema»: a::b() -> ()\n    schemas: [a::c() -> ()]\n',
      '`schema` has no place beside `schemas`',
    ],
    [
      'recipes',
      'recipes:\n  - op: a::f\n    rank: «any»\n    onnx: { op: Relu, in: [x] }\n',
      '`rank` can only be `open`, not `any`',
    ],
    [
      'recipes',
      'recipes:\n  - op: a::f\n    onnx: { for: «{ x: xs, y: ys }», do: [{ op: Relu, in: [x] }] }\n',
      '`for` has 2 keys: it takes one key only',
      'One name',
    ],
    ['case', `${CASE}unchanged: g\n    because: it\n    «after»: g\n`, '`after` has no place beside `unchanged`'],
    ['case', `${CASE}before: g\n    after: g\n    dims: { x: «N» }\n`, '`x` must be a list, not the text `N`'],
    ['case', `${CASE}before: g\n    after: g\n    tolerance: «0»\n`, '`tolerance` must be more than 0, not `0`'],
    [
      'case',
      `${CASE}before: g\n    after: g\n    values: { x: { range: «[1]» } }\n`,
      '`range` has 1 item: it needs at least 2 items',
      'Bounds',
    ],
    [
      'case',
      'recipe: a::b\ncases:\n  - «name»: what it shows\n    graph: g\n',
      'one of the keys `same-as` and `runs` is missing',
    ],
    ['config', 'opset: «3»\n', '`opset` must be at least 17, not `3`', 'ONNX opset'],
    ['config', 'opset: «"18"»\n', '`opset` must be a whole number, not the text `18`'],
    ['config', 'disable: «[a, a]»\n', '`disable` has `a` twice', 'remove one'],
  ])('%s: %s is told in words of the file, once', (kind, marked, message, help) => {
    const found = validate(new YamlFile('a.yaml', marked.replace(/[«»]/g, '')), kind);
    const before = marked.slice(0, marked.indexOf('«')).split('\n');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'yaml-schema', message });
    expect([found[0]?.at?.line, found[0]?.at?.column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1]);
    if (help !== undefined) expect(found[0]?.help).toContain(help);
  });

  it('what is wrong in a case of two subjects is told by its keys', () => {
    const found = validate(
      new YamlFile('a.yaml', 'rule: a-b\nrecipe: a::b\ncases:\n  - name: both\n    graph: g\n    runs: []\n'),
      'case',
    );
    expect(found.map(({ message }) => message)).toContain('`rule` and `recipe` exclude each other');
  });

  it('an empty file is told as such', () => {
    expect(validate(new YamlFile('a.yaml', ''), 'rules')).toMatchObject([
      { code: 'yaml-schema', message: 'the file is empty' },
    ]);
  });
});
