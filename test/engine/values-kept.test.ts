import { expect, it } from 'vitest';
import { ConstantPool } from '../../src/engine/constant-pool.js';
import { runRules } from '../../src/engine/driver.js';
import { Graph, Node } from '../../src/ir/graph.js';
import { byRule } from '../../src/ir/provenance.js';
import { FLOAT, INT, listOf } from '../../src/ir/type.js';
import { verify } from '../../src/ir/verify.js';
import { bookOf, graphOf } from './rule-text.js';

const RENAME = `  - id: rename
    why: A rule of the tests.
    match: { op: my::f, in: { x: $x } }
    rewrite: { op: my::g, in: { x: $x } }
`;

it('a successor takes over the value, its name and its uses; the trace still tells what the old node gave', async () => {
  const book = await bookOf(RENAME);
  const text = 'graph(%x : Tensor):\n  %r : Tensor = my::f(%x)\n  %s : Tensor = my::g(%r)\n  return (%r)';
  const { graph, inference } = graphOf(book, text);
  const value = graph.outputs[0];
  const before = graph.block.first;
  const { trace } = runRules(graph, book.translation, inference, { trace: true });
  expect(verify(graph)).toEqual([]);
  expect(graph.outputs[0]).toBe(value);
  expect(value?.name).toBe('r');
  expect(value?.producer?.op).toBe('my::g');
  expect(value?.uses.size).toBe(2);
  expect(trace.map(({ node, made }) => [node, made])).toEqual([[before, [value?.producer]]]);
  expect(before?.op).toBe('my::f');
  expect(before?.outputs[0]?.name).toBe('r');
});

it('a pool gives a constant back to the rewrite that made it only, by value and type', () => {
  const graph = new Graph();
  const pool = new ConstantPool();
  const [mine, other] = ['a', 'b'].map((id) => byRule(id, { op: 'my::f', origin: undefined }));
  if (mine === undefined || other === undefined) throw new Error('no origins');
  const constants = [
    { value: 1, type: INT },
    { value: 1, type: FLOAT },
    { value: [1, 2], type: listOf(INT) },
    { value: [1, 2], type: listOf(FLOAT) },
    { value: null, type: INT },
  ];
  for (const c of constants) {
    expect(pool.find(c, mine)).toBeUndefined();
    const node = new Node('prim::Constant');
    node.attributes.set('value', c.value);
    node.origin = mine;
    graph.block.append(node);
    const made = node.addOutput('c', c.type);
    pool.add(c, made);
    expect(pool.find(c, mine)).toBe(made);
    expect(pool.find(c, other)).toBeUndefined();
  }
});
