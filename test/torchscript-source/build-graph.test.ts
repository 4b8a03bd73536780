import { describe, expect, it } from 'vitest';
import { archiveOf, forward, graphLines, objectOf, tensorOf } from './archive-of.js';

describe('calls', () => {
  it('inlines methods, functions and submodules, with keywords and defaults', () => {
    const archive = archiveOf(
      `
class M(Module):
  __parameters__ = ["weight", ]
  weight : Tensor
  sub : __torch__.m.Sub
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    sub = self.sub
    _0 = __torch__.m.scale
    y = (self).double(x, )
    return _0((sub).forward(y, ), factor=self.weight)
  def double(self: __torch__.m.M, x: Tensor) -> Tensor:
    return torch.add(x, x)
class Sub(Module):
  times : Final[int] = 3
  def forward(self: __torch__.m.Sub, x: Tensor, k: int=2) -> Tensor:
    return torch.mul(torch.mul(x, k), self.times)
def scale(x: Tensor, factor: Tensor, negate: bool=True) -> Tensor:
  if negate:
    y = torch.neg(x)
  else:
    y = x
  return torch.mul(y, factor)
`,
      { weight: tensorOf([4]), sub: objectOf('__torch__.m.Sub', {}) },
    );
    expect(graphLines(archive)).toEqual([
      '%1 = aten::add.Tensor(%0, %0, 1)',
      '%2 = aten::mul.Scalar(%1, 2)',
      '%3 = aten::mul.Scalar(%2, 3)',
      '%4 = aten::neg(%3)',
      '%5 = aten::mul.Tensor(%4, <4>)',
      'return %5',
    ]);
  });

  it('fills in defaults, spread over fixed lists', () => {
    const archive = archiveOf(forward('return torch.avg_pool2d(x, [2, 2], padding=1)'));
    expect(graphLines(archive)).toEqual([
      '%1 = prim::ListConstruct(2, 2)',
      '%2 = prim::ListConstruct(1, 1)',
      '%3 = aten::avg_pool2d(%0, %1, [], %2)',
      'return %3',
    ]);
    expect(graphLines(archiveOf(forward('return torch.avg_pool2d(x, [2, 2])')))[1]).toBe(
      '%2 = aten::avg_pool2d(%0, %1, [], [0,0])',
    );
  });

  it('shares one constant between tied parameters and one list between its readers', () => {
    const source = `
class M(Module):
  a : Tensor
  b : Tensor
  sizes : List[int]
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    _0 = torch.append(self.sizes, 7)
    return torch.add(torch.mul(torch.mul(x, self.a), self.b), self.sizes[0])
`;
    const w = tensorOf([2]);
    const sizes = { kind: 'list', items: [{ kind: 'int', value: 5 }] } as const;
    expect(graphLines(archiveOf(source, { a: w, b: w, sizes }))).toEqual([
      '%1 = prim::ListConstruct(5)',
      '%2 = aten::append.t(%1, 7)',
      '%3 = aten::mul.Tensor(%0, <2>)',
      '%4 = aten::mul.Tensor(%3, <2>)',
      '%5 = aten::__getitem__.t(%1, 0)',
      '%6 = aten::add.Scalar(%4, %5, 1)',
      'return %6',
    ]);
  });

  it('builds another method, and that of a submodule', () => {
    const archive = archiveOf(
      `
class M(Module):
  sub : __torch__.m.S
  def go(self: __torch__.m.M, x: Tensor) -> Tensor:
    return torch.relu(x)
class S(Module):
  def forward(self: __torch__.m.S, x: Tensor) -> Tensor:
    return torch.neg(x)
`,
      { sub: objectOf('__torch__.m.S', {}) },
    );
    expect(graphLines(archive, { method: 'go' })).toEqual(['%1 = aten::relu(%0)', 'return %1']);
    expect(graphLines(archive, { module: 'sub' })).toEqual(['%1 = aten::neg(%0)', 'return %1']);
    expect(() => graphLines(archive)).toThrow(/has no method forward/);
    expect(() => graphLines(archive, { module: 'sup' })).toThrow(/no submodule sup/);
  });

  it('runs the hooks of the model around forward', () => {
    const archive = archiveOf(`
class M(Module):
  __forward_pre_hooks__ = ["pre", ]
  __forward_hooks__ = ["post", ]
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return torch.relu(x)
  def pre(self: __torch__.m.M, inp: Tuple[Tensor]) -> Tuple[Tensor]:
    return (torch.neg((inp)[0]),)
  def post(self: __torch__.m.M, inp: Tuple[Tensor], out: Tensor) -> Tensor:
    return torch.add(out, (inp)[0])
`);
    expect(graphLines(archive)).toEqual([
      '%1 = aten::neg(%0)',
      '%2 = aten::relu(%1)',
      '%3 = aten::add.Tensor(%2, %1, 1)',
      'return %3',
    ]);
  });
});

