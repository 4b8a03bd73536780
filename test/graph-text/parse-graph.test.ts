import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { DEFAULT_LIMITS } from '../../src/frontends/torchscript/limits.js';
import { openParameters } from '../../src/frontends/torchscript/open-parameters.js';
import { dimKey } from '../../src/ir/dim.js';
import type { Graph, Value } from '../../src/ir/graph.js';
import { readBigInts, readNumbers } from '../../src/ir/half.js';
import { printGraph } from '../../src/ir/print.js';
import { TensorData } from '../../src/ir/tensor-data.js';
import { typeText } from '../../src/ir/type-text.js';
import { verify } from '../../src/ir/verify.js';
import { signatureCheck } from '../../src/schema/signature-check.js';
import { registryOf } from './registry-of.js';

const registry = registryOf(`
aten::size(Tensor self) -> int[]
aten::size.int(Tensor self, int dim) -> int
aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor
aten::add.int(int a, int b) -> int
aten::floordiv.int(int a, int b) -> int
aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)
aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)
aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)
aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor
aten::relu(Tensor self) -> Tensor
aten::arange(Scalar end, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor
aten::gt.int(int a, int b) -> bool
`);

function constantOf(type: string, value: string): { value: unknown; type: string } {
  const graph = parseGraph(`graph():\n  %c${type} = prim::Constant[value=${value}]()\n  return (%c)\n`, 'g.txt');
  const out = graph.outputs[0] as Value;
  return { value: out.producer?.attributes.get('value'), type: typeText(out.type) };
}

function problems(text: string, known = registry): string[] {
  try {
    parseGraph(text, 'g.txt', known);
    return [];
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return e.diagnostics.map((d) => `${d.code} ${d.at?.line}:${d.at?.column} ${d.message}`);
  }
}

function ops(graph: Graph): string[] {
  return [...graph.allNodes()].map((n) => n.op);
}

