import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { patternText } from '../../src/matcher/pattern-text.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { PatternReader } from '../../src/rulebook/read-pattern.js';
import type { Pattern } from '../../src/schema/rule.js';

const reader = new PatternReader({
  fragment: ({ name }) => expect.unreachable(`the text of a pattern uses ${name}`),
  expression: (text) => text,
});
const read = (text: string): Pattern => reader.pattern(parse(text));

let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
}, 60_000);

describe('the text of a pattern', () => {
  it('of every shipped rule reads back equal', () => {
    const all = rules.entries();
    expect(all.length).toBeGreaterThan(50);
    for (const { rule } of all) expect(read(patternText(rule.match)), rule.id).toEqual(rule.match);
  });

  it.each([
    '$x',
    '_',
    'default',
    '3',
    'none',
    'true',
    '-0.5',
    `"'it's'"`,
    '[$a, ...$rest, _]',
    '[..._, 1]',
    '{ op: my::f, in: { x: $x, n: 2 } }',
    '{ op: [my::f, my::g], in: { x: { op: my::h, in: { x: $x }, result: 1, as: [$a, _, $b] } }, commutative: [a, b] }',
    '{ op: my::f, operands: [$a, ...$rest], as: $y, where: $y.rank == 2 }',
    `{ op: my::f, in: { x: { any: [$x, { not: { op: my::g } }] }, y: { optional: $y } }, where: ['a', 'b == ''c'''] }`,
    "{ op: my::f, in: { n: { const: 'it > 0', as: $n }, m: { const: true }, k: { as: $k, where: $k > $n } } }",
    '{ op: my::f, in: { l: { list: [$a, ..._], as: $l }, o: { optional: 1, as: $o } } }',
    '{ op: my::loop, blocks: [{ params: [$p], returns: [...$r], contains: [{ op: my::f }, { not: { op: my::g } }] }, {}] }',
  ])('%s reads back equal', (text) => expect(read(patternText(read(text)))).toEqual(read(text)));
});