describe('branches', () => {
  it('takes the branch that is known at compile time, though the other is not even typed', () => {
    const source = `
class M(Module):
  training : bool
  bias : Optional[Tensor]
  mode : str
  def forward(self: __torch__.m.M, x: Tensor, y: Optional[Tensor]=None) -> Tensor:
    if self.training:
      x = torch.no_such_operator(x)
    bias = self.bias
    if torch.__isnot__(bias, None):
      x = torch.add(x, unchecked_cast(Tensor, bias))
    if torch.__contains__(["max", "avg"], self.mode):
      _0 = torch.eq(self.mode, "max")
    else:
      _0 = False
    if _0:
      x = torch.relu(x)
    elif isinstance(x, int):
      x = undefined
    if torch.__is__(y, None):
      z = x
    else:
      z = torch.add(x, unchecked_cast(Tensor, y))
    return z
`;
    const open = graphLines(archiveOf(source, { training: false, bias: null, mode: 'max' }));
    expect(open).toEqual([
      '%2 = prim::ListConstruct("max", "avg")',
      '%3 = aten::relu(%0)',
      '%4 = aten::__is__(%1, None)',
      '%5 = prim::If(%4)',
      '  block():',
      '    -> (%3)',
      '  block():',
      '    %6 = prim::unchecked_cast(%1)',
      '    %7 = aten::add.Tensor(%3, %6, 1)',
      '    -> (%7)',
      'return %5',
    ]);
  });

  it('gives what both sides assign, and attributes that one side sets', () => {
    const source = `
class M(Module):
  scale : float
  def forward(self: __torch__.m.M, x: Tensor) -> Tuple[Tensor, float]:
    if torch.gt(torch.dim(x), 2):
      y, k = torch.neg(x), 1
      self.scale = 2.5
      local = 3
    else:
      y, k = x, 1
    return (torch.mul(torch.mul(y, k), self.scale), self.scale)
`;
    expect(graphLines(archiveOf(source, { scale: 0.5 }))).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = aten::gt.int(%1, 2)',
      '%3, %4 = prim::If(%2)',
      '  block():',
      '    %5 = aten::neg(%0)',
      '    -> (%5, 2.5)',
      '  block():',
      '    -> (%0, 0.5)',
      '%6 = aten::mul.Scalar(%3, 1)',
      '%7 = aten::mul.Scalar(%6, %4)',
      '%8 = prim::TupleConstruct(%7, %4)',
      'return %8',
    ]);
  });

  it('puts what follows an if that returns into the other branch', () => {
    const body = `
      if torch.gt(torch.dim(x), 2):
        return torch.neg(x)
      if torch.eq(torch.dim(x), 1):
        y = torch.relu(x)
      else:
        return x
      return torch.add(y, y)`;
    expect(graphLines(archiveOf(forward(body)))).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = aten::gt.int(%1, 2)',
      '%3 = prim::If(%2)',
      '  block():',
      '    %4 = aten::neg(%0)',
      '    -> (%4)',
      '  block():',
      '    %5 = aten::dim(%0)',
      '    %6 = aten::eq.int(%5, 1)',
      '    %7 = prim::If(%6)',
      '      block():',
      '        %8 = aten::relu(%0)',
      '        %9 = aten::add.Tensor(%8, %8, 1)',
      '        -> (%9)',
      '      block():',
      '        -> (%0)',
      '    -> (%7)',
      'return %3',
    ]);
  });

  it('lets a variable pass a side that always raises', () => {
    const body = `
      _0 = uninitialized(Tensor)
      if torch.gt(torch.dim(x), 2):
        ops.prim.RaiseException("no")
        y = _0
      else:
        y = x
      return torch.neg(y)`;
    expect(graphLines(archiveOf(forward(body)))).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = aten::gt.int(%1, 2)',
      'prim::If(%2)',
      '  block():',
      '    prim::RaiseException("no", None)',
      '    -> ()',
      '  block():',
      '    -> ()',
      '%3 = aten::neg(%0)',
      'return %3',
    ]);
  });
});

