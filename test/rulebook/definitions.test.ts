import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { Matcher } from '../../src/matcher/match.js';
import { decodeBook, encodeBook } from '../../src/rulebook/compiled-book.js';
import { expandPredicates } from '../../src/rulebook/expand-predicates.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { readRules } from '../../src/rulebook/read-rules.js';
import { graphOf } from '../engine/rule-text.js';
import { writeFolder } from './write-folder.js';

const root = mkdtempSync(join(tmpdir(), 'definitions-'));
afterAll(() => rmSync(root, { recursive: true }));

const SCHEMAS = `operators:
  - schema: my::cast(Tensor self) -> t
    role: cast
    legal: always
  - schemas: ['my::f(Tensor x) -> Tensor', 'my::g(Tensor x) -> Tensor', 'my::join(Tensor a, Tensor b) -> Tensor']
  - schema: my::take(Tensor x, int n) -> Tensor
  - schema: prim::Constant() -> t
    legal: always
`;

const RULE = (id: string, body: string) =>
  `  - id: ${id}\n    why: A rule of the tests.\n${body.replace(/^/gm, '    ')}\n`;

function folder(files: Readonly<Record<string, string>>): string {
  return writeFolder(root, { 'schemas/my.yaml': SCHEMAS, ...files });
}

