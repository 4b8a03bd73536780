import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/ir/fingerprint.js';
import { Matcher } from '../../src/matcher/match.js';
import { bookOf, graphOf, rule } from '../engine/rule-text.js';

/** Matches one rule at the last node of a graph that has one of its operators; nothing but the pattern is asked for. */
async function at(match: string, text: string, where = '') {
  const captures = [...new Set(match.match(/\$\w+/g) ?? [])];
  const book = await bookOf(rule('tested', match, '{ op: my::all }', where), { check: false });
  const { graph, inference } = graphOf(book, text);
  const before = canonicalText(graph);
  const [root] = book.translation.rules;
  const node = [...graph.allNodes()].filter((n) => root?.match.ops.includes(n.op)).at(-1);
  if (node === undefined) throw new Error('no such node');
  const [compiled] = book.translation.of(node.op);
  if (compiled === undefined) throw new Error('no rule');
  const matcher = new Matcher(book.registry, book.roles, inference.ranges);
  const found = matcher.match(compiled, node);
  const miss = matcher.explain(compiled, node);
  expect(found === undefined, miss?.reason).toBe(miss !== undefined);
  expect(canonicalText(graph)).toBe(before);
  const names = captures.map((c) => {
    const held = found?.captured(c);
    return held === undefined ? undefined : 'uses' in held ? held.name : held.map((v) => v.name).join(' ');
  });
  return { fires: found !== undefined, reason: miss?.reason, names };
}

const LIST = `graph(%x : Tensor, %y : Tensor, %z : Tensor, %w : Tensor):
  %l : Tensor[] = prim::ListConstruct(%x, %y, %z, %w)
  %a : Tensor = my::each(%l)
  return (%a)`;

describe('lists', () => {
  const each = (list: string) => `{ op: my::each, in: { list: ${list} } }`;

  it.each([
    ['[$first, ...$mid, $last]', ['x', 'y z', 'w']],
    ['[...$head, $last]', ['x y z', 'w']],
    ['[$a, $b, ..._]', ['x', 'y']],
    ['[_, _, _, $d]', ['w']],
    ['[$a, $b, $c, $d, ...$none]', ['x', 'y', 'z', 'w', '']],
    ['{ list: [..._], as: $l }', ['l']],
  ])('%s', async (list, names) => {
    expect((await at(each(list), LIST)).names).toEqual(names);
  });

  it('tell the length that they want', async () => {
    expect((await at(each('[$a, $b]'), LIST)).reason).toContain('not a list of 2 items');
    expect((await at(each('[_, _, _, _, _, ...$r]'), LIST)).reason).toContain('not a list of 5 or more items');
  });

  it('are constants too, where nothing is captured', async () => {
    const text = `graph(%x : Tensor):
      %l : int[] = prim::Constant[value=[1, 2, 3]]()
      %a : Tensor = my::pool(%x, %l)
      return (%a)`;
    const pool = (p: string) => at(`{ op: my::pool, in: { kernel: ${p} } }`, text);
    expect((await pool('[1, 2, 3]')).fires).toBe(true);
    expect((await pool('[1, ..._]')).fires).toBe(true);
    expect((await pool('[..._, 3]')).fires).toBe(true);
    expect((await pool('[1, _, { any: [3, 4] }]')).fires).toBe(true);
    expect((await pool('[1, 2]')).reason).toBe('`kernel` is %l (int[], from prim::Constant), not a list of 2 items');
    expect((await pool('[1, 2, $c]')).fires).toBe(false);
  });
});

