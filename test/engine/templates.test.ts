import { describe, expect, it } from 'vitest';
import { runRules } from '../../src/engine/driver.js';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { canonicalText } from '../../src/ir/fingerprint.js';
import { verify } from '../../src/ir/verify.js';
import { signatureCheck } from '../../src/schema/signature-check.js';
import { bookOf, graphOf } from './rule-text.js';

/** A rule as it stands in a file, from `match` on. */
function rule(id: string, body: string): string {
  return `  - id: ${id}\n    why: A rule of the tests.\n${body.replace(/^\n?/, '').replace(/^/gm, '    ').trimEnd()}\n`;
}

/** Runs rules on a text; every step a sound graph. The result is told as text, and as another text would print. */
async function rewritten(rules: string, text: string): Promise<{ given: string; wanted: (t: string) => string }> {
  const book = await bookOf(rules);
  const { graph, inference } = graphOf(book, text);
  const check = signatureCheck(book.registry);
  const { stop } = runRules(graph, book.translation, inference, {
    afterRewrite: () => expect(verify(graph, check)).toEqual([]),
  });
  expect(stop).toBe('fixpoint');
  return { given: canonicalText(graph), wanted: (t) => canonicalText(parseGraph(t, 'test', book.registry)) };
}

async function gives(rules: string, before: string, after: string): Promise<void> {
  const { given, wanted } = await rewritten(rules, before);
  expect(given).toBe(wanted(after));
}

describe('let', () => {
  it('makes a node once that the rewrite uses twice', () =>
    gives(
      rule(
        'square',
        'match: { op: my::f, in: { x: $x } }\nlet: { $g: { op: my::g, in: { x: $x } } }\nrewrite: { op: my::join, in: { a: $g, b: $g } }',
      ),
      'graph(%x : Tensor):\n  %r : Tensor = my::f(%x)\n  return (%r)',
      'graph(%x : Tensor):\n  %g : Tensor = my::g(%x)\n  %r : Tensor = my::join(%g, %g)\n  return (%r)',
    ));

  it('is shared by several results, and gives those of a node by number', () =>
    gives(
      rule(
        'swap',
        `
match: { op: my::pair, in: { x: $x } }
let:
  $g: { op: my::g, in: { x: $x } }
  $two: { op: my::two, in: { x: $g } }
rewrite: { results: [{ result: b, of: $two }, { op: my::join, in: { a: $two, b: $g } }] }`,
      ),
      `graph(%x : Tensor):
        %p : Tensor, %q : Tensor = my::pair(%x)
        return (%p, %q)`,
      `graph(%x : Tensor):
        %g : Tensor = my::g(%x)
        %a : Tensor, %b : Tensor = my::two(%g)
        %q : Tensor = my::join(%a, %g)
        return (%b, %q)`,
    ));

  it('is made once for all results of an `each`', () =>
    gives(
      rule(
        'spread',
        `
match: { op: my::each, in: { list: [$x] } }
let: { $f: { op: my::f, in: { x: $x } } }
rewrite: { each: { op: my::scale, in: { x: $f, times: { compute: i } } } }`,
      ),
      `graph(%x : Tensor):
        %l : Tensor[] = prim::ListConstruct(%x)
        %a : Tensor, %b : Tensor = my::each(%l)
        return (%a, %b)`,
      `graph(%x : Tensor):
        %f : Tensor = my::f(%x)
        %one : float = prim::Constant[value=1.]()
        %zero : int = prim::Constant[value=0]()
        %a : Tensor = my::scale(%f, %one, %zero)
        %i : int = prim::Constant[value=1]()
        %b : Tensor = my::scale(%f, %one, %i)
        return (%a, %b)`,
    ));
});

