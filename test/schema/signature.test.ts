import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { BOOL, FLOAT, INT, listOf, NUMBER, optionalOf, STR, TENSOR, type Type, tupleOf } from '../../src/ir/type.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import { printSignature } from '../../src/schema/print-signature.js';
import type { Arg, Literal, Signature } from '../../src/schema/signature.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

describe('parseSignature', () => {
  it('names, overloads, kinds of arguments, defaults and alias sets', () => {
    const sig = parseSignature(
      'aten::conv.padding(Tensor(a!) self, Tensor? bias=None, SymInt[2] stride=1, float eps=1e-05, *, ' +
        'ScalarType? dtype=None, MemoryFormat form=contiguous_format, str mode="a\\n\\"b", int r=Mean) -> (Tensor(a!) out, Tensor[])',
    );
    expect(sig).toMatchObject({ op: 'aten::conv.padding', base: 'aten::conv', overload: 'padding', varargs: false });
    expect(sig.args.map((a) => [a.name, a.kwargOnly, a.default])).toEqual([
      ['self', false, undefined],
      ['bias', false, null],
      ['stride', false, 1],
      ['eps', false, 1e-5],
      ['dtype', true, null],
      ['form', true, 0],
      ['mode', true, 'a\n"b'],
      ['r', true, 1],
    ]);
    expect('default' in (sig.args[0] as Arg)).toBe(false);
    expect(sig.args[0]).toMatchObject({ type: TENSOR, alias: ['a'], mutates: true });
    expect(sig.args[2]?.type).toEqual({ kind: 'list', element: INT, size: 2 });
    expect(sig.results).toMatchObject([
      { name: 'out', type: TENSOR, alias: ['a'] },
      { type: { kind: 'list', element: TENSOR } },
    ]);
  });

  it.each([
    ['aten::__getitem__.t(t[](a) list, int idx) -> t(*)', { kind: 'var', name: 't' }],
    [
      'aten::get.default_str(Dict(str, t) self, str key, t default_value) -> t(*)?',
      optionalOf({ kind: 'var', name: 't' }),
    ],
    ['aten::items(Dict(str, t) self) -> ((str, t)[])', listOf(tupleOf([STR, { kind: 'var', name: 't' }]))],
    ['aten::wait(Future(t) self) -> t', { kind: 'var', name: 't' }],
    ['aten::items.t(Dict(str, t) self) -> (str, t)[]', listOf(tupleOf([STR, { kind: 'var', name: 't' }]))],
    [
      'quantized::make(Tensor w) -> __torch__.torch.classes.quantized.P',
      { kind: 'class', name: '__torch__.torch.classes.quantized.P' },
    ],
  ])('%s', (text, type) => {
    expect(parseSignature(text).results[0]?.type).toMatchObject(type);
    expect(parseSignature(printSignature(parseSignature(text)))).toEqual(parseSignature(text));
  });

  it('variadic arguments and results', () => {
    expect(parseSignature('prim::Loop(int trips, bool cond, ...) -> ...')).toMatchObject({
      varargs: true,
      varresults: true,
    });
    expect(parseSignature('aten::foo_(Tensor(a!) self) -> ()').results).toEqual([]);
  });

  it.each([
    ['aten::f(Tensr x) -> Tensor', /`Tensr` is no type/],
    ['aten::f(Tensor x -> Tensor', /expected `,`/],
    ['aten::f(Tensor) -> Tensor', /no argument name/],
    ['aten::f(Tensor x) -> Tensor extra more', /unexpected `more`/],
    ['aten::f(Tensor x) Tensor', /expected `->`/],
    ['aten::f(Tensor x', /expected `,`/],
  ])('refuses %s', (text, why) => {
    try {
      parseSignature(text);
      expect.unreachable();
    } catch (e) {
      expect(e).toBeInstanceOf(DiagnosticError);
      expect(String(e)).toMatch(/schema-syntax/);
      expect(String(e)).toMatch(why);
    }
  });

  it('prints back equal, whatever the types and defaults', () => {
    fc.assert(
      fc.property(signatures, (sig) => {
        expect(parseSignature(printSignature(sig))).toEqual(sig);
      }),
    );
  });
});

const scalars: fc.Arbitrary<Type> = fc.constantFrom<Type>(TENSOR, INT, FLOAT, BOOL, STR, NUMBER, {
  kind: 'var',
  name: 't',
});

const types: fc.Arbitrary<Type> = fc.letrec<{ type: Type; bare: Type }>((tie) => ({
  type: fc.oneof(
    tie('bare'),
    tie('bare').map((t) => optionalOf(t)),
  ),
  bare: fc.oneof(
    { maxDepth: 2 },
    scalars,
    tie('type').map((element): Type => ({ kind: 'list', element })),
    fc.integer({ min: 1, max: 4 }).map((size): Type => ({ kind: 'list', element: INT, size })),
    tie('type').map((value): Type => ({ kind: 'dict', key: STR, value })),
    fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map((e) => tupleOf(e)),
  ),
})).type;

function literalOf(type: Type): fc.Arbitrary<Literal> {
  switch (type.kind) {
    case 'int':
      return fc.integer();
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Object.is(v, -0));
    case 'bool':
      return fc.boolean();
    case 'str':
      return fc.string({ unit: 'binary' });
    case 'list':
      return type.element.kind === 'list' ? fc.constant(null) : fc.array(literalOf(type.element), { maxLength: 3 });
    default:
      return fc.constant(null);
  }
}

const args: fc.Arbitrary<Omit<Arg, 'name'>> = types.chain((type) =>
  fc
    .record({ type: fc.constant(type), value: fc.option(literalOf(type), { nil: undefined }), kwargOnly: fc.boolean() })
    .map(({ value, kwargOnly }) => ({
      type,
      kwargOnly,
      alias: undefined,
      mutates: false,
      ...(value === undefined ? {} : { default: value }),
    })),
);

const signatures: fc.Arbitrary<Signature> = fc
  .record({
    list: fc.array(args, { maxLength: 4 }),
    results: fc.array(types, { maxLength: 3 }),
    overload: fc.constantFrom('', 'int'),
  })
  .map(({ list, results, overload }) => ({
    op: overload === '' ? 'aten::f' : `aten::f.${overload}`,
    base: 'aten::f',
    overload,
    args: [...list.filter((a) => !a.kwargOnly), ...list.filter((a) => a.kwargOnly)].map((a, i) => ({
      name: `a${i}`,
      ...a,
    })),
    varargs: false,
    results: results.map((type) => ({ name: undefined, type, alias: undefined })),
    varresults: false,
  }));
