import type { Expr, ExprValue } from '../expr/value.js';
import type { Node, OpName, Value } from '../ir/graph.js';
import type { Rule, Template } from '../schema/rule.js';
import type { Literal } from '../schema/signature.js';

/** What a capture holds: a value, or the values of a list's rest or of a variadic operator. */
export type Captured = Value | readonly Value[];

/**
 * A pattern ready to run: captures are slots, arguments are indexes. Alternatives that capture are variants of the whole
 * rule, so that only those that capture nothing (`any`) are left inside a pattern.
 */
export type CompiledPattern =
  | { readonly kind: 'capture'; readonly slot: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'literal'; readonly value: Literal }
  | CompiledNode
  | CompiledList
  | { readonly kind: 'any'; readonly of: readonly CompiledPattern[] }
  | CompiledNegation
  | CompiledTest;

export interface CompiledNode {
  readonly kind: 'node';
  /** By operator: what its operands must look like. */
  readonly forms: ReadonlyMap<OpName, readonly CompiledOperand[]>;
  /** By operator: how many operands are named arguments. */
  readonly arity: ReadonlyMap<OpName, number>;
  /** The operands beyond the arguments. */
  readonly operands: CompiledItems | undefined;
  /** Which result of the node the value is. */
  readonly result: number;
  /** Slots of the results; -1 for one that is not captured. */
  readonly as: readonly number[];
  readonly blocks: readonly CompiledBlock[] | undefined;
  readonly where: readonly Expr[];
}

export interface CompiledOperand {
  readonly arg: string;
  readonly index: number;
  readonly pattern: CompiledPattern;
}

export interface CompiledItems {
  readonly items: readonly CompiledPattern[];
  /** How many of `items` stand before the rest; -1 without one. */
  readonly restAt: number;
  /** The slot of the rest; -1 where it is not captured. */
  readonly rest: number;
}

export interface CompiledList extends CompiledItems {
  readonly kind: 'list';
}

export interface CompiledNegation {
  readonly kind: 'not';
  /** None of these may match. */
  readonly variants: readonly CompiledPattern[];
  /** Slots that only the negation binds. */
  readonly own: readonly number[];
}

export interface CompiledTest {
  readonly kind: 'test';
  readonly of: CompiledPattern;
  /** The slot of the value; -1 where it is not captured. */
  readonly slot: number;
  /** The value is known at compile time. */
  readonly constant: boolean;
  readonly where: readonly Expr[];
}

export interface CompiledBlock {
  readonly params: CompiledItems | undefined;
  readonly returns: CompiledItems | undefined;
  readonly contains: readonly CompiledContent[];
}

/** A node that a block has, or must not have. */
export interface CompiledContent {
  /** One of these; the choices of a node that must be there are variants of the whole rule. */
  readonly variants: readonly CompiledNode[];
  readonly negated: boolean;
  /** Slots that the pattern binds first, cleared for each node that is tried. */
  readonly own: readonly number[];
}

export interface CompiledRule {
  readonly rule: Rule;
  /** One entry for each choice of alternatives and of the order of commutative operands. */
  readonly variants: readonly CompiledNode[];
  /** Capture names by slot. */
  readonly captures: readonly string[];
  readonly where: readonly Expr[];
  /** Expressions of the rewrite; each must give a constant. */
  readonly computed: readonly { readonly template: Template; readonly expr: Expr }[];
  /** Captures that the rewrite asks for as tensors. */
  readonly tensors: readonly string[];
  /** Results of the matched node that nothing may use, for the rewrite gives none for them. */
  readonly unused: readonly number[];
  /** Captures that may stand for values inside the matched node's blocks, and that the rewrite uses outside of them. */
  readonly outside: readonly string[];
  /** Levels of operators in the pattern: a change so many uses away can make it match. */
  readonly depth: number;
}

/** A rule that matches at a node. */
export interface Match {
  readonly rule: Rule;
  readonly node: Node;
  captured(name: string): Captured | undefined;
  /** The constant of a computed template, for the result at `index` of a rewrite that is made for each. */
  computed(template: Template, index: number): ExprValue;
}

/** Why a rule does not match at a node. */
export interface NearMiss {
  readonly rule: Rule;
  readonly reason: string;
  readonly at: Node | Value;
  /** Parts of the rule that did match before this one did not. */
  readonly depth: number;
}
