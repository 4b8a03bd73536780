import { afterAll, beforeAll, expect, it } from 'vitest';
import { RuleBook } from '../../src/rulebook/load.js';
import { ruleRun, runRecipeCase } from '../../src/testing/index.js';
import { Project } from '../rulebook/pack-folder.js';

// The number of items that are not 0 is known at run time alone: a conversion cannot tell that the facts are wrong.
const PACK = {
  'pack/schemas/nonzero.yaml': `operators:
  - schema: mylib::where(Tensor self) -> Tensor
    infer: { dtype: int64, shape: self.shape }
  - schema: trt::where(Tensor self) -> Tensor
    infer: { dtype: int64, shape: self.shape }
  - schema: mylib::halves(Tensor self) -> Tensor
    infer: { dtype: int64, shape: '[1]', elements: '[self.shape[0] // 2]' }
`,
  'pack/translation/where.yaml': `rules:
  - id: where-dyn
    why: The same by another name.
    match: { op: mylib::where, in: { self: $x } }
    where: ['symbolic($x.shape[0])']
    rewrite: { op: trt::where, in: { self: $x } }
`,
  'pack/onnx/nonzero.yaml': `recipes:
  - op: [mylib::where, trt::where]
    onnx:
      - { op: NonZero, in: [self], out: at }
      - { op: Squeeze, in: [$at, { const: '[0]' }] }
  - op: mylib::halves
    onnx:
      - { op: Shape, in: [self], out: n }
      - { op: Slice, in: [$n, { const: '[0]' }, { const: '[1]' }] }
`,
};

const span = { file: 'cases', line: 1, column: 1 };
const graph = (op: string, type = 'Tensor') => `graph(%x : Float(*)):\n  %y : ${type} = ${op}(%x)\n  return (%y)`;
const project = new Project();
let book: RuleBook;

beforeAll(async () => {
  project.write(PACK);
  book = await RuleBook.load({ packs: [project.path('pack')] });
});
afterAll(() => project.remove());

it('a rule whose two sides share a wrong fact is told by the run', async () => {
  const c = {
    name: 'zeros',
    span,
    dims: { x: ['N'] },
    before: graph('mylib::where'),
    after: graph('trt::where', 'Long(*)'),
  };
  const { problems } = await ruleRun(book, 'where-dyn', { ...c, values: { x: [0, 1] }, sizes: { N: [4] } });
  expect(problems).toMatchObject([
    {
      code: 'rule-case',
      message:
        'zeros: the run does not give what the facts say at N=4: shape [2], not [4] by the facts of mylib::where',
      notes: [{ at: { file: expect.stringContaining('nonzero.yaml'), line: 2 } }],
    },
  ]);
  // Without zeros the facts hold.
  expect((await ruleRun(book, 'where-dyn', { ...c, values: { x: [1] }, sizes: { N: [4] } })).problems).toEqual([]);
});

it('a recipe case compares run-time sizes and numbers with the facts', async () => {
  const base = { name: 'c', span, dims: { x: ['N'] } };
  const where = { ...base, graph: graph('trt::where') };
  const [wrong] = await runRecipeCase(book, 'trt::where', {
    ...where,
    runs: [{ sizes: { N: 3 }, values: { x: [0, 0, 1] }, gives: [[2]] }],
  });
  expect(wrong?.message).toContain('at N=3: shape [1], not [N] by the facts of trt::where');
  const halves = {
    ...base,
    graph: graph('mylib::halves'),
    runs: [{ sizes: { N: 4 }, values: { x: [1] }, gives: [[4]] }],
  };
  const [elements] = await runRecipeCase(book, 'mylib::halves', halves);
  expect(elements?.message).toContain('elements 4, not floor((N)/(2)) by the facts of mylib::halves');
});