describe('results', () => {
  const FIRST = rule(
    'first',
    'match: { op: my::two, in: { x: $x } }\nrewrite: { results: [{ op: my::f, in: { x: $x } }, _] }',
  );

  it('may be left out where nothing uses them', async () => {
    await gives(
      FIRST,
      'graph(%x : Tensor):\n  %a : Tensor, %b : Tensor = my::two(%x)\n  return (%a)',
      'graph(%x : Tensor):\n  %a : Tensor = my::f(%x)\n  return (%a)',
    );
    const used = 'graph(%x : Tensor):\n  %a : Tensor, %b : Tensor = my::two(%x)\n  return (%b)';
    await gives(FIRST, used, used);
  });

  it('change their types one by one, each behind a cast', () =>
    gives(
      rule(
        'sizes',
        'match: { op: my::sizes, in: { x: $x } }\nrewrite: { results: [{ op: my::size_dyn, in: { x: $x } }, $x, { op: my::size_dyn, in: { x: $x } }] }',
      ),
      `graph(%x : Tensor):
        %n : int, %t : Tensor, %m : int = my::sizes(%x)
        %a : Tensor = my::take(%t, %n)
        %b : Tensor = my::take(%a, %m)
        return (%b)`,
      `graph(%x : Tensor):
        %n : Long() = my::size_dyn(%x)
        %m : Long() = my::size_dyn(%x)
        %i : int = my::cast(%n)
        %j : int = my::cast(%m)
        %a : Tensor = my::take(%x, %i)
        %b : Tensor = my::take(%a, %j)
        return (%b)`,
    ));
});

describe('lists', () => {
  it('are made of captures, rests and templates by the list constructor', () =>
    gives(
      rule(
        'rotate',
        `
match: { op: my::all, operands: [$first, ...$rest] }
where: ['len($rest) > 0']
rewrite: { op: my::cat, in: { list: [...$rest, { op: my::f, in: { x: $first } }] } }`,
      ),
      `graph(%x : Tensor, %y : Tensor, %z : Tensor):
        %r : Tensor = my::all(%x, %y, %z)
        return (%r)`,
      `graph(%x : Tensor, %y : Tensor, %z : Tensor):
        %f : Tensor = my::f(%x)
        %l : Tensor[] = prim::ListConstruct(%y, %z, %f)
        %r : Tensor = my::cat(%l)
        return (%r)`,
    ));

  it('have the type that their place asks for', () =>
    gives(
      rule(
        'window',
        'match: { op: my::take, in: { x: $x, n: $n } }\nrewrite: { op: my::pool, in: { x: $x, kernel: [$n, 2] } }',
      ),
      `graph(%x : Tensor, %n : int):
        %r : Tensor = my::take(%x, %n)
        return (%r)`,
      `graph(%x : Tensor, %n : int):
        %two : int = prim::Constant[value=2]()
        %k : int[] = prim::ListConstruct(%n, %two)
        %s : int[] = prim::Constant[value=[1, 1]]()
        %r : Tensor = my::pool(%x, %k, %s)
        return (%r)`,
    ));
});

const BRANCH = `graph(%x : Tensor, %c : bool):
  %r : Tensor = prim::If(%c)
    block0():
      %f : Tensor = my::f(%x)
      -> (%f)
    block1():
      %g : Tensor = my::g(%x)
      -> (%g)
  return (%r)`;

