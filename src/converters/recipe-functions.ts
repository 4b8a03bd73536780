import { ExprError, type ExprFunction, type ExprValue, Float, isDim, isList, TensorRef } from '../expr/value.js';
import type { Dim } from '../ir/dim.js';
import { dtypeBytes, dtypeCode, isDType, isFloating, isIntegral } from '../ir/dtype.js';
import { Node, Value } from '../ir/graph.js';
import { TUPLE_CONSTRUCT } from '../ir/primitives.js';

/** Bounds of element types, for clamps and masks; IEEE 754 and two's complement. */
const FLOAT_MAX = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
} as const;

function text(v: ExprValue | undefined): string {
  if (typeof v !== 'string') throw new ExprError('a string is needed', 0);
  return v;
}

function list(v: ExprValue | undefined): readonly ExprValue[] {
  if (v === undefined || !isList(v)) throw new ExprError('a list is needed', 0);
  return v;
}

function smallest(v: ExprValue | undefined): ExprValue {
  const d = text(v);
  if (d === 'float16' || d === 'bfloat16' || d === 'float32' || d === 'float64') return new Float(-FLOAT_MAX[d]);
  if (d === 'bool' || d === 'uint8') return 0;
  if (!isDType(d)) throw new ExprError(`${d} is no dtype`, 0);
  return -(2 ** (8 * dtypeBytes(d) - 1));
}

