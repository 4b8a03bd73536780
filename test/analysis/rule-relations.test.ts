import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { lintRules } from '../../src/rulebook/lint.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { Project } from '../rulebook/pack-folder.js';

const SCHEMAS = `operators:
  - schema: my::cast(Tensor self) -> t
    role: cast
    legal: always
    infer: { value: 'self.elements[0]', list: self.elements }
  - schema: my::const(int value) -> Tensor
    role: freeze
    infer: { dtype: int64, shape: '[]', elements: '[value]' }
  - schemas:
      - my::a(Tensor x, int n=0) -> Tensor
      - my::b(Tensor x, int n=0) -> Tensor
      - my::c(Tensor x, int n=0) -> Tensor
    infer: { dtype: x.dtype, shape: x.shape }
  - schema: my::dyn(Tensor x, Tensor n) -> Tensor
    infer: { dtype: x.dtype, shape: x.shape }
  - schema: my::add(Tensor x, Tensor y) -> Tensor
    infer: { dtype: x.dtype, shape: 'broadcast(x.shape, y.shape)' }
  - schema: my::cat(Tensor[] xs) -> Tensor
  - schema: prim::Constant() -> t
    legal: always
  - schema: prim::ListConstruct(...) -> ...
    legal: always
    role: list
`;

interface Written {
  readonly match: string;
  readonly rewrite: string;
  readonly where?: string;
  readonly benefit?: number;
}

/** A rule in one line: its match, rewrite and what else it has. */
function rule(id: string, { match, rewrite, where, benefit }: Written): string {
  const more = [where && `    where: [${where}]`, benefit === undefined ? '' : `    benefit: ${benefit}`];
  return [`  - id: ${id}`, '    why: A rule to test with.', `    match: ${match}`, `    rewrite: ${rewrite}`, ...more]
    .filter((line) => line)
    .join('\n');
}

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => {
  project.remove();
});

/** What is wrong with rules of the translation map, and of lowering. */
async function problems(rules: readonly string[], lowering: readonly string[] = []): Promise<readonly Diagnostic[]> {
  const book = (list: readonly string[]) => `rules:${list.length === 0 ? ' []' : `\n${list.join('\n')}`}\n`;
  project.write({
    'schemas/my.yaml': SCHEMAS,
    'translation-map.yaml': book(rules),
    'lowering/my.yaml': book(lowering),
  });
  return lintRules({ base: project.dir });
}

const found = async (...given: Parameters<typeof problems>) =>
  (await problems(...given)).map((d) => `${d.code} ${d.at?.line}`);

const A_TO_B = { match: '{ op: my::a, in: { x: $x } }', rewrite: '{ op: my::b, in: { x: $x } }' };
const A_TO_C = { match: '{ op: my::a, in: { x: $x } }', rewrite: '{ op: my::c, in: { x: $x } }' };

