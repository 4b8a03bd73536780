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
  const storages = new Map<object, Weight[]>();
  for (const node of graph.block.nodes()) {
    const data = constantOf(node.outputs[0]);
    if (!(data instanceof TensorData) || data.elementCount === 0) continue;
    const weights = storages.get(data.source.identity) ?? [];
    weights.push({ value: node.output, ...rangeOf(data) });
    storages.set(data.source.identity, weights);
  }
  for (const weights of storages.values()) {
    let head: Weight | undefined;
    let last = Number.NEGATIVE_INFINITY;
    for (const weight of weights.sort((a, b) => a.first - b.first)) {
      // The first of those that reach into one another stands for all of them.
      if (head === undefined || weight.first > last) head = weight;
      else nameUnclear(weight.value, [walk.memory.handleOf(head.value).place], walk);
      last = Math.max(last, weight.last);
    }
  }
}

/** The first and the last element of the storage that a view has. */
function rangeOf({ shape, strides, storageOffset }: TensorData): { readonly first: number; readonly last: number } {
  const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
  return { first: storageOffset, last: storageOffset + reach };
}
