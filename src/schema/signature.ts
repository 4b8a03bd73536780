import type { OpName } from '../ir/graph.js';
import type { Type } from '../ir/type.js';

/** A default value or constant in a signature. */
export type Literal = number | boolean | string | null | readonly Literal[];

export interface Arg {
  readonly name: string;
  readonly type: Type;
  /** Absent when the argument has no default (a default of None is `null`). */
  readonly default?: Literal;
  readonly kwargOnly: boolean;
  /** Alias set names of `Tensor(a!)`; `mutates` for the `!`. */
  readonly alias?: readonly string[];
  readonly mutates: boolean;
}

export interface Result {
  readonly name?: string;
  readonly type: Type;
  readonly alias?: readonly string[];
}

/** An operator signature in PyTorch's syntax, e.g. `aten::size.int(Tensor self, int dim) -> int`. */
export interface Signature {
  readonly op: OpName;
  /** `aten::size` of `aten::size.int`. */
  readonly base: string;
  /** `int` of `aten::size.int`; empty for the default overload. */
  readonly overload: string;
  readonly args: readonly Arg[];
  /** `...`: takes any further operands, e.g. prim::ListConstruct. */
  readonly varargs: boolean;
  readonly results: readonly Result[];
  readonly varresults: boolean;
}