describe('results', () => {
  const TWO = `graph(%x : Tensor):
    %p : Tensor, %q : Tensor = my::two(%x)
    %r : Tensor = my::join(%q, %p)
    return (%r)`;

  it('are told apart by number', async () => {
    const second = '{ op: my::join, in: { a: { op: my::two, result: 1, in: { x: $x } } } }';
    expect((await at(second, TWO)).names).toEqual(['x']);
    expect((await at(second.replace('result: 1', 'result: b'), TWO)).names).toEqual(['x']);
    const first = second.replace('result: 1, ', '');
    expect((await at(first, TWO)).reason).toBe('`a` is %q (Tensor, from my::two), not a result of my::two');
  });

  it('are captured one by one, so that two places name one node', async () => {
    const both = '{ op: my::join, in: { a: { op: my::two, result: 1, as: [$p, $q] }, b: $p } }';
    expect((await at(both, TWO)).names).toEqual(['p', 'q']);
    expect((await at(both.replace('b: $p', 'b: $q'), TWO)).fires).toBe(false);
    expect((await at('{ op: my::two, as: [_, $q] }', TWO)).names).toEqual(['q']);
  });
});

describe('arguments', () => {
  const scale = (args: string) => `graph(%x : Tensor, %b : float):
    %one : float = prim::Constant[value=1.]()
    %n : int = prim::Constant[value=1]()
    %two : int = prim::Constant[value=2]()
    %r : Tensor = my::scale(%x, ${args})
    return (%r)`;

  it('are the defaults of the operator', async () => {
    const p = '{ op: my::scale, in: { by: default, times: default } }';
    expect((await at(p, scale('%one, %n'))).fires).toBe(true);
    expect((await at(p, scale('%one, %two'))).reason).toBe(
      '`times` is 2 (int, from prim::Constant), not the constant 1',
    );
    expect((await at('{ op: my::scale, in: { times: { any: [default, 2] } } }', scale('%one, %two'))).fires).toBe(true);
  });

  it('spread the default of a list of a fixed length', async () => {
    const text = `graph(%x : Tensor, %k : int[]):
      %s : int[] = prim::Constant[value=[1, 1]]()
      %a : Tensor = my::pool(%x, %k, %s)
      return (%a)`;
    expect((await at('{ op: my::pool, in: { stride: default } }', text)).fires).toBe(true);
  });

  it('may be absent, and their captures are then None', async () => {
    const p = '{ op: my::biased, in: { x: $x, bias: { optional: { op: my::f, in: { x: $b } } } } }';
    const text = (bias: string) => `graph(%x : Tensor, %y : Tensor):
      %none : NoneType = prim::Constant()
      %f : Tensor = my::f(%y)
      %r : Tensor = my::biased(%x, ${bias})
      return (%r)`;
    expect((await at(p, text('%f'))).names).toEqual(['x', 'y']);
    expect((await at(p, text('%none'))).names).toEqual(['x', 'none']);
    expect((await at(p, text('%y'))).fires).toBe(false);
  });

  it('are constants of a kind', async () => {
    const p = (c: string) => `{ op: my::scale, in: { by: ${c} } }`;
    expect((await at(p('{ const: it > 0, as: $by }'), scale('%one, %n'))).names).toEqual(['one']);
    expect((await at(p('{ const: true }'), scale('%b, %n'))).reason).toBe(
      '`by` is %b (float, an input), not a constant',
    );
    const { reason } = await at(p('{ const: it > 1 }'), scale('%one, %n'));
    expect(reason).toBe('`it > 1` does not hold');
  });
});

describe('conditions in place', () => {
  const CHAIN = `graph(%x : Float(2, 3), %y : Float(2)):
    %a : Float(2, 3) = my::f(%x)
    %b : Float(2) = my::f(%y)
    %r : Tensor = my::join(%a, %b)
    return (%r)`;

  it('are about the value, and fail there', async () => {
    const p = (test: string) => `{ op: my::join, in: { a: { as: $a, where: '${test}' }, b: $b } }`;
    expect((await at(p('it.rank == 2'), CHAIN)).fires).toBe(true);
    expect((await at(p('$a.rank == 2'), CHAIN)).fires).toBe(true);
    expect((await at(p('it.rank == 3'), CHAIN)).reason).toBe('`it.rank == 3` does not hold');
  });

  it('of an operator see its captures and how it is used', async () => {
    const p = '{ op: my::join, in: { a: { op: my::f, in: { x: $x }, where: [uses(it) == 1, "$x.shape[1] == 3"] } } }';
    expect((await at(p, CHAIN)).names).toEqual(['x']);
    expect((await at(p.replace('uses(it) == 1', 'uses(it) == 2'), CHAIN)).fires).toBe(false);
  });

  it('decide between alternatives', async () => {
    const p = "{ op: my::join, commutative: [a, b], in: { a: { as: $v, where: 'it.rank == 1' }, b: $o } }";
    expect((await at(p, CHAIN)).names).toEqual(['b', 'a']);
  });
});

