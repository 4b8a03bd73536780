import { describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { DEFAULT_LIMITS } from '../../src/frontends/torchscript/limits.js';
import { buildGraph } from '../../src/frontends/torchscript/source/build-graph.js';
import type { CodeArchive } from '../../src/frontends/torchscript/source/code-unit.js';
import { archiveOf, forward, objectOf, registryOf } from './archive-of.js';

function problems(archive: CodeArchive): readonly Diagnostic[] {
  try {
    buildGraph(archive, registryOf());
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  return [];
}

describe('problems', () => {
  it('tells all at once, each place once, and nothing that only follows from another', () => {
    const body = `
      a = torch.strange(x)
      b = torch.relu(torch.neg(a))
      c, d, = ops.mine.pair(b, torch.odd(x))
      for i in range(3):
        e = torch.strange2(x)
        f = torch.relu(missing)
      if torch.gt(torch.dim(x), 1):
        g = torch.relu(x, 1, 2)
      else:
        g = torch.relu(a)
      return torch.add(g, c)`;
    expect(problems(archiveOf(forward(body))).map((d) => [d.code, d.at?.line])).toEqual([
      ['unknown-operator', 3],
      ['unknown-operator', 5],
      ['unknown-operator', 5],
      ['unknown-operator', 7],
      ['unknown-name', 8],
      ['no-overload', 10],
    ]);
  });

  it('tells operators that nothing declares also where they get what another one would give', () => {
    const body = `
      a = torch.strange(x)
      b = torch.strange2(torch.relu(a), torch.strange3(a))
      if torch.gt(torch.strange4(b), 0):
        c = ops.mine.one(b)
      else:
        c = torch.neg(b)
      for i in range(torch.strange5(c)):
        c = ops.mine.two(c)
      while bool(torch.strange6(c)):
        c = ops.mine.three(c)
      d = a[torch.strange7(x)]
      return torch.relu(missing)`;
    expect(problems(archiveOf(forward(body))).map((d) => [d.message.split(' ').at(-1), d.at?.line])).toEqual([
      ['aten::strange', 3],
      ['aten::strange3', 4],
      ['aten::strange2', 4],
      ['aten::strange4', 5],
      ['mine::one', 6],
      ['aten::strange5', 9],
      ['mine::two', 10],
      ['aten::strange6', 11],
      ['mine::three', 12],
      ['aten::strange7', 13],
      ['here', 14],
    ]);
  });

  it('tells how many there are beyond those that it tells', () => {
    const body = Array.from({ length: 53 }, (_, i) => `      a${i} = torch.strange(x)\n`).join('');
    const found = problems(archiveOf(forward(`${body}      return x`)));
    expect(found.length).toBe(50);
    expect(found.at(-1)?.notes?.at(-1)?.message).toBe('and 3 more problems of the program');
  });

  it('shows the place in the archive, and the call stack in the user’s own code', () => {
    const source = `
class M(Module):
  sub : __torch__.m.S
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return (self.sub).forward(x, )
class S(Module):
  def forward(self: __torch__.m.S, x: Tensor) -> Tensor:
    return torch.neg(torch.strange(x))
`;
    const inner = source.indexOf('torch.strange');
    const userLoc = (offset: number) => [{ file: 'user.py', line: offset >= inner ? 20 : 10, column: 5 }];
    const [d, ...more] = problems(archiveOf(source, { sub: objectOf('__torch__.m.S', {}) }, { userLoc }));
    expect(more).toEqual([]);
    expect(d).toMatchObject({
      code: 'unknown-operator',
      message: 'no schema declares aten::strange',
      at: { file: 'user.py', line: 20, column: 5 },
      notes: [
        { message: 'called from here', at: { file: 'user.py', line: 10 } },
        {
          message: 'as the archive spells it',
          at: {
            file: 'm.pt:code/__torch__/m.py',
            line: 8,
            column: 22,
            length: 16,
            text: '    return torch.neg(torch.strange(x))',
          },
        },
      ],
    });
  });

  it('gives every node the call stack that it came from, frames that a trace repeats once', () => {
    const source = `
class M(Module):
  sub : __torch__.m.S
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return (self.sub).forward(torch.neg(x), )
class S(Module):
  def forward(self: __torch__.m.S, x: Tensor) -> Tensor:
    return torch.relu(x)
`;
    const at = (line: number) => ({ file: 'user.py', line, column: 1 });
    const inner = source.indexOf('torch.relu');
    const traced = (offset: number) => (offset >= inner ? [at(30), at(12), at(1)] : [at(12), at(1)]);
    const { graph } = buildGraph(
      archiveOf(source, { sub: objectOf('__torch__.m.S', {}) }, { userLoc: traced }),
      registryOf(),
    );
    const lines = [...graph.allNodes()].map((n) => [n.op, n.loc.map((s) => s.line)]);
    expect(lines).toEqual([
      ['aten::neg', [12, 1]],
      ['aten::relu', [30, 12, 1]],
    ]);
  });

  it.each([
    ['a function that calls itself', 'return __torch__.m.f(x, )', 'calls itself'],
    ['a missing function', 'return __torch__.m.nothing(x, )', 'no code for `__torch__.m.nothing`'],
    ['a missing attribute', 'return torch.neg(self.weight)', 'has no attribute `weight`'],
    ['a missing constant', 'return CONSTANTS.c3', 'constant 3'],
    ['a wrong argument', 'return __torch__.m.g(x, k=2)', 'has no argument k'],
    ['too few arguments', 'return __torch__.m.g()', 'without its argument x'],
    ['an object as a value', 'return torch.neg(self)', 'is given an object'],
    ['an object as the result', 'return self', 'which a graph cannot give'],
    ['an object in a list', 'return torch.len([self])', 'cannot be part of the graph'],
    ['unpacking too few', 'a, b, c, = (x, x)', '2 items are unpacked into 3 names'],
    ['a return in a loop', 'for i in range(3):\n        return x', 'inside a loop'],
    ['a break', 'for i in range(3):\n        break', '`break` cannot stand here'],
    ['a variable of one branch', 'if torch.gt(torch.dim(x), 1):\n        y = x\n      return y', 'nothing defines `y`'],
  ])('refuses %s', (_, body, message) => {
    const functions = `
def f(x: Tensor) -> Tensor:
  return __torch__.m.f(x, )
def g(x: Tensor) -> Tensor:
  return x
`;
    const found = problems(archiveOf(`${forward(`      ${body}`)}${functions}`));
    expect(found.map((d) => d.message).join('\n')).toContain(message);
  });

  it('refuses calls that nest too deep, and C++ classes, by name', () => {
    const chain = Array.from(
      { length: 2 * DEFAULT_LIMITS.callDepth },
      (_, i) => `def f${i}(x: Tensor) -> Tensor:\n  return __torch__.m.f${i + 1}(x, )\n`,
    ).join('');
    const [deep] = problems(archiveOf(`${forward('return __torch__.m.f0(x, )')}${chain}`));
    expect(deep?.message).toContain(`depth of more than ${DEFAULT_LIMITS.callDepth}`);
    const source = `
class M(Module):
  packed : __torch__.torch.classes.quantized.LinearPackedParamsBase
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return ops.quantized.linear(x, self.packed)
`;
    const state = { kind: 'tuple', items: [] } as const;
    const packed = {
      kind: 'object',
      className: '__torch__.torch.classes.quantized.LinearPackedParamsBase',
      state,
    } as const;
    const [foreign] = problems(archiveOf(source, { packed }));
    expect(foreign).toMatchObject({ code: 'unsupported-syntax', at: { line: 5 } });
    expect(foreign?.message).toContain(
      'packed is an object of __torch__.torch.classes.quantized.LinearPackedParamsBase',
    );
  });

  it('stops at programs that inline to more than a machine can hold', () => {
    const calls = Array.from(
      { length: 40 },
      (_, i) => `def f${i}(x: Tensor) -> Tensor:\n  return __torch__.m.f${i + 1}(__torch__.m.f${i + 1}(x, ), )\n`,
    ).join('');
    const source = `${forward('return __torch__.m.f0(x, )')}${calls}def f40(x: Tensor) -> Tensor:\n  return x\n`;
    expect(problems(archiveOf(source))[0]).toMatchObject({ code: 'archive-limit' });
  });

  it('reports syntax errors of the file that is needed', () => {
    expect(problems(archiveOf('class M(Module)\n  x = 1\n'))[0]).toMatchObject({
      code: 'syntax-error',
      at: { line: 1 },
    });
  });
});

describe('inputs', () => {
  it('tells names, types and defaults of the arguments', () => {
    const parameters =
      'x: Tensor, n: int=3, f: float=2, s: str="a", o: Optional[Tensor]=None, l: List[int]=[1, 2], t: Tuple[int, float]=(1, 2.5)';
    const { graph, inputs } = buildGraph(archiveOf(forward('return x', parameters)), registryOf());
    expect(inputs.map((i) => [i.name, i.type.kind, i.default])).toEqual([
      ['x', 'tensor', undefined],
      ['n', 'int', 3],
      ['f', 'float', 2],
      ['s', 'str', 'a'],
      ['o', 'optional', null],
      ['l', 'list', [1, 2]],
      ['t', 'tuple', [1, 2.5]],
    ]);
    expect(graph.inputs.map((v) => v.name)).toEqual(['x.1', 'n.1', 'f.1', 's.1', 'o.1', 'l.1', 't.1']);
  });
});
