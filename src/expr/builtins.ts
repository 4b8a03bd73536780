import { type Dim, dimAdd, dimFloorDiv, dimMax, dimMin, dimMul, dimNeg, type Ranges, SymbolicDim } from '../ir/dim.js';
import { equal, truth } from './evaluate.js';
import { floatOf, quotientCeil, quotientFloor, quotientOf, quotientTruncate } from './quotient.js';
import {
  type ExprEnv,
  ExprError,
  type ExprFunction,
  type ExprValue,
  Float,
  isDim,
  isList,
  type Quotient,
  TensorRef,
  UNKNOWN,
} from './value.js';

const MANY = 255;
/** `range` is for axes and list indexes; nothing in a shape is longer. */
const MAX_RANGE = 16_384;

function listOf(v: ExprValue | undefined, name: string): readonly ExprValue[] {
  if (v === undefined || !isList(v)) throw new ExprError(`${name} needs a list`, 0);
  return v;
}

function intOf(v: ExprValue | undefined, name: string): number {
  if (typeof v !== 'number') throw new ExprError(`${name} needs a constant int`, 0);
  return v;
}

/** Constant numbers, or texts by their code points, in ascending order; unknown with NaN, which has no place in it. */
function inOrder(list: readonly ExprValue[]): ExprValue {
  const texts = list.filter((x): x is string => typeof x === 'string');
  if (texts.length === list.length) return texts.sort(byCodePoints);
  const keyed = list.map((x): { readonly x: ExprValue; readonly key: number } => {
    const key = typeof x === 'boolean' ? Number(x) : numberOf(x);
    if (key === undefined) throw new ExprError('sorted needs constant numbers or texts', 0);
    return { x, key };
  });
  if (keyed.some(({ key }) => Number.isNaN(key))) return UNKNOWN;
  return keyed.sort((a, b) => a.key - b.key).map(({ x }) => x);
}

