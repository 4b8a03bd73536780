import {
  type ExprEnv,
  ExprError,
  type ExprFunction,
  type ExprValue,
  Float,
  isDim,
  isList,
  TensorRef,
  UNKNOWN,
} from '../../expr/value.js';
import type { Dim } from '../../ir/dim.js';
import { type DType, isDType } from '../../ir/dtype.js';

/** Reads one argument; UNKNOWN makes the whole call unknown. Throws ExprError for another kind of value. */
export type Reader<T> = (value: ExprValue) => T | typeof UNKNOWN;

function wrong(wanted: string): never {
  throw new ExprError(`expected ${wanted}`, 0);
}

/** An int, constant or symbolic; a float in its place (a Scalar argument) makes the result unknown. */
export const int: Reader<Dim> = (v) => {
  if (isDim(v)) return v;
  if (v instanceof Float) return UNKNOWN;
  return typeof v === 'boolean' ? Number(v) : wrong('an int');
};

/** An int that must be a constant: a symbolic one makes the result unknown. */
export const constant: Reader<number> = (v) => {
  const d = int(v);
  return typeof d === 'number' ? d : UNKNOWN;
};

/** True or False, known. */
export const bool: Reader<boolean> = (v) => (typeof v === 'boolean' ? v : wrong('a bool'));

/** A text. */
export const str: Reader<string> = (v) => (typeof v === 'string' ? v : wrong('a string'));

/** A constant number, int or float. */
export const real: Reader<number> = (v) => {
  if (v instanceof Float) return v.value ?? UNKNOWN;
  return constant(v);
};

/** A tensor, of which its type and content can be asked. */
export const tensor: Reader<TensorRef> = (v) => (v instanceof TensorRef ? v : wrong('a tensor'));

/** The name of a dtype. */
export const dtype: Reader<DType> = (v) => (typeof v === 'string' && isDType(v) ? v : wrong('a dtype'));

/** Anything, unknown included (for functions declared `unknownOk`). */
export const any: Reader<ExprValue> = (v) => v;

/** None, or what the reader takes. */
export function optional<T>(reader: Reader<T>): Reader<T | null> {
  return (v) => (v === null ? null : reader(v));
}

/** A list of which every item is known. */
export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (v) => {
    if (!isList(v)) return wrong('a list');
    // Most lists are of what is wanted already, and stand for themselves.
    let other: unknown[] | undefined;
    for (let i = 0; i < v.length; i++) {
      const item = v[i] ?? null;
      if (item === UNKNOWN) return UNKNOWN;
      const read = reader(item);
      if (read === UNKNOWN) return UNKNOWN;
      if (other === undefined && read !== item) other = v.slice(0, i);
      other?.push(read);
    }
    return (other ?? v) as readonly T[];
  };
}

/** A list, or one item that stands for a list of it. */
export function oneOrMore<T>(reader: Reader<T>): Reader<readonly T[]> {
  const list = listOf(reader);
  return (v) => list(isList(v) ? v : [v]);
}

export const shape: Reader<readonly Dim[]> = listOf(int);
export const ints: Reader<readonly Dim[]> = oneOrMore(int);
export const constants: Reader<readonly number[]> = oneOrMore(constant);
export const tensors: Reader<readonly TensorRef[]> = listOf(tensor);

/** Some known items among unknown ones. */
export const anyList: Reader<readonly ExprValue[]> = (v) => (isList(v) ? v : wrong('a list'));

interface Options {
  /** Arguments that may be left out at the end; they read as none. */
  readonly optional?: number;
  /** What the first argument, a text, may be. */
  readonly choices?: readonly string[];
}

/** A function of the expression language from typed readers of its arguments and a body. */
export function define<A extends readonly unknown[]>(
  doc: string,
  readers: readonly [...{ [K in keyof A]: Reader<A[K]> }],
  body: (env: ExprEnv, ...args: A) => ExprValue,
  options: Options = {},
): ExprFunction {
  const list: readonly Reader<unknown>[] = readers;
  return {
    doc,
    minArgs: list.length - (options.optional ?? 0),
    maxArgs: list.length,
    unknownOk: list.includes(any),
    choices: options.choices,
    call(args, env) {
      const values: unknown[] = [];
      for (let i = 0; i < list.length; i++) {
        const given = args[i] ?? null;
        const reader = list[i] as Reader<unknown>;
        if (given === UNKNOWN && reader !== any) return UNKNOWN;
        const read = reader(given);
        if (read === UNKNOWN && reader !== any) return UNKNOWN;
        values.push(read);
      }
      return body(env, ...(values as unknown as A));
    },
  };
}

/** A function of any number of arguments, each read alike. */
export function variadic<T>(
  doc: string,
  reader: Reader<T>,
  body: (env: ExprEnv, args: readonly T[]) => ExprValue,
): ExprFunction {
  const read = listOf(reader);
  return {
    doc,
    minArgs: 1,
    maxArgs: 255,
    call(args, env) {
      const values = read(args);
      return values === UNKNOWN ? UNKNOWN : body(env, values as readonly T[]);
    },
  };
}

export type FunctionTable = Readonly<Record<string, ExprFunction>>;
