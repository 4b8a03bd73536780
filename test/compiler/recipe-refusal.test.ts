import { afterAll, expect, it } from 'vitest';
import { compile, loadModel, parseInput, RuleBook } from '../../src/index.js';
import { Project, problemsOf } from '../rulebook/pack-folder.js';

const project = new Project();
afterAll(() => project.remove());

const SCHEMAS = `operators:
  - schema: mylib::f(Tensor self, Tensor other) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
`;

const GRAPH = `graph(%x : Float(*), %y : Long(*)):
  %r : Tensor = mylib::f(%x, %y)
  return (%r)
`;

it('an operator that only a lowering rule is about is told with why the rule did not fire', async () => {
  project.write({
    'lowered/schemas/a.yaml': SCHEMAS,
    'lowered/lowering/a.yaml': `rules:
  - id: f-of-matrices
    why: A rule for matrices alone.
    match: { op: mylib::f, in: { self: $x } }
    where: $x.rank == 2
    rewrite: { op: aten::relu, in: { self: $x } }
`,
    'f.txt': GRAPH,
  });
  const rules = await RuleBook.load({ packs: [project.path('lowered')] });
  const model = await loadModel(project.path('f.txt'), { rules });
  const inputs = ['x=float32[N]', 'y=int64[N]'].map((text) => parseInput(text));
  const [d] = await problemsOf(compile(model, { rules, inputs }));
  model.close();
  expect(d).toMatchObject({
    code: 'unsupported-operator',
    notes: [{ message: expect.stringMatching(/^rule f-of-matrices did not .*\$x\.rank == 2/), at: { line: 2 } }],
    help: expect.stringContaining('a rule for this form'),
  });
});

it.each<[what: string, recipes: string, notes: [message: string, line: number][]]>([
  [
    'dtypes that ONNX does not mix',
    '  - op: mylib::f\n    onnx: { op: Add, in: [self, other] }\n',
    [['the recipe', 2]],
  ],
  [
    'conditions that do not hold',
    '  - op: mylib::f\n    when: self.rank == 3\n    onnx: { op: Add, in: [self, self] }\n  - op: mylib::f\n    when: other.rank == 4\n    onnx: { op: Abs, in: [self] }\n',
    [
      ['`when: self.rank == 3`', 2],
      ['`when: other.rank == 4`', 5],
    ],
  ],
])('%s are told with the recipes', async (what, recipes, notes) => {
  const pack = what.replaceAll(' ', '-');
  project.write({
    [`${pack}/schemas/a.yaml`]: SCHEMAS,
    [`${pack}/onnx/a.yaml`]: `recipes:\n${recipes}`,
    'f.txt': GRAPH,
  });
  const rules = await RuleBook.load({ packs: [project.path(pack)] });
  const model = await loadModel(project.path('f.txt'), { rules });
  const inputs = ['x=float32[N]', 'y=int64[N]'].map((text) => parseInput(text));
  const [d] = await problemsOf(compile(model, { rules, inputs }));
  model.close();
  expect(d?.code).toBe('unsupported-argument');
  expect(d?.notes?.map((n) => n.at?.line)).toEqual(notes.map(([, line]) => line));
  for (const [i, [message]] of notes.entries()) expect(d?.notes?.[i]?.message).toContain(message);
});
