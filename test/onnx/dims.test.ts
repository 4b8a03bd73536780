import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Dim, dimEvaluate, symbol } from '../../src/ir/dim.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { broadcastDim, larger, sliceLength, smaller } from '../../src/onnx/infer/dims.js';
import { SymbolTable } from '../../src/onnx/infer/symbols.js';
import { first } from './infer-cases.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

const N = symbol('N');
const M = symbol('M');
const bound = fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 63, -(2 ** 63)));

function sizeAt(d: Dim, n: number, m = 1): number {
  return dimEvaluate(
    d,
    new Map([
      ['N', n],
      ['M', m],
    ]),
  );
}

/** ONNX Slice by walking the axis. */
function walk(n: number, start: number, end: number, step: number): number {
  const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v < 0 ? v + n : v, low), high);
  const last = step > 0 ? n : n - 1;
  const to = clamp(end, step > 0 ? 0 : -1, last);
  let count = 0;
  for (let i = clamp(start, 0, last); step > 0 ? i < to : i > to; i += step) count++;
  return count;
}

it('the length of a slice holds for every size', () => {
  const steps = fc.constantFrom(1, 2, 3, -1, -2);
  fc.assert(
    fc.property(bound, bound, steps, fc.integer({ min: 1, max: 9 }), (start, end, step, n) => {
      const length = sliceLength(N, start, end, step, new SymbolTable());
      expect(length === undefined ? Number.NaN : sizeAt(length, n)).toBe(walk(n, start, end, step));
    }),
  );
});

it('two sizes that broadcast give the larger one, and equal sizes stay themselves', () => {
  const symbols = new SymbolTable();
  expect(sizeAt(broadcastDim(N, M, symbols), 1, 5)).toBe(5);
  expect(broadcastDim(N, 7, symbols)).toBe(7);
  expect(String(broadcastDim(smaller(N, 512, symbols), N, symbols))).toBe('N');
  expect(String(larger(N, larger(M, N, symbols), symbols))).toBe('max(M, N)');
  // A data-dependent size may be 0, and 0 with 1 gives 0.
  const found = symbols.freshExtent();
  expect(String(broadcastDim(found, N, symbols))).not.toContain('max');
});

it('what the caller knows replaces what is unknown only', () => {
  const b = new OnnxBuilder({ opset: 20 });
  const x = b.input('x', 'float32', [N, 4]);
  const found = first(b.add('NonZero', [x]));
  b.refine(found, { shape: [2, symbol('_u7')] });
  expect(found.shape?.map(String)).toEqual(['2', '_u7']);
  b.refine(x, { shape: [symbol('_u8'), 4] });
  expect(x.shape?.map(String)).toEqual(['N', '4']);
});
