import type { Dim } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { OnnxNode } from '../../src/onnx/types.js';

const CHANNELS = 16;

/** x: float32[N,16,8,8] -> y = relu(conv(x, w)), the convolution on int8 values of x and of w, as quantizers write it. */
export function quantizedModel(n: Dim): Uint8Array {
  const weights = Array.from({ length: CHANNELS * CHANNELS * 9 }, (_, i) => Math.round(Math.cos(i) * 127));
  return modelBytes({
    graph: {
      name: 'quantized',
      inputs: [{ name: 'x', dtype: 'float32', shape: [n, CHANNELS, 8, 8] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [n, CHANNELS, 8, 8] }],
      nodes: [
        node('QuantizeLinear', ['x', 'x_scale', 'zero'], 'x_int8'),
        node('DequantizeLinear', ['x_int8', 'x_scale', 'zero'], 'x_float'),
        node('DequantizeLinear', ['w', 'w_scale', 'zero'], 'w_float'),
        node('Conv', ['x_float', 'w_float'], 'c', new Map([['pads', { kind: 'ints', value: [1, 1, 1, 1] }]])),
        node('Relu', ['c'], 'y'),
      ],
      initializers: new Map([
        ['w', tensorFromNumbers('int8', weights, [CHANNELS, CHANNELS, 3, 3])],
        ['w_scale', tensorFromNumbers('float32', [1 / 127], [])],
        ['x_scale', tensorFromNumbers('float32', [1 / 127], [])],
        ['zero', tensorFromNumbers('int8', [0], [])],
      ]),
      valueInfo: new Map(),
    },
    opset: 20,
    domains: new Map(),
    metadata: new Map(),
  });
}

function node(op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = new Map()): OnnxNode {
  return { op, domain: '', name: `${op}_${output}`, inputs, outputs: [output], attributes };
}