describe('constants', () => {
  it.each([
    [': int', '0', 0, 'int'],
    [': int', '-9223372036854775808', -(2 ** 63), 'int'],
    [': float', '1.0000000000000001e-05', 1e-5, 'float'],
    [': float', '2.', 2, 'float'],
    [': float', '10000000000', 1e10, 'float'],
    [': float', '-inf', Number.NEGATIVE_INFINITY, 'float'],
    [': float', 'nan', Number.NaN, 'float'],
    [': bool', '1', true, 'bool'],
    [': str', String.raw`"a\n\"q\" \t\\ # %x"`, 'a\n"q" \t\\ # %x', 'str'],
    [': str', String.raw`"\0)+\/.) \342\202\254 \001"`, 'é € \u0001', 'str'],
    [': Device', '"cuda:0"', 'cuda:0', 'Device'],
    [': complex', '2.+3.j', [2, 3], 'complex'],
    [': complex', '-1.5e-07-2.j', [-1.5e-7, -2], 'complex'],
    [': complex', '1.j', [0, 1], 'complex'],
    [': complex', 'inf+2.j', [Number.POSITIVE_INFINITY, 2], 'complex'],
    [': complex', '1.-infj', [1, Number.NEGATIVE_INFINITY], 'complex'],
    [': complex', '0.-nanj', [0, Number.NaN], 'complex'],
    [': int[]', '[1, -2]', [1, -2], 'int[]'],
    [': float[]', '[1.5, 2., inf]', [1.5, 2, Number.POSITIVE_INFINITY], 'float[]'],
    [': bool[]', '[True, False]', [true, false], 'bool[]'],
    [': str[]', '["a", "]"]', ['a', ']'], 'str[]'],
    [': int[]', 'annotate(List[int], [])', [], 'int[]'],
    [': Tensor?[]', 'annotate(List[Optional[Tensor]], [])', [], 'Tensor?[]'],
    [': (int, float, NoneType, (str,))', '(1, 2., None, ("s",))', [1, 2, null, ['s']], '(int, float, NoneType, (str))'],
    [': int?', '3', 3, 'int'],
    [': Scalar', '3', 3, 'int'],
    [': Scalar', '3.', 3, 'float'],
    ['', '3', 3, 'int'],
    ['', '0.5', 0.5, 'float'],
    [': Enum<__torch__.F>', '__torch__.F.NCHW', '__torch__.F.NCHW', '__torch__.F'],
  ])('%s %s', (type, text, value, printed) => {
    expect(constantOf(type.replace(':', ' :'), text)).toEqual({ value, type: printed });
  });

  it.each([
    [': Float(requires_grad=0, device=cpu)', '{0.5}', 'float32', [], [0.5]],
    [': Double(1, 1, strides=[1, 1], requires_grad=0, device=cpu)', '{1e-05}', 'float64', [1, 1], [1e-5]],
    [': Long()', '{9007199254740993}', 'int64', [], [9007199254740993n]],
    [': Bool()', '{1}', 'bool', [], [1n]],
    [': Tensor', '{7}', 'int64', [], [7n]],
    [': Tensor', '{-1.5e-07}', 'float32', [], [Math.fround(-1.5e-7)]],
    [': Long(2, 2)', ' 1  2  3  4 [ CPULongType{2,2} ]', 'int64', [2, 2], [1n, 2n, 3n, 4n]],
    [': Float(2)', '-0.5000 inf [ CPUFloatType{2} ]', 'float32', [2], [-0.5, Number.POSITIVE_INFINITY]],
    [': Half(2)', ' 1.5000  2.0000 [ CUDAHalfType{2} ]', 'float16', [2], [1.5, 2]],
    [': Float(2)', '0.001 *  1.0000  2.0000 [ CPUFloatType{2} ]', 'float32', [2], [0.001, 0.002].map(Math.fround)],
    [
      ': Float(2, 1, 2)',
      '(1,.,.) =   1  2  (2,.,.) =  0.1 *   5  6 [ CPUFloatType{2,1,2} ]',
      'float32',
      [2, 1, 2],
      [1, 2, 0.5, 6 * 0.1].map(Math.fround),
    ],
    [': Float(1, 3)', 'Columns 1 to 2 1  2  Columns 3 to 3 3 [ CPUFloatType{1,3} ]', 'float32', [1, 3], [1, 2, 3]],
    [': Float(0)', '[ CPUFloatType{0} ]', 'float32', [0], []],
  ])('tensor %s %s', (type, text, dtype, shape, values) => {
    const { value } = constantOf(` ${type}`, text);
    if (!(value instanceof TensorData)) return expect.unreachable();
    expect([value.dtype, value.shape]).toEqual([dtype, shape]);
    expect(typeof values[0] === 'bigint' ? readBigInts(value) : readNumbers(value)).toEqual(values);
  });

  it('a dict is built of constants', () => {
    const graph = parseGraph(
      'graph():\n  %d : Dict(str, float) = prim::Constant[value={"k": 1., "a: b": 2.}]()\n  return (%d)',
      'g.txt',
    );
    expect(printGraph(graph, { locations: false }).split('\n').slice(1, -2)).toEqual([
      '  %1 : str = prim::Constant[value="k"]()',
      '  %2 : float = prim::Constant[value=1.]()',
      '  %3 : str = prim::Constant[value="a: b"]()',
      '  %4 : float = prim::Constant[value=2.]()',
      '  %d : Dict(str, float) = prim::DictConstruct(%1, %2, %3, %4)',
    ]);
  });

  it('a tensor whose values the text has not becomes an input', () => {
    const rounded = '1.2346e+08  2.0000e+00 [ CPULongType{2} ]';
    const graph = parseGraph(
      `graph(%x : Tensor):
        %w.1 : Float(64, 3) = prim::Constant[value=<Tensor>]() # m.py:3:4
        %i : Long(2) = prim::Constant[value=${rounded}]()
        %y : Tensor = aten::index(%x, %w.1, %i)
        return (%y)`,
      'g.txt',
    );
    expect(graph.inputs.map((v) => `${v.name} : ${typeText(v.type)}`)).toEqual([
      'x : Tensor',
      'w.1 : Float(64, 3)',
      'i : Long(2)',
    ]);
    expect(ops(graph)).toEqual(['aten::index']);
  });
});

