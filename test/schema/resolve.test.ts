import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import {
  ANY,
  BOOL,
  COMPLEX,
  FLOAT,
  INT,
  listOf,
  NONE,
  NUMBER,
  optionalOf,
  STR,
  TENSOR,
  type Type,
  tensorType,
  tupleOf,
} from '../../src/ir/type.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import { OperatorRegistry, operatorOf } from '../../src/schema/registry.js';
import { type CallForm, resolveCall } from '../../src/schema/resolve.js';
import type { Signature } from '../../src/schema/signature.js';

const SCHEMAS = `
aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor
aten::add.t(t[] a, t[] b) -> t[]
aten::add.str(str a, str b) -> str
aten::add.int(int a, int b) -> int
aten::add.int_float(int a, float b) -> float
aten::add(Scalar a, Scalar b) -> Scalar
aten::max.unary_out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)
aten::max.other(Tensor self, Tensor other) -> Tensor
aten::size.int(Tensor self, int dim) -> int
aten::size(Tensor self) -> int[]
aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0) -> Tensor
aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor
aten::index(Tensor self, Tensor?[] indices) -> Tensor
aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)
aten::get.default_str(Dict(str, t) self, str key, t default_value) -> t(*)
aten::arange(Scalar end, *, ScalarType? dtype=None) -> Tensor
aten::arange.start(Scalar start, Scalar end, *, ScalarType? dtype=None) -> Tensor
aten::dropout(Tensor input, float p, bool train) -> Tensor
aten::eq.enum(AnyEnumType a, AnyEnumType b) -> bool
aten::stack(Tensor[] tensors, int dim=0) -> Tensor
prim::ListConstruct(...) -> ...
`;

let parsed = 0;
const registry = new OperatorRegistry<{ readonly signature: Signature }>();
for (const line of SCHEMAS.trim().split('\n')) {
  registry.declare(operatorOf(line), () => {
    parsed += 1;
    return { signature: parseSignature(line) };
  });
}

function resolve(base: string, types: readonly Type[], keywords: Record<string, Type> = {}, form: CallForm = 'call') {
  const operands = [
    ...types.map((type) => ({ type })),
    ...Object.entries(keywords).map(([keyword, type]) => ({ type, keyword })),
  ];
  return resolveCall(registry, base, operands, undefined, form);
}

describe('OperatorRegistry', () => {
  it('parses a signature when it is first asked for', () => {
    const before = parsed;
    registry.get('aten::stack');
    registry.get('aten::stack');
    expect(parsed).toBe(before + 1);
  });

  it('keeps the order of overloads, and offers the closest name', () => {
    expect(registry.overloads('aten::size').map((s) => s.signature.op)).toEqual(['aten::size.int', 'aten::size']);
    expect(registry.nearest('aten::drpout')).toBe('aten::dropout');
    expect(() => registry.require('aten::stak')).toThrow(DiagnosticError);
  });
});

