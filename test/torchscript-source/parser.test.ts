import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { DEFAULT_LIMITS } from '../../src/frontends/torchscript/limits.js';
import type { Expr, Statement } from '../../src/frontends/torchscript/source/ast.js';
import { parseSource } from '../../src/frontends/torchscript/source/parser.js';

function parse(text: string): Statement[] {
  return parseSource(text, 'm.py');
}

function expression(text: string): Expr {
  const [s] = parse(`${text}\n`);
  if (s?.kind !== 'expr') throw new Error(`${text} is no expression`);
  return s.value;
}

/** An expression with all its brackets. */
function shape(e: Expr): string {
  switch (e.kind) {
    case 'name':
      return e.id;
    case 'int':
    case 'float':
    case 'str':
    case 'bool':
      return JSON.stringify(typeof e.value === 'bigint' ? `${e.value}n` : e.value);
    case 'imaginary':
      return `${e.value}j`;
    case 'none':
      return 'None';
    case 'ellipsis':
      return '...';
    case 'attribute':
      return `${shape(e.object)}.${e.name}`;
    case 'call':
      return `${shape(e.callee)}(${[...e.args.map(shape), ...e.keywords.map((k) => `${k.name}=${shape(k.value)}`)].join(' ')})`;
    case 'subscript':
      return `${shape(e.object)}[${shape(e.index)}]`;
    case 'slice':
      return [e.lower, e.upper, e.step].map((p) => (p === undefined ? '_' : shape(p))).join(':');
    case 'tuple':
      return `(${e.items.map(shape).join(' ')},)`;
    case 'list':
      return `[${e.items.map(shape).join(' ')}]`;
    case 'dict':
      return `{${e.entries.map(([k, v]) => `${shape(k)}:${shape(v)}`).join(' ')}}`;
    case 'unary':
      return `(${e.op} ${shape(e.operand)})`;
    case 'binary':
    case 'compare':
    case 'logical':
      return `(${shape(e.left)} ${e.op} ${shape(e.right)})`;
    case 'conditional':
      return `(${shape(e.body)} if ${shape(e.test)} else ${shape(e.orelse)})`;
    case 'starred':
      return `*${shape(e.value)}`;
  }
}

describe('expressions', () => {
  it.each([
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['-a ** 2', '(- (a ** 2))'],
    ['2 ** -1', '(2 ** -1)'],
    ['a // b % c @ d', '(((a // b) % c) @ d)'],
    ['a | b ^ c & d << 1 + 2', '(a | (b ^ (c & (d << (1 + 2)))))'],
    ['not a and b or not c in d', '(((not a) and b) or (not (c in d)))'],
    ['a is not None and b not in c', '((a is not None) and (b not in c))'],
    ['x if a if b else c else y', null],
    ['x if a else y if b else z', '(x if a else (y if b else z))'],
    ['(a, b), c', '((a b,) c,)'],
    ['()', '(,)'],
    ['(a)', 'a'],
    ['a,', '(a,)'],
    ['x[1:, ..., ::-1]', 'x[(1:_:_ ... _:_:-1,)]'],
    ['(x)[0:2]', 'x[0:2:_]'],
    ['f(a, *b, k=1, )(c).d["e"]', 'f(a *b k=1)(c).d["e"]'],
    ['{"a": 1, b: [2, ], }', '{"a":1 b:[2]}'],
    ['annotate(Dict[str, List[int]], {})', 'annotate(Dict[(str List[int],)] {})'],
  ])('%s', (text, expected) => {
    if (expected === null) expect(() => expression(text)).toThrow(DiagnosticError);
    else expect(shape(expression(text))).toBe(expected);
  });

  it.each([
    ['6.', 'float', 6],
    ['.5', 'float', 0.5],
    ['1e-05', 'float', 1e-5],
    ['0.10000000000000001', 'float', 0.1],
    ['-3', 'int', -3],
    ['0x1F', 'int', 31],
    ['9007199254740991', 'int', 2 ** 53 - 1],
    ['9223372036854775807', 'int', 9223372036854775807n],
    ['-9223372036854775808', 'int', -9223372036854775808n],
    ['2.5j', 'imaginary', 2.5],
  ])('the number %s', (text, kind, value) => {
    expect(expression(text)).toMatchObject({ kind, value });
  });

  it.each([
    ['"a\\"b\\n\\t\\\\"', 'a"b\n\t\\'],
    ["'it\\'s'", "it's"],
    ['"\\303\\251\\x41\\7"', 'éA\x07'],
    ['"é\\n"', 'é\n'],
    ['"\\q"', '\\q'],
    ['"ab" "cd"', 'abcd'],
    ['"""x\n"y" z"""', 'x\n"y" z'],
    ['"# no comment"', '# no comment'],
  ])('the string %s', (text, value) => {
    expect(expression(text)).toMatchObject({ kind: 'str', value });
  });

  it('knows the place of every part', () => {
    const text = 'torch.add((x)[0], y, alpha=2)';
    const e = expression(text);
    if (e.kind !== 'call') throw new Error('no call');
    const part = (r: { start: number; end: number } | undefined) => text.slice(r?.start, r?.end);
    expect([part(e), part(e.callee), part(e.args[0]), part(e.args[1]), part(e.keywords[0])]).toEqual([
      text,
      'torch.add',
      '(x)[0]',
      'y',
      'alpha=2',
    ]);
  });
});

