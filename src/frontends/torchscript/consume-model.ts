import { fail } from '../../diagnostics/diagnostic.js';
import type { Graph } from '../../ir/graph.js';

/** Graphs that a compilation has begun to rewrite. */
const CONSUMED = new WeakSet<Graph>();

interface Model {
  readonly graph: Graph;
}

/**
 * Stops where a compilation has rewritten the model's graph already: its sizes and constants are those of that run, and
 * no longer those of the file. Errors: `model-consumed`.
 */
export function requireFresh({ graph }: Model): void {
  if (!CONSUMED.has(graph)) return;
  fail('model-consumed', 'the graph of this model has been rewritten by an earlier check, compile or explain');
}

/** Takes the model's graph for the one compilation that may rewrite it, which may fail. Errors: `model-consumed`. */
export function consumeModel(model: Model): void {
  requireFresh(model);
  CONSUMED.add(model.graph);
}
