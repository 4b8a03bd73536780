import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { writeFolder } from './write-folder.js';

const root = mkdtempSync(join(tmpdir(), 'pattern-checks-'));
afterAll(() => rmSync(root, { recursive: true }));

const SCHEMAS = `operators:
  - schema: my::cast(Tensor self) -> t
    role: cast
    legal: always
  - schemas:
      - my::f(Tensor x) -> Tensor
      - my::g(Tensor x) -> Tensor
      - my::join(Tensor a, Tensor b) -> Tensor
      - my::two(Tensor x) -> (Tensor values, Tensor indices)
      - my::odd(Tensor x) -> (Tensor indices, Tensor values)
      - my::number(Tensor x) -> (int, Tensor)
      - my::take(Tensor x, int n) -> Tensor
      - my::biased(Tensor x, Tensor? bias=None, float scale=1.) -> Tensor
      - my::cat(Tensor[] list) -> Tensor
      - my::all(...) -> Tensor
      - prim::If(bool cond) -> ...
  - schema: prim::ListConstruct(...) -> ...
    legal: always
    role: list
`;

async function problems(body: string): Promise<readonly Diagnostic[]> {
  const dir = writeFolder(root, {
    'schemas/my.yaml': SCHEMAS,
    'translation-map.yaml': `rules:\n  - id: my-rule\n    why: A rule to test the checks with.\n${body.replace(/^/gm, '    ')}\n`,
  });
  try {
    await RuleBook.load({ base: dir });
    return [];
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
}

/** What stands at the caret of a diagnostic. */
function marked({ at }: Diagnostic): string {
  return at?.text?.slice(at.column - 1, at.column - 1 + (at.length ?? 1)) ?? '';
}

/** Each mistake with the code, the marked text and a part of the help that it must give. */
type Mistake = [name: string, body: string, code: string, marked: string, help?: string];

const JOIN = 'match: { op: my::join, in: { a: $a, b: $b } }\n';
const WIDE = `{ any: [${['$x', 'f', 'g', 'h'].map((n) => (n === '$x' ? n : '{ op: my::f, in: { x: $x } }')).join(', ')}] }`;

const PATTERNS: Mistake[] = [
  [
    'a result that is not there',
    'match: { op: my::f, in: { x: { op: my::two, result: 2, in: { x: $x } } } }\nrewrite: $x',
    'rule-type',
    '2',
    '',
  ],
  [
    'captures of results that are not there',
    'match: { op: my::f, in: { x: { op: my::g, as: [_, $y], in: { x: $x } } } }\nwhere: uses($y) == 1\nrewrite: $x',
    'rule-type',
    '[_, $y]',
  ],
  [
    'a default where there is none',
    'match: { op: my::take, in: { x: $x, n: default } }\nrewrite: $x',
    'rule-type',
    'default',
    'constant',
  ],
  [
    'a default of no argument',
    'match: { op: my::cat, in: { list: [default, $x] } }\nrewrite: $x',
    'rule-type',
    'default',
  ],
  [
    'an argument that is never None',
    'match: { op: my::take, in: { x: { optional: { op: my::f, in: { x: $x } } } } }\nrewrite: $x',
    'rule-type',
    '{ op: my::f',
  ],
  ['a list where there is none', 'match: { op: my::f, in: { x: [$a, ..._] } }\nrewrite: $a', 'rule-type', '[$a, ..._]'],
  ['operands of an operator without', 'match: { op: my::f, operands: [$a] }\nrewrite: $a', 'rule-type', '[$a]', '`in`'],
  [
    'an unknown operator in a block',
    'match: { op: prim::If, in: { cond: $c }, blocks: [{ contains: [{ op: my::ff }] }, {}] }\nrewrite: { op: prim::If, in: { cond: $c }, blocks: keep }',
    'rule-unknown-operator',
    'my::ff',
    'my::f',
  ],
  [
    'an unknown name of a condition in place',
    'match: { op: my::f, in: { x: { as: $x, where: it.rank == $y } } }\nrewrite: $x',
    'rule-unbound',
    '$y',
  ],
  [
    'a condition before what it names',
    'match: { op: my::join, in: { a: { as: $a, where: it.rank == $b.rank }, b: $b } }\nrewrite: { op: my::join, in: { a: $a, b: $b } }',
    'rule-unbound',
    '$b',
  ],
  [
    '`it` where there is none',
    `${JOIN}where: it.rank == 2\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'it',
  ],
  [
    'a condition of a constant that does not parse',
    'match: { op: my::take, in: { x: $x, n: { const: it > } } }\nrewrite: $x',
    'expr-syntax',
    'it >',
  ],
  [
    'a capture that only some alternatives bind',
    'match: { op: my::join, in: { a: { any: [{ op: my::f, in: { x: $x } }, { op: my::g, in: { x: $y } }] }, b: $b } }\nrewrite: { op: my::join, in: { a: $x, b: $b } }',
    'rule-unbound',
    '$x',
    'some of the alternatives',
  ],
  [
    'an unused capture of an alternative',
    'match: { op: my::join, in: { a: { any: [{ op: my::f, in: { x: $x } }, { op: my::g, in: { x: $x, } }, $y] }, b: $b } }\nrewrite: $b',
    'rule-unused',
    '$',
  ],
  [
    'a capture of a negation',
    'match: { op: my::join, in: { a: { not: { op: my::join, in: { a: $x, b: $x } } }, b: $b } }\nrewrite: { op: my::join, in: { a: $x, b: $b } }',
    'rule-unbound',
    '$x',
    'inside',
  ],
  [
    'a negation before what it names',
    'match: { op: my::join, in: { a: { not: { op: my::f, in: { x: $b } } }, b: $b } }\nrewrite: $b',
    'rule-unbound',
    '$b',
    'first',
  ],
  [
    'more combinations than are tried',
    `match: { op: my::all, operands: [${Array.from({ length: 5 }, () => WIDE).join(', ')}] }\nrewrite: $x`,
    'rule-limit',
    '{ op: my::all',
    'several rules',
  ],
  [
    'a capture for one value and for several',
    'match: { op: my::all, operands: [$x, ...$x] }\nrewrite: $x',
    'rule-type',
    '...$x',
  ],
];

const CONDITIONS: Mistake[] = [
  [
    'one `=`',
    `${JOIN}where: ["$a.rank = 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    '=',
    '`==`',
  ],
  [
    '`&&`',
    `${JOIN}where: ["$a.rank == 2 && $b.rank == 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    '&&',
    '`and`',
  ],
  [
    '`||`',
    `${JOIN}where: ["$a.rank == 2 || $b.rank == 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    '||',
    '`or`',
  ],
  [
    '`!`',
    `${JOIN}where: ["!dynamic($a)"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    '!',
    '`not`',
  ],
  [
    '`AND`',
    `${JOIN}where: ["$a.rank == 2 AND $b.rank == 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    'AND',
    '`and`',
  ],
  [
    '`is`',
    `${JOIN}where: ["$a is none"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    'is',
    '`==`',
  ],
  [
    'a call without brackets',
    `${JOIN}where: ["len $a == 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-syntax',
    '$a',
    'len($a)',
  ],
  [
    'None of Python',
    `${JOIN}where: ["$a == None"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'None',
    '`none`',
  ],
  [
    'True of Python',
    `${JOIN}where: ["constant($a) == True"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'True',
    '`true`',
  ],
  [
    'a dtype of Python',
    `${JOIN}where: ["$a.dtype == float"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'float',
    '`float32`',
  ],
  [
    'a kind of integers',
    `${JOIN}where: ["$a.dtype == integer"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'integer',
    '`int64`',
  ],
  [
    'a capture without its sign',
    `${JOIN}where: ["a.rank == 2"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'a',
    '`$a`',
  ],
  [
    'a text without quotes',
    `${JOIN}where: ["kind($a) == scalar"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    'scalar',
    "'scalar'",
  ],
  [
    'a number as a condition',
    `${JOIN}where: ["3"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-type',
    '3',
    'compare',
  ],
  [
    'a rank as a condition',
    `${JOIN}where: ["$a.rank"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-type',
    '$a.rank',
    'compare',
  ],
  [
    'a sum among conditions',
    `${JOIN}where: ["dynamic($a) and $a.rank - 1"]\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-type',
    'dynamic($a)',
    'compare',
  ],
  [
    'an operator that is no user',
    `${JOIN}where: "users($a) == ['my::ff', 'return']"\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    "'my::ff'",
  ],
  [
    'an operator among the users',
    `${JOIN}where: "'my::ff' in users($a)"\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-unknown',
    "'my::ff'",
  ],
  [
    'a question of what is no value',
    `${JOIN}where: 'any([dynamic(d) for d in $a.shape])'\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'expr-type',
    'd',
    'items of one',
  ],
];

const RESULTS: Mistake[] = [
  [
    'of a pattern',
    'match: { op: my::f, in: { x: { op: my::two, result: indizes, in: { x: $x } } } }\nrewrite: $x',
    'rule-type',
    'indizes',
    '`indices`',
  ],
  [
    'of a template',
    'match: { op: my::f, in: { x: $x } }\nrewrite: { result: value, of: { op: my::two, in: { x: $x } } }',
    'rule-type',
    'value',
    '`values`',
  ],
  [
    'that operators do not share',
    'match: { op: my::f, in: { x: { op: [my::two, my::odd], result: indices, in: { x: $x } } } }\nrewrite: $x',
    'rule-type',
    'indices',
    'several',
  ],
];

const TEMPLATES: Mistake[] = [
  [
    'an unbound name where another is free',
    'match: { op: my::take, in: { x: $x, n: $k } }\nrewrite: { op: my::take, in: { x: $x, n: $n } }',
    'rule-unbound',
    '$n',
    '`$k`',
  ],
  [
    'an unbound name where one of the kind is free',
    'match: { op: my::take, in: { x: $x, n: $k } }\nwhere: $k == 1\nrewrite: { op: my::f, in: { x: $t } }',
    'rule-unbound',
    '$t',
    '`$x`',
  ],
  [
    'blocks that move to two nodes',
    'match: { op: prim::If, in: { cond: $c } }\nlet: { $t: { op: prim::If, in: { cond: $c }, blocks: keep } }\nrewrite: { op: prim::If, in: { cond: true }, blocks: [{ move: 0 }, { returns: [$t] }] }',
    'rule-type',
    '0',
    'one place',
  ],
  [
    'a block that is not there',
    'match: { op: prim::If, in: { cond: true }, blocks: [{}, {}] }\nrewrite: { inline: 2 }',
    'rule-type',
    '2',
    '',
  ],
  [
    'blocks for each result',
    'match: { op: prim::If, in: { cond: $c } }\nrewrite: { each: { op: prim::If, in: { cond: $c }, blocks: keep } }',
    'rule-type',
    'keep',
  ],
  [
    'a value of `let` that nothing uses',
    `${JOIN}let: { $t: { op: my::f, in: { x: $a } } }\nrewrite: { op: my::join, in: { a: $b, b: $a } }`,
    'rule-unused',
    '$t',
  ],
  [
    'a name of `let` that the match binds',
    `${JOIN}let: { $a: { op: my::f, in: { x: $b } } }\nrewrite: $a`,
    'rule-duplicate',
    '$a',
    'another name',
  ],
  [
    'a name of `let` before it is made',
    `${JOIN}let: { $s: { op: my::join, in: { a: $t, b: $a } }, $t: { op: my::f, in: { x: $b } } }\nrewrite: { op: my::join, in: { a: $s, b: $t } }`,
    'rule-unbound',
    '$t',
  ],
  [
    'an unknown operator of `let`',
    `${JOIN}let: { $t: { op: my::ff, in: { x: $a } } }\nrewrite: { op: my::join, in: { a: $t, b: $b } }`,
    'rule-unknown-operator',
    'my::ff',
    'my::f',
  ],
  [
    'a number of results',
    'match: { op: my::two, in: { x: $x } }\nrewrite: { results: [$x] }',
    'rule-type',
    '[$x]',
    '`_`',
  ],
  [
    'a result of another type',
    'match: { op: my::two, in: { x: $x } }\nrewrite: { results: [{ result: 0, of: { op: my::number, in: { x: $x } } }, $x] }',
    'rule-type',
    '{ result: 0',
  ],
  [
    'a result that a node does not have',
    'match: { op: my::f, in: { x: $x } }\nrewrite: { result: 2, of: { op: my::two, in: { x: $x } } }',
    'rule-type',
    '2',
    '',
  ],
  [
    'a result of what is no node',
    'match: { op: my::f, in: { x: $x } }\nlet: { $t: $x }\nrewrite: { result: 1, of: $t }',
    'rule-type',
    '$t',
  ],
  [
    'the matched node as a value',
    'match: { op: my::f, in: { x: $x }, as: $r }\nrewrite: { op: my::join, in: { a: $r, b: $x } }',
    'rule-type',
    '$r',
    'new node',
  ],
  [
    'several values in the place of one',
    'match: { op: my::all, operands: [$x, ...$r] }\nrewrite: { op: my::join, in: { a: $x, b: $r } }',
    'rule-type',
    '$r',
    '[ ...$r ]',
  ],
  [
    'an item of another type',
    'match: { op: my::take, in: { x: $x, n: $n } }\nrewrite: { op: my::cat, in: { list: [$x, $n] } }',
    'rule-type',
    '$n',
    '{ tensor: $n }',
  ],
  [
    'a list where a tensor is asked for',
    'match: { op: my::cat, in: { list: [$x, ..._] } }\nrewrite: { op: my::f, in: { x: { op: prim::ListConstruct, in: { of: $x } } } }',
    'rule-unknown-argument',
    'of',
  ],
  [
    'operands of a node without',
    'match: { op: my::f, in: { x: $x } }\nrewrite: { op: my::g, in: { x: $x }, operands: [$x] }',
    'rule-type',
    '[$x]',
  ],
  [
    'a block that moves twice',
    'match: { op: prim::If, in: { cond: $c } }\nrewrite: { op: prim::If, in: { cond: $c }, blocks: [{ move: 0 }, { move: 0 }] }',
    'rule-type',
    '0',
  ],
  [
    'an unbound name in a block',
    'match: { op: prim::If, in: { cond: $c } }\nrewrite: { op: prim::If, in: { cond: $c }, blocks: [{ move: 0 }, { returns: [$v] }] }',
    'rule-unbound',
    '$v',
    '$c',
  ],
  [
    'an unbound value of a parameter',
    'match: { op: prim::If, in: { cond: true } }\nrewrite: { inline: 0, with: [$v] }',
    'rule-unbound',
    '$v',
  ],
];

describe.each([
  ['patterns', PATTERNS],
  ['conditions', CONDITIONS],
  ['results by name', RESULTS],
  ['templates', TEMPLATES],
])('checks of %s', (_, table) => {
  it.each(table)('find %s', async (__, body, code, at, help) => {
    const found = await problems(body);
    const d = found.find((f) => f.code === code);
    expect(d, JSON.stringify(found.map((f) => `${f.code} ${f.message}`))).toBeDefined();
    if (d === undefined) return;
    expect(marked(d)).toContain(at);
    if (help !== undefined) expect(d.help ?? '').toContain(help);
  });
});

describe('checks', () => {
  it.each([
    'match: { op: my::join, in: { a: { any: [{ op: my::f, in: { x: $x } }, { op: my::g, in: { x: $x } }] }, b: { not: { op: my::join, in: { a: $x, b: _ } }, as: $b } } }\nrewrite: { op: my::join, in: { a: $x, b: $b } }',
    'match: { op: my::biased, in: { x: $x, bias: { optional: { op: my::f, in: { x: $b } } }, scale: default } }\nrewrite: { op: my::biased, in: { x: $x, bias: $b } }',
    'match: { op: my::take, in: { x: $x, n: { const: "it in [1, 2]", as: $n } } }\nrewrite: { op: my::take, in: { x: $x, n: { compute: $n + 1 } } }',
    'match: { op: my::cat, in: { list: [..._, { op: my::f, in: { x: $last }, where: uses(it) == 1 }] } }\nrewrite: $last',
    'match: { op: my::two, in: { x: $x } }\nlet: { $t: { op: my::two, in: { x: { op: my::f, in: { x: $x } } } } }\nrewrite: { results: [{ result: 1, of: $t }, $t] }',
    'match: { op: prim::If, in: { cond: { op: [my::cast], in: { self: $c } } }, blocks: [{ returns: [{ op: my::f, in: { x: $v } }] }, { returns: [$w] }] }\nrewrite: { op: prim::If, in: { cond: true }, blocks: [{ move: 0, returns: [$v] }, { move: 1, returns: [{ op: my::join, in: { a: $w, b: $c } }] }] }',
    `match: { op: my::all, operands: [...$xs] }\nwhere: ['any([producer(x) == none for x in $xs])', "users(result) == ['my::f']"]\nrewrite: { op: my::all, operands: [{ op: my::cat, in: { list: [...$xs] } }] }`,
  ])('let %s pass', async (body) => {
    expect(await problems(body)).toEqual([]);
  });

  it.each<[name: string, body: string, key: string, help?: string]>([
    ['a mapping of no kind', 'match: { op: my::f, in: { x: {} } }\nrewrite: 1', '{}'],
    [
      'two rests',
      'match: { op: my::all, operands: [...$a, ...$b] }\nrewrite: { op: my::all, operands: [$a, $b] }',
      '...$b',
      'at one place',
    ],
    [
      'a pattern of an unknown kind',
      'match: { op: my::f, in: { x: { anny: [$x, none] } } }\nrewrite: $x',
      'anny',
      '`any`',
    ],
    [
      'a template of an unknown kind',
      'match: { op: my::f, in: { x: $x } }\nrewrite: { tensr: $x }',
      'tensr',
      '`tensor`',
    ],
    [
      'a key beside another kind',
      'match: { op: my::f, in: { x: { any: [$x, none], in: 2 } } }\nrewrite: $x',
      'in',
      'any, as, where',
    ],
    [
      'a key of another place',
      'match: { op: my::f, in: { x: { use: one, in: { $x: $x } } } }\nrewrite: $x',
      'in',
      'with',
    ],
  ])('refuse %s', async (_, body, key, help) => {
    const found = (await problems(body)).find((d) => d.code === 'yaml-schema' && marked(d).startsWith(key));
    expect(found).toBeDefined();
    if (help !== undefined) expect(found?.help).toContain(help);
  });

  it('take a fragment at the root with what is asked of it there', async () => {
    const dir = writeFolder(root, {
      'schemas/my.yaml': SCHEMAS,
      'translation-map.yaml':
        "fragments:\n  g: { args: [$x], match: { op: my::g, in: { x: $x } } }\nrules:\n  - id: my-rule\n    why: A rule of the tests.\n    match: { use: g, with: { $x: $y }, as: $r, where: '$y.rank == 2' }\n    where: uses($r) == 1\n    rewrite: { op: my::f, in: { x: $y } }\n",
    });
    const [rule] = (await RuleBook.load({ base: dir })).translation.rules;
    expect(rule?.match).toMatchObject({ ops: ['my::g'], as: ['$r'], where: ['$y.rank == 2'] });
  });
});
