import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { buildGraph } from '../../src/frontends/torchscript/source/build-graph.js';
import { functionalize } from '../../src/functionalize/functionalize.js';
import type { Graph, Value } from '../../src/ir/graph.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { archiveOf, forward } from '../torchscript-source/archive-of.js';

const { registry } = await RuleBook.load();

/** The pure graph of a body, or the codes of what is wrong with it. */
function pure(body: string, parameters = 'x: Tensor', result = 'Tensor'): Graph | string {
  const { graph } = buildGraph(archiveOf(forward(body, parameters, result)), registry);
  try {
    functionalize(graph, registry);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map((d) => d.code).join(' ');
  }
  expect(verify(graph).map((p) => p.message)).toEqual([]);
  for (const node of graph.allNodes()) expect(registry.get(node.op)?.signature.base ?? node.op).not.toMatch(/[a-z]_$/);
  return graph;
}

/** The outputs as nested calls; constants are their values, operators have no namespace and overload. */
function formula(body: string, parameters?: string, result?: string): string {
  const graph = pure(body, parameters, result);
  return typeof graph === 'string' ? graph : graph.outputs.map(text).join('; ');
}

function text(v: Value): string {
  const node = v.producer;
  if (node === undefined) return v.name.replace(/\.\d+$/, '');
  const value = node.attributes.get('value');
  if (node.op === 'prim::Constant') return value === null ? 'None' : JSON.stringify(value);
  const name = node.op.replace(/^\w+::/, '').replace(/\..*$/, '');
  if (node.blocks.length > 0) {
    const index = node.outputs.indexOf(v);
    const returns = node.blocks.map((b) => b.returns.slice(node.op === 'prim::Loop' ? 1 : 0)[index]);
    return `${name}(${returns.map((r) => (r === undefined ? '?' : text(r))).join(' | ')})`;
  }
  const operands = node.inputs.map(text).filter((t) => t !== 'None');
  return `${name}(${operands.join(', ')})`;
}

