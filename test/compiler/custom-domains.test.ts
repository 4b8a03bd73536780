import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, createSession, loadModel, modelBytes, parseInput, RuleBook } from '../../src/index.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { parseModel } from '../../src/onnx/parse.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import { Project, problemsOf } from '../rulebook/pack-folder.js';

const project = new Project();
let rules: RuleBook;

const SCHEMAS = `operators:
  - schema: mylib::gelu(Tensor self) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mylib::scores(Tensor q, Tensor k, float scale) -> Tensor
    infer: { dtype: q.dtype, shape: 'q.shape[:-1] + [k.shape[-2]]' }
  - schema: mylib::bias_gelu(Tensor self, Tensor bias) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mylib::split(Tensor self, float ratio, int[] sizes) -> (Tensor, Tensor)
    infer:
      - { dtype: self.dtype, shape: self.shape }
      - { dtype: int64, shape: '[self.shape[0]]' }
  - schema: mylib::chain(Tensor self) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mylib::log(Tensor self) -> Tensor
    pure: false
    infer: { dtype: self.dtype, shape: self.shape }
`;

const RECIPES = `recipes:
  - op: mylib::gelu
    onnx: { op: Gelu, domain: com.microsoft, in: [self] }
  - op: mylib::scores
    onnx: { op: FusedMatMul, domain: com.microsoft, in: [q, k], attrs: { transB: 1, alpha: scale } }
  - op: mylib::bias_gelu
    onnx:
      - { op: BiasGelu, domain: com.microsoft, in: [self, bias], out: y }
      - { op: QuickGelu, domain: com.microsoft, in: [$y], attrs: { alpha: 1 }, out: z }
      - { op: Add, in: [$y, $z] }
  - op: mylib::split
    onnx:
      op: Split
      domain: mylib
      version: 3
      in: [self]
      attrs: { ratio: ratio, sizes: sizes, none: { ints: '[]' }, mode: "'fast'", whole: { float: 2 }, to: { int: self.dtype } }
      out: [a, b]
  - op: mylib::chain
    onnx:
      - { op: Step, domain: mylib, version: 2, in: [self], infer: { dtype: float16, shape: 'self.shape + [2]' }, out: y }
      - { op: Back, domain: mylib, in: [$y], out: z }
    out: z
  - op: mylib::log
    onnx: { op: Log, domain: mylib, in: [self] }
`;

beforeAll(async () => {
  project.write({ 'pack/schemas/a.yaml': SCHEMAS, 'pack/onnx/a.yaml': RECIPES });
  rules = await RuleBook.load({ packs: [project.path('pack')] });
}, 60_000);
afterAll(() => {
  project.remove();
});

async function onnxOf(text: string, ...inputs: string[]): Promise<OnnxModel> {
  const model = await loadModel(project.write({ 'model.txt': text }).path('model.txt'), { rules });
  try {
    return (await compile(model, { rules, inputs: inputs.map(parseInput) })).onnx;
  } finally {
    model.close();
  }
}

