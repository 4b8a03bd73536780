import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { Float, isDim, isList } from '../expr/value.js';
import { type DType, isComplex, isFloating } from '../ir/dtype.js';
import type { Graph, Value } from '../ir/graph.js';
import { tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import type { Type } from '../ir/type.js';
import type { RuleBook } from '../rulebook/load.js';
import type { CaseDim, CaseRange, CaseValue } from './case-file.js';
import { type CaseScope, caseProblem, dimAt, type Sizes, valueAt } from './case-graph.js';

/** Steps between floats that are drawn: few enough bits that every dtype holds them exactly. */
const FLOAT_STEPS = 32;
const FLOAT_BOUND = 4;
/** Numbers read off tensors are mostly sizes and places. */
const NUMBER_RANGE: readonly [number, number] = [1, 4];
const INT_RANGE: readonly [number, number] = [-4, 4];
const UNSIGNED_RANGE: readonly [number, number] = [0, 8];

/** One tensor for each input of a graph, in order. */
export type Feeds = readonly TensorData[];

/**
 * What the inputs of a graph are fed at given sizes: what `values` say, the rest drawn from `random` (in [0, 1)) by
 * dtype: floats in steps of 1/32 within 4, ints within 4, numbers that a cast reads from 1 to 4. Errors: `rule-case`
 * for an input whose dtype or rank nothing tells, or a value that does not fit.
 */
export function drawFeeds(
  book: RuleBook,
  graph: Graph,
  c: CaseScope,
  sizes: Sizes,
  values: Readonly<Record<string, CaseValue>>,
  random: () => number,
): Feeds {
  return graph.inputs.map((input) => {
    const given = values[input.name];
    const dtype = dtypeOf(book, input, c, given);
    const shape = shapeOf(book, input, c, given, sizes);
    const count = shape.reduce((a, b) => a * b, 1) * (isComplex(dtype) ? 2 : 1);
    const numbers = elements(input, c, given, dtype, count, sizes, isNumber(book, input), random);
    if (!isComplex(dtype)) return tensorFromNumbers(dtype, numbers, shape);
    const real = tensorFromNumbers(dtype === 'complex64' ? 'float32' : 'float64', numbers);
    return new TensorData(dtype, shape, real.source);
  });
}

/** The dtypes of a graph's inputs, those of numbers too. Errors: `rule-case` where nothing tells one. */
export function inputDtypes(
  book: RuleBook,
  graph: Graph,
  c: CaseScope,
  values: Readonly<Record<string, CaseValue>>,
): DType[] {
  return graph.inputs.map((input) => dtypeOf(book, input, c, values[input.name]));
}

/** True for an input that some operator reads as a number, or that is one. */
function isNumber(book: RuleBook, input: Value): boolean {
  return (
    input.type.kind !== 'tensor' || [...input.uses].some(({ user }) => 'op' in user && book.roles.casts.has(user.op))
  );
}

const SCALARS: Readonly<Record<string, DType>> = { int: 'int64', float: 'float64', bool: 'bool', number: 'int64' };

/** The type of the number that is read off an input. */
function readType(book: RuleBook, input: Value): Type | undefined {
  if (input.type.kind !== 'tensor') return input.type;
  for (const { user } of input.uses) {
    if ('op' in user && book.roles.casts.has(user.op)) return user.outputs[0]?.type;
  }
  return undefined;
}

function dtypeOf(book: RuleBook, input: Value, c: CaseScope, given: CaseValue | undefined): DType {
  const own = isRange(given) ? given.dtype : undefined;
  const known = own ?? (input.type.kind === 'tensor' ? input.type.dtype : undefined);
  if (known !== undefined) return known;
  const read = readType(book, input);
  const natural = SCALARS[(read?.kind === 'list' ? read.element : read)?.kind ?? ''];
  if (natural !== undefined) return natural;
  if (input.type.kind !== 'tensor')
    throw problem(c, `the input ${input.name} is neither a tensor nor a number`, TELL_DIMS);
  const help = 'write its type (`%x : Float(*)`) or `values: { x: { dtype: float32 } }`';
  throw problem(c, `nothing tells the dtype of the input ${input.name}`, help);
}

function shapeOf(
  book: RuleBook,
  input: Value,
  c: CaseScope,
  given: CaseValue | undefined,
  sizes: Sizes,
): readonly number[] {
  const { type } = input;
  if (type.kind === 'tensor' && type.shape !== undefined) return type.shape.map((d) => dimAt(d, sizes));
  const read = readType(book, input);
  if (read === undefined) throw problem(c, `nothing tells the extents of the input ${input.name}`, TELL_DIMS);
  if (read.kind !== 'list') return [];
  const items = isRange(given) || given === undefined ? undefined : valuesAt(given, sizes);
  if (items === undefined) throw problem(c, `\`values\` must tell the items of the input ${input.name}`);
  return [items.length];
}

const TELL_DIMS = 'tell them in `dims: { x: [N, 3] }`; of a list of tensors, `dims: { l: [[N, 3], [M, 3]] }`';

function elements(
  input: Value,
  c: CaseScope,
  given: CaseValue | undefined,
  dtype: DType,
  count: number,
  sizes: Sizes,
  number: boolean,
  random: () => number,
): number[] {
  if (given === undefined || isRange(given)) {
    const { range } = given ?? {};
    const [lo, hi] =
      range === undefined
        ? defaultRange(dtype, number)
        : [bound(range[0], input, c, sizes), bound(range[1], input, c, sizes)];
    if (!(lo <= hi)) throw problem(c, `the range of ${input.name} is empty: ${lo} to ${hi}`);
    return Array.from({ length: count }, () => draw(dtype, lo, hi, random()));
  }
  const found = valuesAt(given, sizes);
  if (found.some((v) => v === undefined)) throw problem(c, `a value of ${input.name} is no number at these sizes`);
  if (count > 0 && found.length === 0) throw problem(c, `\`values\` gives no element of ${input.name}`);
  return Array.from({ length: count }, (_, i) => found[i % found.length] ?? 0);
}

function defaultRange(dtype: DType, number: boolean): readonly [number, number] {
  if (isFloating(dtype) || isComplex(dtype)) return [-FLOAT_BOUND, FLOAT_BOUND];
  if (number) return NUMBER_RANGE;
  return dtype === 'uint8' ? UNSIGNED_RANGE : INT_RANGE;
}

function draw(dtype: DType, lo: number, hi: number, u: number): number {
  if (dtype === 'bool') return u < 0.5 ? 1 : 0;
  if (!isFloating(dtype) && !isComplex(dtype)) return Math.min(hi, lo + Math.floor(u * (hi - lo + 1)));
  const steps = Math.max(1, Math.round((hi - lo) * FLOAT_STEPS));
  return lo + (Math.round(u * steps) / steps) * (hi - lo);
}

function bound(d: CaseDim, input: Value, c: CaseScope, sizes: Sizes): number {
  const v = numberAt(d, sizes);
  if (v === undefined) throw problem(c, `a bound of ${input.name} is no number at these sizes: ${d}`);
  return v;
}

/** The numbers that are spelled because YAML's own forms are not JSON's. */
const SPELLED: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);