describe('tensors', () => {
  test.each([
    ['a change is a new value', 'y = torch.relu(x)\n_0 = torch.add_(y, 1)\nreturn y', 'add(relu(x), 1, 1)'],
    [
      'results of changes are the tensor',
      'y = torch.relu(x)\nz = torch.mul_(y, 2)\n_0 = torch.add_(y, 1)\nreturn z',
      'add(mul(relu(x), 2), 1, 1)',
    ],
    [
      'what was read before stays',
      'y = torch.relu(x)\nz = torch.neg(y)\n_0 = torch.add_(y, 1)\nreturn z',
      'neg(relu(x))',
    ],
    ['an input changes for what reads it', '_0 = torch.relu_(x)\nreturn torch.neg(x)', 'neg(relu(x))'],
    ['a second name is the same tensor', 'y = x\n_0 = torch.neg_(y)\nreturn x', 'neg(x)'],
  ])('%s', (_, body, wanted) => {
    expect(formula(body)).toBe(wanted);
  });

  test.each([
    [
      'the tensor holds the result',
      'y = torch.relu(x)\n_0 = torch.add(x, x, alpha=2, out=y)\nreturn y',
      'to(add(x, x, 2), relu(x), false, false)',
    ],
    [
      'one that is read and written',
      'y = torch.relu(x)\n_0 = torch.mul(y, x, out=y)\nreturn y',
      'to(mul(relu(x), x), relu(x), false, false)',
    ],
    [
      'of a list',
      'y = torch.relu(x)\n_0 = torch.cat([x, x], 0, out=y)\nreturn y',
      'to(cat(ListConstruct(x, x), 0), relu(x), false, false)',
    ],
  ])('`out=`: %s', (_, body, wanted) => {
    expect(formula(body)).toBe(wanted);
  });

  test('`out=` of two results', () => {
    const body =
      'v = torch.relu(x)\ni = torch.zeros_like(x, dtype=4)\n_0, _1 = torch.sort(x, 0, False, values=v, indices=i)\nreturn (v, i)';
    expect(formula(body, 'x: Tensor', 'Tuple[Tensor, Tensor]')).toMatch(
      /^TupleConstruct\(to\(sort\(x, 0, false\), relu\(x\), false, false\), to\(sort\(x, 0, false\), /,
    );
  });

  test('a change through a view shows in the whole, and the other way', () => {
    const through = 'y = torch.relu(x)\nv = torch.select(y, 0, 1)\n_0 = torch.fill_(v, 0)\nreturn y';
    expect(formula(through)).toMatch(/^select_scatter\(relu\(x\), .*, 0, 1\)$/);
    const back = 'y = torch.relu(x)\nv = torch.select(y, 0, 1)\n_0 = torch.neg_(y)\nreturn v';
    expect(formula(back)).toBe('select(neg(relu(x)), 0, 1)');
    const second =
      'y = torch.relu(x)\nv = torch.select(y, 0, 1)\nw = torch.select(v, 0, 2)\n_0 = torch.fill_(w, 0)\nreturn v';
    expect(formula(second)).toMatch(/select/);
  });
});

describe('lists and dicts', () => {
  test.each([
    ['append', 'l = [x]\n_0 = torch.append(l, torch.neg(x))\nreturn torch.cat(l, 0)', /^cat\(.*neg\(x\).*, 0\)$/],
    ['an item that is changed', 'l = [torch.relu(x)]\n_0 = torch.neg_(l[0])\nreturn l[0]', /^neg\(relu\(x\)\)$/],
    ['an item under its own name', 'y = torch.relu(x)\nl = [y]\n_0 = torch.neg_(l[0])\nreturn y', /^neg\(relu\(x\)\)$/],
    [
      'a dict entry that is changed',
      'd = {"a": torch.relu(x)}\n_0 = torch.neg_(d["a"])\nreturn d["a"]',
      /^neg\(relu\(x\)\)$/,
    ],
  ])('%s', (_, body, wanted) => {
    expect(formula(body)).toMatch(wanted);
  });
});

describe('branches and loops', () => {
  const branch = 'y = torch.relu(x)\nif b:\n  _0 = torch.neg_(y)\nelse:\n  pass\nreturn y';

  test('a change in one branch is a result of the branch', () => {
    expect(formula(branch, 'x: Tensor, b: bool')).toBe('If(neg(relu(x)) | relu(x))');
  });

  test('a change in a loop is carried', () => {
    const loop = 'y = torch.relu(x)\nfor i in range(n):\n  _0 = torch.neg_(y)\nreturn y';
    expect(formula(loop, 'x: Tensor, n: int')).toMatch(/^Loop\(neg\(/);
  });

  test('a tensor that may be either of two, changed: both are what the condition says', () => {
    const either =
      'y = torch.relu(x)\nz = torch.neg(x)\nif b:\n  w = y\nelse:\n  w = z\n_0 = torch.add_(w, 1)\nreturn (y, z)';
    const found = formula(either, 'x: Tensor, b: bool', 'Tuple[Tensor, Tensor]');
    expect(found).toMatch(/If|where|unclear-aliasing/);
  });
});

describe('types that exclude that two names are one', () => {
  // A list that loops fill holds objects that nothing names; a list of another type cannot be among them.
  const grow = (change: string, result: string) => `
ints = annotate(List[int], [])
all = annotate(List[Tensor], [])
y = torch.relu(x)
for i in range(n):
  _0 = torch.append(all, y)
  _1 = torch.append(ints, i)
${change}
return ${result}`;

  test('ints appended beside tensors of a repeated list leave these alone', () => {
    expect(formula(grow('_2 = torch.append(ints, 7)', 'torch.stack(all, 0)'), 'x: Tensor, n: int')).toMatch(/^stack\(/);
  });

  test('a tensor of such a list that is changed is unclear for its neighbours', () => {
    const found = formula(grow('_2 = torch.neg_(all[0])', 'all[1]'), 'x: Tensor, n: int');
    expect(found).toBe('unclear-aliasing');
  });

  test('lists in a list that repeats: a list that is appended to is unclear, tensors in others are not', () => {
    const lists = `
inner = [torch.relu(x)]
outer = annotate(List[List[Tensor]], [])
for i in range(n):
  _0 = torch.append(outer, inner)
y = torch.neg(x)
_1 = torch.append(outer[0], y)
return y`;
    expect(formula(lists, 'x: Tensor, n: int')).toBe('neg(x)');
  });
});
