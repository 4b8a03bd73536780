import type { Node, OpName, SourceLoc } from '../ir/graph.js';
import type { RuleId } from '../schema/rule.js';

/** One rewrite: which rule replaced which operator by which, and where in the user's source. */
export interface Rewrite {
  readonly rule: RuleId;
  readonly replaced: OpName;
  readonly by: readonly OpName[];
  readonly loc: SourceLoc;
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
}

/** How far a node is from the user's own: each rewrite of a made node adds one. */
export interface Lineage {
  readonly rule: RuleId;
  readonly parent: Lineage | undefined;
  readonly generation: number;
}

/** The rules that led to a node, the last `limit` of them, oldest first. */
export function chainOf(lineage: Lineage | undefined, limit: number): RuleId[] {
  const chain: RuleId[] = [];
  for (let l = lineage; l !== undefined && chain.length < limit; l = l.parent) chain.push(l.rule);
  return chain.reverse();
}

export type LineageMap = WeakMap<Node, Lineage>;
