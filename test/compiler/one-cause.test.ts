import { expect, it } from 'vitest';
import { compile, DiagnosticError, loadModel, parseInput } from '../../src/index.js';

/** The branch reads the result of a look-up by float indexes, which ONNX refuses. */
const TEXT = `graph(%x : Tensor, %w : Tensor, %c : bool):
  %m : int = prim::Constant[value=-1]()
  %f : bool = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %e : Tensor = aten::embedding(%w, %x, %m, %f, %f)
  %y : Tensor = prim::If(%c)
    block0():
      %a : Tensor = aten::add(%e, %one, %one)
      -> (%a)
    block1():
      -> (%e)
  return (%y)
`;

it('a failed node gives one diagnostic, not one more for each branch that reads it', async () => {
  const model = await loadModel(new TextEncoder().encode(TEXT));
  const inputs = ['x=float32[n]', 'w=float32[8,4]', 'c=bool[]'].map(parseInput);
  const error = await compile(model, { inputs }).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics.map((d) => d.code)).toEqual(['unsupported-argument']);
});
