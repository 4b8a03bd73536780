import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunOptions, runRules } from '../../src/engine/driver.js';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { canonicalText } from '../../src/ir/fingerprint.js';
import { verify } from '../../src/ir/verify.js';
import { RuleSet } from '../../src/matcher/compile.js';
import { bookOf, graphOf, rule } from './rule-text.js';

/** The result of rules on a text, the same in file order and at random. */
async function result(rules: string, text: string, options: RunOptions = {}) {
  const book = await bookOf(rules);
  const texts = new Set<string>();
  for (const seed of [undefined, 1, 2, 3, 4]) {
    const { graph, inference } = graphOf(book, text);
    const { stop } = runRules(graph, book.translation, inference, { ...options, seed });
    expect(stop).toBe('fixpoint');
    expect(verify(graph)).toEqual([]);
    texts.add(canonicalText(graph));
  }
  expect(texts.size).toBe(1);
  return { text: [...texts][0], same: (t: string) => canonicalText(parseGraph(t, 'test', book.registry)) };
}

/** A chain of operators over %x, the last of which is %y. */
function chain(...ops: string[]): string {
  const lines = ops.map((op, i) => {
    const [to, from] = [i === ops.length - 1 ? 'y' : `v${i}`, i === 0 ? 'x' : `v${i - 1}`];
    return `  %${to} : Tensor = my::${op}(%${from})`;
  });
  return `graph(%x : Tensor):\n${lines.join('\n')}\n  return (%y)`;
}

const F_TO_G = rule('f-to-g', '{ op: my::f, in: { x: $x } }', '{ op: my::g, in: { x: $x } }');

describe('what a rewrite makes match', () => {
  it('is found at the depth of the pattern', async () => {
    const deep = rule(
      'deep',
      '{ op: my::h, in: { x: { op: my::h, in: { x: { op: my::g, in: { x: $x } } } } } }',
      '{ op: my::scale, in: { x: $x } }',
    );
    const { text } = await result(F_TO_G + deep, chain('f', 'h', 'h'));
    expect(text).toContain('my::scale');
    expect(text).not.toContain('my::h');
  });

  it('is found through lists', async () => {
    const list = rule('list', '{ op: my::each, in: { list: { list: [{ op: my::g, in: { x: $x } }] } } }', '$x');
    const { text, same } = await result(
      F_TO_G + list,
      `graph(%x : Tensor):
        %f : Tensor = my::f(%x)
        %l : Tensor[] = prim::ListConstruct(%f)
        %a : Tensor = my::each(%l)
        return (%a)`,
    );
    expect(text).toBe(same('graph(%x : Tensor):\n  return (%x)'));
  });

  it('is found through the items of a list that a condition asks for', async () => {
    const rules =
      rule('size', '{ op: my::size, in: { x: $x } }', '{ op: my::size_dyn, in: { x: $x } }') +
      rule(
        'pool',
        '{ op: my::pool, in: { x: $x, kernel: $k } }',
        '{ op: my::f, in: { x: $x } }',
        "'any([dynamic(n) for n in $k])'",
      );
    const { text } = await result(
      rules,
      `graph(%x : Tensor):
        %n : int = my::size(%x)
        %k : int[] = prim::ListConstruct(%n, %n)
        %y : Tensor = my::pool(%x, %k, %k)
        return (%y)`,
    );
    expect(text).toContain('my::f');
  });

  it('is found where a value loses uses, however many it had', async () => {
    const single = rule(
      'single',
      '{ op: my::h, in: { x: $x } }',
      '{ op: my::scale, in: { x: $x } }',
      "'uses($x) == 1'",
    );
    const drop = rule('drop', '{ op: my::join, in: { a: $a } }', '$a');
    const { text } = await result(
      drop + single,
      `graph(%x : Tensor, %z : Tensor):
        %v : Tensor = my::print(%x)
        %h : Tensor = my::h(%v)
        %a : Tensor = my::join(%z, %v)
        %b : Tensor = my::join(%a, %v)
        return (%h, %b)`,
    );
    expect(text).toContain('my::scale');
  });

  it('is found where the users of a value become others', async () => {
    const seen = rule(
      'seen',
      '{ op: my::h, in: { x: $x } }',
      '{ op: my::scale, in: { x: $x } }',
      `"'my::g' in users($x)"`,
    );
    const { text } = await result(
      F_TO_G + seen,
      `graph(%x : Tensor):
        %h : Tensor = my::h(%x)
        %f : Tensor = my::f(%x)
        return (%h, %f)`,
    );
    expect(text).toContain('my::scale');
  });

  it('is found where a block changes inside', async () => {
    const branch = (contains: string) =>
      rule(
        'branch',
        `{ op: prim::If, blocks: [{ contains: [${contains}] }, {}] }`,
        '{ op: my::branch_dyn, in: { condition: { op: my::tensor, in: { value: 1 } } }, blocks: keep }',
      );
    const text = `graph(%x : Tensor, %c : bool):
        %y : Tensor = prim::If(%c)
          block0():
            %f : Tensor = my::f(%x)
            -> (%f)
          block1():
            -> (%x)
        return (%y)`;
    expect((await result(F_TO_G + branch('{ op: my::g }'), text)).text).toContain('my::branch_dyn');
    expect((await result(F_TO_G + branch('{ not: { op: my::f } }'), text)).text).toContain('my::branch_dyn');
  });
});

