import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Dim,
  dimAdd,
  dimCompare,
  dimEquals,
  dimEvaluate,
  dimFloorDiv,
  dimKey,
  dimMax,
  dimMin,
  dimMod,
  dimMul,
  dimNeg,
  dimRange,
  dimSub,
  symbol,
} from '../../src/ir/dim.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

/** An extent and the same computation on plain numbers. */
interface Computed {
  readonly dim: Dim;
  readonly at: (sizes: ReadonlyMap<string, number>) => number;
}

const NAMES = ['a', 'b', 'c'];

const leaf: fc.Arbitrary<Computed> = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map((n): Computed => ({ dim: n, at: () => n })),
  fc.constantFrom(...NAMES).map((name): Computed => ({ dim: symbol(name), at: (sizes) => sizes.get(name) ?? 0 })),
);

function binary(op: (a: Dim, b: Dim) => Dim, on: (a: number, b: number) => number) {
  return (a: Computed, b: Computed): Computed => ({ dim: op(a.dim, b.dim), at: (s) => on(a.at(s), b.at(s)) });
}

const OPS = [
  binary(dimAdd, (a, b) => a + b),
  binary(dimSub, (a, b) => a - b),
  binary(dimMul, (a, b) => a * b),
  binary(dimMin, Math.min),
  binary(dimMax, Math.max),
];

const computed: fc.Arbitrary<Computed> = fc.letrec<{ node: Computed }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.tuple(fc.constantFrom(...OPS), tie('node'), tie('node')).map(([op, a, b]) => op(a, b)),
    fc.tuple(tie('node'), fc.integer({ min: 1, max: 9 }), fc.boolean()).map(
      ([a, n, mod]): Computed => ({
        dim: mod ? dimMod(a.dim, n) : dimFloorDiv(a.dim, n),
        at: (s) => (mod ? a.at(s) - Math.floor(a.at(s) / n) * n : Math.floor(a.at(s) / n)),
      }),
    ),
  ),
})).node;

const sizesOf = fc
  .tuple(...NAMES.map(() => fc.integer({ min: 1, max: 40 })))
  .map((values) => new Map(NAMES.map((name, i) => [name, values[i] ?? 1])));

const [a, b] = [symbol('a'), symbol('b')];

describe('extents', () => {
  it('evaluate to what the arithmetic gives, in any form', () => {
    fc.assert(
      fc.property(computed, sizesOf, (c, sizes) => {
        expect(dimEvaluate(c.dim, sizes) + 0).toBe(c.at(sizes) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('stay within their bounds', () => {
    const ranges = new Map(NAMES.map((name) => [name, { min: 1, max: 40 }]));
    fc.assert(
      fc.property(computed, sizesOf, (c, sizes) => {
        const { min, max } = dimRange(c.dim, ranges);
        const value = c.at(sizes);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }),
      { numRuns: 2000 },
    );
  });

  it('divide exactly where the product is one of sums', () => {
    const tokens = dimAdd(dimMul(a, b), 1);
    expect(dimKey(dimFloorDiv(dimMul(dimMul(tokens, 12), symbol('n')), tokens))).toBe('12*n');
    expect(dimKey(dimFloorDiv(dimMul(a, b), dimMul(a, 2)))).toBe('floor((b)/(2))');
  });

  it('have one form for what is equal', () => {
    const up = dimNeg(dimFloorDiv(dimNeg(a), 2));
    expect(dimEquals(up, dimFloorDiv(dimAdd(a, 1), 2))).toBe(true);
    expect(dimEquals(dimSub(a, dimFloorDiv(a, 2)), up)).toBe(true);
    expect(dimEquals(dimAdd(up, dimFloorDiv(a, 2)), a)).toBe(true);
    // Padding to a multiple of 7.
    const padded = dimAdd(a, dimMod(dimSub(7, dimMod(a, 7)), 7));
    expect(dimEquals(padded, dimMul(dimFloorDiv(dimAdd(a, 6), 7), 7))).toBe(true);
  });

  it('are compared through their quotients', () => {
    const padded = dimMul(dimFloorDiv(dimAdd(a, 6), 7), 7);
    expect(dimCompare('ge', padded, a)).toBe(true);
    expect(dimCompare('lt', dimMod(a, 8), 8)).toBe(true);
    expect(dimCompare('ge', dimFloorDiv(dimAdd(a, 3), 4), dimFloorDiv(dimAdd(a, 1), 4))).toBe(true);
    expect(dimCompare('eq', a, b)).toBeUndefined();
  });
});
