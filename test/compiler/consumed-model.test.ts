import { expect, it } from 'vitest';
import { check, compile, DiagnosticError, explain, loadModel, parseInput } from '../../src/index.js';

const TEXT = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %n : int = aten::size(%x, %zero)
  %m : int = prim::Constant[value=-1]()
  %shape : int[] = prim::ListConstruct(%n, %m)
  %y : Tensor = aten::view(%x, %shape)
  return (%y)
`;

const options = { inputs: [parseInput('x=float32[n,3,4]')] };
const fixed = { inputs: [parseInput('x=float32[2,3,4]')] };
const load = () => loadModel(new TextEncoder().encode(TEXT));

/** The codes that a call fails with; none where it does not. */
async function codes(run: () => Promise<unknown>): Promise<string[]> {
  try {
    await run();
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map((d) => d.code);
  }
}

const RUNS = { check, compile, explain };

for (const [first, before] of Object.entries(RUNS)) {
  it(`after ${first} the model serves no other run: its sizes are those of the first`, async () => {
    const model = await load();
    await before(model, fixed);
    for (const again of Object.values(RUNS))
      expect(await codes(() => again(model, options))).toEqual(['model-consumed']);
  });
}

it('a run that fails has consumed the model too; options that do not hold have not', async () => {
  const model = await load();
  expect(await codes(() => compile(model, { ...options, opset: 1 }))).toEqual(['opset-range']);
  expect(await codes(() => compile(model, { inputs: [] }))).toEqual(['missing-input']);
  expect(await codes(() => compile(model, options))).toEqual(['model-consumed']);
  expect(await codes(async () => compile(await load(), options))).toEqual([]);
});
