import { allNumbers } from './infer/context.js';
import { sameKnownShape } from './infer/elementwise.js';
import type { OnnxAttribute, OnnxValue } from './types.js';

type Attributes = ReadonlyMap<string, OnnxAttribute>;
type Operands = readonly (OnnxValue | null)[];

function constantInts(v: OnnxValue | null | undefined): number[] | undefined {
  return v === null || v === undefined ? undefined : allNumbers(v.elements);
}

function ints(attributes: Attributes, name: string): number[] | undefined {
  const a = attributes.get(name);
  return a?.kind === 'ints' ? a.value.map(Number) : undefined;
}

/** The operand that an operator of one output returns unchanged, told before its type is inferred. */
export function trivialBefore(op: string, inputs: Operands, attributes: Attributes): OnnxValue | undefined {
  const x = inputs[0] ?? undefined;
  if (x === undefined) return undefined;
  switch (op) {
    case 'Identity':
      return x;
    case 'Concat':
    case 'Sum':
    case 'Max':
    case 'Min':
    case 'Mean':
      return inputs.length === 1 ? x : undefined;
    case 'Dropout':
      // Inference: training_mode is absent.
      return inputs[2] === undefined || inputs[2] === null ? x : undefined;
    case 'Squeeze':
    case 'Unsqueeze':
      return constantInts(inputs[1])?.length === 0 ? x : undefined;
    case 'Transpose':
      return ints(attributes, 'perm')?.every((axis, i) => axis === i) ? x : undefined;
    case 'Pad':
    case 'Tile': {
      const neutral = op === 'Pad' ? 0 : 1;
      const amounts = constantInts(inputs[1]);
      return amounts?.every((n) => n === neutral) && amounts.length > 0 ? x : undefined;
    }
    default:
      return undefined;
  }
}

/** The operand that an operator returns unchanged because its result has the same dtype and shape. */
export function trivialAfter(
  op: string,
  inputs: Operands,
  attributes: Attributes,
  result: Pick<OnnxValue, 'dtype' | 'shape'>,
): OnnxValue | undefined {
  const x = inputs[0] ?? undefined;
  if (x === undefined || x.dtype !== result.dtype || x.sequence) return undefined;
  if (op === 'Cast' || op === 'CastLike') return x;
  if (!sameKnownShape(x.shape, result.shape)) return undefined;
  switch (op) {
    case 'Reshape':
    case 'Flatten':
    case 'Expand':
      return x;
    case 'Slice': {
      const steps = constantInts(inputs[4]);
      const forward = inputs[4] === undefined || inputs[4] === null || steps?.every((s) => s === 1);
      return forward ? x : undefined;
    }
    case 'Resize': {
      // Equal sizes map every sample to itself, save for crops; scales may differ from 1 and still give equal sizes.
      const mode = attributes.get('coordinate_transformation_mode');
      const sizes = inputs[3] !== undefined && inputs[3] !== null;
      return sizes && mode?.value !== 'tf_crop_and_resize' ? x : undefined;
    }
    default:
      return undefined;
  }
}
