import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/ir/fingerprint.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import { Matcher } from '../../src/matcher/match.js';
import { bookOf, graphOf, rule } from '../engine/rule-text.js';

/** Matches one rule at the last node of a graph that has one of its operators. */
async function at(match: string, text: string, where = '') {
  const captures = [...new Set(match.match(/\$\w+/g) ?? [])];
  const used = captures.map((c) => `'uses(${c}) >= 0'`).join(', ');
  const book = await bookOf(rule('tested', match, '{ op: my::all }', where === '' ? used : `${where}, ${used}`));
  const { graph, inference } = graphOf(book, text);
  const before = canonicalText(graph);
  const ops = new Set(book.translation.rules[0]?.match.ops);
  const node = last(graph, (n) => ops.has(n.op));
  const [compiled] = book.translation.of(node.op);
  if (compiled === undefined) throw new Error('no rule');
  const matcher = new Matcher(book.registry, book.roles, inference.ranges);
  const found = matcher.match(compiled, node);
  const miss = matcher.explain(compiled, node);
  expect(found === undefined).toBe(miss !== undefined);
  expect(canonicalText(graph)).toBe(before);
  return {
    found,
    miss,
    names: (c: string) => {
      const held = found?.captured(c);
      return held === undefined ? undefined : 'uses' in held ? held.name : held.map((v) => v.name);
    },
  };
}

function last(graph: Graph, test: (n: Node) => boolean): Node {
  const all = [...graph.allNodes()].filter(test);
  const node = all[all.length - 1];
  if (node === undefined) throw new Error('no such node');
  return node;
}

const PAIR = `graph(%x : Tensor, %y : Tensor):
  %a : Tensor = my::f(%x)
  %b : Tensor = my::g(%y)
  %r : Tensor = my::join(%a, %b)
  return (%r)`;

describe('patterns', () => {
  it('follow operands to their producers and bind captures', async () => {
    const m = await at('{ op: my::join, in: { a: { op: my::f, in: { x: $p }, as: $q }, b: $r } }', PAIR);
    expect(['$p', '$q', '$r'].map(m.names)).toEqual(['x', 'a', 'b']);
  });

  it('take one capture for one value', async () => {
    const shared = '{ op: my::join, in: { a: { op: my::f, in: { x: $p } }, b: { op: my::g, in: { x: $p } } } }';
    expect((await at(shared, PAIR)).miss?.reason).toContain('$p is another value at its second place');
    expect((await at(shared, PAIR.replace('my::g(%y)', 'my::g(%x)'))).found).toBeDefined();
  });

  it('try commutative operands both ways, with all that follows from them', async () => {
    const p = '{ op: my::join, commutative: [a, b], in: { a: { op: my::g, in: { x: $p } }, b: $o } }';
    const m = await at(p, PAIR);
    expect(['$p', '$o'].map(m.names)).toEqual(['y', 'a']);
  });

  it('try alternatives until the rest fits too', async () => {
    const any = '{ any: [{ op: my::f, in: { x: $p } }, { op: my::g, in: { x: $p } }] }';
    const m = await at(`{ op: my::join, in: { a: ${any}, b: ${any.replaceAll('$p', '$s')} } }`, PAIR);
    expect(['$p', '$s'].map(m.names)).toEqual(['x', 'y']);
  });

  it('match constants by value, None too', async () => {
    const text = (by: string) => `graph(%x : Tensor):
      %c : float = prim::Constant[value=${by}]()
      %n : int = prim::Constant[value=1]()
      %r : Tensor = my::scale(%x, %c, %n)
      return (%r)`;
    const p = '{ op: my::scale, in: { x: $x, by: 2, times: 1 } }';
    expect((await at(p, text('2.'))).found).toBeDefined();
    const { miss } = await at(p, text('3.'));
    expect(miss?.reason).toBe('`by` is 3 (float, from prim::Constant), not the constant 2');
    expect(miss?.depth).toBe(2);
  });

  it('open lists, with a rest', async () => {
    const text = `graph(%x : Tensor, %y : Tensor, %z : Tensor):
      %l : Tensor[] = prim::ListConstruct(%x, %y, %z)
      %a : Tensor = my::each(%l)
      return (%a)`;
    const m = await at("{ op: my::each, in: { list: { list: ['$first', '...$rest'] } } }", text);
    expect(['$first', '$rest'].map(m.names)).toEqual(['x', ['y', 'z']]);
    const { miss } = await at("{ op: my::each, in: { list: { list: ['$a', '$b'] } } }", text);
    expect(miss?.reason).toBe('`list` is %l (Tensor[], from prim::ListConstruct), not a list of 2 items');
  });

  it('bind all operands of a variadic operator', async () => {
    const m = await at(
      '{ op: my::all, operands: $all }',
      'graph(%x : Tensor, %y : Tensor):\n  %r : Tensor = my::all(%x, %y)\n  return (%r)',
    );
    expect(m.names('$all')).toEqual(['x', 'y']);
  });

  it('take one of several operators', async () => {
    expect((await at('{ op: [my::f, my::g], in: { x: $x } }', PAIR)).found).toBeDefined();
  });
});

describe('conditions', () => {
  const SIZED = `graph(%x : Float(*, 3), %t : Long()):
    %n : int = my::cast(%t)
    %r : Tensor = my::take(%x, %n)
    return (%r)`;
  const TAKE = '{ op: my::take, in: { x: $x, n: $n } }';

  it.each([
    ['dynamic($n)', true],
    ['static($n)', false],
    ['uses($x) == 1', true],
    ["producer($n) == 'my::cast'", true],
    ["kind($n) == 'int' and kind($x) == 'tensor'", true],
    ['$x.rank == 2 and $x.shape[1] == 3', true],
    ['$x.dtype == float32', true],
    ['constant($x.shape[0])', false],
    ['$x.shape[0] == 7', false],
    ['$x.shape[5] == 7', false],
    ['known(result.shape)', false],
  ])('%s is %s', async (where, holds) => {
    expect((await at(TAKE, SIZED, `"${where}"`)).found !== undefined).toBe(holds);
  });

  it('say which one failed, and whether it is open', async () => {
    expect((await at(TAKE, SIZED, "'static($n)'")).miss?.reason).toBe('`static($n)` does not hold');
    expect((await at(TAKE, SIZED, "'$x.shape[0] == 7'")).miss?.reason).toBe('`$x.shape[0] == 7` is not known here');
    expect((await at(TAKE, SIZED, "'$x.shape[5] == 7'")).miss?.reason).toContain('cannot be told: index 5 is outside');
  });
});
