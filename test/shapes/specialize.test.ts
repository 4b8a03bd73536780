import { describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { type Dim, dimKey, symbol } from '../../src/ir/dim.js';
import type { Graph } from '../../src/ir/graph.js';
import { printGraph } from '../../src/ir/print.js';
import { tensorType, typeName } from '../../src/ir/type.js';
import { verify } from '../../src/ir/verify.js';
import { Inference } from '../../src/shapes/infer.js';
import { MAX_UNROLLED_ROUNDS, specialize } from '../../src/shapes/specialize.js';
import { shippedSchemas } from './schemas.js';

const SCHEMAS = shippedSchemas();
const N = symbol('N');
const H = symbol('H');

type Ranges = ReadonlyMap<string, { min: number; max: number }>;

/** The graph of a body over a float32 input %x of the given sizes, specialized. */
function specialized(text: string, shape: readonly Dim[], ranges?: Ranges): Graph {
  const graph = parseGraph(text, 'test', SCHEMAS);
  for (const input of graph.inputs) if (input.type.kind === 'tensor') input.type = tensorType('float32', shape);
  specialize(graph, new Inference(SCHEMAS, { ranges }));
  expect(verify(graph)).toEqual([]);
  return graph;
}

function ops(graph: Graph): string[] {
  return [...graph.allNodes()].map((n) => n.op).filter((op) => op !== 'prim::Constant');
}

/** An output as text: a constant's value, or a tensor's sizes. */
function output(graph: Graph, index = 0): string {
  const v = graph.outputs[index];
  if (v === undefined) return 'nothing';
  if (v.content?.kind === 'int') return dimKey(v.content.value);
  if (v.content?.kind === 'bool' || v.content?.kind === 'str' || v.content?.kind === 'float')
    return String(v.content.value);
  return v.type.kind === 'tensor' ? `[${v.type.shape?.map(dimKey).join(', ') ?? '?'}]` : typeName(v.type);
}

describe('specialize', () => {
  it.each([
    ['str[]', '["é", "a", "b", "B", "\u{1f600}", "\uffee"]', '["B", "a", "b", "é", "\uffee", "\u{1f600}"]'],
    ['int[]', '[3, -1, 2]', '[-1, 2, 3]'],
    ['float[]', '[0.5, -1., 0.25]', '[-1., 0.25, 0.5]'],
    ['bool[]', '[1, 0]', '[0, 1]'],
  ])('sorts a constant %s as Python does', (type, list, wanted) => {
    const text = (of: string, op: string) => `graph(%x : Tensor):
      %l : ${type} = prim::Constant[value=${of}]()
      %s : ${type} = aten::sorted(%l)
      %i : int = prim::Constant[value=0]()
      %y : ${type.slice(0, -2)} = aten::__getitem__(${op}, %i)
      return (%y)`;
    const first = output(specialized(text(list, '%s'), [N]));
    expect(first).toBe(output(specialized(text(wanted, '%l'), [N])));
  });

  it('leaves no size operator where sizes are static', () => {
    const text = `graph(%x : Tensor):
      %one : int = prim::Constant[value=1]()
      %two : int = prim::Constant[value=2]()
      %c : int = aten::size(%x, %one)
      %half : int = aten::floordiv(%c, %two)
      %shape : int[] = prim::ListConstruct(%half, %two)
      %y : Tensor = aten::view(%x, %shape)
      return (%y, %half)`;
    const graph = specialized(text, [1, 6]);
    expect(ops(graph)).toEqual(['aten::view']);
    expect(output(graph)).toBe('[3, 2]');
    expect(output(graph, 1)).toBe('3');
    const symbolic = specialized(text, [1, H]);
    expect(ops(symbolic)).toContain('aten::size.int');
    expect(output(symbolic)).toBe('[floor((H)/(2)), 2]');
  });

  it('takes the branch of a condition that every size decides', () => {
    const text = `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %n : int = aten::size(%x, %zero)
      %empty : bool = aten::eq(%n, %zero)
      %y : Tensor = prim::If(%empty)
        block0():
          -> (%x)
        block1():
          %r : Tensor = aten::relu(%x)
          -> (%r)
      return (%y)`;
    expect(ops(specialized(text, [N, 3]))).toEqual(['aten::relu']);
    expect(ops(specialized(text, [N, 3], new Map([['N', { min: 0, max: 8 }]])))).toContain('prim::If');
  });

  it('drops branches that raise or provably cannot run', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %five : int = prim::Constant[value=5]()
      %text : str = prim::Constant[value="too large"]()
      %none : NoneType = prim::Constant()
      %n : int = aten::size(%x, %zero)
      %large : bool = aten::gt(%n, %five)
       = prim::If(%large)
        block0():
           = prim::RaiseException(%text, %none)
          -> ()
        block1():
          -> ()
      %y : Tensor = prim::If(%large)
        block0():
          %sizes : int[] = prim::ListConstruct(%five)
          %v : Tensor = aten::expand(%x, %sizes)
          -> (%v)
        block1():
          %r : Tensor = aten::relu(%x)
          -> (%r)
      return (%y)`,
      [N, 3],
    );
    expect(ops(graph)).toEqual(['aten::relu']);
  });

  it('joins the branches of an open condition', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %one : int = prim::Constant[value=1]()
      %n : int = aten::size(%x, %zero)
      %c : bool = aten::gt(%n, %one)
      %y : Tensor, %k : int, %same : int = prim::If(%c)
        block0():
          %list : Tensor[] = prim::ListConstruct(%x, %x)
          %r : Tensor = aten::cat(%list, %zero)
          -> (%r, %zero, %one)
        block1():
          -> (%x, %one, %one)
      return (%y, %k, %same)`,
      [N, 3],
    );
    expect(output(graph)).toMatch(/^\[_u\d+, 3\]$/);
    expect(output(graph, 1)).toMatch(/^_u\d+$/);
    expect(output(graph, 2)).toBe('1');
    expect([...graph.allNodes()].find((n) => n.op === 'prim::If')?.outputs).toHaveLength(2);
  });

  it('unrolls loops of known length', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %three : int = prim::Constant[value=3]()
      %yes : bool = prim::Constant[value=1]()
      %zero : int = prim::Constant[value=0]()
      %y : Tensor, %sum : int = prim::Loop(%three, %yes, %x, %zero)
        block0(%i : int, %a : Tensor, %s : int):
          %b : Tensor = aten::unsqueeze(%a, %zero)
          %t : int = aten::add(%s, %i)
          -> (%yes, %b, %t)
      return (%y, %sum)`,
      [N],
    );
    expect(ops(graph)).toEqual(['aten::unsqueeze', 'aten::unsqueeze', 'aten::unsqueeze']);
    expect(output(graph)).toBe('[1, 1, 1, N]');
    expect(output(graph, 1)).toBe('3');
  });

  it('unrolls while loops whose condition folds, and stops those that never end', () => {
    const text = (limit: number) => `graph(%x : Tensor):
      %max : int = prim::Constant[value=9223372036854775807]()
      %yes : bool = prim::Constant[value=1]()
      %one : int = prim::Constant[value=1]()
      %limit : int = prim::Constant[value=${limit}]()
      %n : int = prim::Loop(%max, %yes, %one)
        block0(%i : int, %k : int):
          %d : int = aten::add(%k, %one)
          %c : bool = aten::lt(%d, %limit)
          -> (%c, %d)
      return (%n)`;
    expect(output(specialized(text(5), [N]))).toBe('5');
    expect(() => specialized(text(MAX_UNROLLED_ROUNDS + 5), [N])).toThrow(/more than/);
  });

  it('keeps a loop of open length, its carried extents unknown', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %yes : bool = prim::Constant[value=1]()
      %n : int = aten::size(%x, %zero)
      %y : Tensor, %z : Tensor = prim::Loop(%n, %yes, %x, %x)
        block0(%i : int, %a : Tensor, %b : Tensor):
          %list : Tensor[] = prim::ListConstruct(%a, %x)
          %c : Tensor = aten::cat(%list, %zero)
          %r : Tensor = aten::relu(%b)
          -> (%yes, %c, %r)
      return (%y, %z)`,
      [N, 3],
    );
    expect(ops(graph)).toContain('prim::Loop');
    expect(output(graph)).toMatch(/^\[_u\d+, 3\]$/);
    expect(output(graph, 1)).toBe('[N, 3]');
  });

  it('opens tuples, lists and dicts of known items', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %key : str = prim::Constant[value="a"]()
      %other : str = prim::Constant[value="b"]()
      %r : Tensor = aten::relu(%x)
      %pair : (Tensor, Tensor) = prim::TupleConstruct(%x, %r)
      %p : Tensor, %q : Tensor = prim::TupleUnpack(%pair)
      %d : Dict(str, Tensor) = prim::DictConstruct(%key, %q, %other, %p)
      %v : Tensor = aten::__getitem__(%d, %key)
      %has : bool = aten::__contains__(%d, %other)
      %list : Tensor[] = prim::ListConstruct(%v, %p)
      %more : Tensor[] = aten::add(%list, %list)
      %len : int = aten::len(%more)
      %last : Tensor = aten::__getitem__(%more, %zero)
      return (%last, %has, %len)`,
      [N],
    );
    expect(ops(graph)).toEqual(['aten::relu']);
    expect(output(graph, 1)).toBe('true');
    expect(output(graph, 2)).toBe('4');
  });

  it('opens containers that branches and loops give', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %one : int = prim::Constant[value=1]()
      %yes : bool = prim::Constant[value=1]()
      %n : int = aten::size(%x, %zero)
      %c : bool = aten::gt(%n, %one)
      %shifts : int[] = prim::If(%c)
        block0():
          %a : int[] = prim::ListConstruct(%zero, %n)
          -> (%a)
        block1():
          %b : int[] = prim::ListConstruct(%zero, %one)
          -> (%b)
      %first : int = aten::__getitem__(%shifts, %zero)
      %state : (Tensor, Tensor) = prim::TupleConstruct(%x, %x)
      %last : (Tensor, Tensor) = prim::Loop(%n, %yes, %state)
        block0(%i : int, %s : (Tensor, Tensor)):
          %h : Tensor, %k : Tensor = prim::TupleUnpack(%s)
          %r : Tensor = aten::relu(%h)
          %next : (Tensor, Tensor) = prim::TupleConstruct(%k, %r)
          -> (%yes, %next)
      %p : Tensor, %q : Tensor = prim::TupleUnpack(%last)
      return (%first, %p, %shifts)`,
      [N, 3],
    );
    expect(output(graph)).toBe('0');
    expect(output(graph, 1)).toBe('[N, 3]');
    const loop = [...graph.allNodes()].find((n) => n.op === 'prim::Loop');
    expect(loop?.outputs.map((v) => v.type.kind)).toEqual(['tensor', 'tensor']);
    expect(ops(graph)).not.toContain('prim::TupleConstruct');
    expect([...graph.allNodes()].find((n) => n.op === 'prim::If')?.outputs.map((v) => v.type.kind)).toEqual(['int']);
  });

  it('follows floats that come from sizes', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %two : int = prim::Constant[value=2]()
      %half : float = prim::Constant[value=0.5]()
      %n : int = aten::size(%x, %zero)
      %q : float = aten::div(%n, %two)
      %up : int = aten::ceil(%q)
      %scaled : float = aten::mul(%n, %half)
      %down : int = aten::Int(%scaled)
      return (%up, %down)`,
      [N],
    );
    expect(output(graph)).toBe('floor((N + 1)/(2))');
    expect(output(graph, 1)).toBe('floor((N)/(2))');
  });

  it('keeps to a branch what only the branch requires of sizes', () => {
    const graph = specialized(
      `graph(%x : Tensor, %w : Tensor):
      %zero : int = prim::Constant[value=0]()
      %one : int = prim::Constant[value=1]()
      %two : int = prim::Constant[value=2]()
      %n : int = aten::size(%x, %two)
      %none : NoneType = prim::Constant()
      %ones : int[] = prim::Constant[value=[1]]()
      %five : int[] = prim::Constant[value=[5]]()
      %pads : int[] = prim::Constant[value=[0]]()
      %no : bool = prim::Constant[value=0]()
      %c : bool = aten::gt(%n, %two)
      %y : Tensor = prim::If(%c)
        block0():
          %p : Tensor = aten::max_pool1d(%x, %five, %ones, %pads, %ones, %no)
          -> (%p)
        block1():
          -> (%x)
      %four : int = prim::Constant[value=4]()
      %still : bool = aten::gt(%n, %four)
      return (%y, %still)`,
      [1, 3, H],
    );
    expect(output(graph, 1)).toBe('bool');
  });

  it('reports shapes that cannot fit, at their place, and nothing that might', () => {
    const text = `graph(%x : Tensor, %y : Tensor):
      %r : Tensor = aten::matmul(%x, %y)
      return (%r)`;
    expect(() => specialized(text, [2, 3])).toThrow(/shape-mismatch.*aten::matmul.*3 is not 2/);
    expect(output(specialized(text, [N, 3]))).toBe('[N, 3]');
    expect(output(specialized(text, [N, N]))).toBe('[N, N]');
    expect(() => specialized(text, [N])).not.toThrow();
  });

  it('changes nothing the second time', () => {
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %n : Tensor = aten::nonzero(%x)
      %k : int = aten::size(%n, %zero)
      %shape : int[] = prim::ListConstruct(%k, %k)
      %none : NoneType = prim::Constant()
      %z : Tensor = aten::zeros(%shape, %none, %none, %none, %none)
      return (%z)`,
      [N],
    );
    const before = printGraph(graph);
    const first = output(graph);
    const inference = new Inference(SCHEMAS);
    for (const node of graph.allNodes()) inference.inferNode(node);
    expect(output(graph)).toBe(first);
    expect(printGraph(graph)).toBe(before);
  });

  it('calls an extent unknown that would double with each operator', () => {
    const steps = Array.from(
      { length: 100 },
      (_, i) => `
      %d${i} : int = aten::floordiv(%s${i}, %two)
      %s${i + 1} : int = aten::mul(%d${i}, %s${i})`,
    );
    const graph = specialized(
      `graph(%x : Tensor):
      %zero : int = prim::Constant[value=0]()
      %two : int = prim::Constant[value=2]()
      %none : NoneType = prim::Constant()
      %s0 : int = aten::size(%x, %zero)${steps.join('')}
      %shape : int[] = prim::ListConstruct(%s100)
      %z : Tensor = aten::zeros(%shape, %none, %none, %none, %none)
      return (%z)`,
      [N],
    );
    expect(output(graph).length).toBeLessThan(5000);
  });
});