describe('the cost of a rewrite', () => {
  const MANY = 20_000;
  /** For each rewrite so many nodes at most are asked whether a rule may match them. */
  const MOST_ASKED = 6;
  const { has } = RuleSet.prototype;
  let asked = 0;
  beforeAll(() => {
    vi.spyOn(RuleSet.prototype, 'has').mockImplementation(function (this: RuleSet, op) {
      asked += 1;
      if (asked > 10 * MOST_ASKED * MANY) throw new Error('nodes are asked again and again');
      return has.call(this, op);
    });
  });
  afterAll(() => vi.restoreAllMocks());

  const run = async (rules: string, text: string): Promise<number> => {
    const book = await bookOf(rules);
    const { graph, inference } = graphOf(book, text);
    asked = 0;
    const outcome = runRules(graph, book.translation, inference);
    expect(outcome.stop).toBe('fixpoint');
    expect(asked / outcome.steps).toBeLessThan(MOST_ASKED);
    return outcome.steps;
  };

  it('does not grow with the users of a shared value', async () => {
    const lines = Array.from({ length: MANY }, (_, i) => `  %v${i} : Tensor = my::f(%s)`);
    const text = `graph(%x : Tensor):\n  %s : Tensor = my::print(%x)\n${lines.join('\n')}\n  return (%v0)`;
    expect(await run(F_TO_G, text)).toBe(MANY);
    const counting = rule('counting', '{ op: my::h, in: { x: $x } }', '$x', "'uses($x) == 1'");
    expect(await run(F_TO_G + counting, text)).toBe(MANY);
  });

  it('does not grow with the length of a chain', async () => {
    const ops = Array.from({ length: MANY }, () => 'f');
    const pairs = rule('pairs', '{ op: my::g, in: { x: { op: my::g, in: { x: $x } } } }', '$x');
    expect(await run(F_TO_G + pairs, chain(...ops))).toBe(MANY * 1.5);
  });

  it('does not grow with the depth of blocks', async () => {
    const depth = 250;
    const each = 20;
    const branch = rule(
      'branch',
      '{ op: prim::If, in: { cond: $c } }',
      '{ op: my::branch_dyn, in: { condition: { tensor: $c } }, blocks: as-tensors }',
      "'dynamic($c)'",
    );
    const nested = (level: number): string => {
      if (level === 0) return '';
      const body = Array.from({ length: each }, (_, i) => `%a${level}_${i} : Tensor = my::f(%x)`).join('\n');
      const inner = nested(level - 1);
      const result = inner === '' ? `%a${level}_0` : `%r${level - 1}`;
      return `%r${level} : Tensor = prim::If(%c)
        block0():
          ${body}
          ${inner}
          -> (${result})
        block1():
          -> (%x)\n`;
    };
    const text = `graph(%x : Tensor, %t : Bool()):
      %c : bool = my::cast(%t)
      ${nested(depth)}
      return (%r${depth})`;
    expect(await run(F_TO_G + branch, text)).toBe(depth * (each + 1));
  });
});
