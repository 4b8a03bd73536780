import type { Graph, Value } from '../ir/graph.js';
import { TensorData } from '../ir/tensor-data.js';
import { constantOf } from './emitter.js';
import { nameUnclear, type Walk } from './walk.js';

interface Weight {
  readonly value: Value;
  readonly first: number;
  readonly last: number;
}

/** Weights that are views of one storage and have elements in common: a change of one may be a change of the others. */
export function linkSharedWeights(graph: Graph, walk: Walk): void {
  const known = new Map<object, Weight[]>();
  for (const node of graph.block.nodes()) {
    const data = constantOf(node.outputs[0]);
    if (!(data instanceof TensorData) || data.elementCount === 0) continue;
    const weight = { value: node.output, ...rangeOf(data) };
    const others = known.get(data.source.identity) ?? [];
    const shared = others.filter((o) => o.first <= weight.last && weight.first <= o.last);
    if (shared.length > 0)
      nameUnclear(
        node.output,
        shared.map((o) => walk.memory.handleOf(o.value).place),
        walk,
      );
    known.set(data.source.identity, [...others, weight]);
  }
}

/** The first and the last element of the storage that a view has. */
function rangeOf({ shape, strides, storageOffset }: TensorData): { readonly first: number; readonly last: number } {
  const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
  return { first: storageOffset, last: storageOffset + reach };
}
