import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/ir/graph.js';
import { compileRule } from '../../src/matcher/compile-rule.js';
import { Matcher } from '../../src/matcher/match.js';
import { capturesOf, countVariants, MAX_VARIANTS, variantsOf } from '../../src/matcher/variants.js';
import type { NodePattern, Pattern, Rule } from '../../src/schema/rule.js';
import { bookOf, graphOf, rule } from '../engine/rule-text.js';
import { ReferenceMatcher } from './reference-matcher.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

/** Choices that fast-check makes and shrinks: a number below `n`, zero once they are used up. */
class Choices {
  private at = 0;

  constructor(private readonly numbers: readonly number[]) {}

  below(n: number): number {
    const given = this.numbers[this.at] ?? 0;
    this.at += 1;
    return given % n;
  }

  of<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

const NAMES = ['$a', '$b', '$c'] as const;
const UNARY = ['my::f', 'my::g'] as const;

function leaf(c: Choices): Pattern {
  const kind = c.below(4);
  if (kind === 0) return { kind: 'wildcard' };
  return { kind: 'capture', name: c.of(NAMES) };
}

/** A pattern of a tensor, `depth` levels of it. */
function tensor(c: Choices, depth: number): Pattern {
  if (depth === 0) return leaf(c);
  switch (c.below(9)) {
    case 8:
      return biased(c, depth);
    case 0:
    case 1:
      return node({ ops: [c.of(UNARY)], in: [['x', tensor(c, depth - 1)]] });
    case 2:
      return node({ ops: [...UNARY], in: [['x', tensor(c, depth - 1)]], as: [c.of(NAMES)] });
    case 3:
      return join(c, depth);
    case 4:
      return { kind: 'any', of: [tensor(c, depth - 1), tensor(c, depth - 1)] };
    case 5:
      return { kind: 'not', of: tensor(c, depth - 1) };
    case 6:
      return { kind: 'test', of: tensor(c, depth - 1), as: c.of(NAMES), constant: false, where: [] };
    default:
      return node({ ops: ['my::two'], in: [['x', tensor(c, depth - 1)]], result: c.below(2) });
  }
}

function node(p: Partial<NodePattern>): NodePattern {
  return { kind: 'node', ops: [], in: [], result: 0, as: [], where: [], ...p };
}

function join(c: Choices, depth: number): NodePattern {
  const operands = [
    ['a', tensor(c, depth - 1)],
    ['b', tensor(c, depth - 1)],
  ] as const;
  return node({ ops: ['my::join'], in: operands, commutative: c.below(2) === 0 ? ['a', 'b'] : undefined });
}

function biased(c: Choices, depth: number): NodePattern {
  const bias: Pattern = { kind: 'optional', of: tensor(c, depth - 1) };
  return node({
    ops: ['my::biased'],
    in: [
      ['x', tensor(c, depth - 1)],
      ['bias', bias],
    ],
  });
}

function root(c: Choices): NodePattern {
  switch (c.below(5)) {
    case 0:
      return join(c, 3);
    case 4:
      return biased(c, 2);
    case 1:
      return node({ ops: ['my::all'], operands: row(c, 2) });
    case 2:
      return node({ ops: ['my::each1'], in: [['list', { kind: 'list', ...row(c, 2) }]] });
    default: {
      const number: Pattern =
        c.below(2) === 0 ? { kind: 'literal', value: c.below(3) } : { kind: 'capture', name: '$n' };
      return node({
        ops: ['my::take'],
        in: [
          ['n', number],
          ['x', tensor(c, 3)],
        ],
      });
    }
  }
}

function row(c: Choices, depth: number): { items: Pattern[]; rest?: { at: number; name?: string } } {
  const items = Array.from({ length: c.below(3) }, () => tensor(c, depth));
  const kind = c.below(3);
  if (kind === 0) return { items };
  const at = c.below(items.length + 1);
  return { items, rest: kind === 1 ? { at } : { at, name: '$rest' } };
}

/** A graph of some nodes over the operators that the patterns name, all of them used. */
function graphText(c: Choices): string {
  const values = ['%x', '%y'];
  const lines: string[] = [];
  const any = () => values[values.length - 1 - c.below(Math.min(4, values.length))] ?? '%x';
  for (let i = 0; i < 9; i++) {
    const [v, w] = [`%v${i}`, `%w${i}`];
    switch (c.below(8)) {
      case 7:
        lines.push(`%o${i} : NoneType = prim::Constant()`);
        lines.push(`${v} : Tensor = my::biased(${any()}, ${c.below(2) === 0 ? `%o${i}` : any()})`);
        break;
      case 0:
      case 1:
        lines.push(`${v} : Tensor = ${c.of(UNARY)}(${any()})`);
        break;
      case 2:
        lines.push(`${v} : Tensor = my::join(${any()}, ${any()})`);
        break;
      case 3:
        lines.push(`${v} : Tensor, ${w} : Tensor = my::two(${any()})`);
        values.push(w);
        break;
      case 4:
        lines.push(`${v} : Tensor = my::all(${[any(), any(), any()].slice(c.below(3)).join(', ')})`);
        break;
      case 5:
        lines.push(`%l${i} : Tensor[] = prim::ListConstruct(${[any(), any(), any()].slice(c.below(3)).join(', ')})`);
        lines.push(`${v} : Tensor = my::each1(%l${i})`);
        break;
      default:
        lines.push(`%n${i} : int = prim::Constant[value=${c.below(3)}]()`);
        lines.push(`${v} : Tensor = my::take(${any()}, %n${i})`);
    }
    values.push(v);
  }
  return `graph(%x : Tensor, %y : Tensor):\n  ${lines.join('\n  ')}\n  return (${values.join(', ')})`;
}

describe('the matcher', () => {
  it('means what the reference says, on random patterns and graphs', async () => {
    const book = await bookOf(rule('any', '{ op: my::f, in: { x: $x } }', '$x'));
    const signature = (op: string) => book.registry.require(op).signature;
    const reference = new ReferenceMatcher(
      (op, arg) => signature(op).args.findIndex((a) => a.name === arg),
      (op) => signature(op).args.length,
    );
    const fired = { yes: 0, no: 0 };
    const numbers = fc.array(fc.nat(839), { minLength: 40, maxLength: 120 });
    fc.assert(
      fc.property(numbers, numbers, (patternChoices, graphChoices) => {
        const match = root(new Choices(patternChoices));
        fc.pre(countVariants(match) <= MAX_VARIANTS);
        expect(variantsOf(match)).toHaveLength(countVariants(match));
        const tested: Rule = {
          id: 'tested',
          why: '',
          match,
          where: [],
          let: [],
          rewrite: { kind: 'literal', value: 0 },
          each: false,
          benefit: 1,
          span: { file: '', line: 1, column: 1 },
        };
        const compiled = compileRule(tested, book.registry);
        const { graph, inference } = graphOf(book, graphText(new Choices(graphChoices)));
        const matcher = new Matcher(book.registry, book.roles, inference.ranges);
        for (const n of graph.allNodes()) {
          if (!match.ops.includes(n.op)) continue;
          const wanted = [...reference.node(match, n, new Map())].map((b) => told(b));
          const found = matcher.match(compiled, n);
          fired[found === undefined ? 'no' : 'yes'] += 1;
          if (found === undefined) {
            expect(wanted).toEqual([]);
            expect(matcher.explain(compiled, n)?.reason).toBeTruthy();
            continue;
          }
          const names = [...capturesOf(match)];
          const given = new Map(
            names.flatMap((name) => {
              const held = found.captured(name);
              return held === undefined ? [] : [[name, held] as const];
            }),
          );
          expect(wanted).toContain(told(given));
          expect(matcher.explain(compiled, n)).toBeUndefined();
        }
      }),
      { numRuns: 1000, seed: 12 },
    );
    expect(Math.min(fired.yes, fired.no)).toBeGreaterThan(100);
  });
});

/** Bindings as text; equal constants are one value. */
function told(bindings: ReadonlyMap<string, Value | readonly Value[]>): string {
  return [...bindings]
    .map(([name, held]) => {
      const values = 'uses' in held ? [held] : held;
      return `${name}=${values.map((v) => (v.content?.kind === 'int' ? `${v.content.value}` : v.content?.kind === 'none' ? 'None' : v.name)).join(' ')}`;
    })
    .sort()
    .join(', ');
}