describe('negation', () => {
  const text = (inner: string) => `graph(%x : Tensor, %y : Tensor):
    %f : Tensor = my::f(%x)
    %g : Tensor = my::g(%f)
    %r : Tensor = my::join(%x, ${inner})
    return (%r)`;

  it('holds where the pattern does not match', async () => {
    const p = '{ op: my::join, in: { b: { not: { op: [my::f, my::h] }, as: $b } } }';
    expect((await at(p, text('%g'))).names).toEqual(['g']);
    expect((await at(p, text('%f'))).reason).toBe(
      '`b` is %f (Tensor, from my::f), not anything but a result of my::f or my::h',
    );
  });

  it('sees what is bound before it, and keeps its own captures to itself', async () => {
    const p =
      '{ op: my::join, in: { a: $a, b: { not: { any: [{ op: my::f, in: { x: $a } }, { op: my::g, in: { x: { op: my::f, in: { x: $a } } } }] } } } }';
    expect((await at(p, text('%f'))).fires).toBe(false);
    expect((await at(p, text('%g'))).fires).toBe(false);
    expect((await at(p, text('%y'))).fires).toBe(true);
    const own = '{ op: my::join, in: { b: { not: { op: my::join, in: { a: $s, b: $s } } } } }';
    expect((await at(own, text('%g'))).names).toEqual([undefined]);
  });
});

describe('users', () => {
  const text = `graph(%x : Tensor, %y : Tensor):
    %f : Tensor = my::f(%x)
    %g : Tensor = my::g(%f)
    %r : Tensor = my::join(%f, %g)
    return (%r, %g)`;

  it.each([
    ["users($f) == ['my::g', 'my::join']", true],
    ["users($g) == ['my::join', 'return']", true],
    ["all([u in ['my::join'] for u in users($f)])", false],
    ["users(result) == ['return']", true],
    ['uses($f) == 2', true],
  ])('%s is %s', async (where, fires) => {
    expect((await at('{ op: my::join, in: { a: $f, b: $g } }', text, `"${where}"`)).fires).toBe(fires);
  });
});

describe('questions of captures inside a list comprehension', () => {
  const text = `graph(%t : Long()):
    %n : int = my::cast(%t)
    %two : int = prim::Constant[value=2]()
    %l : int[] = prim::ListConstruct(%n, %two)
    %a : Tensor = my::pool(%t, %l)
    %r : Tensor = my::all(%a, %t)
    return (%r)`;

  it.each([
    ['{ op: my::pool, in: { kernel: [...$items] } }', '[dynamic(i) for i in $items] == [true, false]', true],
    ['{ op: my::pool, in: { kernel: $l } }', '[dynamic(i) for i in $l] == [true, false]', true],
    ['{ op: my::pool, in: { x: $t, kernel: [...$items] } }', '[i for i in $items if dynamic(i)] == [4]', false],
    ['{ op: my::pool, in: { kernel: [$n, $k] } }', 'all([dynamic($n) for i in [1, 2]])', true],
    ['{ op: my::pool, in: { kernel: [...$items] } }', 'any([static(i) and kind(i) == "int" for i in $items])', true],
    ['{ op: my::all, operands: $all }', "[producer(v) for v in $all] == ['my::pool', none]", true],
  ])('%s where %s', async (match, where, fires) => {
    expect((await at(match, text, `'${where.replaceAll("'", "''")}'`)).fires).toBe(fires);
  });

  it('do not take the operands of another operator for the items of the list that it gives', async () => {
    const list = `graph(%x : Float(4), %t : Long()):
      %s : int[] = my::extents(%x)
      %a : Tensor = my::pool(%t, %s)
      return (%a)`;
    const miss = await at('{ op: my::pool, in: { kernel: $l } }', list, "'any([not dynamic(i) for i in $l])'");
    expect(miss.reason).toContain('`i` is no capture and no item of one');
  });

  it('ask only what is a value of the graph', async () => {
    const miss = await at('{ op: my::pool, in: { kernel: $l } }', text, "'any([dynamic(i) for i in [1, 2]])'");
    expect(miss.reason).toContain('`i` is no capture and no item of one');
  });
});