describe('rules of equal benefit', () => {
  it('that match one graph and disagree are told with that graph', async () => {
    const [d, ...more] = await problems([
      rule('one', { ...A_TO_B, where: "'$x.rank == 2'" }),
      rule('two', { ...A_TO_C, where: "'$x.dtype == int64'" }),
    ]);
    expect(more).toEqual([]);
    expect(d).toMatchObject({ code: 'rule-overlap', at: { line: 9, column: 12 } });
    expect(d?.notes?.[0]?.at).toMatchObject({ line: 2, column: 9 });
    const text = d?.notes?.find((n) => n.message.startsWith('both match'))?.message.replace('both match\n', '') ?? '';
    const book = await RuleBook.load({ base: project.dir });
    const graph = parseGraph(text, 'note', book.registry);
    expect(graph.inputs[0]?.type).toMatchObject({ kind: 'tensor', dtype: 'int64' });
    expect(graph.inputs[0]?.type).toHaveProperty('shape.length', 2);
  });

  it('that never meet, or agree, are none of it', async () => {
    const apart = [
      rule('one', { ...A_TO_B, where: "'$x.rank == 2'" }),
      rule('two', { ...A_TO_C, where: "'$x.rank == 3'" }),
    ];
    expect(await found(apart)).toEqual([]);
    // b becomes c: both ways end there.
    const agreeing = [
      rule('one', { ...A_TO_B, where: "'$x.rank == 2'" }),
      rule('two', { ...A_TO_C, where: "'$x.dtype == int64'" }),
      rule('three', { match: '{ op: my::b, in: { x: $x } }', rewrite: '{ op: my::c, in: { x: $x } }' }),
    ];
    expect(await found(agreeing)).toEqual([]);
  });

  it('are told apart where a higher benefit takes what both match', async () => {
    const both = "'$x.rank == 2', '$x.dtype == int64'";
    const rules = [
      rule('one', { ...A_TO_B, where: "'$x.rank == 2'" }),
      rule('two', { ...A_TO_C, where: "'$x.dtype == int64'" }),
      rule('first', { match: '{ op: my::a, in: { x: $x } }', rewrite: '$x', where: both, benefit: 2 }),
    ];
    expect(await found(rules)).toEqual([]);
  });

  it.each([
    [
      'inner operators',
      '{ op: my::a, in: { x: { op: my::b, in: { x: $x } } } }',
      '{ op: my::a, in: { x: { op: my::b }, n: 1 } }',
    ],
    [
      'shared captures',
      '{ op: my::add, in: { x: $x, y: $x } }',
      '{ op: my::add, in: { x: { op: my::b, in: { x: $x } }, y: _ } }',
    ],
    [
      'swapped operands',
      '{ op: my::add, in: { x: { op: my::b, in: { x: $x } }, y: _ }, commutative: [x, y] }',
      '{ op: my::add, in: { x: _, y: { op: my::b, in: { x: $x } } } }',
    ],
    [
      'rows with a rest',
      '{ op: my::cat, in: { xs: { list: [$x, ...$more] } } }',
      '{ op: my::cat, in: { xs: { list: [...$more, $x] } } }',
    ],
    ['constants', '{ op: my::a, in: { x: $x, n: 3 } }', '{ op: my::a, in: { x: { op: my::c, in: { x: $x } }, n: _ } }'],
  ])('meet in %s', async (_, one, other) => {
    const where = (match: string) => (match.includes('$more') ? "'len($more) == 1'" : undefined);
    const given = (match: string) => (match.includes('$x') ? '$x' : '{ op: my::const, in: { value: 0 } }');
    const found = await problems([
      rule('one', { match: one, rewrite: given(one), where: where(one), benefit: 1 }),
      rule('two', {
        match: other,
        rewrite: given(other) === '$x' ? '{ op: my::c, in: { x: $x } }' : given(other),
        where: where(other),
        benefit: 1,
      }),
    ]);
    expect(found.map((d) => d.code)).toContain('rule-overlap');
  });
});

describe('rules that never fire', () => {
  it('since a more general one has the higher benefit', async () => {
    const rules = [
      rule('general', { ...A_TO_B, where: "'$x.rank > 1'", benefit: 2 }),
      rule('special', {
        match: '{ op: my::a, in: { x: { op: my::c, in: { x: $y } } } }',
        rewrite: '$y',
        where: "'$y.rank > 1'",
        benefit: 1,
      }),
    ];
    // The conditions are about other values: nothing is proven.
    expect(await found(rules)).toEqual([]);
    const named = "'$z.rank > 1 and $z.dtype == int64'";
    const shadowed = [
      rule('general', { ...A_TO_B, where: "'$x.rank > 1'", benefit: 2 }),
      rule('special', { match: '{ op: my::a, in: { x: $z, n: 1 } }', rewrite: '$z', where: named }),
    ];
    expect(await found(shadowed)).toEqual(['rule-shadowed 10']);
  });

  it('since lowering takes their operator away', async () => {
    const lowering = [rule('away', A_TO_B)];
    const late = rule('late', { match: '{ op: my::a, in: { x: $x, n: 1 } }', rewrite: '$x' });
    expect(await found([late], lowering)).toEqual(['rule-shadowed 4']);
    // What the translation makes itself is not lowered any more.
    const maker = rule('maker', {
      match: '{ op: my::c, in: { x: $x, n: 7 } }',
      rewrite: '{ op: my::a, in: { x: $x, n: 1 } }',
    });
    expect(await found([late, maker], lowering)).toEqual([]);
  });

  it('since they say the same, whatever the pattern', async () => {
    const match = "{ op: my::a, in: { x: { not: { op: my::b } }, n: { const: 'it > 3', as: $n } } }";
    const rewrite = '{ op: my::c, in: { x: { op: my::const, in: { value: $n } } } }';
    expect(await found([rule('one', { match, rewrite }), rule('two', { match, rewrite })])).toEqual([
      'rule-shadowed 8',
    ]);
  });

  it('are not told where a condition keeps the other one off', async () => {
    const rules = [
      rule('general', { ...A_TO_B, where: "'$x.rank > 1 or $x.dtype == int64'", benefit: 2 }),
      rule('special', { match: '{ op: my::a, in: { x: $x, n: 1 } }', rewrite: '$x', where: "'$x.rank > 1'" }),
    ];
    expect(await found(rules)).toEqual([]);
  });
});

