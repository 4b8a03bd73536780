import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { type DType, dtypeBytes } from './dtype.js';
import { memorySource, TensorData } from './tensor-data.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A number as an int64; what lies beyond the type (an "until the end" of Slice) becomes its nearest value. */
export function toInt64(value: number | bigint): bigint {
  if (typeof value === 'number' && Number.isNaN(value)) throw new RangeError('NaN is no int64');
  if (value >= 2 ** 63) return INT64_MAX;
  if (value <= -(2 ** 63)) return INT64_MIN;
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
}

type Reader = (view: DataView, at: number) => number;
type Writer = (view: DataView, at: number, value: number | bigint) => void;

const bits = new DataView(new ArrayBuffer(4));

function readBfloat16(view: DataView, at: number): number {
  bits.setUint32(0, view.getUint16(at, true) << 16);
  return bits.getFloat32(0);
}

/** Rounds to nearest, ties to even, as PyTorch does. */
function writeBfloat16(view: DataView, at: number, value: number | bigint): void {
  bits.setFloat32(0, Number(value));
  const word = bits.getUint32(0);
  const isNan = (word & 0x7fffffff) > 0x7f800000;
  view.setUint16(at, isNan ? 0x7fc0 : ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff, true);
}

const INT8: readonly [Reader, Writer] = [(d, at) => d.getInt8(at), (d, at, v) => d.setInt8(at, Number(v))];
const UINT8: readonly [Reader, Writer] = [(d, at) => d.getUint8(at), (d, at, v) => d.setUint8(at, Number(v))];
const INT32: readonly [Reader, Writer] = [
  (d, at) => d.getInt32(at, true),
  (d, at, v) => d.setInt32(at, Number(v), true),
];

const CODECS: Partial<Record<DType, readonly [Reader, Writer]>> = {
  bool: [(d, at) => d.getUint8(at), (d, at, v) => d.setUint8(at, Number(v) === 0 ? 0 : 1)],
  uint8: UINT8,
  quint8: UINT8,
  int8: INT8,
  qint8: INT8,
  int16: [(d, at) => d.getInt16(at, true), (d, at, v) => d.setInt16(at, Number(v), true)],
  int32: INT32,
  qint32: INT32,
  int64: [(d, at) => Number(d.getBigInt64(at, true)), (d, at, v) => d.setBigInt64(at, toInt64(v), true)],
  float16: [(d, at) => getFloat16(d, at, true), (d, at, v) => setFloat16(d, at, Number(v), true)],
  bfloat16: [readBfloat16, writeBfloat16],
  float32: [(d, at) => d.getFloat32(at, true), (d, at, v) => d.setFloat32(at, Number(v), true)],
  float64: [(d, at) => d.getFloat64(at, true), (d, at, v) => d.setFloat64(at, Number(v), true)],
};

/** Dtypes whose elements have a number form: all but the complex ones. */
export function hasNumberForm(dtype: DType): boolean {
  return CODECS[dtype] !== undefined;
}

/**
 * All elements in row-major order; booleans are 0 and 1. An int64 beyond 2^53 comes rounded: check with
 * `Number.isSafeInteger` where that matters. Throws TypeError for complex dtypes.
 */
export function readNumbers(data: TensorData): number[] {
  const read = CODECS[data.dtype]?.[0];
  if (read === undefined) throw new TypeError(`no number form of ${data.dtype}`);
  const bytes = data.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = dtypeBytes(data.dtype);
  const values = new Array<number>(data.elementCount);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size);
  return values;
}

/**
 * A dense tensor of any real dtype, rounded as the dtype asks (float16 and bfloat16 to nearest even; int64 clamped to
 * its range). `shape` defaults to 1-d. Throws TypeError for complex dtypes.
 */
export function numbersTensor(
  dtype: DType,
  values: readonly (number | bigint)[],
  shape: readonly number[] = [values.length],
): TensorData {
  const write = CODECS[dtype]?.[1];
  if (write === undefined) throw new TypeError(`no number form of ${dtype}`);
  const size = dtypeBytes(dtype);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((v, i) => {
    write(view, i * size, v);
  });
  return new TensorData(dtype, shape, memorySource(bytes));
}
