import type { Expr, ExprValue } from '../expr/value.js';
import type { Node, OpName, Value } from '../ir/graph.js';
import type { Rule, Template } from '../schema/rule.js';

/** What a capture holds: a value, or the values of a list's rest or of a variadic operator. */
export type Captured = Value | readonly Value[];

/** A pattern ready to run: captures are slots, arguments are indexes, alternatives are variants of the whole. */
export type CompiledPattern =
  | { readonly kind: 'capture'; readonly slot: number }
  | { readonly kind: 'literal'; readonly value: number | boolean | string | null }
  | CompiledNode
  | { readonly kind: 'list'; readonly items: readonly CompiledPattern[]; readonly rest: number | undefined };

export interface CompiledNode {
  readonly kind: 'node';
  /** By operator: what its operands must look like. */
  readonly forms: ReadonlyMap<OpName, readonly CompiledOperand[]>;
  /** By operator: how many operands are named arguments. */
  readonly arity: ReadonlyMap<OpName, number>;
  readonly operands: number | undefined;
  readonly as: number | undefined;
}

export interface CompiledOperand {
  readonly arg: string;
  readonly index: number;
  readonly pattern: CompiledPattern;
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
