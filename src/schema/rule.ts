import type { Span } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import type { Literal } from './signature.js';

export type RuleId = string;

/**
 * What a value must look like. Captures are bound from left to right, operands before what follows them; an expression
 * inside a pattern (`where`) and a negation see those that are bound before it.
 * - `capture`: any value, bound to a name (`$x`); the same name twice is the same value, or an equal constant.
 * - `wildcard`: any value (`_`).
 * - `literal`: a constant, None and lists of constants too.
 * - `default`: a constant that equals the default of the argument it stands for.
 * - `node`: a result of an operator.
 * - `list`: the items of a list that the graph constructs, or of a constant list where nothing is captured.
 * - `any`: one of the alternatives, the first with which the whole rule matches. What only some of them capture is seen
 *   in these alone.
 * - `optional`: None, which its captures then stand for, or a value that the pattern matches.
 * - `not`: a value that the pattern does not match; what only it captures is seen in it alone.
 * - `test`: a value that the inner pattern matches, bound to `as`, known at compile time (`constant`), for which the
 *   expressions hold; they see it as `it`.
 */
export type Pattern =
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'default' }
  | NodePattern
  | ListPattern
  | { readonly kind: 'any'; readonly of: readonly Pattern[] }
  | { readonly kind: 'optional'; readonly of: Pattern }
  | { readonly kind: 'not'; readonly of: Pattern }
  | TestPattern;

export interface NodePattern {
  readonly kind: 'node';
  /** Alternatives; each has every argument that `in` names. */
  readonly ops: readonly OpName[];
  readonly in: readonly (readonly [arg: string, pattern: Pattern])[];
  /** The operands of a variadic operator beyond its arguments. */
  readonly operands?: ItemsPattern;
  /** Which of its producer's results the value is, by number or by its name in the signature; 0 for a root. */
  readonly result: number | string;
  /** Captures of the node's results in order; null skips one. */
  readonly as: readonly (string | null)[];
  /** Two arguments that may also stand the other way round. */
  readonly commutative?: readonly [string, string];
  /** One entry for each block that the node carries. */
  readonly blocks?: readonly BlockPattern[];
  /** Expressions over the captures so far and `it`, the value that the node's result is. */
  readonly where: readonly string[];
}

/** Patterns of values in a row. `rest` stands for any number of values, at any place. */
export interface ItemsPattern {
  readonly items: readonly Pattern[];
  readonly rest?: RestPattern;
}

export interface RestPattern {
  /** How many of `items` stand before it. */
  readonly at: number;
  /** The capture of the values; undefined for `..._`. */
  readonly name?: string;
}

export interface ListPattern extends ItemsPattern {
  readonly kind: 'list';
}

export interface TestPattern {
  readonly kind: 'test';
  readonly of: Pattern;
  readonly as?: string;
  readonly constant: boolean;
  readonly where: readonly string[];
}

export interface BlockPattern {
  readonly params?: ItemsPattern;
  readonly returns?: ItemsPattern;
  /**
   * Nodes of the block itself, each the first that matches; negated ones, that no node of the block matches. Blocks
   * inside it are not searched.
   */
  readonly contains: readonly { readonly node: NodePattern; readonly negated: boolean }[];
}

/** How a rewrite makes a value. */
export type Template =
  /** A capture of the match or a name of `let`. */
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Literal }
  /** The tensor behind a cast; anything else is frozen to a tensor. */
  | { readonly kind: 'tensor'; readonly name: string }
  /** A constant computed from the captures: an expression. */
  | { readonly kind: 'compute'; readonly text: string }
  /** A list of values, by the operator whose role it is to construct lists. */
  | { readonly kind: 'list'; readonly items: readonly OperandTemplate[] }
  /** Another result than the first of a made node. */
  | { readonly kind: 'result'; readonly index: number | string; readonly of: NodeTemplate | NameTemplate }
  | NodeTemplate;

export interface NameTemplate {
  readonly kind: 'capture';
  readonly name: string;
}

/** Values in a row: all that a name captured, as they are or as tensors, or one that a template makes. */
export type OperandTemplate =
  | { readonly kind: 'values'; readonly name: string; readonly tensors: boolean }
  | { readonly kind: 'value'; readonly of: Template };

export interface NodeTemplate {
  readonly kind: 'node';
  readonly op: OpName;
  readonly in: readonly (readonly [arg: string, value: Template])[];
  /** Operands of a variadic operator beyond its arguments, in order. */
  readonly operands: readonly OperandTemplate[];
  /**
   * - `keep`: the blocks of the matched node move here as they are.
   * - `as-tensors`: they move here; their scalar parameters and results become tensors.
   * - a list: the blocks one by one.
   */
  readonly blocks?: 'keep' | 'as-tensors' | readonly BlockTemplate[];
}

/** A block of a made node. */
export interface BlockTemplate {
  /** The matched node's block that moves here with its parameters and nodes; undefined for a new block. */
  readonly move?: number;
  /** What the block returns, made at its end; undefined for what the moved block returns. */
  readonly returns?: readonly Template[];
}

/** What takes the place of the matched node's results. */
export type Rewrite =
  /** The first result; of a node all that it gives, in order. */
  | Template
  /** One template for each result; null: the rule matches only where nothing uses the result. */
  | { readonly kind: 'results'; readonly of: readonly (Template | null)[] }
  /** The nodes of a block move in front of the matched node, values for its parameters; its results are the block's. */
  | { readonly kind: 'inline'; readonly block: number; readonly with: readonly OperandTemplate[] };

/** A rewrite rule as rules/translation-map.yaml and rules/lowering/*.yaml declare it; fragments and predicates expanded. */
export interface Rule {
  readonly id: RuleId;
  readonly why: string;
  readonly match: NodePattern;
  /** Expressions over the captures, and `result`, the matched node's; each must hold. */
  readonly where: readonly string[];
  /** Values that are made once, in order, before the rewrite, which may use them many times. */
  readonly let: readonly (readonly [name: string, value: Template])[];
  readonly rewrite: Rewrite;
  /** The template is made once for each result of the matched node; its expressions see the index as `i`. */
  readonly each: boolean;
  /** Higher wins where several rules match; the number of operators in the pattern unless the rule says. */
  readonly benefit: number;
  /** Expressions as they are written, by their text with named predicates expanded, where the two differ. */
  readonly written?: Readonly<Record<string, string>>;
  readonly span: Span;
}