describe('blocks', () => {
  it('move to the new node as they are, and their nodes are rewritten in place', () =>
    gives(
      rule(
        'keep',
        'match: { op: prim::If, in: { cond: $c } }\nrewrite: { op: my::branch, in: { cond: $c }, blocks: keep }',
      ) +
        rule(
          'inner',
          'match: { op: my::g, in: { x: $x } }\nrewrite: { op: my::h, in: { x: { op: my::f, in: { x: $x } } } }',
        ),
      BRANCH,
      `graph(%x : Tensor, %c : bool):
        %r : Tensor = my::branch(%c)
          block0():
            %f : Tensor = my::f(%x)
            -> (%f)
          block1():
            %g : Tensor = my::f(%x)
            %h : Tensor = my::h(%g)
            -> (%h)
        return (%r)`,
    ));

  it('change places, and return what is made at their ends', () =>
    gives(
      rule(
        'negate',
        `
match: { op: prim::If, in: { cond: { op: my::not, in: { c: $c } } }, blocks: [{}, { returns: [$v] }] }
rewrite:
  op: prim::If
  in: { cond: $c }
  blocks: [{ move: 1, returns: [{ op: my::h, in: { x: $v } }] }, { move: 0 }]`,
      ),
      BRANCH.replace('%r :', '%n : bool = my::not(%c)\n  %r :').replace('If(%c)', 'If(%n)'),
      `graph(%x : Tensor, %c : bool):
        %r : Tensor = prim::If(%c)
          block0():
            %g : Tensor = my::g(%x)
            %h : Tensor = my::h(%g)
            -> (%h)
          block1():
            %f : Tensor = my::f(%x)
            -> (%f)
        return (%r)`,
    ));

  it('are made anew', () =>
    gives(
      rule(
        'choose',
        `
match: { op: my::choose, in: { c: $c, a: $a, b: $b } }
rewrite:
  op: prim::If
  in: { cond: $c }
  blocks: [{ returns: [{ op: my::scale, in: { x: $a, times: 3 } }] }, { returns: [$b] }]`,
      ),
      'graph(%c : bool, %x : Tensor, %y : Tensor):\n  %r : Tensor = my::choose(%c, %x, %y)\n  return (%r)',
      `graph(%c : bool, %x : Tensor, %y : Tensor):
        %one : float = prim::Constant[value=1.]()
        %three : int = prim::Constant[value=3]()
        %r : Tensor = prim::If(%c)
          block0():
            %s : Tensor = my::scale(%x, %one, %three)
            -> (%s)
          block1():
            -> (%y)
        return (%r)`,
    ));

  it('keep no node that nothing reads any more, inside or out', async () => {
    await gives(
      rule(
        'hoist',
        `
match: { op: prim::If, in: { cond: $c }, blocks: [{ returns: [{ op: my::f, in: { x: $a } }] }, { returns: [{ op: my::f, in: { x: $b } }] }] }
rewrite: { op: my::f, in: { x: { op: prim::If, in: { cond: $c }, blocks: [{ move: 0, returns: [$a] }, { move: 1, returns: [$b] }] } } }`,
      ),
      BRANCH.replace('my::g', 'my::f'),
      `graph(%x : Tensor, %c : bool):
        %r : Tensor = prim::If(%c)
          block0():
            -> (%x)
          block1():
            -> (%x)
        %f : Tensor = my::f(%r)
        return (%f)`,
    );
    await gives(
      rule('first', 'match: { op: prim::If }\nrewrite: { inline: 0 }'),
      BRANCH.replace('%r :', '%y : Tensor = my::h(%x)\n  %r :').replace('my::g(%x)', 'my::g(%y)'),
      'graph(%x : Tensor, %c : bool):\n  %f : Tensor = my::f(%x)\n  return (%f)',
    );
  });

  it('take the place of their node, values in those of their parameters', () =>
    gives(
      rule(
        'once',
        'match: { op: prim::Loop, in: { max_trip_count: 1, cond: true }, operands: [...$init] }\nrewrite: { inline: 0, with: [0, ...$init] }',
      ),
      `graph(%x : Tensor):
        %n : int = prim::Constant[value=1]()
        %t : bool = prim::Constant[value=1]()
        %r : Tensor = prim::Loop(%n, %t, %x)
          block0(%i : int, %v : Tensor):
            %w : Tensor = my::take(%v, %i)
            -> (%t, %w)
        return (%r)`,
      `graph(%x : Tensor):
        %i : int = prim::Constant[value=0]()
        %w : Tensor = my::take(%x, %i)
        return (%w)`,
    ));

  it('are left where both return one value of the outside, and constants are made anew there', async () => {
    const same = rule('same', 'match: { op: prim::If, blocks: [{ returns: [$v] }, { returns: [$v] }] }\nrewrite: $v');
    await gives(
      same,
      BRANCH.replace('-> (%f)', '-> (%x)').replace('-> (%g)', '-> (%x)'),
      'graph(%x : Tensor, %c : bool):\n  return (%x)',
    );
    await gives(
      same,
      `graph(%c : bool):
        %r : int = prim::If(%c)
          block0():
            %a : int = prim::Constant[value=3]()
            -> (%a)
          block1():
            %b : int = prim::Constant[value=3]()
            -> (%b)
        return (%r)`,
      'graph(%c : bool):\n  %a : int = prim::Constant[value=3]()\n  return (%a)',
    );
    const one = rule('one', 'match: { op: prim::If, blocks: [{ returns: [$v] }, {}] }\nrewrite: $v');
    await gives(one, BRANCH, BRANCH);
  });

  it('give no value to a place outside of them', async () => {
    const rules = rule(
      'leak',
      'match: { op: prim::If, in: { cond: $c }, blocks: [{ returns: [$v] }, {}] }\nrewrite: { op: prim::If, in: { cond: $c }, blocks: [{ move: 0 }, { returns: [$v] }] }',
    );
    await gives(rules, BRANCH, BRANCH);
  });
});
