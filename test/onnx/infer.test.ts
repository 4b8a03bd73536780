import { describe, expect, it } from 'vitest';
import { type Dim, dimEvaluate, dimSymbols, symbolName } from '../../src/ir/dim.js';
import { opSpec } from '../../src/onnx/op-spec.js';
import { buildCase, CASES, type Case, type CaseInput, SIZES, type Sizes } from './infer-cases.js';
import { type Feed, runModel } from './run-model.js';

/** Operators of the case that onnxruntime's CPU provider has no kernel for at this opset. */
const NO_KERNEL: ReadonlyMap<string, readonly number[]> = new Map([]);

function feed(input: CaseInput, sizes: Sizes): Feed {
  const dims = input.shape.map((d) => dimEvaluate(d, new Map(Object.entries(sizes))));
  const n = dims.reduce((a, b) => a * b, 1);
  const values =
    input.values?.(sizes) ?? Array.from({ length: n }, (_, i) => (input.dtype === 'float32' ? (i % 5) * 0.25 : i % 2));
  return { dtype: input.dtype, dims, values };
}

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
