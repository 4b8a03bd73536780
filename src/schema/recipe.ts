import type { Span } from '../diagnostics/diagnostic.js';

/**
 * A recipe as `rules/onnx/<family>.yaml` writes it, normalized: how one operator becomes ONNX nodes.
 * Strings that stand for values are expressions (docs/rules.md).
 */
export interface Recipe {
  /** Operators that this recipe converts. */
  readonly ops: readonly string[];
  /** Holds, or the next recipe of the operator is tried. */
  readonly when?: string;
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

export interface RecipeStep {
  readonly op: string;
  /** '' is ONNX's own domain. */
  readonly domain: string;
  readonly in: readonly RecipeItem[];
  readonly attrs: readonly (readonly [name: string, value: RecipeAttribute])[];
  /** Names of the step's outputs, for `$name`. */
  readonly out: readonly string[];
  /** The step is left out when this does not hold; its first input then stands for its output. */
  readonly if?: string;
}

/** A string is an expression; numbers and booleans are literal. */
export type RecipeAttribute = string | number | boolean | readonly RecipeAttribute[];

/**
 * An input of a step: an argument or `$step` by name, `...arg` for all tensors of a list, null for an omitted
 * optional input, a constant, a cast of an argument or step, or an optional argument with its default.
 */
export type RecipeItem =
  | string
  | null
  | { readonly const: string; readonly dtype?: string; readonly shape?: string }
  | { readonly arg: string; readonly cast: string }
  /** The argument, or `else` when it is None. */
  | { readonly arg: string; readonly else: RecipeItem };
