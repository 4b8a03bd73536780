import { createHash } from 'node:crypto';
import type { Graph } from './graph.js';
import { printGraph } from './print.js';

/** The graph's text with values named by the order of their definitions: equal for graphs that differ in names only. */
export function canonicalText(graph: Graph): string {
  return printGraph(graph, { overloads: true, locations: false, canonical: true });
}

/**
 * A hash of operators, attributes, types and wiring. Names, places and contents do not count; symbolic extents are all
 * alike, and so are large constants of one dtype and shape.
 */
export function fingerprint(graph: Graph): string {
  return createHash('sha256').update(canonicalText(graph)).digest('base64url');
}

/** Structural equality up to value names and places. */
export function graphsEqual(a: Graph, b: Graph): boolean {
  return canonicalText(a) === canonicalText(b);
}