describe('loops', () => {
  it('carries what the body assigns, attributes set by called methods too', () => {
    const source = `
class M(Module):
  count : int
  def bump(self: __torch__.m.M, x: Tensor) -> Tensor:
    self.count = torch.add(self.count, 1)
    return torch.neg(x)
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    y = x
    for i in range(torch.size(x, 0)):
      z = (self).bump(y, )
      y = torch.mul(z, i)
    return torch.add(y, self.count)
`;
    expect(graphLines(archiveOf(source, { count: 0 }))).toEqual([
      '%1 = aten::size.int(%0, 0)',
      '%2, %3 = prim::Loop(%1, true, %0, 0)',
      '  block(%4, %5, %6):',
      '    %7 = aten::add.int(%6, 1)',
      '    %8 = aten::neg(%5)',
      '    %9 = aten::mul.Scalar(%8, %4)',
      '    -> (true, %9, %7)',
      '%10 = aten::add.Scalar(%2, %3, 1)',
      'return %10',
    ]);
  });

  it('widens the type of what it carries, as far as the body asks for', () => {
    const body = `
      y: Optional[Tensor] = None
      for i in range(torch.dim(x)):
        if torch.__is__(y, None):
          y0 = x
        else:
          y0 = torch.neg(unchecked_cast(Tensor, y))
        y = y0
      return y`;
    const lines = graphLines(archiveOf(forward(body, 'x: Tensor', 'Optional[Tensor]')));
    expect(lines).toContain('    %5 = aten::__is__(%4, None)');
    const kept = `
      y: Optional[Tensor] = x
      for i in range(torch.dim(x)):
        if torch.__is__(y, None):
          y0 = x
        else:
          y0 = torch.neg(unchecked_cast(Tensor, y))
        y = y0
      return y`;
    expect(graphLines(archiveOf(forward(kept, 'x: Tensor', 'Optional[Tensor]')))).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = prim::Loop(%1, true, %0)',
      '  block(%3, %4):',
      '    %5 = aten::neg(%4)',
      '    -> (true, %5)',
      'return %2',
    ]);
  });

  it('tests the condition of a while loop again after each trip', () => {
    const body = `
      i = 0
      _0 = torch.lt(i, torch.dim(x))
      while _0:
        i = torch.add(i, 1)
        _0 = torch.lt(i, 9)
      return torch.mul(x, i)`;
    expect(graphLines(archiveOf(forward(body)))).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = aten::lt.int(0, %1)',
      '%3, %4 = prim::Loop(endless, %2, 0, %2)',
      '  block(%5, %6, %7):',
      '    %8 = aten::add.int(%6, 1)',
      '    %9 = aten::lt.int(%8, 9)',
      '    -> (%9, %8, %9)',
      '%10 = aten::mul.Scalar(%0, %3)',
      'return %10',
    ]);
  });

  it('unrolls over tuples and module containers', () => {
    const source = `
class M(Module):
  layers : __torch__.m.L
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    for layer in self.layers:
      x = (layer).forward(x, )
    for k in (2, 3):
      x = torch.mul(x, k)
    return x
class L(Module):
  __annotations__["0"] = __torch__.m.S
  __annotations__["1"] = __torch__.m.S
class S(Module):
  def forward(self: __torch__.m.S, x: Tensor) -> Tensor:
    return torch.relu(x)
`;
    const layer = objectOf('__torch__.m.S', {});
    expect(graphLines(archiveOf(source, { layers: objectOf('__torch__.m.L', { 0: layer, 1: layer }) }))).toEqual([
      '%1 = aten::relu(%0)',
      '%2 = aten::relu(%1)',
      '%3 = aten::mul.Scalar(%2, 2)',
      '%4 = aten::mul.Scalar(%3, 3)',
      'return %4',
    ]);
  });
});

