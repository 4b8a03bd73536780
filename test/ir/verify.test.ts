import { describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { type Graph, Node, type Value } from '../../src/ir/graph.js';
import { BOOL, INT, TENSOR } from '../../src/ir/type.js';
import { Use } from '../../src/ir/uses.js';
import { verify } from '../../src/ir/verify.js';
import { signatureCheck } from '../../src/schema/signature-check.js';
import { registryOf } from '../graph-text/registry-of.js';

const registry = registryOf(`
aten::relu(Tensor self) -> Tensor
aten::size.int(Tensor self, int dim) -> int
aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)
aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)
prim::ListConstruct(...) -> ...
prim::unchecked_cast(t x) -> t
`);

function graph(): Graph {
  return parseGraph(
    `graph(%x : Tensor, %n : int, %c : bool):
      %a : Tensor = aten::relu(%x)
      %r : Tensor = prim::Loop(%n, %c, %a)
        block0(%i : int, %v : Tensor):
          %w : Tensor = prim::If(%c)
            block0():
              %p : Tensor = aten::relu(%v)
              -> (%p)
            block1():
              -> (%v)
          -> (%c, %w)
      return (%r)`,
    'g.txt',
    registry,
  );
}

function find(g: Graph, op: string): Node {
  const node = [...g.allNodes()].find((n) => n.op === op);
  if (node === undefined) throw new Error(`no ${op}`);
  return node;
}

function messages(g: Graph): string[] {
  return verify(g, signatureCheck(registry)).map((d) => `${d.code}: ${d.message}`);
}

describe('verify', () => {
  it('finds nothing in a sound graph', () => {
    expect(messages(graph())).toEqual([]);
  });

  it.each<[string, (g: Graph) => void, RegExp]>([
    [
      'a use before the definition',
      (g) => find(g, 'aten::relu').insertAfter(find(g, 'prim::Loop')),
      /takes %a, which nothing before/,
    ],
    [
      'a value of an inner block',
      (g) => {
        const inner = find(g, 'prim::Loop').blocks[0]?.params[1] as Value;
        g.block.setReturn(0, inner);
      },
      /returns %v, which is out of scope/,
    ],
    [
      'a value of another graph',
      (g) => find(g, 'aten::relu').setInput(0, graph().inputs[0] as Value),
      /takes %x, which nothing before/,
    ],
    [
      'a use that is not counted',
      (g) => {
        const { uses } = g.inputs[0] as Value;
        for (const use of uses) uses.remove(use);
      },
      /%x counts 0 uses but has 1/,
    ],
    [
      'a use too many',
      (g) => {
        (g.inputs[0] as Value).uses.add(new Use(find(g, 'prim::If'), 0));
      },
      /%x has a use that does not take it/,
    ],
    [
      'a value of two definitions',
      (g) => {
        const relu = find(g, 'aten::relu');
        relu.outputs.push(find(g, 'prim::If').output);
      },
      /%w has another definition/,
    ],
    [
      'a node that is not linked back',
      (g) => {
        find(g, 'prim::Loop').prev = undefined;
      },
      /not linked into its block/,
    ],
    ['a branch with one block', (g) => find(g, 'prim::If').blocks.pop(), /a branch has two blocks, not 1/],
    [
      'a branch on a number',
      (g) => find(g, 'prim::If').setInput(0, g.inputs[1] as Value),
      /condition of a branch is no bool/,
    ],
    ['a branch without its result', (g) => find(g, 'prim::If').blocks[0]?.setReturns([]), /returns its 1 results/],
    [
      'a loop without its condition',
      (g) => find(g, 'prim::Loop').blocks[0]?.setReturns([]),
      /returns the next condition and 1/,
    ],
    [
      'a loop with a result too many',
      (g) => find(g, 'prim::Loop').addOutput('more', TENSOR),
      /carries 1 values has as many results/,
    ],
    [
      'an operand of another type',
      (g) => find(g, 'aten::relu').setInput(0, g.inputs[1] as Value),
      /operand self of aten::relu is Tensor, not int/,
    ],
    ['an operand too many', (g) => find(g, 'aten::relu').addInput(g.inputs[0] as Value), /takes 1 operands, not 2/],
    [
      'a result of another type',
      (g) => {
        find(g, 'aten::relu').output.type = INT;
      },
      /a result of aten::relu is Tensor, not int/,
    ],
  ])('finds %s', (_, breach, message) => {
    const g = graph();
    breach(g);
    expect(messages(g).some((m) => message.test(m))).toBe(true);
  });

  it('fits types through variables, and lets an unchecked cast say anything', () => {
    const g = parseGraph(
      `graph(%x : Tensor, %u : Union(Tensor, Tensor[])):
        %l : Tensor[] = prim::ListConstruct(%x)
        %k : Tensor[] = aten::append(%l, %x)
        %t : Tensor = prim::unchecked_cast(%u)
        return (%k, %t)`,
      'g.txt',
      registry,
    );
    expect(messages(g)).toEqual([]);
    find(g, 'aten::append.t').setInput(1, g.block.params[0] as Value);
    g.block.addParam('b', BOOL);
    find(g, 'aten::append.t').setInput(1, g.inputs[2] as Value);
    expect(messages(g)[0]).toMatch(/operand el of aten::append.t is t, not bool/);
  });

  it('names the node and its place, and stops after the first few', () => {
    const g = graph();
    const elsewhere = graph().inputs[0] as Value;
    for (let i = 0; i < 100; i++) g.block.append(new Node('aten::relu', [elsewhere])).addOutput(`r${i}`, TENSOR);
    const found = verify(g);
    expect(found.length).toBe(20);
    expect(found[0]?.message).toContain('in `%r0 : Tensor = aten::relu(%x)`');
  });
});