describe('rules without end', () => {
  it('one that makes what it matches', async () => {
    const [d, ...more] = await problems([
      rule('self', { match: '{ op: my::a, in: { x: $x } }', rewrite: '{ op: my::a, in: { x: $x, n: 2 } }' }),
    ]);
    expect(more).toEqual([]);
    expect(d).toMatchObject({
      code: 'rule-cycle',
      at: { line: 5, column: 14 },
      message: expect.stringContaining('my::a -> my::a by `self`'),
    });
  });

  it('several that lead back, with the operators between', async () => {
    const rules = [
      rule('ab', A_TO_B),
      rule('bc', { match: '{ op: my::b, in: { x: $x } }', rewrite: '{ op: my::c, in: { x: $x } }' }),
      rule('ca', { match: '{ op: my::c, in: { x: $x } }', rewrite: '{ op: my::a, in: { x: $x } }' }),
    ];
    const [d, ...more] = await problems(rules);
    expect(more).toEqual([]);
    expect(d?.message).toContain('my::c -> my::a by `ca`; my::a -> my::b by `ab`; my::b -> my::c by `bc`');
    expect(d?.notes?.map((n) => n.at?.line).filter((line) => line !== undefined)).toEqual([2, 6]);
  });

  it('one that grows', async () => {
    const rewrite = '{ op: my::a, in: { x: { op: my::c, in: { x: $x } } } }';
    expect(await found([rule('grows', { match: '{ op: my::a, in: { x: $x } }', rewrite })])).toEqual(['rule-cycle 5']);
  });

  it('but not one that a condition ends', async () => {
    const rewrite = '{ op: my::a, in: { x: $x, n: 0 } }';
    const ending = rule('ends', { match: '{ op: my::a, in: { x: $x, n: $n } }', rewrite, where: "'$n != 0'" });
    expect(await found([ending])).toEqual([]);
  });
});

describe('a load', () => {
  /** Pairs of one operator and benefit that meet nowhere, but for which many graphs could be tried. */
  const pairs = Array.from({ length: 12 }, (_, i) =>
    rule(`slope-${i}`, {
      match: '{ op: aten::leaky_relu, in: { self: $x, negative_slope: $s } }',
      rewrite: '{ op: aten::relu, in: { self: $x } }',
      where: `'$s == ${i} / 16', '$x.rank == ${i}'`,
    }),
  );
  const load = (...rules: string[]) => {
    project.write({ 'lowering/my.yaml': `rules:\n${[...pairs, ...rules].join('\n')}\n` });
    return RuleBook.load({ packs: [project.dir] });
  };
  const ABS = { match: '{ op: aten::abs, in: { self: $x } }' };
  const again = '{ op: aten::neg, in: { self: { op: aten::abs, in: { self: $x } } } }';

  it('takes rules that have nothing to do with each other', async () => {
    await expect(load()).resolves.toBeInstanceOf(RuleBook);
  });

  it('tells rules without end, however many pairs there are', async () => {
    await expect(load(rule('grows', { ...ABS, rewrite: again }))).rejects.toThrow('rule-cycle');
  });

  it('tells rules without end on graphs with blocks', async () => {
    const loop = rule('loop', {
      match:
        '{ op: prim::Loop, in: { max_trip_count: $n, cond: $c }, operands: $xs, blocks: [{ contains: [{ op: aten::relu }] }] }',
      rewrite: '{ op: prim::Loop, in: { max_trip_count: $n, cond: $c }, operands: [$xs], blocks: keep }',
    });
    await expect(load(loop)).rejects.toThrow('rule-cycle');
  });

  it('tells what patterns of the parameters and results of blocks share', async () => {
    const blocks = (inner: string) => `blocks: [{ returns: [${inner}] }, { returns: [$x] }]`;
    const branch = (id: string, op: string, inner: string) =>
      rule(id, {
        match: `{ op: prim::If, in: { cond: $c }, ${blocks(inner)} }`,
        where: "'not constant($c)'",
        rewrite: `{ op: ${op}, in: { self: $x } }`,
        benefit: 3,
      });
    const relu = '{ op: aten::relu, in: { self: $x } }';
    const [d] = (await load(branch('first', 'aten::neg', relu), branch('second', 'aten::abs', relu)).catch(
      (e: unknown) => (e instanceof DiagnosticError ? e.diagnostics : []),
    )) as readonly Diagnostic[];
    expect(d).toMatchObject({ code: 'rule-overlap' });
    expect(d?.notes?.map(({ message }) => message).join('\n')).toContain('aten::relu');
    // Of other operators: no graph is both.
    const sigmoid = '{ op: aten::sigmoid, in: { self: $x } }';
    await expect(
      load(branch('first', 'aten::neg', relu), branch('second', 'aten::abs', sigmoid)),
    ).resolves.toBeInstanceOf(RuleBook);
  });

  it('tells rules without end by what blocks give', async () => {
    const loop = rule('loop', {
      match:
        '{ op: prim::Loop, in: { max_trip_count: $n, cond: $c }, operands: [$a, $b], blocks: [{ params: [_, $x, $y], returns: [_, $y, $x] }] }',
      rewrite: '{ op: prim::Loop, in: { max_trip_count: $n, cond: $c }, operands: [$b, $a], blocks: keep }',
    });
    await expect(load(loop)).rejects.toThrow('rule-cycle');
  });

  it('tells an overlap behind many other pairs', async () => {
    const one = rule('one', { ...ABS, rewrite: '{ op: aten::neg, in: { self: $x } }' });
    const two = rule('two', { ...ABS, rewrite: '{ op: aten::relu, in: { self: $x } }' });
    await expect(load(one, two)).rejects.toThrow('rule-overlap');
  });
});

