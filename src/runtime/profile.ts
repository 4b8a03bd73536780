import type { DimRange } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { type Dim, dimEvaluate, dimRange, dimSymbols, type Ranges } from '../ir/dim.js';
import { parseDimText } from './dim-text.js';

/** Sizes that an engine is built for: the range of every symbol, and the size to tune for. */
export interface Profile {
  /** For messages: `decode`, `prefill`, ... */
  readonly name: string;
  readonly dims: Readonly<Record<string, DimRange>>;
}

/** A value of a model that may be an input of an engine: a graph input, or one between two partitions. */
export interface ProfiledValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** TensorRT's shape strings, of the least, the usual and the largest sizes. */
export interface ProfileShapes {
  readonly min: string;
  readonly opt: string;
  readonly max: string;
}

/** The symbol of an axis: its own, or for an axis without one a name made of the input's, as the compiler makes it. */
export function axisSymbol(input: string, axis: number, dim: string): string {
  return dim === '?' ? `${input.replace(/\W/g, '_')}_dim${axis}` : dim;
}

/**
 * What is wrong with a profile for a model: ranges that are not min <= opt <= max, ranges of symbols that no input has,
 * and, where an engine is to be built, symbols without a range. All problems come together. Errors: `profile-missing`,
 * `dim-unknown`, `dim-range`.
 */
export function checkProfile(inputs: readonly ProfiledValue[], profile: Profile, forEngine: boolean): void {
  const problems: Diagnostic[] = [];
  const places = new Map<string, string>();
  for (const { name, dims } of inputs) {
    for (const [axis, dim] of dims.entries()) {
      if (typeof dim === 'number') continue;
      for (const symbol of symbolsOf(axisSymbol(name, axis, dim))) places.set(symbol, `axis ${axis} of ${name}`);
    }
  }
  for (const [symbol, place] of places) {
    if (!forEngine || profile.dims[symbol] !== undefined) continue;
    problems.push({
      code: 'profile-missing',
      severity: 'error',
      message: `${profile.name} has no range for ${symbol} (${place}), and TensorRT builds an engine for ranges`,
      help: `give --dim ${symbol}=MIN:OPT:MAX, here or when the model is compiled`,
    });
  }
  for (const [symbol, { min, opt, max }] of Object.entries(profile.dims)) {
    if (!places.has(symbol)) {
      const message = `${profile.name} has a range for ${symbol}, which no input has`;
      const help = `the symbols are: ${[...places.keys()].join(', ') || 'none'}`;
      problems.push({ code: 'dim-unknown', severity: 'error', message, help });
    }
    if ([min, opt, max].every(Number.isSafeInteger) && 0 <= min && min <= opt && opt <= max) continue;
    const message = `${profile.name} has ${symbol}=${min}:${opt}:${max}, which is not MIN <= OPT <= MAX`;
    problems.push({ code: 'dim-range', severity: 'error', message });
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
}

/**
 * Shapes for every value with varying sizes: of inputs by their symbols, of values between by their extents, whose
 * bounds follow from the symbols' ranges. A value of unbounded or unknown extents has no shapes here; where TensorRT
 * would need them, it says so.
 */
export function profileShapes(values: readonly ProfiledValue[], { dims }: Profile): ProfileShapes {
  const ranges: Ranges = new Map(Object.entries(dims));
  const usual = new Map(Object.entries(dims).map(([symbol, { opt }]) => [symbol, opt]));
  const shapes: { min: string[]; opt: string[]; max: string[] } = { min: [], opt: [], max: [] };
  for (const value of values) {
    if (/[,:]/.test(value.name) || value.dims.every((dim) => typeof dim === 'number')) continue;
    const bounds = value.dims.map((dim, axis) =>
      boundsOf(typeof dim === 'number' ? dim : axisSymbol(value.name, axis, dim), ranges, usual),
    );
    if (bounds.length === 0 || !bounds.every((bound) => bound !== undefined)) continue;
    shapes.min.push(`${value.name}:${bounds.map(({ min }) => min).join('x')}`);
    shapes.opt.push(`${value.name}:${bounds.map(({ opt }) => opt).join('x')}`);
    shapes.max.push(`${value.name}:${bounds.map(({ max }) => max).join('x')}`);
  }
  return { min: shapes.min.join(','), opt: shapes.opt.join(','), max: shapes.max.join(',') };
}

function boundsOf(text: number | string, ranges: Ranges, usual: ReadonlyMap<string, number>): DimRange | undefined {
  const dim: Dim | undefined = typeof text === 'number' ? text : parseDimText(text);
  if (dim === undefined) return undefined;
  for (const symbol of dimSymbols(dim)) if (!usual.has(symbol)) return undefined;
  const opt = dimEvaluate(dim, usual);
  const { min, max } = dimRange(dim, ranges);
  if (!Number.isSafeInteger(opt) || !Number.isSafeInteger(max)) return undefined;
  return { min: Math.max(0, Math.min(min, opt)), opt, max: Math.max(max, opt) };
}

function symbolsOf(text: string): Iterable<string> {
  const dim = parseDimText(text);
  return dim === undefined ? [text] : dimSymbols(dim);
}

/** The size that an input gives each symbol. */
export type FedSizes = ReadonlyMap<string, { readonly size: number; readonly place: string }>;

/** The sizes that fed shapes give the symbols. Axes that are expressions of symbols give none. */
export function fedSizes(
  inputs: readonly ProfiledValue[],
  shapeOf: (input: string) => readonly number[] | undefined,
): FedSizes {
  const sizes = new Map<string, { readonly size: number; readonly place: string }>();
  for (const { name, dims } of inputs) {
    const shape = shapeOf(name);
    for (const [axis, dim] of dims.entries()) {
      const size = shape?.[axis];
      if (typeof dim === 'number' || size === undefined) continue;
      sizes.set(axisSymbol(name, axis, dim), { size, place: `axis ${axis} of ${name}` });
    }
  }
  return sizes;
}

/** What leaves a profile's ranges, for each symbol that does. */
export function outsideProfile(sizes: FedSizes, { name, dims }: Profile): string[] {
  const outside: string[] = [];
  for (const [symbol, { size, place }] of sizes) {
    const range = dims[symbol];
    if (range === undefined || (size >= range.min && size <= range.max)) continue;
    outside.push(`${symbol} is ${size} by ${place}, outside the range ${range.min} to ${range.max} of ${name}`);
  }
  return outside;
}

/** The profile widened so that it takes the sizes. */
export function widenProfile(profile: Profile, sizes: FedSizes): Profile {
  const dims = { ...profile.dims };
  for (const [symbol, { size }] of sizes) {
    const range = dims[symbol];
    if (range === undefined) continue;
    dims[symbol] = { ...range, min: Math.min(range.min, size), max: Math.max(range.max, size) };
  }
  return { ...profile, dims };
}

/** The size of an axis by its text and the symbols' sizes; undefined where these do not decide it. */
export function sizeOf(text: string, sizes: ReadonlyMap<string, number>): number | undefined {
  const dim = parseDimText(text);
  if (dim === undefined) return sizes.get(text);
  for (const symbol of dimSymbols(dim)) if (!sizes.has(symbol)) return undefined;
  return dimEvaluate(dim, sizes);
}