describe('operands', () => {
  const text = `graph(%x : Tensor, %y : Tensor):
    %f : Tensor = my::f(%y)
    %r : Tensor = my::all(%x, %f, %x)
    return (%r)`;

  it('of a variadic operator are matched one by one', async () => {
    expect((await at('{ op: my::all, operands: [$x, { op: my::f, in: { x: $y } }, ...$r] }', text)).names).toEqual([
      'x',
      'y',
      'x',
    ]);
    expect((await at('{ op: my::all, operands: [$x, _, $x] }', text)).fires).toBe(true);
    expect((await at('{ op: my::all, operands: [$x, $x, ..._] }', text)).fires).toBe(false);
    expect((await at('{ op: my::all, operands: [_] }', text)).reason).toBe('the operands of my::all are 3, not 1');
  });
});

describe('blocks', () => {
  const BRANCH = `graph(%x : Tensor, %y : Tensor, %c : bool):
    %r : Tensor, %s : Tensor = prim::If(%c)
      block0():
        %f : Tensor = my::f(%x)
        %g : Tensor = my::g(%f)
        -> (%g, %y)
      block1():
        %h : Tensor = my::h(%x)
        -> (%h, %y)
    return (%r, %s)`;
  const branch = (blocks: string) => `{ op: prim::If, blocks: [${blocks}] }`;

  it('are matched by what they return', async () => {
    const p = branch('{ returns: [{ op: my::g }, $y] }, { returns: [{ op: my::h, in: { x: $x } }, $y] }');
    expect((await at(p, BRANCH)).names).toEqual(['y', 'x']);
    const other = branch('{ returns: [$a, _] }, { returns: [$a, _] }');
    expect((await at(other, BRANCH)).reason).toContain('$a is another value at its second place');
    expect((await at(branch('{}'), BRANCH)).reason).toBe('prim::If carries another number of blocks than 1');
    expect((await at(branch('{ returns: [_] }, {}'), BRANCH)).reason).toBe('the returns of prim::If are 2, not 1');
  });

  it('are matched by what they contain', async () => {
    const has = (op: string) => branch(`{ contains: [{ op: my::f, as: $f }, ${op}] }, {}`);
    expect((await at(has('{ op: my::g, in: { x: $f } }'), BRANCH)).names).toEqual(['f']);
    expect((await at(has('{ op: my::h }'), BRANCH)).reason).toBe(
      'block 0 of prim::If contains no my::h of the pattern',
    );
    expect((await at(has('{ not: { op: my::h } }'), BRANCH)).fires).toBe(true);
    expect((await at(has('{ not: { op: my::g, in: { x: $f } } }'), BRANCH)).reason).toBe(
      'block 0 of prim::If contains a my::g of the pattern',
    );
    // Each node is tried anew.
    expect(
      (await at(branch('{ contains: [{ op: [my::f, my::g], in: { x: { op: my::f } } }] }, {}'), BRANCH)).fires,
    ).toBe(true);
  });

  it('are matched by their parameters', async () => {
    const loop = `graph(%x : Tensor, %n : int, %t : bool):
      %r : Tensor = prim::Loop(%n, %t, %x)
        block0(%i : int, %v : Tensor):
          %w : Tensor = my::f(%v)
          -> (%t, %w)
      return (%r)`;
    const p =
      '{ op: prim::Loop, in: { cond: $c }, operands: [$init], blocks: [{ params: [_, $v], returns: [$c, { op: my::f, in: { x: $v } }] }] }';
    expect((await at(p, loop)).names).toEqual(['t', 'x', 'v']);
  });
});
