import { describe, expect, it } from 'vitest';
import { type Dim, dimEvaluate, dimSymbols, symbolName } from '../../src/ir/dim.js';
import { readNumbers } from '../../src/ir/half.js';
import { opSpec } from '../../src/onnx/op-spec.js';
import { buildCase, CASES, type Case, feed, SIZES } from './infer-cases.js';
import { runModel } from './run-model.js';

/** Operators of the case that onnxruntime's CPU provider has no kernel for at this opset. */
const NO_KERNEL: ReadonlyMap<string, readonly number[]> = new Map([]);

/** Checks one extent; a bare unknown symbol gets the size that is seen first. */
function checkDim(d: Dim, actual: number, known: Map<string, number>): void {
  const name = symbolName(d);
  if (name !== undefined && !known.has(name)) known.set(name, actual);
  if ([...dimSymbols(d)].every((s) => known.has(s))) expect(dimEvaluate(d, known), String(d)).toBe(actual);
}

/** One opset for each version of the case's operator. */
function opsetsOf(c: Case): number[] {
  const name = c.name.split(' ')[0] ?? '';
  const seen = new Set<number>();
  return (c.opsets ?? [17, 18, 19, 20, 21]).filter((opset) => {
    const since = opSpec(name, opset)?.since ?? (opset === 17 || opset === 21 ? -opset : -17);
    const fresh = !seen.has(since);
    seen.add(since);
    return fresh;
  });
}

describe('what inference tells is what onnxruntime gives', () => {
  for (const c of CASES) {
    for (const opset of opsetsOf(c)) {
      it(`${c.name}, opset ${opset}`, async () => {
        if (NO_KERNEL.get(c.name)?.includes(opset)) return;
        const { model, outputs } = buildCase(c, opset);
        for (const sizes of SIZES) {
          const feeds = Object.fromEntries(Object.entries(c.inputs).map(([name, x]) => [name, feed(x, sizes)]));
          const results = await runModel(model, feeds);
          const known = new Map<string, number>(Object.entries(sizes));
          for (const { name, value } of outputs) {
            const actual = results[name];
            expect(actual?.dtype).toBe(value.dtype);
            expect(value.shape, 'the rank is known').toHaveLength(actual?.dims.length ?? -1);
            value.shape?.forEach((d, i) => {
              checkDim(d, actual?.dims[i] ?? -1, known);
            });
            value.elements?.forEach((d, i) => {
              checkDim(d, actual?.values[i] ?? Number.NaN, known);
            });
          }
        }
      });
    }
  }
});

describe('what is folded is what onnxruntime computes', () => {
  const ops = new Set<string>();
  for (const c of CASES) {
    const opset = opsetsOf(c).at(-1) ?? 21;
    for (const [n, sizes] of SIZES.entries()) {
      const constants = buildCase(c, opset, sizes).outputs.map((o) => o.value.data);
      if (constants.every((d) => d === undefined)) continue;
      ops.add(c.name.split(' ')[0] ?? '');
      it(`${c.name}, sizes ${n}`, async () => {
        const feeds = Object.fromEntries(Object.entries(c.inputs).map(([name, x]) => [name, feed(x, sizes)]));
        const results = Object.values(await runModel(buildCase(c, opset).model, feeds));
        constants.forEach((data, i) => {
          if (data === undefined) return;
          expect(data.dtype).toBe(results[i]?.dtype);
          expect(data.shape).toEqual(results[i]?.dims);
          expect(readNumbers(data).map(plusZero)).toEqual(results[i]?.values.map(plusZero));
        });
      });
    }
  }

  it('most exact operators are folded', () => {
    expect(ops.size).toBeGreaterThan(35);
  });
});

/** Zeros compare equal whatever their sign. */
function plusZero(v: number): number {
  return v + 0;
}
