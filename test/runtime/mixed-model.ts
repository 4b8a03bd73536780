import type { Dim } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { OnnxNode } from '../../src/onnx/types.js';

/** x: float32[N,8] -> y = softmax(x * w + x): float32[N,8], rows = N: int64[]. */
export function mixedModel(n: Dim, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const weights = Array.from({ length: 64 }, (_, i) => Math.cos(i) / 4);
  return modelBytes({
    graph: {
      name: 'mixed',
      inputs: [{ name: 'x', dtype: 'float32', shape: [n, 8] }],
      outputs: [
        { name: 'y', dtype: 'float32', shape: [n, 8] },
        { name: 'rows', dtype: 'int64', shape: [] },
      ],
      nodes: [
        node('MatMul', ['x', 'w'], 'm'),
        node('Add', ['m', 'x'], 's'),
        node('Softmax', ['s'], 'y'),
        node('Shape', ['x'], 'shape'),
        node('Gather', ['shape', 'zero'], 'rows'),
      ],
      initializers: new Map([
        ['w', tensorFromNumbers('float32', weights, [8, 8])],
        ['zero', tensorFromNumbers('int64', [0], [])],
      ]),
      valueInfo: new Map(),
    },
    opset: 20,
    domains: new Map(),
    metadata: new Map(metadata),
  });
}

function node(op: string, inputs: string[], output: string): OnnxNode {
  return { op, domain: '', name: `${op}_${output}`, inputs, outputs: [output], attributes: new Map() };
}
