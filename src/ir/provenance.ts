import type { OpName } from './graph.js';

/** Stages that make nodes without a rule. In texts they stand in parentheses, which no rule's id has. */
export type Pass = 'load' | 'bind' | 'functionalize' | 'specialize' | 'convert' | 'simplify';

/**
 * Why a node stands in a graph: the rule or pass that made it in place of an operator, and why that one stood there. An
 * immutable chain from the newest step to the oldest; all nodes that one rewrite makes share one link.
 */
export interface Provenance {
  /** A rule's id, or a pass. */
  readonly by: string;
  readonly pass: boolean;
  /** The operator that was replaced; undefined where a pass adds something of its own. */
  readonly replaced: OpName | undefined;
  readonly parent: Provenance | undefined;
  /** Rewrites by rules in the chain, this one included. */
  readonly generation: number;
}

/** What a step replaces. */
interface Replaced {
  readonly op: OpName;
  readonly origin: Provenance | undefined;
}

/** A rule replaces a node. */
export function byRule(id: string, { op, origin }: Replaced): Provenance {
  return { by: id, pass: false, replaced: op, parent: origin, generation: (origin?.generation ?? 0) + 1 };
}

/** A pass replaces a node. */
export function byPass(pass: Pass, { op, origin }: Replaced): Provenance {
  return { by: pass, pass: true, replaced: op, parent: origin, generation: origin?.generation ?? 0 };
}

const ADDED = new Map<Pass, Provenance>();

/** A pass adds a node of its own: a weight, a constant input. One link a pass. */
export function addedBy(pass: Pass): Provenance {
  let link = ADDED.get(pass);
  if (link === undefined) {
    link = { by: pass, pass: true, replaced: undefined, parent: undefined, generation: 0 };
    ADDED.set(pass, link);
  }
  return link;
}

/** The steps that led to a node, oldest first. */
export function stepsOf(origin: Provenance | undefined): Provenance[] {
  const steps: Provenance[] = [];
  for (let link = origin; link !== undefined; link = link.parent) steps.push(link);
  return steps.reverse();
}

/** A step's maker as texts spell it: `view-dyn`, `(functionalize)`. */
export function makerText({ by, pass }: Pick<Provenance, 'by' | 'pass'>): string {
  return pass ? `(${by})` : by;
}
