import type { Node } from '../ir/graph.js';
import type { Provenance } from '../ir/provenance.js';
import type { NearMiss } from '../matcher/pattern.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { RuleId } from '../schema/rule.js';

/** One rewrite: which rule replaced which node by which. The node keeps its operator, its place and its results' names. */
export interface Rewrite {
  readonly rule: RuleId;
  readonly node: Node;
  readonly made: readonly Node[];
}

/** An operator that may not stay, and the operand or result that is known only at run time. */
export interface Illegal {
  readonly node: Node;
  readonly schema: OperatorSchema;
  /** Index of the operand; undefined when it is the operator's own result, or the operator is never legal. */
  readonly operand: number | undefined;
  /** The rule that came farthest; undefined where none is about the operator. */
  readonly nearest: NearMiss | undefined;
}

/** What a run of the rules did. */
export interface Outcome {
  readonly stop: 'fixpoint' | 'cycle' | 'step-limit';
  readonly steps: number;
  /** Rewrites of each rule that fired. */
  readonly counts: ReadonlyMap<RuleId, number>;
  /** Every rewrite in order; empty unless asked for. */
  readonly trace: readonly Rewrite[];
  /** For a cycle: the rules that feed each other, in order. For a limit: the rules of the last rewrites. */
  readonly chain: readonly RuleId[];
  /** Operators that may not stay; empty unless asked for. */
  readonly illegal: readonly Illegal[];
}

/** The rules that led to a node, the last `limit` of them, oldest first. */
export function chainOf(origin: Provenance | undefined, limit: number): RuleId[] {
  const chain: RuleId[] = [];
  for (let link = origin; link !== undefined && chain.length < limit; link = link.parent) {
    if (!link.pass) chain.push(link.by);
  }
  return chain.reverse();
}
