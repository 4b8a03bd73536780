import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  type Explanation,
  explain,
  explainOnnx,
  loadModel,
  modelBytes,
  parseDim,
  parseInput,
  RuleBook,
  renderExplanation,
} from '../../src/index.js';
import { inputSpecs, modelCases } from '../models/model-case.js';

type Options = NonNullable<Parameters<typeof explain>[1]>;

/** A view by a size that is read off the input, after an operator in place and before a dropout. */
const TEXT = `graph(%x : Float(*, *, *)):
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %minus : int = prim::Constant[value=-1]()
  %y : Tensor = aten::add_(%x, %x, %one) # lib/model.py:3:4
  %n : int = aten::size(%y, %zero) # lib/model.py:4:4
  %shape : int[] = prim::ListConstruct(%n, %minus) # lib/model.py:5:4
  %v : Tensor = aten::view(%y, %shape) # lib/model.py:5:8
  %p : float = prim::Constant[value=0.5]()
  %no : bool = prim::Constant[value=0]()
  %d : Tensor = aten::dropout(%v, %p, %no) # lib/model.py:6:4
  return (%d)
`;

let rules: RuleBook;
let without: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
  without = await RuleBook.load({ disable: ['view-literal', 'view-dyn'] });
}, 60_000);

const load = () => loadModel(new TextEncoder().encode(TEXT), { rules });

const { name, range } = parseDim('N=1:2:8');
const DYNAMIC = { inputs: [parseInput('x=float32[N,4,M]')], dims: { [name]: range } };

async function told(selectors: Options, options: Options = DYNAMIC): Promise<Explanation> {
  const model = await load();
  try {
    return await explain(model, { rules, ...options, ...selectors });
  } finally {
    model.close();
  }
}

describe('nodes', () => {
  it('the chain from the line of the source to the ONNX node, each step with its why and place', async () => {
    const { nodes, problems } = await told({ op: 'Reshape' });
    expect(problems).toEqual([]);
    expect(nodes.length).toBe(1);
    const [node] = nodes;
    expect(node).toMatchObject({ level: 'onnx', op: 'Reshape', source: [{ file: 'lib/model.py', line: 5 }] });
    expect(node?.steps.map(({ kind, by, from, to }) => [kind, by, from, to])).toEqual([
      ['rule', 'view-literal', 'aten::view', 'trt::reshape_literal'],
      ['recipe', 'trt::reshape_literal', 'trt::reshape_literal', 'Reshape'],
    ]);
    const [rule, recipe] = node?.steps ?? [];
    expect(rule?.why?.length).toBeGreaterThan(10);
    expect(rule?.at?.file).toMatch(/rules\/translation-map\.yaml$/);
    expect(recipe?.at?.file).toMatch(/rules\/onnx\/dynamic\.yaml$/);
  });

  it.each<[string, Options, string]>([
    ['a line, by the end of its path', { line: 'model.py:3' }, 'Add'],
    ['an operator that functionalization replaced', { op: 'aten::add_' }, 'Add'],
    ['an operator of the graph', { op: 'trt::reshape_literal' }, 'Reshape'],
    ['a name of the ONNX model', { node: 'output' }, 'Reshape'],
    ['a name of the graph', { node: '%y' }, 'Add'],
    ['the name of a value that rules replaced', { node: 'v' }, 'Reshape'],
    ['several selectors at once', { op: 'aten::view', line: 'model.py' }, 'Reshape'],
  ])('are found by %s', async (_, selectors, op) => {
    expect((await told(selectors)).nodes.map((n) => n.op)).toEqual([op]);
  });

  it('what a pass did stands in the chain', async () => {
    const [node] = (await told({ line: 'lib/model.py:3' })).nodes;
    const step = { kind: 'pass', by: 'functionalize', from: 'aten::add_.Tensor', to: 'aten::add.Tensor' };
    expect(node?.steps[0]).toMatchObject(step);
  });

  it('operators that left no node: the rule or the stage that took them', async () => {
    const removed = await told({ op: 'aten::dropout' });
    expect(removed.nodes).toEqual([]);
    expect(removed.gone).toMatchObject([{ op: 'aten::dropout', name: 'd', stage: 'lower', rule: 'no-dropout' }]);
    const folded = await told({ line: 'model.py:4' }, { inputs: [parseInput('x=float32[6,4,M]')] });
    expect(folded.gone).toMatchObject([{ op: 'aten::size.int', stage: 'specialize' }]);
  });

  it('as text', async () => {
    const [head, place, root, ...steps] = renderExplanation(await told({ node: 'output' }));
    expect([head, place, root]).toEqual(['Reshape -> output', '  lib/model.py:5', '  aten::view']);
    expect(steps[0]).toMatch(/^ {2}-> trt::reshape_literal {2}by rule view-literal {2}.*translation-map\.yaml:\d+$/);
  });

  it('without a selector: figures for each rule and line', async () => {
    const { summary } = await told({});
    const lines = summary?.lines.map(({ at, operators, nodes }) => [at.line, operators, nodes]);
    expect(lines).toEqual([
      [3, 1, 1],
      [4, 1, 0],
      [5, 1, 1],
      [6, 1, 0],
    ]);
    expect(summary?.rules).toContainEqual({ rule: 'view-literal', rewrites: 1, nodes: 1 });
  });
});

