import { describe, expect, it } from 'vitest';
import { BUILTINS } from '../../src/expr/builtins.js';
import { parseExpr } from '../../src/expr/parse.js';
import { type ExprEnv, ExprError, type ExprValue, Float, isDim, TensorRef, UNKNOWN } from '../../src/expr/value.js';
import { dimKey, symbol } from '../../src/ir/dim.js';

const N = symbol('N');

function env(scope: Record<string, ExprValue>): ExprEnv {
  let count = 0;
  return {
    lookup: (name) => scope[name],
    function: (name) => BUILTINS.get(name),
    fresh: () => symbol(`_u${++count}`),
  };
}

function run(text: string, scope: Record<string, ExprValue> = {}): ExprValue {
  return parseExpr(text).evaluate(env(scope));
}

function key(v: ExprValue): string {
  if (!isDim(v)) throw new Error('not an int');
  return dimKey(v);
}

describe('expressions', () => {
  it('follow Python precedence and rounding', () => {
    expect(run('1 + 2 * 3 - -4 // 3')).toBe(9);
    expect(run('-7 // 2')).toBe(-4);
    expect(run('-7 % 3')).toBe(2);
    expect(run('2 ** 3 ** 2')).toBe(512);
    expect(run('1 if 2 in [1, 2] and not 3 < 2 else 0')).toBe(1);
    expect(run('7 / 2')).toEqual(new Float(3.5));
    expect(run('2 * 1.0')).toEqual(new Float(2));
  });

  it('keep extents symbolic', () => {
    const x = new TensorRef('float32', [N, 3, 8], undefined, undefined);
    expect(key(run('x.shape[0] * 2 // 2', { x }))).toBe('N');
    expect(key(run('prod(x.shape[:2])', { x }))).toBe('3*N');
    expect(run('x.shape[0] >= 1', { x })).toBe(true);
    expect(run('x.shape[0] == 4', { x })).toBe(UNKNOWN);
    expect(run('x.shape[0] == x.shape[0]', { x })).toBe(true);
    expect(run('[d * 2 for d in x.shape[1:] if d > 3]', { x })).toEqual([16]);
  });

  it('let the unknown spread, except where the other side decides', () => {
    const x = new TensorRef(undefined, undefined, undefined, undefined);
    expect(run('x.rank + 1', { x })).toBe(UNKNOWN);
    expect(run('x.rank == 1 or true', { x })).toBe(true);
    expect(run('known(x.shape)', { x })).toBe(false);
    expect(run('default(none, 3)')).toBe(3);
  });

  it('list the names and calls that they read', () => {
    const e = parseExpr('[axis(d, $x.rank) for d in dims]');
    expect([...e.names].sort()).toEqual(['$x', 'dims']);
    expect([...e.calls]).toEqual(['axis']);
  });

  it.each([
    ['1 +', 3],
    ['f(1', 3],
    ['a ~ b', 2],
    ['[1, 2', 5],
    ['1 2', 2],
  ])('report where `%s` goes wrong', (text, offset) => {
    try {
      parseExpr(text);
      expect.unreachable();
    } catch (e) {
      expect(e).toBeInstanceOf(ExprError);
      expect((e as ExprError).offset).toBe(offset);
    }
  });

  it('name unknown functions and names', () => {
    expect(() => run('nope(1)')).toThrow('no function `nope`');
    expect(() => run('nope')).toThrow('nothing defines `nope`');
    expect(() => run('len(1, 2)')).toThrow('takes 1 arguments, not 2');
  });
});
