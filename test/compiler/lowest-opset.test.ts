import { expect, it } from 'vitest';
import { compile, DiagnosticError, loadModel, parseInput } from '../../src/index.js';

const graph = (op: string) => `graph(%a : Long(*), %b : Long(*)):
  %y : Tensor = aten::bitwise_and(%a, %b) # model.py:3:4
  %z : Tensor = ${op}(%y) # model.py:4:4
  return (%z)
`;

/** What stops the compilation of a graph. */
async function problems(text: string, opset: number) {
  const model = await loadModel(new TextEncoder().encode(text));
  const inputs = [parseInput('a=int64[N]'), parseInput('b=int64[N]')];
  try {
    await compile(model, { inputs, opset });
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics;
  }
}

it('an operator without a form at the opset tells the lowest opset at which the model converts', async () => {
  const [problem, ...more] = await problems(graph('aten::abs'), 17);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ at: { file: 'model.py', line: 3 } });
  expect(problem?.help).toContain('--opset 18');
  expect(await problems(graph('aten::abs'), 18)).toEqual([]);
});

it('an operator without a form at any opset promises none', async () => {
  const found = await problems(graph('aten::linalg_inv'), 17);
  expect(found.map((d) => d.code)).toEqual(['unsupported-operator']);
  expect(found[0]?.help).not.toContain('opset');
});
