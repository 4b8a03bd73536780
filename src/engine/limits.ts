/** What a run of rules may cost. A run that reaches a limit says so in its outcome, and a compilation stops there. */
export interface RewriteLimits {
  /** Rewrites of a run; by default STEPS_PER_NODE for each node of the graph, and MIN_STEPS. */
  readonly maxSteps?: number;
  /** Rewrites of what rewrites made, one after another; MAX_GENERATIONS by default. */
  readonly maxGenerations?: number;
}

/** Rewrites per node of the graph: a translation takes about two, so that a run beyond this feeds itself. */
const STEPS_PER_NODE = 64;
/** Added to the limit for graphs of a few nodes. */
const MIN_STEPS = 10_000;
/** Rewrites of what rewrites made, one after another: real chains stay below ten. */
export const MAX_GENERATIONS = 256;

/** The limit of rewrites for a graph of so many nodes. */
export function defaultSteps(nodes: number): number {
  return nodes * STEPS_PER_NODE + MIN_STEPS;
}