describe('a rule', () => {
  it('that fired: where, and what held it back at the start', async () => {
    const { rule } = await told({ rule: 'view-literal' });
    expect(rule).toMatchObject({ phase: 'translation', state: 'active', fired: 1, ended: true });
    expect(rule?.candidates).toMatchObject([
      { op: 'aten::view', name: 'v', fate: 'fired', start: { reason: '`dynamic($s)` does not hold' } },
    ]);
  });

  it('that did not fire: the nearest miss at the start and at the fixpoint, its place and depth', async () => {
    const { rule } = await told({ rule: 'view-literal' }, { inputs: [parseInput('x=float32[6,4,M]')] });
    const [node] = rule?.candidates ?? [];
    expect(rule?.fired).toBe(0);
    expect(node?.fate).toBe('kept');
    for (const miss of [node?.start, node?.end]) {
      expect(miss).toMatchObject({ rule: 'view-literal', reason: '`dynamic($s)` does not hold', place: 'aten::view' });
      expect(miss?.depth).toBeGreaterThan(0);
      expect(miss?.source?.line).toBe(5);
    }
  });

  it('that another one was before', async () => {
    const { rule } = await told({ rule: 'view-dyn' });
    expect(rule?.candidates).toMatchObject([{ name: 'v', fate: 'replaced', by: 'view-literal' }]);
  });

  it('at the nodes that the other selectors leave', async () => {
    const { rule: lowering } = await told({ rule: 'no-view' });
    expect(lowering?.candidates).toMatchObject([
      { name: 'v', fate: 'replaced', by: 'view-literal', end: { rule: 'no-view' } },
    ]);
    expect((await told({ rule: 'view-dyn', line: 'model.py:3' })).rule?.candidates).toEqual([]);
    // The ONNX node that the view became.
    const { rule } = await told({ rule: 'view-dyn', node: 'output' });
    expect(rule?.candidates).toMatchObject([{ name: 'v', op: 'aten::view' }]);
  });

  it.each([
    ['pad-dyn', DYNAMIC, /^no .* is left when the translation starts$/],
    [
      'size-int-dyn',
      { inputs: [parseInput('x=float32[6,4,M]')] },
      /; the model had 1, which folded or became other operators before$/,
    ],
  ])('%s had no operator to match and says why', async (id, options, note) => {
    const { rule } = await told({ rule: id }, options);
    expect(rule?.candidates).toEqual([]);
    expect(rule?.note).toMatch(note);
  });

  it('that is switched off is tried too', async () => {
    const explanation = await told({ rule: 'view-literal', rules: without });
    expect(explanation.rule).toMatchObject({ state: 'disabled', fired: 0, ended: true });
    expect(renderExplanation(explanation).join('\n')).toContain('it would fire if it were on');
  });
});

describe('a model that does not compile', () => {
  it('is explained as far as it came, with the problems', async () => {
    const explanation = await told({ op: 'aten::view', rules: without });
    const { nodes, problems, stopped } = explanation;
    expect(stopped).toBe('translate');
    expect(problems.map(({ code }) => code)).toEqual(['no-dynamic-form']);
    const view = nodes.find(({ op }) => op === 'aten::view');
    expect(view).toMatchObject({ level: 'graph', name: 'v', steps: [] });
    expect(view?.misses[0]).toMatchObject({ rule: 'no-view' });
    expect(renderExplanation(explanation).join('\n')).toContain('  rules that did not match here\n    no-view: ');
  });

  it('also where an early stage stops it', async () => {
    const { problems, stopped, rule } = await told({ rule: 'view-dyn' }, { inputs: [parseInput('z=float32[N]')] });
    expect([stopped, problems[0]?.code]).toEqual(['functionalize', 'unknown-input']);
    expect(rule?.note).toBe('the compilation stopped before the translation');
  });
});

