import { describe, expect, it } from 'vitest';
import type { PickleValue } from '../../src/frontends/torchscript/archive/pickle-value.js';
import { SourceRanges } from '../../src/frontends/torchscript/archive/source-ranges.js';

const tuple = (...items: PickleValue[]): PickleValue => ({ kind: 'tuple', items });
const str = (value: string): PickleValue => ({ kind: 'str', value });
const int = (value: number): PickleValue => ({ kind: 'int', value });

/** Code, and for stretches of it the text, file and piece of text that they came from. */
function rangesOf(code: string, stretches: readonly (readonly [code: string, of: PickleValue, piece: string])[]) {
  let at = 0;
  const rows = stretches.map(([piece, source, from]) => {
    at = code.indexOf(piece, at);
    const text = source.kind === 'tuple' && source.items[0]?.kind === 'str' ? source.items[0].value : '';
    const start = text.indexOf(from);
    return tuple(int(at), tuple(source, int(start), int(start + from.length)), int(0));
  });
  return new SourceRanges(tuple(...rows), code, 'test');
}

describe('ranges in texts that PyTorch has built in', () => {
  const builtIn = tuple(str('\ndef shape(a) -> List[int]:\n  return a.size()\n'), str('<string>'), int(1));
  const user = (text: string) => tuple(str(text), str('user.py'), int(40));
  const lineAt = (ranges: SourceRanges, offset: number, def: { start: number; end: number }) =>
    ranges.at(offset, def).map((s) => [s.file, s.line, s.text?.trim()]);

  it('are told with the line around them', () => {
    const source = user('def f(x):\n    y = x * 2\n    return y + y.shape[0]\n');
    const code = 'def f(x: Tensor) -> Tensor:\n  y = torch.mul(x, 2)\n  return torch.add(y, (torch.size(y))[0])\n';
    const ranges = rangesOf(code, [
      ['y = torch.mul', source, 'x * 2'],
      ['torch.add', source, 'y + y.shape[0]'],
      ['torch.size', builtIn, 'a.size'],
      ['[0]', source, 'y.shape[0]'],
    ]);
    expect(lineAt(ranges, code.indexOf('torch.size'), { start: 0, end: code.length })).toEqual([
      ['<string>', 3, 'return a.size()'],
      ['user.py', 42, 'return y + y.shape[0]'],
    ]);
  });

  it('are told with the line that assigns the variable where the statement has no other range', () => {
    const source = user('@script\ndef f(x):\n    n = x.shape\n    y = x * n[0]\n    n = y.shape\n    return n\n');
    const code = [
      'def g(x: Tensor) -> Tensor:\n  return torch.neg(x)\n',
      'def f(x: Tensor) -> List[int]:\n  n = torch.size(x)\n  y = torch.mul(x, n[0])\n  n0 = torch.size(y)\n  return n0\n',
    ].join('');
    const other = tuple(str('def g(x):\n    n = 3\n    return -x'), str('other.py'), int(1));
    const ranges = rangesOf(code, [
      ['torch.neg', other, '-x'],
      ['  n = ', builtIn, 'a.size'],
      ['  y = ', source, 'x * n[0]'],
      ['  n0 = ', builtIn, 'a.size'],
      ['  return n0', source, 'return n'],
    ]);
    const def = { start: code.indexOf('def f'), end: code.length };
    const lines = ['torch.size(x)', 'torch.size(y)'].map((call) => lineAt(ranges, code.indexOf(call), def)[1]);
    expect(lines).toEqual([
      ['user.py', 42, 'n = x.shape'],
      ['user.py', 44, 'n = y.shape'],
    ]);
  });

  it('are told with the function where nothing tells the line, and alone where all is built in', () => {
    const source = user('@script\ndef f(x):\n    g(x.shape)\n    return x\n');
    const code = 'def f(x: Tensor) -> Tensor:\n  _0 = torch.size(x)\n  return x\n';
    const def = { start: 0, end: code.length };
    const some = rangesOf(code, [
      ['  _0', builtIn, 'a.size'],
      ['  return', source, 'return x'],
    ]);
    expect(lineAt(some, code.indexOf('torch.size'), def)[1]).toEqual(['user.py', 41, 'def f(x):']);
    const all = rangesOf(code, [['  _0', builtIn, 'a.size']]);
    expect(lineAt(all, code.indexOf('torch.size'), def)).toEqual([['<string>', 3, 'return a.size()']]);
  });
});