describe('types', () => {
  it.each([
    ['Float(2, *, 3, strides=[3, 1, 1], requires_grad=0, device=cuda:0)', 'Float(2, *, 3)'],
    ['Long(requires_grad=0, device=cpu)', 'Long()'],
    ['Float(2:3, 3:1)', 'Float(2, 3)'],
    ['Tensor(requires_grad=1, device=cpu)', 'Tensor'],
    ['FloatTensor(device=cpu)', 'FloatTensor'],
    ['BFloat16(*)', 'BFloat16(*)'],
    ['Tensor(2, 3)', 'Tensor(2, 3)'],
    ['Tensor[Undefined]', 'Tensor'],
    ['Dict(str, Tensor?[])', 'Dict(str, Tensor?[])'],
    ['Future[int]', 'Future(int)'],
    ['Union(int[], (int, Tensor))[]', 'Union(int[], (int, Tensor))[]'],
    ['NamedTuple(a : Tensor, b : int)', 'NamedTuple(a : Tensor, b : int)'],
    [
      '__torch__.torch.nn.modules.linear.___torch_mangle_2.Linear',
      '__torch__.torch.nn.modules.linear.___torch_mangle_2.Linear',
    ],
    ['Tuple[()]', '()'],
    ['Optional[Tuple[int, Scalar]]', '(int, Scalar)?'],
    ['Generator', 'Generator'],
  ])('%s', (text, printed) => {
    const graph = parseGraph(`graph(%x : ${text}):\n  return (%x)`, 'g.txt');
    expect(typeText((graph.inputs[0] as Value).type)).toBe(printed);
  });

  it('open extents are symbols of their own, equal only where the text says so', () => {
    const graph = parseGraph(
      'graph(%x.1 : Float(*, SS(-2), 3), %0 : Float(SS(-2), *)):\n  %y : Float(*) = aten::relu(%x.1)\n  return (%y)',
      'g.txt',
    );
    const shape = (v: Value | undefined) => (v?.type.kind === 'tensor' ? (v.type.shape ?? []).map(dimKey) : []);
    expect(graph.inputs.map(shape)).toEqual([
      ['x_1_dim0', 'x_1_dim1', '3'],
      ['x_1_dim1', 'x0_dim1'],
    ]);
    expect(shape(graph.outputs[0])).toEqual(['_y_dim0']);
  });
});

