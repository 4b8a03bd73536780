import type { Span } from '../diagnostics/diagnostic.js';
import type { ResultFact } from './operator-schema.js';

/**
 * A recipe as `rules/onnx/<family>.yaml` writes it, normalized: how one operator becomes ONNX nodes.
 * Strings that stand for values are expressions (docs/rules.md).
 */
export interface Recipe {
  /** Operators that this recipe converts. */
  readonly ops: readonly string[];
  /** Holds, or the next recipe of the operator is tried. */
  readonly when?: string;
  /**
   * Whether it is for calls with complex tensors, which ONNX holds as real ones with a last axis of 2 (real and
   * imaginary part) that no shape of an argument shows: only for those, for both, or (absent) for real ones only.
   */
  readonly complex?: 'only' | 'any';
  /** The result has the rank that the run gives it, whatever the facts say; only for results that leave the graph. */
  readonly rank?: 'open';
  /** Range of ONNX opsets, e.g. `>=18` or `<20`. */
  readonly opset?: string;
  /** Names for later expressions, in order. */
  readonly let: readonly (readonly [name: string, expr: string])[];
  /** Arguments cast before use, to the result's dtype unless `to` says another. */
  readonly promote?: { readonly args: readonly string[]; readonly to?: string };
  readonly steps: readonly RecipeStep[];
  /** Steps' names that are the operator's results; the last step's outputs when absent. */
  readonly out?: readonly string[];
  readonly span?: Span;
}

export type RecipeStep = NodeStep | CallStep | LoopStep | BranchStep;

/** One ONNX node. */
export interface NodeStep {
  readonly kind: 'node';
  readonly op: string;
  /** '' is ONNX's own domain. */
  readonly domain: string;
  /** The version of the domain that brought the operator; 1 when absent. A model imports the highest. */
  readonly version?: number;
  /** False for a node that is neither shared with an equal one nor removed; that of the schema when absent. */
  readonly pure?: boolean;
  /** Facts of the outputs in order, where no table knows the operator; results of the recipe need none. */
  readonly infer?: readonly Pick<ResultFact, 'dtype' | 'shape'>[];
  readonly in: readonly RecipeItem[];
  readonly attrs: readonly (readonly [name: string, value: RecipeAttribute])[];
  /** Names of the step's outputs, for `$name`. */
  readonly out: readonly string[];
  /** The step is left out when this does not hold; its first input then stands for its output. */
  readonly if?: string;
}

/** The conversion of another operator, with all that its own recipes or converter know. */
export interface CallStep {
  readonly kind: 'call';
  /** Full name, e.g. `aten::log_softmax.int`. */
  readonly op: string;
  /** Operands by argument; those left out have their defaults. */
  readonly in: readonly (readonly [argument: string, operand: CallOperand])[];
  readonly out: readonly string[];
  /** As of a node; the first operand stands for the output. */
  readonly if?: string;
}

/** Steps once for each item of a list whose length is known at compile time. */
export interface LoopStep {
  readonly kind: 'for';
  /** Bound to the item: `$name` for a tensor, `name` in expressions otherwise. */
  readonly name: string;
  /** `...list` for the tensors of a list, else an expression that gives a list. */
  readonly over: string;
  /** Steps' names with their values before the first turn; a turn that gives one again replaces it. */
  readonly carry: readonly (readonly [name: string, initial: RecipeItem])[];
  readonly let: readonly (readonly [name: string, expr: string])[];
  readonly do: readonly RecipeStep[];
  /** Names whose values of all turns become lists, read as `...$name`. */
  readonly collect: readonly string[];
}

/** Steps that depend on what is known at compile time. */
export interface BranchStep {
  readonly kind: 'if';
  readonly test: string;
  readonly do: readonly RecipeStep[];
  readonly else: readonly RecipeStep[];
}

export const ATTRIBUTE_KINDS = ['int', 'float', 'string', 'ints', 'floats', 'strings'] as const;

export type AttributeKind = (typeof ATTRIBUTE_KINDS)[number];

/**
 * A string is an expression; numbers and booleans are literal. The kind is told by the operator's signature; where there
 * is none (a custom domain) by the value, or by the recipe.
 */
export type RecipeAttribute = AttributeValue | { readonly kind: AttributeKind; readonly value: AttributeValue };

export type AttributeValue = string | number | boolean | readonly AttributeValue[];

/**
 * An input of a node: an argument, `$step` or `list[index]` by name, `...list` for all tensors of a list, null for an
 * omitted optional input, a constant (also written as a bare number), a cast of an argument or step, or an optional
 * argument with its default. A constant without a dtype takes that of the inputs of its kind, or int64, float32, bool.
 */
export type RecipeItem =
  | string
  | null
  | { readonly const: string; readonly dtype?: string; readonly shape?: string }
  | { readonly arg: string; readonly cast: string }
  /** The argument, or `else` when it is None. */
  | { readonly arg: string; readonly else: RecipeItem; readonly cast?: string };

/** An operand of a call: an argument or `$step` by name, an expression, an item, or a list of operands. */
export type CallOperand = RecipeItem | { readonly list: readonly CallOperand[] };
