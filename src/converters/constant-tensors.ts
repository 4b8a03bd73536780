import type { Content } from '../ir/content.js';
import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import { tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';
import { castTo, stackScalars } from './one-output.js';
import type { RunTimeSizes } from './run-time-sizes.js';

/**
 * The tensor of a value whose contents are known: a constant, or sizes read off the graph. Undefined where the contents
 * are not known. `dtype` casts it; without it an int is int64, a float float32, and a tensor what it is.
 */
export function constantTensor(
  value: Value,
  dtype: DType | undefined,
  builder: OnnxBuilder,
  sizes: RunTimeSizes,
): OnnxValue | undefined {
  const c = value.content;
  switch (c?.kind) {
    case 'int':
      return typeof c.value === 'number'
        ? builder.scalar(c.value, dtype ?? 'int64')
        : castTo(builder, sizes.extent(c.value), dtype ?? 'int64');
    case 'float':
      return builder.scalar(c.value, dtype ?? 'float32');
    case 'bool':
      return builder.scalar(Number(c.value), dtype ?? 'bool');
    case 'tensor': {
      const t = builder.constant(realView(c.data), value.name);
      return dtype === undefined ? t : castTo(builder, t, dtype);
    }
    case 'list':
      return listTensor(c.items, dtype, builder, sizes);
    case 'elements':
      return elementsTensor(value, c.values, dtype, builder, sizes);
    default:
      return undefined;
  }
}

/** A small integer tensor whose elements are known, wherever they came from. */
function elementsTensor(
  { type }: Value,
  elements: readonly Dim[],
  dtype: DType | undefined,
  builder: OnnxBuilder,
  sizes: RunTimeSizes,
): OnnxValue | undefined {
  if (type.kind !== 'tensor' || type.dtype === undefined || type.shape === undefined) return undefined;
  const to = dtype ?? type.dtype;
  const numbers = elements.filter((d) => typeof d === 'number');
  if (numbers.length === elements.length) {
    return builder.constant(tensorFromNumbers(to, numbers, type.shape.map(Number)));
  }
  const parts = elements.map((d) => sizes.extent(d));
  const [first] = parts;
  return castTo(builder, type.shape.length === 0 && first !== undefined ? first : stackScalars(builder, parts), to);
}

function listTensor(
  items: readonly (Content | undefined)[],
  dtype: DType | undefined,
  builder: OnnxBuilder,
  sizes: RunTimeSizes,
): OnnxValue | undefined {
  const extents = items.flatMap((item) => (item?.kind === 'int' ? [item.value] : []));
  if (extents.length === items.length && extents.some((d) => typeof d !== 'number')) {
    const parts = extents.map((d) => sizes.extent(d));
    return castTo(builder, stackScalars(builder, parts), dtype ?? 'int64');
  }
  const numbers: number[] = [];
  let natural: DType = 'int64';
  for (const item of items) {
    if (item?.kind === 'int' && typeof item.value === 'number') numbers.push(item.value);
    else if (item?.kind === 'float') {
      numbers.push(item.value);
      natural = 'float32';
    } else if (item?.kind === 'bool') {
      numbers.push(Number(item.value));
      natural = 'bool';
    } else return undefined;
  }
  return builder.constant(tensorFromNumbers(dtype ?? natural, numbers));
}

/** A complex constant as ONNX holds it: real, with a last axis of 2. A view; no bytes are read. */
function realView(data: TensorData): TensorData {
  if (data.dtype !== 'complex64' && data.dtype !== 'complex128') return data;
  const dtype = data.dtype === 'complex64' ? 'float32' : 'float64';
  const strides = [...data.strides.map((s) => s * 2), 1];
  return new TensorData(dtype, [...data.shape, 2], data.source, data.storageOffset * 2, strides);
}
