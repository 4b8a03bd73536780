import { fail } from '../diagnostics/diagnostic.js';
import { type DType, dtypeBytes } from '../ir/dtype.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import { dtypeFromOnnx, onnxDtype } from '../onnx/dtype-code.js';
import { outInt, outPointer, pointerIn } from './foreign-call.js';
import type { OrtApi } from './ort-c-api.js';

/** ONNXType of a tensor. */
const KIND_TENSOR = 1;

/** What a tensor is, without its elements. */
export interface TensorLayout {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An empty tensor still needs an address. */
const NO_BYTES = new Uint8Array(new ArrayBuffer(8));

/**
 * A tensor on the very bytes, row-major: nothing is copied, so `bytes` must be aligned (`alignedBytes`), live, and not be
 * written to by others, as long as a run uses the value. The caller releases the value.
 */
export function valueOnBytes(api: OrtApi, layout: TensorLayout, bytes: Uint8Array): bigint {
  return valueAt(api, api.cpuMemory, layout, bytes, bytes.byteLength);
}

/** A tensor on memory of the kind that `info` says, under the same conditions. */
export function valueAt(
  api: OrtApi,
  info: bigint,
  { dtype, shape }: TensorLayout,
  memory: Uint8Array | bigint,
  length: number,
): bigint {
  const out = outPointer();
  const code = onnxDtype(dtype);
  const place = typeof memory !== 'bigint' && length === 0 ? NO_BYTES : memory;
  api.call.CreateTensorWithDataAsOrtValue(info, place, length, shapeArray(shape), shape.length, code, out);
  return pointerIn(out);
}

/** The bytes themselves, or a copy where elements would lie at odd addresses. */
export function alignedBytes(bytes: Uint8Array, dtype: DType): Uint8Array {
  return bytes.byteOffset % dtypeBytes(dtype) === 0 ? bytes : Uint8Array.from(bytes);
}

/** Where a tensor's elements lie. */
export function tensorAddress(api: OrtApi, value: bigint): bigint {
  const out = outPointer();
  api.call.GetTensorMutableData(value, out);
  return pointerIn(out);
}

/** The dtype and shape of a value. Errors: `runtime-error` for what is no tensor of numbers. */
export function layoutOf(api: OrtApi, name: string, value: bigint): TensorLayout {
  const { call } = api;
  const kind = outInt();
  call.GetValueType(value, kind);
  if (kind[0] !== KIND_TENSOR) fail('runtime-error', `the output ${name} is no tensor`);
  const out = outPointer();
  call.GetTensorTypeAndShape(value, out);
  const info = pointerIn(out);
  try {
    const code = elementType(api, info);
    const dtype = dtypeFromOnnx(code);
    if (dtype === undefined) fail('runtime-error', `the output ${name} has elements of ONNX's type ${code}`);
    return { dtype, shape: Array.from(dimensions(api, info), Number) };
  } finally {
    call.ReleaseTensorTypeAndShapeInfo(info);
  }
}

/** A copy of a tensor in the CPU's memory. */
export function readTensor(api: OrtApi, name: string, value: bigint): TensorData {
  const { dtype, shape } = layoutOf(api, name, value);
  const result = emptyTensor(dtype, shape);
  const { length } = result.bytes;
  if (length > 0) api.copy(result.bytes, tensorAddress(api, value), length);
  return result.data;
}

/** A tensor whose bytes are still to be written. */
export function emptyTensor(
  dtype: DType,
  shape: readonly number[],
): { data: TensorData; bytes: Uint8Array<ArrayBuffer> } {
  const size = new TensorData(dtype, shape, memorySource(NO_BYTES)).byteLength;
  const bytes = new Uint8Array(new ArrayBuffer(size));
  return { data: new TensorData(dtype, [...shape], memorySource(bytes)), bytes };
}

/** ONNX's number of the elements' type. */
export function elementType({ call }: OrtApi, info: bigint): number {
  const code = outInt();
  call.GetTensorElementType(info, code);
  return code[0] ?? 0;
}

/** Sizes by axis; -1 where a model leaves one open. */
export function dimensions({ call }: OrtApi, info: bigint): BigInt64Array {
  const rank = outPointer();
  call.GetDimensionsCount(info, rank);
  const count = Number(pointerIn(rank));
  const dims = new BigInt64Array(new ArrayBuffer(8 * Math.max(count, 1)));
  if (count > 0) call.GetDimensions(info, dims, count);
  return dims.subarray(0, count);
}

function shapeArray(shape: readonly number[]): BigInt64Array<ArrayBuffer> {
  const dims = new BigInt64Array(new ArrayBuffer(8 * Math.max(shape.length, 1)));
  for (const [axis, size] of shape.entries()) dims[axis] = BigInt(size);
  return dims;
}
