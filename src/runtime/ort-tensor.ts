import type { Tensor } from 'onnxruntime-node';
import { fail } from '../diagnostics/diagnostic.js';
import { type DType, isDType } from '../ir/dtype.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';

type TensorClass = typeof Tensor;

/** Dtypes by onnxruntime's names; bfloat16 and complex numbers have none in its JavaScript binding. */
export function dtypeFromOrt(type: string): DType | undefined {
  return isDType(type) ? type : undefined;
}

/** A tensor of onnxruntime on a copy of the bytes, or on the bytes themselves where they are aligned. */
export function toOrt(TensorOf: TensorClass, name: string, data: TensorData): Tensor {
  const { dtype, shape } = data;
  const bytes = data.read();
  switch (dtype) {
    case 'float32':
      return new TensorOf(dtype, view(Float32Array, bytes), shape);
    case 'float64':
      return new TensorOf(dtype, view(Float64Array, bytes), shape);
    case 'float16':
      return new TensorOf(dtype, view(Uint16Array, bytes), shape);
    case 'int64':
      return new TensorOf(dtype, view(BigInt64Array, bytes), shape);
    case 'int32':
      return new TensorOf(dtype, view(Int32Array, bytes), shape);
    case 'int16':
      return new TensorOf(dtype, view(Int16Array, bytes), shape);
    case 'int8':
      return new TensorOf(dtype, view(Int8Array, bytes), shape);
    case 'uint8':
      return new TensorOf(dtype, bytes, shape);
    case 'bool':
      return new TensorOf(dtype, bytes, shape);
    default:
      fail('input-dtype', `onnxruntime's JavaScript binding takes no ${dtype} tensor (input ${name})`);
  }
}

interface ArrayClass<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): A;
}

function view<A>(Class: ArrayClass<A>, bytes: Uint8Array): A {
  const width = Class.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new Class(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
}

/** The tensor on onnxruntime's own memory. Errors: `runtime-error` for what is no tensor of numbers. */
export function fromOrt(name: string, value: Tensor): TensorData {
  const dtype = dtypeFromOrt(value.type);
  const { data } = value;
  if (dtype === undefined || !ArrayBuffer.isView(data)) {
    fail('runtime-error', `the output ${name} is no tensor of numbers but ${value.type}`);
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new TensorData(dtype, [...value.dims], memorySource(bytes));
}
