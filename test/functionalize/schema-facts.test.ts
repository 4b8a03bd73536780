import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile, DiagnosticError, loadModel, modelBytes, parseInput, RuleBook } from '../../src/index.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { createSession } from '../../src/runtime/session.js';
import { Project } from '../rulebook/pack-folder.js';

const SCHEMAS = `operators:
  - schema: mylib::top_half(Tensor(a) self) -> Tensor(a)
    infer: { dtype: self.dtype, shape: 'with_extent(self.shape, 0, self.shape[0] // 2)' }
    scatter: mylib::top_half_scatter
  - schema: mylib::top_half_scatter(Tensor self, Tensor part) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mylib::grow_(Tensor(a!) self, Tensor by) -> ()
    functional: mylib::grown
  - schema: mylib::grown(Tensor self, Tensor by, float times=2.0) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mylib::mix_(Tensor(a!) a, Tensor(b!) b) -> (Tensor(a!), Tensor(b!))
    functional: mylib::mixed
  - schema: mylib::mixed(Tensor a, Tensor b) -> (Tensor, Tensor)
    infer: [{ dtype: a.dtype, shape: a.shape }, { dtype: b.dtype, shape: b.shape }]
  - schema: mylib::log(str message, Tensor x) -> ()
    dropped: true
`;

const RECIPES = `recipes:
  - op: mylib::top_half
    onnx: { op: Slice, in: [self, { const: '[0]' }, { const: '[self.shape[0] // 2]' }, { const: '[0]' }] }
  - op: mylib::top_half_scatter
    onnx:
      - { op: Slice, in: [self, { const: '[self.shape[0] // 2]' }, { const: '[self.shape[0]]' }, { const: '[0]' }], out: rest }
      - { op: Concat, in: [part, $rest], attrs: { axis: 0 } }
  - op: mylib::grown
    onnx:
      - { op: Mul, in: [by, { const: times }], out: more }
      - { op: Add, in: [self, $more] }
  - op: mylib::mixed
    onnx:
      - { op: Add, in: [a, b], out: sum }
      - { op: Sub, in: [a, b], out: difference }
    out: [sum, difference]
`;

const project = new Project();
let rules: RuleBook;
beforeAll(async () => {
  project.write({ 'pack/schemas/m.yaml': SCHEMAS, 'pack/onnx/m.yaml': RECIPES });
  rules = await RuleBook.load({ packs: [project.path('pack')] });
});
afterAll(() => project.remove());

/** What a graph of `x` (1, 2, 3, 4 and a length that varies) gives. */
async function run(body: string, returned: string): Promise<number[][]> {
  const text = `graph(%x : Tensor):\n  %one : int = prim::Constant[value=1]()\n${body}\n  return (${returned})\n`;
  const model = await loadModel(new TextEncoder().encode(text), { rules });
  const { onnx } = await compile(model, { rules, inputs: [parseInput('x=float32[n]')] });
  const session = await createSession(modelBytes(onnx));
  const results = await session.run({ x: tensorFromNumbers('float32', [1, 2, 3, 4], [4]) });
  await session.dispose();
  return Object.values(results).map((t) => readNumbers(t));
}

it("an operator that changes its operand becomes the one that its schema names, with that one's defaults", async () => {
  expect(await run('  %y : Tensor = aten::relu(%x)\n  mylib::grow_(%y, %x)', '%y')).toEqual([[3, 6, 9, 12]]);
});

it('one that changes several operands gives them all', async () => {
  const body = `  %y : Tensor = aten::relu(%x)
  %z : Tensor = aten::neg(%x)
  %p : Tensor, %q : Tensor = mylib::mix_(%y, %z)`;
  expect(await run(body, '%y, %z, %q')).toEqual([
    [0, 0, 0, 0],
    [2, 4, 6, 8],
    [2, 4, 6, 8],
  ]);
});

it('a part that is changed in place is written back by the operator that its schema names', async () => {
  const body = `  %y : Tensor = aten::relu(%x)
  %h : Tensor = mylib::top_half(%y)
  %z : Tensor = aten::add_(%h, %one, %one)`;
  expect(await run(body, '%y, %h')).toEqual([
    [2, 3, 3, 4],
    [2, 3],
  ]);
});

it('what says nothing of values goes', async () => {
  const body = `  %m : str = prim::Constant[value="hi"]()
  mylib::log(%m, %x)
  %y : Tensor = aten::neg(%x)`;
  expect(await run(body, '%y')).toEqual([[-1, -2, -3, -4]]);
});

it.each([
  ['functional: mylib::grwon', 'rule-unknown-operator', 'no schema declares mylib::grwon', 'mylib::grown'],
  ['functional: mylib::mix_', 'schema-syntax', 'mylib::mix_ changes an argument itself', 'only gives results'],
  ['functional: mylib::log', 'rule-type', 'mylib::log takes `str message`', 'it is called with'],
  [
    'scatter: mylib::grown',
    'schema-syntax',
    'the result of mylib::grow_ is no part of its first argument',
    'Tensor(a)',
  ],
])('a schema with %s does not load: %s', async (line, code, message, help) => {
  project.write({ 'wrong/schemas/m.yaml': SCHEMAS.replace('functional: mylib::grown', line) });
  const error = await RuleBook.load({ packs: [project.path('wrong')] }).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  const [d] = error.diagnostics;
  expect(d).toMatchObject({ code, at: { line: 8 } });
  expect([d?.message, d?.help]).toEqual([expect.stringContaining(message), expect.stringContaining(help)]);
});