describe('statements', () => {
  it('reads a class as PyTorch prints it', () => {
    const [s] = parse(
      [
        'class M(Module):',
        '  __parameters__ = ["weight", ]',
        '  weight : Tensor',
        '  stride : Final[Tuple[int, int]] = (2, 2)',
        '  __annotations__["0"] = __torch__.torch.nn.Linear',
        '  def forward(self: __torch__.M,',
        '    x: Tensor,',
        '    y: Optional[Tensor]=None) -> Tuple[Tensor, int]:',
        '    a, b, = (self).f(x, )',
        '    return (a, b)',
        'def g():',
        '  pass',
      ].join('\n'),
    );
    expect(s).toMatchObject({ kind: 'class', name: 'M', base: 'Module' });
    if (s?.kind !== 'class') return;
    expect(s.body.map((b) => b.kind)).toEqual(['assign', 'assign', 'assign', 'assign', 'def']);
    const def = s.body[4];
    if (def?.kind !== 'def') throw new Error('no method');
    expect(def.parameters.map((p) => [p.name, p.default?.kind])).toEqual([
      ['self', undefined],
      ['x', undefined],
      ['y', 'none'],
    ]);
    expect(def.body[0]).toMatchObject({
      kind: 'assign',
      targets: [{ kind: 'tuple', items: [{ id: 'a' }, { id: 'b' }] }],
    });
  });

  it('reads control flow, comments, blank lines and line continuations', () => {
    const text = `# head
if a:  # why
  x = 1

  # inside
elif b: y = 2; z = 3
else:
    while c: pass
for i, (j, k) in e:
  x += \\
    1
  del x[0], y
with f as g, h:
  assert x, "m"
  raise E("n")
import os
from a import b
`;
    const kinds = parse(text).map((s) => s.kind);
    expect(kinds).toEqual(['if', 'for', 'with', 'import', 'import']);
    const [first] = parse(text);
    expect(first).toMatchObject({ orelse: [{ kind: 'if', body: [{}, {}], orelse: [{ kind: 'while' }] }] });
  });

  it('ends blocks at the end of a text without a last line end', () => {
    expect(parse('def f():\n  if a:\n    return 1')).toMatchObject([
      { kind: 'def', body: [{ kind: 'if', body: [{ kind: 'return' }] }] },
    ]);
    expect(parse('')).toEqual([]);
    expect(parse('\n# only a comment')).toEqual([]);
  });
});

describe('errors', () => {
  it.each([
    ['x = (1', 1, 'expected `)`'],
    ['x = 1 2\n', 1, 'after the statement'],
    ['x = 1\ny = ?\n', 2, 'unexpected character'],
    ['s = "abc\n', 1, 'does not end'],
    ['if a:\nx = 1\n', 2, 'indented block'],
    ['if a:\n    x = 1\n  y = 2\n', 3, 'fits no block'],
    ['f(a=1, b)\n', 1, 'positional argument'],
    ['1 = x\n', 1, 'cannot be assigned'],
    ['a < b < c\n', 1, 'chained'],
  ])('%j', (text, line, message) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const [d] = error.diagnostics;
      expect(d).toMatchObject({ code: 'syntax-error', at: { file: 'm.py', line } });
      expect(d?.message).toContain(message);
      return;
    }
    throw new Error('no error');
  });

  it.each([
    ['(', ')'],
    ['[', ']'],
    ['-', ''],
    ['not ', ''],
    ['f(', ')'],
    ['x + (', ')'],
    ['{1: ', '}'],
  ])('stops at expressions that nest too deep: %s', (open, close) => {
    const deep = (n: number) => `${open.repeat(n)}1${close.repeat(n)}\n`;
    expect(parse(deep(100))).toHaveLength(1);
    expect(() => parse(deep(100 * DEFAULT_LIMITS.codeNesting))).toThrow(/nests deeper/);
  });

  it('stops at chains and blocks that nest too deep', () => {
    expect(() => parse(`x${'.a'.repeat(10_000)}\n`)).toThrow(/nests deeper/);
    const blocks = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}if a:\n`).join('');
    expect(() => parse(`${blocks}${' '.repeat(1000)}pass\n`)).toThrow(/nests deeper/);
    expect(() => parse(`if a: pass\n${'elif b: pass\n'.repeat(1000)}`)).toThrow(/nests deeper/);
  });
});
