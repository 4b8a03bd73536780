import type { Value } from '../../../ir/graph.js';
import { readNumbers } from '../../../ir/half.js';
import { LIST_CONSTRUCT } from '../../../ir/primitives.js';
import { FLOAT, INT, listOf, NONE, TENSOR, type Type } from '../../../ir/type.js';
import type { PickleObject, PickleTensor, PickleValue } from '../archive/pickle-value.js';
import type { Emitter } from './emitter.js';
import { type Item, valueItem } from './item.js';

/** A tensor of the archive; a quantized one is made of its integers. */
export function quantizedTensor(tensor: PickleTensor, path: string, emitter: Emitter): Value {
  const { data, quantizer } = tensor;
  const integers = emitter.tensor(data, path);
  if (quantizer === undefined) return integers;
  return emitter.prelude(() => {
    if (quantizer.kind === 'tensor') {
      const scale = emitter.constant(FLOAT, quantizer.scale);
      const zero = emitter.constant(INT, quantizer.zeroPoint);
      return emitter.value('aten::_make_per_tensor_quantized_tensor', [integers, scale, zero], TENSOR);
    }
    const scales = emitter.tensor(quantizer.scale, `${path}.scale`);
    const zeros = emitter.tensor(quantizer.zeroPoint, `${path}.zero_point`);
    const axis = emitter.constant(INT, quantizer.axis);
    return emitter.value('aten::_make_per_channel_quantized_tensor', [integers, scales, zeros, axis], TENSOR);
  });
}

const CLASSES = '__torch__.torch.classes.quantized.';

/** Reads a value inside the state of packed parameters. */
type ReadItem = (value: PickleValue, path: string) => Item;

/**
 * Packed parameters of PyTorch's C++ classes, from what they store of themselves: weight and bias, and of a convolution
 * its numbers. Undefined for other classes and for states of another form.
 */
export function packedParameters(
  object: PickleObject,
  path: string,
  read: ReadItem,
  emitter: Emitter,
): Item | undefined {
  if (!object.className.startsWith(CLASSES) || object.state.kind !== 'tuple') return undefined;
  const { items } = object.state;
  const type: Type = { kind: 'class', name: object.className };
  const value = (v: PickleValue | undefined, name: string): Value =>
    v === undefined || v.kind === 'none'
      ? emitter.constant(NONE, null)
      : emitter.materialize(read(v, `${path}.${name}`));
  return emitter.prelude(() => {
    switch (object.className.slice(CLASSES.length)) {
      case 'LinearPackedParamsBase': {
        const [weight, bias] = items;
        if (weight?.kind !== 'tensor') return undefined;
        // Float weights are those of the operators that round them to float16.
        const op = `quantized::linear_prepack${weight.quantizer === undefined ? '_fp16' : ''}`;
        return valueItem(emitter.value(op, [value(weight, 'weight'), value(bias, 'bias')], type));
      }
      case 'Conv2dPackedParamsBase':
      case 'Conv3dPackedParamsBase': {
        const conv = convParameters(items);
        if (conv === undefined) return undefined;
        const ints = (list: readonly number[]): Value =>
          emitter.value(
            LIST_CONSTRUCT,
            list.map((n) => emitter.constant(INT, n)),
            listOf(INT),
          );
        const padding = conv.transposed ? [ints(conv.padding), ints(conv.outputPadding)] : [ints(conv.padding)];
        const op = `quantized::conv${conv.transposed ? '_transpose' : ''}${conv.stride.length}d_prepack`;
        const inputs = [
          value(conv.weight, 'weight'),
          value(conv.bias, 'bias'),
          ints(conv.stride),
          ...padding,
          ints(conv.dilation),
          emitter.constant(INT, conv.groups),
        ];
        return valueItem(emitter.value(op, inputs, type));
      }
      default:
        return undefined;
    }
  });
}

interface ConvParameters {
  readonly weight: PickleValue;
  readonly bias: PickleValue | undefined;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly transposed: boolean;
}

/**
 * `("2", [numbers, weight], [bias])`, the numbers as int16, or `(3, numbers, [weight, bias])`: how many axes, then stride,
 * padding, dilation and output padding of each, groups, and flags of which the first says whether it is transposed
 * (aten/src/ATen/native/quantized/cpu/conv_serialization.h).
 */
function convParameters([version, first, second]: readonly PickleValue[]): ConvParameters | undefined {
  if (second?.kind !== 'list' || first?.kind !== 'list') return undefined;
  let numbers: readonly number[];
  let weight: PickleValue | undefined;
  let bias: PickleValue | undefined;
  if (version?.kind === 'str' && version.value === '2') {
    const [packed] = first.items;
    if (packed?.kind !== 'tensor') return undefined;
    numbers = readNumbers(packed.data);
    weight = first.items[1];
    bias = second.items[0];
  } else if (version?.kind === 'int' && version.value === 3) {
    numbers = first.items.map((v) => (v.kind === 'int' ? Number(v.value) : Number.NaN));
    [, weight, bias] = second.items;
  } else return undefined;
  const [axes = 0, ...rest] = numbers;
  if (weight?.kind !== 'tensor' || rest.length !== 4 * axes + 2) return undefined;
  const part = (i: number): number[] => rest.slice(i * axes, (i + 1) * axes);
  return {
    weight,
    bias,
    stride: part(0),
    padding: part(1),
    dilation: part(2),
    outputPadding: part(3),
    groups: rest[4 * axes] ?? 1,
    transposed: ((rest[4 * axes + 1] ?? 0) & 1) !== 0,
  };
}
