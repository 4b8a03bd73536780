import { describe, expect, it } from 'vitest';
import type { PickleValue } from '../../src/frontends/torchscript/archive/pickle-value.js';
import { buildGraph } from '../../src/frontends/torchscript/source/build-graph.js';
import type { Node, Value } from '../../src/ir/graph.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { archiveOf } from './archive-of.js';

const { registry } = await RuleBook.load();

const list = (...items: PickleValue[]): PickleValue => ({ kind: 'list', items });
const tuple = (...items: PickleValue[]): PickleValue => ({ kind: 'tuple', items });
const int = (value: number): PickleValue => ({ kind: 'int', value });
const NONE: PickleValue = { kind: 'none' };

function weight(...shape: number[]): PickleValue {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = tensorFromNumbers('int8', new Array(count).fill(3), shape);
  return { kind: 'tensor', data, requiresGrad: false, quantizer: { kind: 'tensor', scale: 0.5, zeroPoint: 1 } };
}

/** The node that a model's packed parameters become. */
function packedNode(className: string, state: PickleValue, call: string): Node | undefined {
  const type = `__torch__.torch.classes.quantized.${className}`;
  const source = `
class M(Module):
  packed : ${type}
  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:
    return ops.quantized.${call}(x, self.packed, 0.5, 3)
`;
  const { graph } = buildGraph(archiveOf(source, { packed: { kind: 'object', className: type, state } }), registry);
  return graph.outputs[0]?.producer?.inputs[1]?.producer;
}

/** Constants and lists of them as numbers. */
function plain(v: Value | undefined): unknown {
  const node = v?.producer;
  return node?.op === 'prim::ListConstruct' ? node.inputs.map(plain) : node?.attributes.get('value');
}

describe('packed parameters are made of what archives store of them', () => {
  it('of a linear layer', () => {
    const node = packedNode('LinearPackedParamsBase', tuple(weight(2, 3), NONE), 'linear');
    expect(node?.op).toBe('quantized::linear_prepack');
    const made = node?.inputs[0]?.producer;
    expect(made?.op).toBe('aten::_make_per_tensor_quantized_tensor');
    expect(made?.inputs.slice(1).map(plain)).toEqual([0.5, 1]);
    expect(plain(node?.inputs[1])).toBeNull();
  });

  it('of convolutions, with their numbers in a tensor or in a list', () => {
    // Two axes; stride, padding, dilation and output padding of each; groups; whether it is transposed.
    const numbers = [2, 1, 2, 3, 4, 5, 6, 0, 0, 1, 0];
    const packed = tensorFromNumbers('int16', numbers);
    const states = [
      tuple(
        { kind: 'str', value: '2' },
        list({ kind: 'tensor', data: packed, requiresGrad: false }, weight(4, 3, 2, 2)),
        list(NONE),
      ),
      tuple(int(3), list(...numbers.map(int)), list(NONE, weight(4, 3, 2, 2), NONE)),
    ];
    for (const state of states) {
      const node = packedNode('Conv2dPackedParamsBase', state, 'conv2d');
      expect(node?.op).toBe('quantized::conv2d_prepack');
      expect(node?.inputs.slice(1).map(plain)).toEqual([null, [1, 2], [3, 4], [5, 6], 1]);
    }
  });

  it('of a transposed convolution', () => {
    const numbers = [2, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1];
    const state = tuple(int(3), list(...numbers.map(int)), list(NONE, weight(3, 4, 2, 2), NONE));
    const node = packedNode('Conv2dPackedParamsBase', state, 'conv_transpose2d');
    expect(node?.op).toBe('quantized::conv_transpose2d_prepack');
    expect(node?.inputs.slice(2).map(plain)).toEqual([[2, 2], [0, 0], [1, 1], [1, 1], 1]);
  });
});
