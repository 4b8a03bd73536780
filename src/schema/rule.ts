import type { Span } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import type { Literal } from './signature.js';

export type RuleId = string;

/**
 * What a value must look like.
 * - `capture`: any value, bound to a name (`$x`); the same name twice is the same value.
 * - `literal`: a constant (None is null).
 * - `node`: the result of an operator.
 * - `any`: the first of the alternatives that matches.
 * - `list`: the items of a list constructor; `rest` captures those beyond `items`.
 */
export type Pattern =
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | string | null }
  | NodePattern
  | { readonly kind: 'any'; readonly of: readonly Pattern[] }
  | { readonly kind: 'list'; readonly items: readonly Pattern[]; readonly rest?: string };

export interface NodePattern {
  readonly kind: 'node';
  /** Alternatives; each has every argument that `in` names. */
  readonly ops: readonly OpName[];
  readonly in: readonly (readonly [arg: string, pattern: Pattern])[];
  /** Captures the operands of a variadic operator beyond its arguments. */
  readonly operands?: string;
  /** Captures the node's first result. */
  readonly as?: string;
  /** Two arguments that may also stand the other way round. */
  readonly commutative?: readonly [string, string];
}

/** How a rewrite makes a value. */
export type Template =
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Literal }
  /** The tensor behind a cast; anything else is frozen to a tensor. */
  | { readonly kind: 'tensor'; readonly name: string }
  /** A constant computed from the captures: an expression. */
  | { readonly kind: 'compute'; readonly text: string }
  | NodeTemplate;

export interface NodeTemplate {
  readonly kind: 'node';
  readonly op: OpName;
  readonly in: readonly (readonly [arg: string, value: Template])[];
  /** Operands of a variadic operator beyond its arguments: captured values, in order, as they are or as tensors. */
  readonly operands: readonly { readonly name: string; readonly tensors: boolean }[];
  /** The blocks of the matched node move here; their scalar parameters and results become tensors. */
  readonly blocks: boolean;
}

/** A rewrite rule as rules/translation-map.yaml and rules/lowering/*.yaml declare it. */
export interface Rule {
  readonly id: RuleId;
  readonly why: string;
  readonly match: NodePattern;
  /** Expressions over the captures, and `result`, the matched node's; each must hold. */
  readonly where: readonly string[];
  /** The results in order are those of the template's operator; with `each`, the template is made once a result. */
  readonly rewrite: Template;
  /** The template is made once for each result of the matched node; its expressions see the index as `i`. */
  readonly each: boolean;
  /** Higher wins where several rules match; the number of operators in the pattern unless the rule says. */
  readonly benefit: number;
  readonly span: Span;
}
