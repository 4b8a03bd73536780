import { readdirSync, readFileSync } from 'node:fs';

/**
 * A tensor argument; a complex one has twice the elements, real and imaginary parts in turn. `d` holds extents and symbols; elements are `v`, repeated to fill, or drawn by `seed`.
 */
export interface CaseTensor {
  readonly t: string;
  readonly d: readonly (number | string)[];
  readonly v?: readonly (number | string)[];
  readonly seed?: number;
  readonly lo?: number;
  readonly hi?: number;
  /** A constant of the model: its extents never vary. */
  readonly w?: true;
  /** Axes whose extents are static in every mode. */
  readonly k?: readonly number[];
}

/** An argument: a bare number is an int. `sym` is an int computed from the sizes. */
export type CaseArg =
  | null
  | boolean
  | number
  | string
  | { readonly f: number | string }
  | { readonly sym: string }
  | { readonly list: readonly CaseArg[] }
  | CaseTensor;

export interface CaseResult {
  readonly t: string;
  readonly s: readonly number[];
  /** `v` holds every n-th element. */
  readonly n?: number;
  readonly v: readonly (number | string)[];
}

/** A call of one operator and what PyTorch gives at each of its sizes; written by record.py. */
export interface OperatorCase {
  readonly id: string;
  readonly op: string;
  /** In the order of the signature; arguments that are left out have their defaults. */
  readonly args: Readonly<Record<string, CaseArg>>;
  readonly sizes: readonly Readonly<Record<string, number>>[];
  readonly results: readonly (readonly CaseResult[])[];
  /** Tolerance, relative and absolute, where the dtype's own is too tight. */
  readonly tol?: number;
  /** Compare dtypes and shapes only: random results. */
  readonly random?: true;
}

export function isTensorArg(a: CaseArg): a is CaseTensor {
  return typeof a === 'object' && a !== null && 't' in a;
}

/** The numbers that JSON cannot hold are spelled. */
export function numberOf(v: number | string): number {
  return typeof v === 'number' ? v : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v);
}

/** Draws of a linear congruential generator (Numerical Recipes), as record.py makes them. */
function* draws(seed: number): Generator<number> {
  let x = seed >>> 0;
  for (;;) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

/** The elements of a tensor argument: exact in every dtype, two bytes wide ones too. */
export function elementsOf(tensor: CaseTensor, count: number): number[] {
  const { v } = tensor;
  if (v !== undefined) return Array.from({ length: count }, (_, i) => numberOf(v[i % v.length] ?? 0));
  const source = draws(tensor.seed ?? 1);
  const next = (): number => source.next().value ?? 0;
  return Array.from({ length: count }, () => {
    const u = next();
    if (tensor.t === 'bool') return u < 0.5 ? 1 : 0;
    const [lo, hi] = [tensor.lo ?? -4, tensor.hi ?? 4];
    if (!/float|complex/.test(tensor.t)) return lo + Math.floor(u * (hi - lo));
    return lo + (Math.floor(u * 129) / 128) * (hi - lo);
  });
}

/** Every recorded case by file. `folder` is a folder of JSON files. */
export function recordedCases(folder: URL): Map<string, OperatorCase[]> {
  const files = readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort();
  return new Map(
    files.map((f) => {
      const cases: OperatorCase[] = JSON.parse(readFileSync(new URL(f, folder), 'utf8'));
      return [f.replace(/\.json$/, ''), cases];
    }),
  );
}
