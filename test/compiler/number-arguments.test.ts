import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, createSession, loadModel, modelBytes, parseInput, RuleBook, readNumbers } from '../../src/index.js';
import type { DType } from '../../src/ir/dtype.js';
import { tensorFromNumbers } from '../../src/ir/half.js';

const SCHEMAS = `operators:
  - schema: mylib::affine(Tensor self, float s, int n) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
    legal: always
`;
/** (x * s + n), by bare names; the number comes first once. */
const RECIPES = `recipes:
  - op: mylib::affine
    onnx:
      - { op: Mul, in: [s, self], out: a }
      - { op: Add, in: [$a, n] }
`;

const GRAPH = `graph(%x : Tensor):
  %s : float = prim::Constant[value=0.1]()
  %n : int = prim::Constant[value=2]()
  %y : Tensor = mylib::affine(%x, %s, %n) # model.py:3:4
  return (%y)
`;
/** The integer is a size, known only at run time. */
const OPEN = GRAPH.replace(
  '%n : int = prim::Constant[value=2]()',
  '%o : int = prim::Constant[value=0]()\n  %n : int = aten::size(%x, %o)',
);

let dir: string;
let rules: RuleBook;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'thaw-numbers-'));
  for (const [path, text] of [
    ['schemas/a.yaml', SCHEMAS],
    ['onnx/a.yaml', RECIPES],
  ] as const) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  rules = await RuleBook.load({ packs: [dir] });
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(text: string, dtype: DType): Promise<number[]> {
  const model = await loadModel(new TextEncoder().encode(text), { rules });
  const { onnx } = await compile(model, { rules, inputs: [parseInput(`x=${dtype}[N]`)] });
  const session = await createSession(modelBytes(onnx));
  const { output } = await session.run({ x: tensorFromNumbers(dtype, [1, 3], [2]) });
  if (output === undefined) throw new Error('no output');
  expect(output.dtype).toBe(dtype);
  return [...readNumbers(output)].map(Number);
}

describe('numbers that a recipe names', () => {
  it.each<DType>(['float32', 'float64', 'float16'])('are %s beside such a tensor', async (dtype) => {
    for (const text of [GRAPH, OPEN]) {
      const [a = 0, b = 0] = await run(text, dtype);
      const digits = { float64: 12, float32: 6, float16: 2 }[dtype as 'float64'];
      expect(a).toBeCloseTo(2.1, digits);
      expect(b).toBeCloseTo(2.3, digits);
    }
  });

  it('keep their fraction: a float beside integers is refused, with the next step', async () => {
    await expect(run(GRAPH, 'int64')).rejects.toMatchObject({
      diagnostics: [{ code: 'unsupported-argument', help: expect.stringContaining('`promote`') }],
    });
  });
});