describe('a rewrite whose nodes their schemas refuse', () => {
  it('is told with the graph that shows it', async () => {
    const rewrite = '{ op: my::a, in: { x: $x, n: { compute: $x.dtype } } }';
    const [d] = await problems([rule('wrong', { match: '{ op: my::b, in: { x: $x } }', rewrite })]);
    expect(d).toMatchObject({ code: 'rule-type', at: { line: 5 }, message: expect.stringContaining('does not fit') });
  });
});

describe('rules that meet inside a pattern', () => {
  const fuse = rule('fuse', {
    match: '{ op: my::a, in: { x: { op: my::b, in: { x: $x } } } }',
    rewrite: '{ op: my::add, in: { x: $x, y: $x } }',
  });

  it('are a warning where the one that runs first decides the result', async () => {
    const inner = rule('inner', { match: '{ op: my::b, in: { x: $x } }', rewrite: '{ op: my::c, in: { x: $x } }' });
    const [d, ...more] = await problems([fuse, inner]);
    expect(more).toEqual([]);
    expect(d).toMatchObject({ code: 'rule-order', severity: 'warning', at: { line: 2 } });
    expect(d?.notes?.map((n) => n.message.split('\n')[0])).toEqual([
      '`inner`',
      'on',
      'with `fuse` first it becomes',
      'with `inner` first it becomes',
    ]);
  });

  it('are none where both ways end alike', async () => {
    const inner = rule('inner', { match: '{ op: my::b, in: { x: $x } }', rewrite: '{ op: my::c, in: { x: $x } }' });
    const both = rule('both', {
      match: '{ op: my::a, in: { x: { op: my::c, in: { x: $x } } } }',
      rewrite: '{ op: my::add, in: { x: $x, y: $x } }',
    });
    expect(await found([fuse, inner, both])).toEqual([]);
  });
});

describe('lint of a pack', () => {
  const files = (rules: string) => ({
    'p/schemas/a.yaml':
      'operators:\n  - schema: my::a(Tensor x) -> Tensor\n    infer: { dtype: x.dtype, shape: x.shape }\n',
    'p/lowering/a.yaml': `rules:\n${rules}\n`,
  });
  const lint = () => lintRules({ packs: [project.path('p')] });
  const relu = rule('to-relu', {
    match: '{ op: my::a, in: { x: $x } }',
    rewrite: '{ op: aten::relu, in: { self: $x } }',
  });

  it('tells rules without a case file, in a pack without any too', async () => {
    const untested = [
      { code: 'rule-untested', severity: 'warning', at: { line: 2, column: 9 }, message: '`to-relu` has no case file' },
    ];
    project.write(files(relu));
    expect(await lint()).toMatchObject(untested);
    project.write({ 'p/cases/other.yaml': 'rule: other\ncases: []\n' });
    expect(await lint()).toMatchObject(untested);
    project.write({ 'p/cases/to-relu.yaml': 'rule: to-relu\ncases: []\n' });
    expect(await lint()).toEqual([]);
  });

  it('gives what a load refuses, and throws nothing', async () => {
    project.write(files(relu.replace('my::a', 'my::aa')));
    expect(await lint()).toMatchObject([{ code: 'rule-unknown-operator', severity: 'error' }]);
  });

  it('tells operators that nothing is about, with the name that is meant', async () => {
    project.write(files(relu));
    project.write({ 'p/cases/to-relu.yaml': 'rule: to-relu\ncases: []\n' });
    project.write({ 'p/schemas/b.yaml': 'operators:\n  - schema: my::aa(Tensor x) -> Tensor\n' });
    expect(await lint()).toMatchObject([
      {
        code: 'schema-unused',
        severity: 'warning',
        at: { line: 2, column: 13 },
        help: expect.stringContaining('my::a?'),
      },
    ]);
  });

  it('compares the rules of the pack with the shipped ones', async () => {
    const taken = rule('mine', { match: '{ op: aten::multiply.Tensor, in: { self: $x } }', rewrite: '$x' });
    project.write(files(taken));
    expect(await lint()).toMatchObject([
      { code: 'rule-overlap', message: expect.stringContaining('`mine` and `multiply-tensor`') },
    ]);
  });
});
