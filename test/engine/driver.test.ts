import { describe, expect, it } from 'vitest';
import { type RunOptions, runRules } from '../../src/engine/driver.js';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { canonicalText } from '../../src/ir/fingerprint.js';
import { verify } from '../../src/ir/verify.js';
import { bookOf, graphOf, rule } from './rule-text.js';

/** Runs rules on a text; the result as text, and what the driver says. */
async function run(rules: string, text: string, options: RunOptions = {}) {
  const book = await bookOf(rules);
  const { graph, inference } = graphOf(book, text);
  const outcome = runRules(graph, book.translation, inference, {
    ...options,
    afterRewrite: () => expect(verify(graph)).toEqual([]),
  });
  return {
    outcome,
    text: canonicalText(graph),
    same: (t: string) => canonicalText(parseGraph(t, 'test', book.registry)),
  };
}

const SIZE = rule('size', '{ op: my::size, in: { x: $x } }', '{ op: my::size_dyn, in: { x: $x } }');
const ADD = rule(
  'add',
  '{ op: my::add, in: { a: $a, b: $b } }',
  '{ op: my::add_dyn, in: { a: { tensor: $a }, b: { tensor: $b } } }',
  "'dynamic($a, $b)'",
);

describe('runRules', () => {
  it('reads tensors where numbers stood, freezes constants once, and leaves a cast for the rest', async () => {
    const { outcome, text, same } = await run(
      SIZE + ADD,
      `graph(%x : Float(*, 3)):
        %n : int = my::size(%x)
        %one : int = prim::Constant[value=1]()
        %m : int = my::add(%n, %one)
        %k : int = my::add(%m, %one)
        %y : Tensor = my::take(%x, %k)
        return (%y)`,
    );
    expect(outcome).toMatchObject({ stop: 'fixpoint', steps: 3 });
    expect(Object.fromEntries(outcome.counts)).toEqual({ size: 1, add: 2 });
    expect(text).toBe(
      same(`graph(%x : Float(*, 3)):
        %n : Long() = my::size_dyn(%x)
        %one : int = prim::Constant[value=1]()
        %c : Long() = my::tensor(%one)
        %m : Long() = my::add_dyn(%n, %c)
        %k : Long() = my::add_dyn(%m, %c)
        %i : int = my::cast(%k)
        %y : Tensor = my::take(%x, %i)
        return (%y)`),
    );
  });

  it('keeps what is known of a replaced number, so that nothing has to be inferred again', async () => {
    const book = await bookOf(SIZE + ADD);
    const { graph, inference } = graphOf(
      book,
      `graph(%x : Float(*, 3)):
        %n : int = my::size(%x)
        %m : int = my::add(%n, %n)
        return (%m)`,
    );
    const before = graph.outputs[0]?.content;
    runRules(graph, book.translation, inference);
    expect(graph.outputs[0]?.producer?.op).toBe('my::cast');
    expect(graph.outputs[0]?.content).toEqual(before);
    expect(graph.outputs[0]?.producer?.inputs[0]?.content).toMatchObject({ kind: 'elements' });
  });

  it('removes what is dead after a rewrite, but nothing that has an effect', async () => {
    const rules = rule('skip', '{ op: my::h, in: { x: { op: my::g, in: { x: $x } } } }', '$x');
    const graph = (inner: string) => `graph(%x : Tensor):
        %a : Tensor = my::${inner}(%x)
        %b : Tensor = my::g(%a)
        %c : Tensor = my::h(%b)
        return (%c)`;
    const { text } = await run(rules, graph('f'));
    expect(text).toContain('my::f');
    expect(text).not.toContain('my::g');
    const dead = rule('drop', '{ op: my::join, in: { a: $a } }', '$a');
    const kept = await run(
      dead,
      `graph(%x : Tensor):
        %p : Tensor = my::print(%x)
        %q : Tensor = my::f(%x)
        %r : Tensor = my::f(%q)
        %c : Tensor = my::join(%x, %r)
        %d : Tensor = my::join(%c, %p)
        return (%d)`,
    );
    expect(kept.text).toContain('my::print');
    expect(kept.text).not.toContain('my::f');
  });

  it('makes a template once for each result', async () => {
    const rules = rule(
      'each',
      '{ op: my::each, in: { list: $l } }',
      '{ each: { op: my::scale, in: { x: $x, times: { compute: i } } } }',
    ).replace('list: $l', "list: { list: ['$x'] }");
    const { text, same } = await run(
      rules,
      `graph(%x : Tensor):
        %l : Tensor[] = prim::ListConstruct(%x)
        %a : Tensor, %b : Tensor = my::each(%l)
        return (%a, %b)`,
    );
    expect(text).toBe(
      same(`graph(%x : Tensor):
        %one : float = prim::Constant[value=1.]()
        %zero : int = prim::Constant[value=0]()
        %a : Tensor = my::scale(%x, %one, %zero)
        %i : int = prim::Constant[value=1]()
        %b : Tensor = my::scale(%x, %one, %i)
        return (%a, %b)`),
    );
  });

  it('moves blocks whose numbers become tensors, and rewrites inside them', async () => {
    const branch = rule(
      'branch',
      '{ op: prim::If, in: { cond: $c } }',
      '{ op: my::branch_dyn, in: { condition: { tensor: $c } }, blocks: as-tensors }',
      "'dynamic($c)'",
    );
    const thaw = rule('thaw', '{ op: my::tensor, in: { value: { op: my::cast, in: { self: $x } } } }', '$x');
    const { text, same } = await run(
      SIZE + ADD + branch + thaw,
      `graph(%x : Float(*, 3), %t : Bool()):
        %c : bool = my::cast(%t)
        %n : int = my::size(%x)
        %r : int = prim::If(%c)
          block0():
            %m : int = my::add(%n, %n)
            -> (%m)
          block1():
            %two : int = prim::Constant[value=2]()
            -> (%two)
        %y : Tensor = my::take(%x, %r)
        return (%y)`,
    );
    expect(text).toBe(
      same(`graph(%x : Float(*, 3), %t : Bool()):
        %n : Long() = my::size_dyn(%x)
        %r : Long() = my::branch_dyn(%t)
          block0():
            %m : Long() = my::add_dyn(%n, %n)
            -> (%m)
          block1():
            %two : int = prim::Constant[value=2]()
            %k : Long() = my::tensor(%two)
            -> (%k)
        %i : int = my::cast(%r)
        %y : Tensor = my::take(%x, %i)
        return (%y)`),
    );
  });

  it('stamps new nodes with the rule and keeps the place in the source', async () => {
    const book = await bookOf(SIZE);
    const { graph, inference } = graphOf(
      book,
      'graph(%x : Float(*, 3)):\n  %n : int = my::size(%x) # model.py:7:4\n  return (%n)',
    );
    const { trace } = runRules(graph, book.translation, inference, { trace: true });
    expect(trace.map(({ rule, node, made }) => [rule, node.op, made.map(({ op }) => op)])).toEqual([
      ['size', 'my::size', ['my::size_dyn', 'my::cast']],
    ]);
    for (const node of graph.allNodes()) {
      expect(node.origin).toMatchObject({ by: 'size', replaced: 'my::size', parent: undefined });
      expect(node.loc[0]).toMatchObject({ file: 'model.py', line: 7 });
    }
  });

  it('prefers the rule of higher benefit, then the first in the file', async () => {
    const one = rule('one', '{ op: my::f, in: { x: $x } }', '{ op: my::g, in: { x: $x } }');
    const two = rule('two', '{ op: my::f, in: { x: { op: my::f, in: { x: $x } } } }', '{ op: my::h, in: { x: $x } }');
    const text = 'graph(%x : Tensor):\n  %a : Tensor = my::print(%x)\n  %b : Tensor = my::f(%a)\n  return (%b)';
    expect([...(await run(one + one.replace('one', 'other'), text)).outcome.counts.keys()]).toEqual(['one']);
    const pair = text.replace('my::print', 'my::f');
    expect([...(await run(two + one, pair, { seed: 2 })).outcome.counts.keys()].length).toBeGreaterThan(0);
  });

  it('stops at a cycle and names the rules of it', async () => {
    const there = rule('there', '{ op: my::f, in: { x: $x } }', '{ op: my::g, in: { x: $x } }');
    const back = rule('back', '{ op: my::g, in: { x: $x } }', '{ op: my::f, in: { x: $x } }');
    const { outcome } = await run(there + back, 'graph(%x : Tensor):\n  %a : Tensor = my::f(%x)\n  return (%a)');
    expect(outcome.stop).toBe('cycle');
    expect(new Set(outcome.chain)).toEqual(new Set(['there', 'back']));
  });

  it('stops at the limit of steps', async () => {
    const grow = rule('grow', '{ op: my::f, in: { x: $x } }', '{ op: my::g, in: { x: { op: my::f, in: { x: $x } } } }');
    const text = 'graph(%x : Tensor):\n  %a : Tensor = my::f(%x)\n  return (%a)';
    expect((await run(grow, text, { maxGenerations: 1e9, maxSteps: 50 })).outcome).toMatchObject({
      stop: 'step-limit',
      chain: expect.arrayContaining(['grow']),
    });
    expect((await run(grow, text)).outcome.stop).toBe('cycle');
  });
});