/** Python's order of texts. UTF-16's own differs where surrogates meet the code points above them. */
function byCodePoints(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

function numberOf(v: ExprValue | undefined): number | undefined {
  return typeof v === 'number' ? v : v instanceof Float ? v.value : undefined;
}

/** Extreme of ints (symbolic) or floats; takes a list or several arguments. */
function extreme(name: string, pick: (a: Dim, b: Dim) => Dim, pickFloat: (...v: number[]) => number) {
  return (args: readonly ExprValue[]): ExprValue => {
    const items = args.length === 1 ? listOf(args[0], name) : args;
    if (items.length === 0) throw new ExprError(`${name} of nothing`, 0);
    if (items.includes(UNKNOWN)) return UNKNOWN;
    if (items.every(isDim)) return items.reduce(pick);
    const numbers = items.map(numberOf);
    if (numbers.some((n) => n === undefined)) return new Float(undefined);
    return new Float(pickFloat(...numbers.map((n) => n ?? 0)));
  };
}

function fold(name: string, unit: number, combine: (a: Dim, b: Dim) => Dim) {
  return (args: readonly ExprValue[]): ExprValue => {
    const items = listOf(args[0], name);
    let total: Dim = unit;
    for (const item of items) {
      if (item === UNKNOWN) return UNKNOWN;
      if (!isDim(item)) throw new ExprError(`${name} needs ints`, 0);
      total = combine(total, item);
    }
    return total;
  };
}

function floatFunction(compute: (x: number) => number) {
  return (args: readonly ExprValue[]): ExprValue => {
    const x = numberOf(args[0]);
    return new Float(x === undefined ? undefined : compute(x));
  };
}

function rounding(compute: (x: number) => number, follow: (q: Quotient, ranges?: Ranges) => Dim | undefined) {
  return (args: readonly ExprValue[], env: ExprEnv): ExprValue => {
    const v = args[0];
    if (v !== undefined && isDim(v)) return v;
    if (typeof v === 'boolean') return Number(v);
    const x = numberOf(v);
    if (x !== undefined) return compute(x);
    const q = v === undefined ? undefined : quotientOf(v);
    return (q === undefined ? undefined : follow(q, env.ranges)) ?? env.fresh();
  };
}

function range(args: readonly ExprValue[]): ExprValue {
  if (args.some((v) => isDim(v) && typeof v !== 'number')) return UNKNOWN;
  if (args.some((v) => v instanceof SymbolicDim)) return UNKNOWN;
  const [a, b, c] = args.map((v) => intOf(v, 'range'));
  const from = b === undefined ? 0 : (a as number);
  const to = b === undefined ? (a as number) : b;
  const step = c ?? 1;
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
  if (count > MAX_RANGE) throw new ExprError(`range of ${count}: at most ${MAX_RANGE}`, 0);
  const out = new Array<number>(count);
  for (let i = 0; i < count; i++) out[i] = from + i * step;
  return out;
}

function quantifier(decides: boolean) {
  return (args: readonly ExprValue[]): ExprValue => {
    let unknown = false;
    for (const item of listOf(args[0], decides ? 'any' : 'all')) {
      if (item === UNKNOWN) unknown = true;
      else if (truth(item) === decides) return decides;
    }
    return unknown ? UNKNOWN : !decides;
  };
}

function isConstant(v: ExprValue): boolean {
  if (isList(v)) return v.every(isConstant);
  if (v instanceof Float) return v.value !== undefined;
  if (v instanceof TensorRef) return v.operand?.content?.kind === 'tensor';
  return v !== UNKNOWN && (typeof v !== 'object' || v === null);
}

/** Functions of the language itself; shape functions stand in src/shapes/functions. */
export const BUILTINS: ReadonlyMap<string, ExprFunction> = new Map<string, ExprFunction>([
  [
    'len',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'length of a list or string',
      call: ([v]) => (typeof v === 'string' ? v.length : listOf(v, 'len').length),
    },
  ],
  [
    'min',
    {
      minArgs: 1,
      maxArgs: MANY,
      doc: 'smallest of a list or of the arguments',
      call: extreme('min', dimMin, Math.min),
    },
  ],
  [
    'max',
    { minArgs: 1, maxArgs: MANY, doc: 'largest of a list or of the arguments', call: extreme('max', dimMax, Math.max) },
  ],
  ['sum', { minArgs: 1, maxArgs: 1, doc: 'sum of a list of ints', call: fold('sum', 0, dimAdd) }],
  ['prod', { minArgs: 1, maxArgs: 1, doc: 'product of a list of ints', call: fold('prod', 1, dimMul) }],
  ['range', { minArgs: 1, maxArgs: 3, doc: 'list of ints as Python range; unknown for symbolic bounds', call: range }],
  ['all', { minArgs: 1, maxArgs: 1, doc: 'true if every item holds', call: quantifier(false) }],
  ['any', { minArgs: 1, maxArgs: 1, doc: 'true if some item holds', call: quantifier(true) }],
  [
    'reversed',
    { minArgs: 1, maxArgs: 1, doc: 'the list backwards', call: ([v]) => [...listOf(v, 'reversed')].reverse() },
  ],
  [
    'sorted',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'constant numbers or texts in ascending order',
      call: ([v]) => inOrder(listOf(v, 'sorted')),
    },
  ],
  [
    'flatten',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'a list of lists as one list',
      call: ([v]) => listOf(v, 'flatten').flatMap((x) => (isList(x) ? x : [x])),
    },
  ],
  [
    'zip',
    {
      minArgs: 2,
      maxArgs: 4,
      doc: 'list of tuples of the items at the same index',
      call: (args) => {
        const lists = args.map((a) => listOf(a, 'zip'));
        const length = Math.min(...lists.map((l) => l.length));
        return Array.from({ length }, (_, i) => lists.map((l) => l[i] as ExprValue));
      },
    },
  ],
  [
    'abs',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'absolute value of a constant',
      call: ([v]) => (typeof v === 'number' ? Math.abs(v) : floatFunction(Math.abs)([v as ExprValue])),
    },
  ],
  ['int', { minArgs: 1, maxArgs: 1, doc: 'truncates to an int', call: rounding(Math.trunc, quotientTruncate) }],
  ['floor', { minArgs: 1, maxArgs: 1, doc: 'rounds down to an int', call: rounding(Math.floor, quotientFloor) }],
  ['ceil', { minArgs: 1, maxArgs: 1, doc: 'rounds up to an int', call: rounding(Math.ceil, quotientCeil) }],
  [
    'float',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'as a float',
      call: ([v]) => {
        if (v instanceof Float) return v;
        if (v !== undefined && isDim(v)) return floatOf({ numerator: v, denominator: 1 });
        return new Float(typeof v === 'boolean' ? Number(v) : undefined);
      },
    },
  ],
  ['sqrt', { minArgs: 1, maxArgs: 1, doc: 'square root', call: floatFunction(Math.sqrt) }],
  ['log', { minArgs: 1, maxArgs: 1, doc: 'natural logarithm', call: floatFunction(Math.log) }],
  ['exp', { minArgs: 1, maxArgs: 1, doc: 'exponential', call: floatFunction(Math.exp) }],
  [
    'ceil_div',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'division of ints rounded up',
      call: ([a, b]) => {
        if (a === undefined || b === undefined || !isDim(a) || typeof b !== 'number' || b === 0) return UNKNOWN;
        return dimNeg(dimFloorDiv(dimNeg(a), b));
      },
    },
  ],
  [
    'constant',
    {
      minArgs: 1,
      maxArgs: 1,
      unknownOk: true,
      doc: 'true if the value is wholly known at compile time',
      call: ([v]) => v !== undefined && isConstant(v),
    },
  ],
  [
    'known',
    { minArgs: 1, maxArgs: 1, unknownOk: true, doc: 'true unless the value is unknown', call: ([v]) => v !== UNKNOWN },
  ],
  [
    'symbolic',
    {
      minArgs: 1,
      maxArgs: 1,
      doc: 'true if an extent is known only as an expression of symbols',
      call: ([v]) => v !== undefined && isDim(v) && typeof v !== 'number',
    },
  ],
  ['is_tensor', { minArgs: 1, maxArgs: 1, doc: 'true for tensors', call: ([v]) => v instanceof TensorRef }],
  ['is_float', { minArgs: 1, maxArgs: 1, doc: 'true for Python floats', call: ([v]) => v instanceof Float }],
  ['is_int', { minArgs: 1, maxArgs: 1, doc: 'true for ints', call: ([v]) => v !== undefined && isDim(v) }],
  ['is_bool', { minArgs: 1, maxArgs: 1, doc: 'true for bools', call: ([v]) => typeof v === 'boolean' }],
  ['is_list', { minArgs: 1, maxArgs: 1, doc: 'true for lists', call: ([v]) => v !== undefined && isList(v) }],
  [
    'default',
    {
      minArgs: 2,
      maxArgs: 2,
      unknownOk: true,
      doc: 'the first unless it is none, else the second',
      call: ([a, b]) => (a === null || a === undefined ? (b as ExprValue) : a),
    },
  ],
  [
    'equal',
    {
      minArgs: 2,
      maxArgs: 2,
      unknownOk: true,
      doc: 'true if provably equal; false when unknown',
      call: ([a, b]) => a !== undefined && b !== undefined && equal(a, b) === true,
    },
  ],
  [
    'as_list',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'a list as it is; one value repeated n times',
      call: ([v, n]) => {
        const count = intOf(n, 'as_list');
        if (v !== undefined && isList(v))
          return v.length === 1 && count > 1 ? Array.from({ length: count }, () => v[0] as ExprValue) : v;
        return Array.from({ length: count }, () => v as ExprValue);
      },
    },
  ],
  [
    'axis',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'a dim counted from the front: axis(-1, 4) is 3',
      call: ([d, rank]) => {
        const axis = intOf(d, 'axis');
        const r = Math.max(intOf(rank, 'axis'), 1);
        if (axis < -r || axis >= r) throw new ExprError(`dim ${axis} is outside rank ${r}`, 0);
        return axis < 0 ? axis + r : axis;
      },
    },
  ],
  [
    'axes',
    {
      minArgs: 2,
      maxArgs: 2,
      doc: 'dims counted from the front, ascending; none or [] is all',
      call: ([dims, rank]) => {
        const r = intOf(rank, 'axes');
        if (dims === null || dims === undefined || (isList(dims) && dims.length === 0))
          return Array.from({ length: r }, (_, i) => i);
        const list: readonly ExprValue[] = isList(dims) ? dims : [dims];
        return [
          ...new Set(
            list.map((d) => {
              const a = intOf(d, 'axes');
              return a < 0 ? a + Math.max(r, 1) : a;
            }),
          ),
        ].sort((a, b) => a - b);
      },
    },
  ],
  [
    'permutation',
    {
      minArgs: 3,
      maxArgs: 3,
      doc: 'the identity permutation of a rank with two axes swapped',
      call: ([rank, a, b]) => {
        const r = intOf(rank, 'permutation');
        const perm = Array.from({ length: r }, (_, i) => i);
        if (r === 0) return perm;
        const fromFront = (v: ExprValue | undefined) => (intOf(v, 'permutation') + r) % r;
        const i = fromFront(a);
        const j = fromFront(b);
        perm[i] = j;
        perm[j] = i;
        return perm;
      },
    },
  ],
]);