describe('operators', () => {
  it('the graph of the design discussion', () => {
    const text = readFileSync(new URL('../models/unflatten/unflatten.txt', import.meta.url), 'utf8');
    const graph = parseGraph(text, 'unflatten.txt', registry);
    expect(ops(graph).filter((op) => op.startsWith('aten::'))).toEqual([
      'aten::size.int',
      'aten::size.int',
      'aten::floordiv.int',
      'aten::unflatten.int',
      'aten::flatten.using_ints',
      'aten::unflatten.int',
      'aten::transpose.int',
      'aten::unflatten.int',
      'aten::flatten.using_ints',
      'aten::softmax.int',
      'aten::relu',
    ]);
    expect(verify(graph, signatureCheck(registry))).toEqual([]);
    const relu = [...graph.allNodes()].find((n) => n.op === 'aten::relu');
    expect(relu?.loc).toEqual([{ file: 'graph_text.py', line: 18, column: 12 }]);
    // A tensor's strides, device and the like do not matter here; all else prints as PyTorch printed it.
    expect(printGraph(graph).replace(/ # unflatten.txt:.*/g, '')).toBe(
      text.replace(', requires_grad=0, device=cpu', ''),
    );
  });

  it('a node has all arguments, so the overload with as many comes first', () => {
    const graph = parseGraph(
      `graph(%x : Tensor, %n : int):
        %none : NoneType = prim::Constant()
        %false : bool = prim::Constant[value=0]()
        %r : Tensor = aten::arange(%n, %none, %none, %none, %false)
        %s : Tensor = aten::add(%x, %n, %n)
        %t : Tensor = aten::add(%r, %s, %n)
        %k : int = aten::add(%n, %n)
        return (%t, %k)`,
      'g.txt',
      registry,
    );
    expect(ops(graph).slice(2)).toEqual(['aten::arange', 'aten::add.Scalar', 'aten::add.Tensor', 'aten::add.int']);
  });

  it('omitted arguments are constants of their defaults, omitted types the results of the schema', () => {
    const graph = parseGraph(
      'graph(%1 : Tensor):\n  %2 = aten::add(%1, %1)\n  %3 = aten::size(%2)\n  return (%3)',
      'g.txt',
      registry,
    );
    const [one, add, size] = [...graph.block.nodes()];
    expect(one?.attributes.get('value')).toBe(1);
    expect(add?.inputs[2]).toBe(one?.output);
    expect(typeText(size?.output.type ?? { kind: 'any' })).toBe('int[]');
    expect(new Set([...graph.allNodes()].flatMap((n) => n.outputs.map((v) => v.name))).size).toBe(3);
  });

  it('overload names may stand in the text, and unknown operators stay as they are', () => {
    const graph = parseGraph(
      'graph(%x : Tensor):\n  %y : Tensor = my_lib::op.fast[mode="a", n=2](%x)\n  %z : Tensor = aten::add.Tensor(%y, %x)\n  return (%z)',
      'g.txt',
      registry,
    );
    expect(ops(graph)).toEqual(['my_lib::op.fast', 'prim::Constant', 'aten::add.Tensor']);
    expect(Object.fromEntries(graph.block.first?.attributes ?? [])).toEqual({ mode: 'a', n: 2 });
  });

  it('blocks, several results, nodes without results, scopes and comments', () => {
    const text = `# printed by hand
graph(%x : Tensor,
      %n : int):
  %t : bool = prim::Constant[value=1]()
  %y : Tensor, %k : int = prim::Loop(%n, %t, %x, %n), scope: __module.a/b # /a b/m.py:7:2
    block0(%i : int, %a : Tensor, %b : int): # the body
      %c : bool = aten::gt(%i, %b)
      %d : Tensor = prim::If(%c)
        block0():
          %e : Tensor = aten::relu(%a)
          -> (%e)
        block1(): -> (%a)
       = prim::Print(%d)
      prim::Print(%i)
      -> (%t, %d, %b)
  %block1-0 : Tensor = aten::relu(%y)
  return (%block1-0, %k)
`;
    const graph = parseGraph(text, 'g.txt', registry);
    expect(verify(graph, signatureCheck(registry))).toEqual([]);
    const loop = [...graph.block.nodes()].find((n) => n.op === 'prim::Loop');
    expect(loop?.outputs.map((v) => v.name)).toEqual(['y', 'k']);
    expect(loop?.loc[0]).toMatchObject({ file: '/a b/m.py', line: 7, column: 3 });
    expect(loop?.next?.loc[0]).toMatchObject({ file: 'g.txt', line: 16, column: 3 });
    expect(printGraph(graph, { locations: false }).split('\n').slice(4, 15)).toEqual([
      '    block0(%i : int, %a : Tensor, %b : int):',
      '      %c : bool = aten::gt(%i, %b)',
      '      %d : Tensor = prim::If(%c)',
      '        block0():',
      '          %e : Tensor = aten::relu(%a)',
      '          -> (%e)',
      '        block1():',
      '          -> (%a)',
      '      prim::Print(%d)',
      '      prim::Print(%i)',
      '      -> (%t, %d, %b)',
    ]);
  });
});

describe('modules', () => {
  const text = `graph(%self.1 : __torch__.M,
      %x : Tensor):
  %enc : __torch__.E = prim::GetAttr[name="enc"](%self.1)
  %w : Tensor = prim::GetAttr[name="weight"](%enc)
  %enc.1 : __torch__.E = prim::GetAttr[name="enc"](%self.1)
  %w.1 : Tensor = prim::GetAttr[name="weight"](%enc.1)
  %y : Tensor = aten::mm(%x, %w)
  %z : Tensor = aten::mm(%y, %w.1)
  return (%z)
`;

  it('parameters become inputs named by their paths', () => {
    const graph = parseGraph(text, 'g.txt');
    openParameters(graph);
    expect(graph.inputs.map((v) => v.name)).toEqual(['x', 'enc.weight']);
    expect(ops(graph)).toEqual(['aten::mm', 'aten::mm']);
    expect(verify(graph)).toEqual([]);
  });

  it('a call of a submodule is refused', () => {
    const graph = parseGraph(
      text.replace(/%y : .*/, '%y : Tensor = prim::CallMethod[name="forward"](%enc, %x)'),
      'g.txt',
    );
    expect(() => openParameters(graph)).toThrow(/calls forward of a submodule/);
  });
});

describe('errors', () => {
  it.each([
    ['graph(%x : Tensr):\n  return (%x)', ['syntax-error 1:12 `Tensr` is no type']],
    [
      'graph(%x : Tensor):\n  %y : Tensor = aten::relu(%z)\n  return (%y)',
      ['unknown-name 2:28 nothing defines %z before this'],
    ],
    [
      'graph(%x : Tensor):\n  %y : Tensor = aten::relu(%x',
      ['syntax-error 2:30 expected `,` between operands, not the end of the text'],
    ],
    [
      'graph(%x : Tensor):\n  %y : Tensor = aten::relu(%x)\n',
      ['syntax-error 3:1 expected `return`, not the end of the text'],
    ],
    [
      'graph():\n  %y : int = prim::Constant[value="a"]()\n  return (%y)',
      ['type-mismatch 2:35 a string stands where the type says int'],
    ],
    [
      'graph():\n  %y : Tensor = ^MyFn(1)(%x)\n  return (%y)',
      ['unsupported-syntax 2:17 the graph calls a Python function'],
    ],
    [
      'graph(%x : Tensor):\n  return (%x)\nwith prim::A_0 = graph():\n  return ()',
      ['unsupported-syntax 3:1 the graph has subgraphs (`with ... = graph(...)`)'],
    ],
    ['model(%x : Tensor)', ['syntax-error 1:1 expected `graph` at the start of a graph, not `model`']],
    ['graph(%x : Float(2.5)):\n  return (%x)', ['syntax-error 1:18 `2.5` is no extent']],
    [
      'graph(%x : Tensor, %s : str):\n  %a : Tensor = aten::add(%x, %s)\n  %b : Tensor = aten::relu(%q, %q)\n  return (%a)',
      [
        'no-overload 2:3 no overload of aten::add takes (Tensor, str)',
        'unknown-name 3:28 nothing defines %q before this',
      ],
    ],
  ])('%s', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('a name of an inner block is unknown outside, and may stand again in the next block', () => {
    const text = (result: string) => `graph(%c : bool, %x : Tensor):
  %r : Tensor = prim::If(%c)
    block0():
      %i : Tensor = aten::relu(%x)
      -> (%i)
    block1():
      %i : Tensor = aten::relu(%x)
      -> (%i)
  return (%${result})`;
    expect(problems(text('r'))).toEqual([]);
    expect(problems(text('i'))).toEqual(['unknown-name 9:11 nothing defines %i before this']);
  });

  it('a name that is given again stands for the later value, up to the end of its block', () => {
    const text = `graph(%c : bool, %x : Tensor):
  %x : Tensor = aten::relu(%x)
  %r : Tensor = prim::If(%c)
    block0():
      %x : Tensor = aten::neg(%x)
      -> (%x)
    block1():
      -> (%x)
  %y : Tensor = aten::add(%x, %r)
  return (%y)`;
    const graph = parseGraph(text, 'g.txt');
    expect(verify(graph)).toEqual([]);
    const [relu, branch, add] = [...graph.block.nodes()];
    const [negated] = [...(branch?.blocks[0]?.nodes() ?? [])];
    expect(relu?.inputs).toEqual([graph.inputs[1]]);
    expect(negated?.inputs).toEqual(relu?.outputs);
    expect(branch?.blocks[0]?.returns).toEqual(negated?.outputs);
    expect(branch?.blocks[1]?.returns).toEqual(relu?.outputs);
    expect(add?.inputs[0]).toBe(relu?.outputs[0]);
    const values = [...graph.inputs, ...(relu?.outputs ?? []), ...(negated?.outputs ?? [])];
    expect(new Set(values.map((v) => v.name)).size).toBe(4);
  });

  it('a fraction makes a float of what the text calls an int', () => {
    const graph = parseGraph('graph():\n  %y : int = prim::Constant[value=0.5]()\n  return (%y)', 'g.txt');
    expect(graph.outputs[0]?.type).toEqual({ kind: 'float' });
  });

  it('a chunk of an optimized graph without its attributes', () => {
    const text = (attributes: string) => `graph(%x : Tensor):
  %a : Tensor, %b : Tensor = prim::ConstantChunk${attributes}(%x)
  return (%a, %b)`;
    expect(problems(text('[chunks=2, dim=1]'))).toEqual([]);
    expect(problems(text('[dim=1]'))).toEqual([
      'syntax-error 2:3 prim::ConstantChunk has the attributes chunks and dim, and one operand',
    ]);
  });

  it('blocks that nest too deep for the passes behind', () => {
    const nested = (depth: number) => {
      const open = Array.from({ length: depth }, (_, i) => `%r${i} : Tensor = prim::If(%c)\n block0():\n`);
      const close = Array.from({ length: depth - 1 }, (_, i) => ` -> (%r${depth - 1 - i})\n block1():\n -> (%x)\n`);
      return `graph(%c : bool, %x : Tensor):\n${open.join('')} -> (%x)\n block1():\n -> (%x)\n${close.join('')} return (%r0)`;
    };
    expect(problems(nested(DEFAULT_LIMITS.codeNesting))).toEqual([]);
    expect(problems(nested(100 * DEFAULT_LIMITS.codeNesting))).toEqual([
      'unsupported-syntax 603:2 blocks nest deeper than 300 levels',
    ]);
  });

  it('numbers that their types do not hold', () => {
    const text = (type: string, value: string) =>
      `graph():\n  %c : ${type} = prim::Constant[value=${value}]()\n  return (%c)`;
    expect(problems(text('Long()', '{nan}'))).toEqual(['type-mismatch 2:39 `nan` is no int64']);
    expect(problems(text('int', '1'.repeat(30)))).toEqual(['syntax-error 2:35 the integer does not fit into 64 bits']);
    expect(problems(text('int', '9223372036854775807'))).toEqual([]);
    expect(problems(`graph(%x : Float(${'1'.repeat(30)})):\n  return (%x)`)[0]).toMatch(
      /^syntax-error .* is no extent$/,
    );
  });
});