const graph = (params: string, ...lines: string[]) =>
  `graph(${params}):\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** Nodes as `domain::op`, after a round trip through the file's format. */
const nodesOf = (model: OnnxModel) =>
  parseModel(modelBytes(model)).graph.nodes.map((n) => (n.domain === '' ? n.op : `${n.domain}::${n.op}`));

describe('operators of onnxruntime', () => {
  it('run, and compute what they stand for', async () => {
    const onnx = await onnxOf(
      graph(
        '%q : Tensor, %k : Tensor',
        '%c : float = prim::Constant[value=2.]()',
        '%s : Tensor = mylib::scores(%q, %k, %c)',
        '%y : Tensor = mylib::gelu(%s)',
        'return (%y)',
      ),
      'q=float32[B,M,D]',
      'k=float32[B,N,D]',
    );
    expect(nodesOf(onnx)).toEqual(['com.microsoft::FusedMatMul', 'com.microsoft::Gelu']);
    expect([...parseModel(modelBytes(onnx)).domains]).toEqual([['com.microsoft', 1]]);
    const session = await createSession(modelBytes(onnx));
    for (const [m, n] of [
      [1, 1],
      [2, 3],
    ] as const) {
      const q = Array.from({ length: m * 2 }, (_, i) => i / 4 - 0.5);
      const k = Array.from({ length: n * 2 }, (_, i) => 0.75 - i / 3);
      const results = await session.run({
        q: tensorFromNumbers('float32', q, [1, m, 2]),
        k: tensorFromNumbers('float32', k, [1, n, 2]),
      });
      const [y] = Object.values(results);
      if (y === undefined) throw new Error('no output');
      expect(y.shape).toEqual([1, m, n]);
      const wanted = Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        const s = 2 * ((q[2 * i] ?? 0) * (k[2 * j] ?? 0) + (q[2 * i + 1] ?? 0) * (k[2 * j + 1] ?? 0));
        return 0.5 * s * (1 + erf(s / Math.SQRT2));
      });
      readNumbers(y).forEach((v, i) => {
        expect(v).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
      });
    }
    await session.dispose();
  });

  it('are known by their signatures: dtypes of intermediate results, kinds of attributes', async () => {
    const onnx = await onnxOf(
      graph('%x : Tensor, %b : Tensor', '%y : Tensor = mylib::bias_gelu(%x, %b)', 'return (%y)'),
      'x=float32[N,4]',
      'b=float32[4]',
    );
    const quick = onnx.graph.nodes.find((n) => n.op === 'QuickGelu');
    expect(quick?.attributes.get('alpha')).toEqual({ kind: 'float', value: 1 });
    const session = await createSession(modelBytes(onnx));
    expect(session.outputs.map(({ dtype, dims }) => [dtype, dims])).toEqual([['float32', ['N', 4]]]);
    await session.dispose();
  });
});

describe('operators of a domain of ones own', () => {
  it('have the types of the facts, the attributes of their kinds, and import the highest version', async () => {
    const onnx = await onnxOf(
      graph(
        '%x : Tensor',
        '%r : float = prim::Constant[value=1.]()',
        '%n : int = prim::Constant[value=3]()',
        '%s : int[] = prim::ListConstruct(%n, %n)',
        '%a : Tensor, %b : Tensor = mylib::split(%x, %r, %s)',
        '%c : Tensor = mylib::chain(%a)',
        'return (%c, %b)',
      ),
      'x=float32[N,2]',
    );
    const read = parseModel(modelBytes(onnx));
    expect([...read.domains]).toEqual([['mylib', 3]]);
    expect(nodesOf(onnx)).toEqual(['mylib::Split', 'mylib::Step', 'mylib::Back']);
    expect(Object.fromEntries(read.graph.nodes[0]?.attributes ?? [])).toEqual({
      ratio: { kind: 'float', value: 1 },
      sizes: { kind: 'ints', value: [3, 3] },
      none: { kind: 'ints', value: [] },
      mode: { kind: 'string', value: 'fast' },
      whole: { kind: 'float', value: 2 },
      to: { kind: 'int', value: 1 },
    });
    const types = [...read.graph.valueInfo.values(), ...read.graph.outputs].map((v) => [v.dtype, v.shape?.map(String)]);
    expect(types).toEqual([
      ['float32', ['N', '2']],
      ['float16', ['N', '2', '2']],
      ['float32', ['N', '2']],
      ['int64', ['N']],
    ]);
  });

  it('are shared when they are equal, unless they have an effect: then they stay though nothing reads them', async () => {
    const equal = graph('%x : Tensor', '%a : Tensor = mylib::chain(%x)', '%b : Tensor = mylib::chain(%x)');
    const shared = await onnxOf(`${equal}  return (%a, %b)\n`, 'x=float32[N]');
    expect(nodesOf(shared)).toEqual(['mylib::Step', 'mylib::Back', 'Identity']);
    const logged = await onnxOf(
      graph('%x : Tensor', '%a : Tensor = mylib::log(%x)', '%b : Tensor = mylib::log(%x)', 'return (%x)'),
      'x=float32[N]',
    );
    expect(nodesOf(logged)).toEqual(['mylib::Log', 'mylib::Log', 'Identity']);
  });

  it('are checked when they are loaded, each mistake at its place', async () => {
    project.write({
      'bad/onnx/a.yaml': `recipes:
  - op: mylib::chain
    onnx:
      - { op: FusedMatMul, domain: com.microsoft, in: [self, self], attrs: { transposeB: 1 }, out: x }
      - { op: Step, domain: mylib, in: [$x], out: y }
      - { op: Step, domain: mylib, in: [$y], infer: { shape: self.shapes }, out: z }
      - { op: Relu, in: [$z] }
`,
    });
    const found = await problemsOf(RuleBook.load({ packs: [project.path('pack'), project.path('bad')] }));
    expect(found.map(({ code, at, message }) => [code, at?.line, at?.column, /`[^`]*`/.exec(message)?.[0]])).toEqual([
      ['recipe-invalid', 4, 78, '`transposeB`'],
      ['recipe-invalid', 5, 15, '`y`'],
      ['expr-unknown', 6, 67, expect.anything()],
      ['recipe-invalid', 6, 15, '`z`'],
    ]);
  });

  it('of onnxruntime cannot run on dtypes that it has no kernel for', async () => {
    const scores = graph(
      '%x : Tensor',
      '%s : float = prim::Constant[value=1.]()',
      '%y : Tensor = mylib::scores(%x, %x, %s)',
      'return (%y)',
    );
    const [problem] = await problemsOf(createSession(modelBytes(await onnxOf(scores, 'x=bfloat16[N,2]'))));
    expect(problem).toMatchObject({ code: 'runtime-error', help: expect.stringContaining('cast') });
    expect(problem?.message).toContain('FusedMatMul');
  });

  it('cannot run where their library is not: the error says what to do', async () => {
    const onnx = await onnxOf(graph('%x : Tensor', '%y : Tensor = mylib::log(%x)', 'return (%y)'), 'x=float32[N]');
    const [problem] = await problemsOf(createSession(modelBytes(onnx)));
    expect(problem?.code).toBe('runtime-error');
    expect(problem?.message).toContain('mylib::Log');
    expect(problem?.help).toContain('register');
  });
});

/** Abramowitz and Stegun 7.1.26, good to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - p * Math.exp(-x * x));
}
