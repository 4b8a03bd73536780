import { afterAll, expect, it } from 'vitest';
import { check, compile, DiagnosticError, loadModel, parseInput, RuleBook } from '../../src/index.js';
import { Project } from '../rulebook/pack-folder.js';

const project = new Project();
afterAll(() => project.remove());

const TEXT = `graph(%x : Tensor):
  %y : Tensor = mylib::double(%x)
  return (%y)
`;

async function compileWith(name: string, last: string, input = 'x=float32[n]'): Promise<unknown> {
  project.write({
    [`${name}/schemas/double.yaml`]:
      'operators:\n  - schema: mylib::double(Tensor self) -> Tensor\n    infer: { dtype: self.dtype, shape: self.shape }\n',
  });
  project.write({
    [`${name}/onnx/double.yaml`]: `recipes:\n  - op: mylib::double\n    onnx:\n      - { op: Add, in: [self, self], out: y }\n      - ${last}\n`,
  });
  const rules = await RuleBook.load({ packs: [project.path(name)] });
  const model = await loadModel(new TextEncoder().encode(TEXT), { rules });
  return compile(model, { rules, inputs: [parseInput(input)] }).catch((e: unknown) => e);
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

it('a pack with a place to fill in compiles no model, by its names or as a book', async () => {
  const error = await compileWith('stub', '{ op: Identity, in: [$y] }  # FILL IN: the last step');
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics).toMatchObject([
    { code: 'rule-stub', severity: 'error', message: 'to fill in: the last step', at: { line: 5 } },
  ]);
  const packs = [project.path('stub')];
  const model = await loadModel(new TextEncoder().encode(TEXT), { rules: packs });
  await expect(check(model, { rules: packs, inputs: [parseInput('x=float32[n]')] })).rejects.toThrow('rule-stub');
});

it.each([
  [
    'another rank',
    "{ op: Unsqueeze, in: [$y, { const: '[0]' }] }",
    'has 2 axes by the facts, [n, 3], but 3 axes by the recipe, [1, n, 3]',
  ],
  [
    'another constant extent',
    '{ op: Concat, in: [$y, $y], attrs: { axis: 1 } }',
    'has the shape [n, 3] by the facts, but [n, 6] by the recipe (axis 1)',
  ],
  [
    'an extent that no size makes equal',
    "{ op: Concat, in: [$y, { const: '[1.0, 1.0, 1.0]', dtype: self.dtype, shape: '[1, 3]' }], attrs: { axis: 0 } }",
    'has the shape [n, 3] by the facts, but [n + 1, 3] by the recipe (axis 0)',
  ],
])('a recipe whose result has %s is told at its place', async (name, step, message) => {
  const error = await compileWith(name.replaceAll(' ', '-'), step, 'x=float32[n, 3]');
  if (!(error instanceof DiagnosticError)) throw error;
  const [d] = error.diagnostics;
  expect(d?.message).toContain(message);
  expect(d).toMatchObject({
    code: 'recipe-invalid',
    at: { file: expect.stringContaining('onnx/double.yaml'), line: 2 },
  });
  expect(d?.notes?.[0]?.at?.file).toContain('schemas/double.yaml');
});

it('a recipe that gives what the facts say compiles', async () => {
  expect(await compileWith('right', '{ op: Cast, in: [$y], attrs: { to: self.dtype } }')).toHaveProperty('onnx');
  const turned = "{ op: Reshape, in: [$y, { const: '[self.shape[0], 3]' }] }";
  expect(await compileWith('reshaped', turned, 'x=float32[n, 3]')).toHaveProperty('onnx');
});
