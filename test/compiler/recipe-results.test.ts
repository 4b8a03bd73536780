import { afterAll, expect, it } from 'vitest';
import { compile, DiagnosticError, loadModel, parseInput, RuleBook } from '../../src/index.js';
import { Project } from '../rulebook/pack-folder.js';

const project = new Project();
afterAll(() => project.remove());

const TEXT = `graph(%x : Tensor):
  %y : Tensor = mylib::double(%x)
  return (%y)
`;

async function compileWith(name: string, last: string): Promise<unknown> {
  project.write({
    [`${name}/schemas/double.yaml`]:
      'operators:\n  - schema: mylib::double(Tensor self) -> Tensor\n    infer: { dtype: self.dtype, shape: self.shape }\n',
  });
  project.write({
    [`${name}/onnx/double.yaml`]: `recipes:\n  - op: mylib::double\n    onnx:\n      - { op: Add, in: [self, self], out: y }\n      - ${last}\n`,
  });
  const rules = await RuleBook.load({ packs: [project.path(name)] });
  const model = await loadModel(new TextEncoder().encode(TEXT), { rules });
  return compile(model, { rules, inputs: [parseInput('x=float32[n]')] }).catch((e: unknown) => e);
}

it('a recipe whose result has another dtype than the facts say is told at its place', async () => {
  const error = await compileWith('wrong', '{ op: Cast, in: [$y], attrs: { to: int64 } }');
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics).toMatchObject([
    {
      code: 'recipe-invalid',
      at: { file: expect.stringContaining('onnx/double.yaml') },
      help: expect.stringContaining('facts'),
    },
  ]);
  expect(error.message).toContain('float32 by the facts, but int64 by the recipe');
});

it('a recipe that gives the dtype of the facts compiles', async () => {
  expect(await compileWith('right', '{ op: Cast, in: [$y], attrs: { to: self.dtype } }')).toHaveProperty('onnx');
});