async function problems(files: Readonly<Record<string, string>>): Promise<readonly Diagnostic[]> {
  try {
    await RuleBook.load({ base: folder(files) });
    return [];
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
}

/** What stands at the caret of a diagnostic. */
function marked({ at }: Diagnostic): string | undefined {
  return at?.text?.slice(at.column - 1, at.column - 1 + (at.length ?? 1));
}

type Mistake = [name: string, definitions: string, rule: string, code: string, marked: string, help?: string];

describe('predicates', () => {
  const predicate = (args: readonly string[], holds: string) => ({
    name: 'p',
    args,
    holds,
    span: { file: '', line: 1, column: 1 },
  });

  it.each([
    ['p($a)', 'rank($x) > 1', '(rank($a) > 1)'],
    ['not p($a.shape[0] + 1) and q', '$x * 2', 'not (($a.shape[0] + 1) * 2) and q'],
    ['p(p($a))', '$x + 1', '((($a + 1)) + 1)'],
    ["p('p($x)')", '$x', "('p($x)')"],
    ['[p(i) for i in $l]', 'all([i == $x for i in $x])', '[(all([i_ == i for i_ in i])) for i in $l]'],
    ['p($a, $b)', '$x', 'p($a, $b)'],
    ['p($a', '$x', 'p($a'],
  ])('%s, where it holds %s', (text, holds, expanded) => {
    expect(expandPredicates(text, (name) => (name === 'p' ? predicate(['$x'], holds) : undefined))).toBe(expanded);
  });

  it('ask for captures by name, call each other, and are told as they are written', async () => {
    const dir = folder({
      'lowering/names.yaml':
        'predicates:\n  at_run_time: { args: [$n], holds: dynamic($n) and not known_number($n) }\n  known_number: { args: [$n], holds: constant($n) }\n',
      'translation-map.yaml': `rules:\n${RULE('taken', 'match: { op: my::take, in: { x: $x, n: $n } }\nwhere: [at_run_time($n)]\nrewrite: $x')}`,
    });
    const book = await RuleBook.load({ base: dir });
    const [rule] = book.translation.rules;
    expect(rule?.where).toEqual(['(dynamic($n) and not (constant($n)))']);
    const { graph, inference } = graphOf(
      book,
      'graph(%x : Tensor):\n  %n : int = prim::Constant[value=1]()\n  %r : Tensor = my::take(%x, %n)\n  return (%r)',
    );
    const node = [...graph.allNodes()].find((n) => n.op === 'my::take');
    const [compiled] = book.translation.of('my::take');
    if (node === undefined || compiled === undefined) throw new Error('no rule');
    const miss = new Matcher(book.registry, book.roles, inference.ranges).explain(compiled, node);
    expect(miss?.reason).toBe('`at_run_time($n)` does not hold');
  });
});

const FRAGMENTS = `fragments:
  twice:
    args: [$x]
    match: { op: my::f, in: { x: { op: my::f, in: { x: $x }, as: $inner } }, where: uses($inner) == 1 }
`;

describe('fragments', () => {
  it('take patterns for their arguments and keep their own captures to themselves', async () => {
    const dir = folder({
      'translation-map.yaml': `${FRAGMENTS}rules:\n${RULE('pair', 'match: { op: my::join, in: { a: { use: twice, with: { $x: $a } }, b: { use: twice, with: { $x: { op: my::g, in: { x: $b } } }, as: $all } } }\nwhere: [uses($all) == 1]\nrewrite: { op: my::join, in: { a: $a, b: $b } }')}`,
    });
    const book = await RuleBook.load({ base: dir });
    const text = (b: string) => `graph(%x : Tensor, %y : Tensor):
      %a : Tensor = my::f(%x)
      %b : Tensor = my::f(%a)
      %c : Tensor = my::${b}(%y)
      %d : Tensor = my::f(%c)
      %e : Tensor = my::f(%d)
      %r : Tensor = my::join(%b, %e)
      return (%r)`;
    const at = (t: string) => {
      const { graph, inference } = graphOf(book, t);
      const node = [...graph.allNodes()].find((n) => n.op === 'my::join');
      const [compiled] = book.translation.of('my::join');
      if (node === undefined || compiled === undefined) throw new Error('no rule');
      const matcher = new Matcher(book.registry, book.roles, inference.ranges);
      const match = matcher.match(compiled, node);
      return match === undefined ? matcher.explain(compiled, node)?.reason : ['$a', '$b'].map((c) => match.captured(c));
    };
    expect(at(text('g'))).toMatchObject([{ name: 'x' }, { name: 'y' }]);
    expect(at(text('f'))).toContain('not a result of my::g');
    expect(
      at(
        text('g').replace(
          '%r : Tensor = my::join(%b, %e)',
          '%u : Tensor = my::g(%d)\n      %r : Tensor = my::join(%b, %e)',
        ),
      ),
    ).toBe('`uses($inner) == 1` does not hold');
  });

  it('may be the root, and stand for a condition on any value', async () => {
    const dir = folder({
      'lowering/a.yaml': `${FRAGMENTS}  flat: { args: [$v], match: { as: $v, where: $v.rank == 1 } }\n`,
      'translation-map.yaml': `rules:\n${RULE('once', 'match: { use: twice, with: { $x: { use: flat, with: { $v: { op: my::g, in: { x: $y } } } } } }\nrewrite: { op: my::g, in: { x: $y } }')}`,
    });
    const [rule] = (await RuleBook.load({ base: dir })).translation.rules;
    expect(rule?.match.ops).toEqual(['my::f']);
    expect(rule?.benefit).toBe(3);
  });
});

const TEMPLATES = `fragments:
  double: { args: [$v], rewrite: { op: my::f, in: { x: { op: my::f, in: { x: $v } } } } }
  next: { args: [$n], rewrite: { compute: above($n) } }
predicates:
  above: { args: [$n], holds: $n + 1 }
`;

describe('fragments of templates', () => {
  it('take templates, or names where they ask for these', async () => {
    const dir = folder({
      'translation-map.yaml': `${TEMPLATES}rules:\n${RULE('made', 'match: { op: my::take, in: { x: $x, n: $k } }\nlet: { $g: { op: my::g, in: { x: $x } } }\nrewrite: { op: my::take, in: { x: { use: double, with: { $v: { use: double, with: { $v: $g } } } }, n: { use: next, with: { $n: $k } } } }')}`,
    });
    const [rule] = (await RuleBook.load({ base: dir })).translation.rules;
    const f = (x: unknown) => ({ kind: 'node', op: 'my::f', in: [['x', x]] });
    expect(rule?.rewrite).toMatchObject({
      in: [
        ['x', f(f(f(f({ kind: 'capture', name: '$g' }))))],
        ['n', { kind: 'compute', text: '($k + 1)' }],
      ],
    });
    expect(rule?.written).toEqual({ '($k + 1)': 'above($n)' });
  });

  it.each<Mistake>([
    [
      'a pattern',
      'match: { use: double, with: { $v: $x } }\nrewrite: $x',
      '',
      'rule-unknown-fragment',
      'double',
      'used in a template',
    ],
    [
      'an expression of what is no capture',
      'match: { op: my::take, in: { x: $x, n: $n } }\nrewrite: { op: my::take, in: { x: $x, n: { use: next, with: { $n: 3 } } } }',
      '',
      'rule-type',
      '3',
      'capture',
    ],
    [
      'an operand of another type',
      'match: { op: my::take, in: { x: $x, n: $n } }\nrewrite: { use: double, with: { $v: $n } }',
      '',
      'rule-type',
      '{ use: double',
    ],
    [
      'a capture that nothing binds',
      'match: { op: my::f, in: { x: $x } }\nrewrite: { use: double, with: { $v: $y } }',
      '',
      'rule-unbound',
      '$y',
      '$x',
    ],
    [
      'a name that is no argument',
      '',
      '  a: { args: [$v], rewrite: { op: my::join, in: { a: $v, b: $w } } }\n',
      'rule-unbound',
      '$w',
      '$v',
    ],
    [
      'an argument that is not used',
      '',
      '  a: { args: [$v, $w], rewrite: { op: my::f, in: { x: $v } } }\n',
      'rule-unused',
      '$w',
    ],
    [
      'an operator',
      '',
      '  a: { args: [$v], rewrite: { op: my::ff, in: { x: $v } } }\n',
      'rule-unknown-operator',
      'my::ff',
      'my::f',
    ],
    [
      'a pattern and a template in one',
      '',
      '  a: { args: [$v], match: { op: my::f, in: { x: $v } }, rewrite: $v }\n',
      'yaml-schema',
      'match',
    ],
  ])('find %s', async (_, body, more, code, at, help) => {
    const given = TEMPLATES.replace('fragments:\n', `fragments:\n${more}`);
    const rules = body === '' ? '' : `rules:\n${RULE('tested', body)}`;
    const found = await problems({ 'translation-map.yaml': `${given}${rules}` });
    const d = found.find((f) => f.code === code);
    expect(d, JSON.stringify(found.map((f) => `${f.code} ${f.message}`))).toBeDefined();
    expect(d === undefined ? '' : marked(d)).toContain(at);
    if (help !== undefined) expect(d?.help).toContain(help);
  });
});

describe('definitions', () => {
  it('are seen in the packs above, compiled or not', async () => {
    const base = folder({
      'lowering/names.yaml': `${FRAGMENTS}predicates:\n  known_number: { args: [$n], holds: constant($n) }\n`,
    });
    const pack = writeFolder(root, {
      'lowering/mine.yaml': `rules:\n${RULE('mine', 'match: { use: twice, with: { $x: $x } }\nrewrite: { op: my::f, in: { x: $x } }')}${RULE('other', 'match: { op: my::take, in: { x: $x, n: $n } }\nwhere: known_number($n)\nrewrite: $x')}`,
    });
    const above = await RuleBook.load({ base, packs: [pack] });
    expect(above.lowering.rules.map((r) => [r.id, r.where])).toEqual([
      ['mine', []],
      ['other', ['(constant($n))']],
    ]);
    const { data } = readRules(base);
    const compiled = decodeBook(JSON.parse(JSON.stringify(encodeBook(data, (f) => f))));
    const again = readRules(pack, [compiled]).data.lowering.map((r) => ({ ...r, span: undefined }));
    const direct = readRules(pack, [data]).data.lowering.map((r) => ({ ...r, span: undefined }));
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(direct)));
  });

  it.each<Mistake>([
    [
      'an unknown fragment',
      '',
      'match: { use: twise, with: { $x: $x } }\nrewrite: $x',
      'rule-unknown-fragment',
      'twise',
      'twice',
    ],
    [
      'an unknown argument',
      '',
      'match: { use: twice, with: { $y: $x } }\nrewrite: $x',
      'rule-unknown-argument',
      '$y',
      '$x',
    ],
    ['a missing argument', '', 'match: { use: twice }\nrewrite: 1', 'rule-missing-argument', 'twice', 'any value'],
    [
      'an operator of an argument',
      '',
      'match: { use: twice, with: { $x: { op: my::gg, in: { x: $x } } } }\nrewrite: $x',
      'rule-unknown-operator',
      'use: twice',
      'my::g',
    ],
    [
      'a fragment that uses itself',
      '  a: { args: [$x], match: { op: my::f, in: { x: { use: b, with: { $x: $x } } } } }\n  b: { args: [$x], match: { op: my::f, in: { x: { use: a, with: { $x: $x } } } } }\n',
      '',
      'rule-recursive',
      'a',
    ],
    [
      'an operator of a fragment',
      '  a: { args: [$x], match: { op: my::ff, in: { x: $x } } }\n',
      '',
      'rule-unknown-operator',
      'my::ff',
      'my::f',
    ],
    [
      'an argument that is not bound',
      '  a: { args: [$x, $z], match: { op: my::f, in: { x: $x } } }\n',
      '',
      'rule-unbound',
      '$z',
    ],
    ['an unused capture of a fragment', '  a: { match: { op: my::f, in: { x: $x } } }\n', '', 'rule-unused', '$x'],
  ])('find %s', async (_, fragments, body, code, at, help) => {
    const rules = body === '' ? '' : `rules:\n${RULE('tested', body)}`;
    const found = await problems({ 'translation-map.yaml': `${FRAGMENTS}${fragments}${rules}` });
    const d = found.find((f) => f.code === code);
    expect(d, JSON.stringify(found.map((f) => f.message))).toBeDefined();
    expect(d === undefined ? '' : marked(d)).toContain(at);
    if (help !== undefined) expect(d?.help).toContain(help);
  });

  it.each<Mistake>([
    ['an unknown predicate', '', "where: ['smal($n)']", 'expr-unknown', 'smal', 'small'],
    ['another number of arguments', '', "where: ['small($n, 1)']", 'expr-type', 'small'],
    ['an argument that its body cannot ask', '', "where: ['run_time($n + 1)']", 'expr-type', 'run_time'],
    ['a name that it does not have', '  p: { args: [$a], holds: $a == $c }\n', '', 'rule-unbound', '$c'],
    ['an argument that it does not use', '  p: { args: [$a, $b], holds: $a }\n', '', 'rule-unused', '$b'],
    [
      'the name of a function',
      '  rank: { args: [$a], holds: $a }\n  dynamic: { args: [$a], holds: $a }\n',
      '',
      'rule-duplicate',
      'dynamic',
    ],
    [
      'one that calls itself',
      '  p: { args: [$a], holds: q($a) }\n  q: { args: [$a], holds: p($a) }\n',
      '',
      'rule-recursive',
      'p',
    ],
    ['an expression', '  p: { args: [$a], holds: $a + > 1 }\n', '', 'expr-syntax', '>'],
  ])('find %s of a predicate', async (_, more, where, code, at, help) => {
    const rules = `rules:\n${RULE('tested', `match: { op: my::take, in: { x: $x, n: $n } }\n${where === '' ? "where: ['small($n)']" : where}\nrewrite: $x`)}`;
    const given =
      'predicates:\n  small: { args: [$n], holds: $n < 3 }\n  run_time: { args: [$n], holds: dynamic($n) }\n';
    const found = await problems({ 'translation-map.yaml': `${given}${more}${rules}` });
    const d = found.find((f) => f.code === code);
    expect(d, JSON.stringify(found.map((f) => `${f.code} ${f.message}`))).toBeDefined();
    expect(d === undefined ? '' : marked(d)).toContain(at);
    if (help !== undefined) expect(d?.help).toContain(help);
  });
});
