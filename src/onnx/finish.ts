import type { TensorData } from '../ir/tensor-data.js';
import type { BuiltValue } from './built-value.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue, OnnxValueInfo } from './types.js';

/**
 * The graph with final names in place of ids, with the initializers that it or a subgraph reads, and with a type for
 * every intermediate value of known shape. Linear in the size of the graph.
 */
export function finishGraph(graph: OnnxGraph, values: ReadonlyMap<string, BuiltValue>): OnnxGraph {
  const initializers = new Map<string, TensorData>();
  const finished = finish(graph, values, initializers);
  return { ...finished, initializers };
}

function finish(
  graph: OnnxGraph,
  values: ReadonlyMap<string, BuiltValue>,
  initializers: Map<string, TensorData>,
): OnnxGraph {
  const outputs = new Set(graph.outputs.map((v) => v.name));
  const valueInfo = new Map<string, OnnxValueInfo>();
  const read = (id: string): string => {
    const v = values.get(id);
    if (v?.data !== undefined) initializers.set(v.name, v.data);
    return v?.name ?? id;
  };
  const write = (id: string): string => {
    const v = values.get(id);
    if (v === undefined) return id;
    if (!outputs.has(v.name)) valueInfo.set(v.name, infoOf(v));
    return v.name;
  };
  const nodes = graph.nodes.map(
    (n): OnnxNode => ({
      ...n,
      inputs: n.inputs.map(read),
      outputs: n.outputs.map(write),
      attributes: finishAttributes(n.attributes, values, initializers),
    }),
  );
  return {
    name: graph.name,
    inputs: graph.inputs.map(infoOf),
    outputs: graph.outputs.map(infoOf),
    nodes,
    initializers: new Map(),
    valueInfo,
  };
}

function finishAttributes(
  attributes: Map<string, OnnxAttribute>,
  values: ReadonlyMap<string, BuiltValue>,
  initializers: Map<string, TensorData>,
): Map<string, OnnxAttribute> {
  const out = new Map<string, OnnxAttribute>();
  for (const [name, a] of attributes) {
    out.set(name, a.kind === 'graph' ? { kind: 'graph', value: finish(a.value, values, initializers) } : a);
  }
  return out;
}

function infoOf(v: OnnxValueInfo | OnnxValue): OnnxValueInfo {
  return { name: v.name, dtype: v.dtype, shape: v.shape, sequence: v.sequence };
}
