import type { Content } from '../ir/content.js';
import { type Dim, type Ranges, SymbolicDim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Type } from '../ir/type.js';
import type { Ast } from './ast.js';

/** Spreads through every operation: the fact cannot be told at compile time. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** `numerator / denominator`, exactly; the denominator is positive. */
export interface Quotient {
  readonly numerator: Dim;
  readonly denominator: number;
}

/**
 * A Python float, apart from ints; `value` is undefined when only known at run time. `quotient` is set for floats
 * that come from extents (`h / 2`), so that rounding them gives an extent again.
 */
export class Float {
  constructor(
    readonly value: number | undefined,
    readonly quotient?: Quotient,
  ) {}
}

/** What an expression sees of an operand: its type and what is known of its value. Implemented by ir `Value`s and ONNX values. */
export interface Operand {
  readonly type: Type;
  readonly content: Content | undefined;
}

/** A tensor operand inside an expression. Fields: shape, dtype, rank, elements. */
export class TensorRef {
  constructor(
    readonly dtype: DType | undefined,
    readonly shape: readonly Dim[] | undefined,
    /** Elements of a small integer tensor that holds extents. */
    readonly elements: readonly Dim[] | undefined,
    readonly operand: Operand | undefined,
    /** Elements of a small float tensor that was computed from extents. */
    readonly floats?: readonly (Dim | Float)[],
  ) {}
}

/** Values of expressions. Ints are symbolic extents, dtypes are their names as strings, None is null. */
export type ExprValue = Dim | Float | boolean | string | null | typeof UNKNOWN | TensorRef | readonly ExprValue[];

/** True for an integer, constant or symbolic. */
export function isDim(v: ExprValue): v is Dim {
  return typeof v === 'number' || v instanceof SymbolicDim;
}

/** True for a list of values. */
export function isList(v: ExprValue): v is readonly ExprValue[] {
  return Array.isArray(v);
}

/** Evaluation context of an expression. */
export interface ExprEnv {
  /** The value of a name (`self`, `$x`, a `let` name); undefined when nothing binds it. */
  lookup(name: string): ExprValue | undefined;
  function(name: string): ExprFunction | undefined;
  /** A new unknown symbol (`_u1`...), for data-dependent extents. */
  fresh(): SymbolicDim;
  /**
   * What the body of a list comprehension sees: `name` is `item`, the one at `index` of the list, which is what the name
   * `list` stands for where it is a name. Absent: all that stands here, and the item.
   */
  bindItem?(name: string, item: ExprValue, list: string | undefined, index: number): ExprEnv;
  /** Notes that a run can only go on if the extent is at least `min`. */
  assume?(extent: Dim, min: number): void;
  /** Bounds of symbols, for comparisons that hold at every size in range. */
  readonly ranges?: Ranges;
}

/**
 * A named function of the expression language. Pure. `unknownOk`: called even when an argument is
 * UNKNOWN (otherwise the result is UNKNOWN without a call).
 */
export interface ExprFunction {
  readonly call: (args: readonly ExprValue[], env: ExprEnv) => ExprValue;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly unknownOk?: boolean;
  /** Called instead of `call`, with the names that stand as arguments: for what is asked of a name, not of its value. */
  readonly byName?: (names: readonly string[], env: ExprEnv) => ExprValue;
  /** What the first argument, a text, may be. */
  readonly choices?: readonly string[];
  /** One line for the docs and for editors. */
  readonly doc: string;
}

/** A parsed expression. `names` are the free names it reads, `calls` the functions, for checks at load. */
export interface Expr {
  readonly text: string;
  readonly names: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
  /** The syntax tree, for checks at load. */
  readonly ast: Ast;
  /** Throws ExprError (with an offset into `text`) when operands do not fit. */
  evaluate(env: ExprEnv): ExprValue;
}

/** A problem in or with an expression, `offset` characters into its text. */
export class ExprError extends Error {
  constructor(
    message: string,
    readonly offset: number,
    readonly length = 1,
    /** What to write instead, where that can be told. */
    readonly help?: string,
  ) {
    super(message);
    this.name = 'ExprError';
  }
}