/** The elements that a value tells; undefined for one that is no number. */
function valuesAt(given: Exclude<CaseValue, CaseRange>, sizes: Sizes): (number | undefined)[] {
  if (isItems(given)) return given.map((v) => numberAt(v, sizes));
  if (typeof given !== 'string' || SPELLED.has(given)) return [numberAt(given, sizes)];
  const v = valueAt(given, sizes);
  return isList(v) ? v.map(plain) : [plain(v)];
}

/** A number as cases write it: plain, spelled, or an expression over the symbols. */
export function numberAt(v: number | boolean | string, sizes: Sizes = {}): number | undefined {
  if (typeof v !== 'string') return Number(v);
  return SPELLED.get(v) ?? plain(valueAt(v, sizes));
}

function plain(v: ReturnType<typeof valueAt>): number | undefined {
  if (typeof v === 'boolean') return Number(v);
  if (v instanceof Float) return v.value;
  return isDim(v) && typeof v === 'number' ? v : undefined;
}

function isRange(v: CaseValue | undefined): v is CaseRange {
  return typeof v === 'object' && !Array.isArray(v);
}

function isItems(v: CaseValue | undefined): v is readonly (number | boolean | string)[] {
  return Array.isArray(v);
}

function problem(c: CaseScope, message: string, help?: string): DiagnosticError {
  return new DiagnosticError(caseProblem(c, message, help === undefined ? {} : { help }));
}