/** Sum of ((x/2)^k / k!)^2 until terms vanish beside it. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

/** Functions that only recipes need, beside the language's own and the shape functions. */
export const RECIPE_FUNCTIONS: ReadonlyMap<string, ExprFunction> = new Map<string, ExprFunction>([
  [
    'is_floating',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'true for float dtypes',
      call: ([d]) => isDType(text(d)) && isFloating(text(d) as 'float32'),
    },
  ],
  [
    'is_integral',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'true for integer dtypes, bool not included',
      call: ([d]) => isDType(text(d)) && isIntegral(text(d) as 'int64'),
    },
  ],
  ['lowest', { minArgs: 1, maxArgs: 1, doc: 'the lowest finite value of a dtype', call: ([d]) => smallest(d) }],
  [
    'dtype_code',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: "PyTorch's number of a dtype, as its dtype arguments take it",
      call: ([d]) => {
        const name = text(d);
        if (!isDType(name)) throw new ExprError(`${name} is no dtype`, 0);
        return dtypeCode(name);
      },
    },
  ],
  ['pi', { minArgs: 0, maxArgs: 0, doc: 'the ratio of a circle to its diameter', call: () => new Float(Math.PI) }],
  [
    'cos',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'the cosine of a number',
      call: ([x]) =>
        new Float(
          typeof x === 'number'
            ? Math.cos(x)
            : x instanceof Float && x.value !== undefined
              ? Math.cos(x.value)
              : undefined,
        ),
    },
  ],
  [
    'bessel_i0',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'the modified Bessel function of order 0, by its series',
      call: ([x]) => new Float(x instanceof Float && x.value !== undefined ? besselI0(x.value) : undefined),
    },
  ],
  ['nan', { minArgs: 0, maxArgs: 0, doc: 'not a number', call: () => new Float(Number.NaN) }],
  [
    'reduced',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'the axes that a reduction takes: none or [] is all, and a tensor of rank 0 has none',
      call: ([dims, rank]) => {
        const r = rank as number;
        const all = Array.from({ length: r }, (_, i) => i);
        if (dims === null || dims === undefined || r === 0) return all;
        const given: readonly ExprValue[] = isList(dims) ? dims : [dims];
        if (given.length === 0) return all;
        return [...new Set(given.map((d) => ((d as number) + r) % r))].sort((a, b) => a - b);
      },
    },
  ],
  [
    'computed_in',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'the dtype that PyTorch computes in: float32 for float16 and bfloat16',
      call: ([d]) => (text(d) === 'float16' || text(d) === 'bfloat16' ? 'float32' : text(d)),
    },
  ],
  ['infinity', { minArgs: 0, maxArgs: 0, doc: 'positive infinity', call: () => new Float(Number.POSITIVE_INFINITY) }],
  [
    'pads',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'symmetric padding as ONNX pads: [a, b] becomes [a, b, a, b]',
      call: ([p]) => [...list(p), ...list(p)],
    },
  ],
  [
    'others',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'all axes of a rank except those of the list',
      call: ([rank, axes]) => {
        const r = rank as number;
        const left = list(axes).map((a) => ((a as number) + r) % r);
        return Array.from({ length: r }, (_, i) => i).filter((i) => !left.includes(i));
      },
    },
  ],
  [
    'onnx_pads',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'pads of the last axes first, as pairs, to all begins and then all ends: onnx_pads([1, 2], 2) is [0, 1, 0, 2]',
      call: ([pads, rank]) => {
        const given = list(pads);
        const r = rank as number;
        const at = (axis: number, end: number): ExprValue => given[(r - 1 - axis) * 2 + end] ?? 0;
        const axes = Array.from({ length: r }, (_, i) => i);
        return [...axes.map((a) => at(a, 0)), ...axes.map((a) => at(a, 1))];
      },
    },
  ],
  [
    'moved',
    {
      minArgs: 3,
      maxArgs: 3,
      doc: 'the permutation of a rank that moves axes to places: moved(3, [0], [2]) is [1, 2, 0]',
      call: ([rank, from, to]) => {
        const r = rank as number;
        const axes = (v: ExprValue | undefined): number[] =>
          (v !== undefined && isList(v) ? v : [v as ExprValue]).map((d) => ((d as number) + r) % r);
        const [source, target] = [axes(from), axes(to)];
        const rest = Array.from({ length: r }, (_, i) => i).filter((i) => !source.includes(i));
        return Array.from({ length: r }, (_, i) => {
          const at = target.indexOf(i);
          return (at < 0 ? rest.shift() : source[at]) as number;
        });
      },
    },
  ],
  [
    'filled',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'a value n times as a list',
      call: ([v, n]) => {
        if (typeof n !== 'number') throw new ExprError('a constant count is needed', 0);
        return Array.from({ length: n }, () => v as ExprValue);
      },
    },
  ],
  [
    'ordered_dtype',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'a dtype that ONNX can order: int32 for bool, else itself',
      call: ([d]) => (text(d) === 'bool' ? 'int32' : text(d)),
    },
  ],
  [
    'pool_rank',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'the number of spatial axes in an operator name: 2 of aten::max_pool2d',
      call: ([op]) => {
        const m = /([123])d/.exec(text(op));
        if (m === null) throw new ExprError(`${text(op)} names no number of axes`, 0);
        return Number(m[1]);
      },
    },
  ],
  [
    'squeezed_axes',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'the axes that a squeeze removes: of extent 1, and among dims unless that is none',
      call: ([shape, dims]) => {
        const extents = list(shape);
        const r = extents.length;
        const asked =
          dims === null
            ? undefined
            : (isList(dims as ExprValue) ? list(dims) : [dims as ExprValue]).map((d) => ((d as number) + r) % r);
        return extents.flatMap((e, i) => (e === 1 && (asked === undefined || asked.includes(i)) ? [i] : []));
      },
    },
  ],
  [
    'returned',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'true for a result that nothing reads but the return, alone or in a tuple: its rank may vary',
      call: ([v]) => {
        const value = v instanceof TensorRef ? v.operand : undefined;
        if (!(value instanceof Value)) return false;
        return [...value.uses].every(({ user }) => !(user instanceof Node) || user.op === TUPLE_CONSTRUCT);
      },
    },
  ],
  [
    'is_static',
    {
      minArgs: 1,
      maxArgs: 1,
      unknownOk: true,
      doc: 'true if every extent of a list is a constant',
      call: ([v]) =>
        Array.isArray(v) && (v as readonly ExprValue[]).every((d) => isDim(d) && typeof (d as Dim) === 'number'),
    },
  ],
]);
