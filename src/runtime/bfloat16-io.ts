import type { DType } from '../ir/dtype.js';
import { onnxDtype } from '../onnx/dtype-code.js';
import { parseModel } from '../onnx/parse.js';
import { modelBytes } from '../onnx/serialize.js';
import type { OnnxNode, OnnxValueInfo } from '../onnx/types.js';

/** What onnxruntime's JavaScript binding says of a model whose inputs or outputs are bfloat16 (ONNX's type 16). */
export const NO_BFLOAT16 = /Unsupported data type: 16\b/;

/**
 * The same model with float32 in the place of its bfloat16 inputs and outputs, and casts inside. No value changes:
 * float32 holds every bfloat16, and an input is rounded by the cast as it would have been outside.
 */
export function widenBfloat16(bytes: Uint8Array): { bytes: Uint8Array; inputs: Set<string>; outputs: Set<string> } {
  const model = parseModel(bytes);
  const { graph } = model;
  const inputs = narrowNames(graph.inputs);
  const outputs = narrowNames(graph.outputs);
  const inner = (name: string) => `${name}/bfloat16`;
  const rename = (name: string) => (inputs.has(name) || outputs.has(name) ? inner(name) : name);
  renameAll(graph.nodes, rename);
  graph.nodes = [
    ...[...inputs].map((name) => cast(name, inner(name), 'bfloat16')),
    ...graph.nodes,
    ...[...outputs].filter((name) => !inputs.has(name)).map((name) => cast(inner(name), name, 'float32')),
  ];
  graph.initializers = new Map([...graph.initializers].map(([name, data]) => [rename(name), data]));
  for (const name of [...inputs, ...outputs]) graph.valueInfo.delete(name);
  graph.inputs = graph.inputs.map(widen);
  graph.outputs = graph.outputs.map(widen);
  return { bytes: modelBytes(model), inputs, outputs };
}

function narrowNames(values: readonly OnnxValueInfo[]): Set<string> {
  return new Set(values.filter(({ dtype }) => dtype === 'bfloat16').map(({ name }) => name));
}

/** Bodies of branches and loops see the names of the graph around them. */
function renameAll(nodes: readonly OnnxNode[], rename: (name: string) => string): void {
  for (const node of nodes) {
    node.inputs = node.inputs.map(rename);
    node.outputs = node.outputs.map(rename);
    for (const attribute of node.attributes.values()) {
      if (attribute.kind !== 'graph') continue;
      const body = attribute.value;
      const own = new Set(body.inputs.map(({ name }) => name));
      const outer = (name: string) => (own.has(name) ? name : rename(name));
      renameAll(body.nodes, outer);
      body.outputs = body.outputs.map((value) => ({ ...value, name: outer(value.name) }));
    }
  }
}

function widen(value: OnnxValueInfo): OnnxValueInfo {
  return value.dtype === 'bfloat16' ? { ...value, dtype: 'float32' } : value;
}

function cast(from: string, to: string, dtype: DType): OnnxNode {
  return {
    op: 'Cast',
    domain: '',
    name: `${to}/cast`,
    inputs: [from],
    outputs: [to],
    attributes: new Map([['to', { kind: 'int', value: onnxDtype(dtype) }]]),
  };
}