describe('an ONNX file that Thaw wrote', () => {
  async function file(options: Options = DYNAMIC): Promise<Uint8Array> {
    const model = await load();
    const { onnx } = await compile(model, { rules, ...options });
    model.close();
    return modelBytes(onnx);
  }

  it('tells the same chain from its metadata', async () => {
    const bytes = await file();
    const chain = ({ nodes: [node] }: Explanation) =>
      node?.steps.filter(({ kind }) => kind !== 'recipe').map(({ by, from, to, why }) => [by, from, to, why]);
    const read = await explainOnnx(bytes, { rules, node: 'output' });
    expect(chain(read)).toEqual(chain(await told({ node: 'output' })));
    expect(read.nodes[0]?.source).toMatchObject([{ file: 'lib/model.py', line: 5 }]);
    expect((await explainOnnx(bytes, { rules, line: 'model.py:3' })).nodes.map(({ op }) => op)).toEqual(['Add']);
    expect((await explainOnnx(bytes, { rules })).summary?.nodes).toBe(2);
  });

  it('without provenance says so', async () => {
    const bare = await file({ ...DYNAMIC, provenance: false });
    await expect(explainOnnx(bare, { rules })).rejects.toThrow('do not say where they come from');
    expect(Buffer.from(bare).toString('latin1')).not.toMatch(/thaw\.(op|rules|source|frames)|model\.py/);
  });
});

it('outputs that are one value: the copies say so, in the file too', async () => {
  const text = `graph(%x : Float(*)):
  %a : Tensor = aten::relu(%x) # model.py:1:4
  %b : Tensor = aten::relu(%x) # model.py:2:4
  return (%a, %b, %x)
`;
  const compiled = await compile(await loadModel(new TextEncoder().encode(text), { rules }), {
    rules,
    inputs: [parseInput('x=float32[N]')],
  });
  const { nodes } = await explainOnnx(modelBytes(compiled.onnx), { rules, op: 'Identity' });
  expect(nodes.map(({ outputs, steps }) => [outputs, steps.map(({ by }) => by)])).toEqual([
    [['output.1'], ['convert']],
    [['output.2'], ['convert']],
  ]);
});

it('a node that equals another one names it', async () => {
  const text = `graph(%x : Float(*)):
  %a : Tensor = aten::relu(%x) # model.py:1:4
  %b : Tensor = aten::relu(%x) # model.py:2:4
  %one : int = prim::Constant[value=1]()
  %c : Tensor = aten::add(%a, %b, %one) # model.py:3:4
  return (%c)
`;
  const model = await loadModel(new TextEncoder().encode(text), { rules });
  const explanation = await explain(model, { rules, inputs: [parseInput('x=float32[N]')], line: 'model.py:2' });
  expect(explanation.nodes).toMatchObject([{ level: 'graph', op: 'aten::relu', name: 'b', equals: 'relu' }]);
  expect(renderExplanation(explanation).slice(0, 2)).toEqual(['aten::relu -> b', '  no ONNX node: it is relu']);
});

it('bodies of loops that were unrolled are not gone, the loop is', async () => {
  const text = `graph(%x : Float(*)):
  %three : int = prim::Constant[value=3]()
  %yes : bool = prim::Constant[value=1]()
  %y : Tensor = prim::Loop(%three, %yes, %x) # model.py:1:4
    block0(%i : int, %z : Tensor):
      %r : Tensor = aten::relu(%z) # model.py:2:8
      -> (%yes, %r)
  return (%y)
`;
  const model = await loadModel(new TextEncoder().encode(text), { rules });
  const { nodes, gone } = await explain(model, { rules, inputs: [parseInput('x=float32[N]')], line: 'model.py' });
  expect(nodes.map(({ op, source }) => [op, source[0]?.line])).toEqual(Array(3).fill(['Relu', 2]));
  expect(gone).toMatchObject([{ op: 'prim::Loop', stage: 'specialize' }]);
});

it('a chain that rules made by feeding each other is cut in the middle', () => {
  const step = { kind: 'rule', by: 'there', from: 'my::f', to: 'my::f' } as const;
  const node = { op: 'my::f', name: 'y', outputs: ['y'], source: [], misses: [] };
  const text = (length: number): string[] =>
    renderExplanation({
      problems: [],
      gone: [],
      nodes: [{ ...node, level: 'graph', steps: Array(length).fill(step) }],
    });
  expect(text(256)).toContain('  ... 240 more steps');
  expect(text(256).length).toBe(20);
  expect(text(16).filter((row) => row.startsWith('  ->')).length).toBe(16);
});

it('a scripted model shows the text of its lines, callers too', async () => {
  const mixer = modelCases().find((c) => c.name === 'mixer');
  if (mixer === undefined) throw new Error('the model is missing');
  const model = await loadModel(join(mixer.dir, mixer.file), { rules });
  const options = { rules, inputs: inputSpecs(mixer), dims: mixer.dims, op: 'aten::pad' };
  const text = renderExplanation(await explain(model, options));
  expect(text.find((row) => row.includes('models_scripted.py:89'))).toMatch(
    /^ {2}\S+:89 {2}x = F\.pad\(x, \[0, 0, 0, /,
  );
  expect(text).toContain(
    '    inside, in PyTorch’s own code: torch/nn/functional.py:5430  return torch._C._nn.pad(input, pad, mode, value)',
  );
  model.close();
});