describe('resolveCall', () => {
  it.each<[string, readonly Type[], string, Type]>([
    ['tensors of any shape', [tensorType('float32', [1]), TENSOR], 'aten::add.Tensor', TENSOR],
    ['a number is a Scalar', [TENSOR, FLOAT], 'aten::add.Scalar', TENSOR],
    ['the first that fits unconverted', [INT, INT], 'aten::add.int', INT],
    ['no int becomes a float', [INT, FLOAT], 'aten::add.int_float', FLOAT],
    ['numbers of two kinds', [FLOAT, INT], 'aten::add', NUMBER],
    ['lists by a type variable', [listOf(INT), listOf(INT)], 'aten::add.t', listOf(INT)],
    ['strings', [STR, STR], 'aten::add.str', STR],
  ])('%s', (_, types, op, result) => {
    const found = resolve('aten::add', types);
    expect(found.schema.signature.op).toBe(op);
    expect(found.results).toEqual([result]);
  });

  it('a node, whose operands have no names, is an out= variant last', () => {
    expect(resolve('aten::max', [TENSOR, TENSOR], {}, 'node').schema.signature.op).toBe('aten::max.other');
    expect(resolve('aten::max', [TENSOR], { out: TENSOR }).schema.signature.op).toBe('aten::max.unary_out');
  });

  it('keywords, defaults and scalars for lists of fixed length', () => {
    expect(resolve('aten::max_pool2d', [TENSOR, INT], { padding: INT }).args).toEqual([
      { kind: 'operand', index: 0 },
      { kind: 'broadcast', index: 1, size: 2 },
      { kind: 'default', value: [] },
      { kind: 'broadcast', index: 2, size: 2 },
    ]);
  });

  it('gathers trailing numbers into a list, but takes a list or tuple as it is', () => {
    expect(resolve('aten::zeros', [INT, INT], { dtype: INT }).args.slice(0, 2)).toEqual([
      { kind: 'gather', indexes: [0, 1] },
      { kind: 'operand', index: 2 },
    ]);
    expect(resolve('aten::zeros', [listOf(INT)]).args[0]).toEqual({ kind: 'operand', index: 0 });
    expect(resolve('aten::zeros', [tupleOf([INT, INT])]).args[0]).toEqual({
      kind: 'operand',
      index: 0,
      convert: listOf(INT),
    });
  });

  it('converts a tensor to a number only when nothing fits without', () => {
    expect(resolve('aten::size', [TENSOR, TENSOR]).args[1]).toEqual({ kind: 'operand', index: 1, convert: INT });
    expect(resolve('aten::add', [TENSOR, TENSOR]).schema.signature.op).toBe('aten::add.Tensor');
    expect(resolve('aten::arange', [TENSOR]).args[0]).toEqual({ kind: 'operand', index: 0, convert: NUMBER });
    expect(resolve('aten::dropout', [TENSOR, NUMBER, BOOL]).args[1]).toEqual({
      kind: 'operand',
      index: 1,
      convert: FLOAT,
    });
  });

  it('binds type variables once a call', () => {
    expect(resolve('aten::append', [listOf(optionalOf(TENSOR)), NONE]).results).toEqual([listOf(optionalOf(TENSOR))]);
    expect(() => resolve('aten::append', [listOf(INT), STR])).toThrow(/no-overload/);
    const dict: Type = { kind: 'dict', key: STR, value: listOf(INT) };
    expect(resolve('aten::get', [dict, STR, listOf(INT)]).results).toEqual([listOf(INT)]);
  });

  it('takes at last what our types tell too coarsely', () => {
    expect(resolve('aten::index', [TENSOR, listOf(TENSOR)]).schema.signature.op).toBe('aten::index');
    expect(resolve('aten::dropout', [TENSOR, INT, BOOL]).args[1]).toEqual({ kind: 'operand', index: 1 });
    expect(resolve('aten::size', [ANY, optionalOf(INT)]).schema.signature.op).toBe('aten::size.int');
  });

  it('members of enums', () => {
    const format: Type = { kind: 'class', name: '__torch__.Format' };
    expect(resolve('aten::eq', [format, format]).results).toEqual([BOOL]);
    expect(() => resolve('aten::eq', [INT, INT])).toThrow(/no-overload/);
  });

  it('a node holds keyword-only arguments in their places', () => {
    expect(resolve('aten::arange', [INT, NONE], {}, 'node').schema.signature.op).toBe('aten::arange');
    expect(resolve('aten::arange', [INT, INT, INT], {}, 'node').schema.signature.op).toBe('aten::arange.start');
    expect(resolve('aten::add', [TENSOR, TENSOR], {}, 'node').args[2]).toEqual({ kind: 'default', value: 1 });
    expect(resolve('prim::ListConstruct', [INT, INT], {}, 'node').rest).toEqual([0, 1]);
  });

  it('says why each candidate does not fit', () => {
    try {
      resolve('aten::add', [TENSOR, STR, COMPLEX], { beta: INT });
      expect.unreachable();
    } catch (e) {
      const [d] = e instanceof DiagnosticError ? e.diagnostics : [];
      expect(d?.code).toBe('no-overload');
      expect(d?.message).toBe('no overload of aten::add takes (Tensor, str, complex, beta=int)');
      expect(d?.notes?.map((n) => n.message)).toContain('aten::add.Tensor: argument other is Tensor, not str');
    }
    expect(() => resolve('aten::size', [TENSOR], { dims: INT })).toThrow(/no-overload/);
    expect(() => resolve('aten::ad', [])).toThrow(/unknown-operator/);
  });
});