describe('data', () => {
  it('keeps tuples, named tuples and enums open', () => {
    const archive = archiveOf(
      `
class P(NamedTuple):
  a : Tensor
  n : int
class Mode(Enum):
  FAST = "fast"
  SLOW = "slow"
class M(Module):
  mode : __torch__.m.Mode
  def pair(self: __torch__.m.M, x: Tensor) -> __torch__.m.P:
    return __torch__.m.P(torch.neg(x), 3)
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    p = (self).pair(x, )
    a, n, = p
    values, indices, = torch.max(x, 1)
    if torch.eq(self.mode, __torch__.m.Mode.FAST):
      y = torch.mul(p.a, p.n)
    else:
      y = torch.mul(a, n)
    return torch.add(torch.add(y, values), (p)[-1])
`,
      { mode: { kind: 'enum', className: '__torch__.m.Mode', value: { kind: 'str', value: 'slow' } } },
    );
    expect(graphLines(archive)).toEqual([
      '%1 = aten::neg(%0)',
      '%2, %3 = aten::max.dim(%0, 1, false)',
      '%4 = aten::mul.Scalar(%1, 3)',
      '%5 = aten::add.Tensor(%4, %2, 1)',
      '%6 = aten::add.Scalar(%5, 3, 1)',
      'return %6',
    ]);
  });

  it('follows objects of script classes that a method makes and changes', () => {
    const archive = archiveOf(`
class Box:
  value : Tensor
  def __init__(self: __torch__.m.Box, value: Tensor) -> NoneType:
    self.value = value
    return None
class M(Module):
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    if torch.gt(torch.dim(x), 2):
      box = __torch__.m.Box.__new__(__torch__.m.Box)
      _0 = (box).__init__(x, )
    else:
      box = __torch__.m.Box(torch.neg(x))
    box.value = torch.relu(box.value)
    return box.value
`);
    expect(graphLines(archive)).toEqual([
      '%1 = aten::dim(%0)',
      '%2 = aten::gt.int(%1, 2)',
      '%3 = prim::If(%2)',
      '  block():',
      '    -> (%0)',
      '  block():',
      '    %4 = aten::neg(%0)',
      '    -> (%4)',
      '%5 = aten::relu(%3)',
      'return %5',
    ]);
  });

  it('runs __setstate__ of what has its own', () => {
    const archive = archiveOf(
      `
class Packed:
  scale : int
  def __setstate__(self: __torch__.m.Packed, state: Tuple[int, int]) -> NoneType:
    a, b, = state
    self.scale = torch.add(a, b)
    return None
class M(Module):
  packed : __torch__.m.Packed
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return torch.mul(x, self.packed.scale)
`,
      {
        packed: {
          kind: 'object',
          className: '__torch__.m.Packed',
          state: {
            kind: 'tuple',
            items: [
              { kind: 'int', value: 2 },
              { kind: 'int', value: 3 },
            ],
          },
        },
      },
    );
    expect(graphLines(archive)).toEqual(['%1 = aten::mul.Scalar(%0, 5)', 'return %1']);
  });

  it('reads constants of the table, numbers without literals and typed literals', () => {
    const archive = archiveOf(
      forward(`
        sizes = annotate(List[int], [])
        _0 = torch.append(sizes, int(x))
        y = torch.mul(torch.mul(x, CONSTANTS.c0), inf)
        B, C, = torch.size(y)
        return torch.add(torch.mul(y, annotate(int, x)), C)`),
      {},
      { constants: [tensorOf([3])] },
    );
    expect(graphLines(archive)).toEqual([
      '%1 = prim::ListConstruct()',
      '%2 = aten::Int.Tensor(%0)',
      '%3 = aten::append.t(%1, %2)',
      '%4 = aten::mul.Tensor(%0, <3>)',
      '%5 = aten::mul.Scalar(%4, Infinity)',
      '%6 = aten::size(%5)',
      '%7, %8 = prim::ListUnpack(%6)',
      '%9 = aten::IntImplicit(%0)',
      '%10 = aten::mul.Scalar(%5, %9)',
      '%11 = aten::add.Scalar(%10, %8, 1)',
      'return %11',
    ]);
  });

  it('runs a fork at once', () => {
    const body = `
      def f():
        return torch.neg(x)
      _0 = fork(f)
      y = torch.relu(x)
      return torch.add(torch.wait(_0), y)`;
    expect(graphLines(archiveOf(forward(body)))).toEqual([
      '%1 = aten::neg(%0)',
      '%2 = aten::relu(%0)',
      '%3 = aten::add.Tensor(%1, %2, 1)',
      'return %3',
    ]);
  });
});

describe('old archives', () => {
  it('keep what their operators meant', () => {
    const body = `
      a = torch.div(torch.div(x, 2.), 2)
      b = torch.full([2], 3)
      c = torch.linspace(0, 1, None)
      return torch.div(a, torch.add(b, c))`;
    const lines = graphLines(archiveOf(forward(body), {}, { version: 3 }));
    expect(lines).toEqual([
      '%1 = aten::div.Scalar(%0, 2)',
      '%2 = aten::is_floating_point(%1)',
      '%3 = prim::If(%2)',
      '  block():',
      '    %4 = aten::div.Scalar(%1, 2)',
      '    -> (%4)',
      '  block():',
      '    %5 = aten::div.Scalar_mode(%1, 2, "trunc")',
      '    -> (%5)',
      '%6 = prim::ListConstruct(2)',
      '%7 = aten::full(%6, 3, None, None)',
      '%8 = aten::linspace(0, 1, 100, None)',
      '%9 = aten::add.Tensor(%7, %8, 1)',
      '%10 = aten::is_floating_point(%3)',
      '%11 = aten::is_floating_point(%9)',
      '%12 = aten::__or__.bool(%10, %11)',
      '%13 = prim::If(%12)',
      '  block():',
      '    %14 = aten::div.Tensor(%3, %9)',
      '    -> (%14)',
      '  block():',
      '    %15 = aten::div.Tensor_mode(%3, %9, "trunc")',
      '    -> (%15)',
      'return %13',
    ]);
    expect(graphLines(archiveOf(forward('return torch.div(x, 2)'), {}, { version: 4 }))).toEqual([
      '%1 = aten::div.Scalar(%0, 2)',
      'return %1',
    ]);
  });
});
