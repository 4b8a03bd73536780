import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { type DType, dtypeBytes } from './dtype.js';
import { memorySource, saturateInt64, TensorData } from './tensor-data.js';

/** Numbers to and from the bytes of every real dtype, the two half-precision ones too. Bytes are little-endian. */
interface Codec {
  get(view: DataView, at: number): number;
  set(view: DataView, at: number, value: number): void;
}

const bits = new DataView(new ArrayBuffer(4));

/** The float32 whose upper half a bfloat16 is. */
export function bfloat16ToNumber(half: number): number {
  bits.setUint32(0, half << 16);
  return bits.getFloat32(0);
}

/** Rounds to the nearest bfloat16, ties to even, as PyTorch does; NaN stays NaN. */
export function numberToBfloat16(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  if ((word & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

const INT8: Codec = { get: (d, at) => d.getInt8(at), set: (d, at, v) => d.setInt8(at, v) };
const UINT8: Codec = { get: (d, at) => d.getUint8(at), set: (d, at, v) => d.setUint8(at, v) };
const INT32: Codec = { get: (d, at) => d.getInt32(at, true), set: (d, at, v) => d.setInt32(at, v, true) };

const CODECS: ReadonlyMap<DType, Codec> = new Map<DType, Codec>([
  ['bool', { get: (d, at) => d.getUint8(at), set: (d, at, v) => d.setUint8(at, v === 0 ? 0 : 1) }],
  ['uint8', UINT8],
  ['quint8', UINT8],
  ['int8', INT8],
  ['qint8', INT8],
  ['int16', { get: (d, at) => d.getInt16(at, true), set: (d, at, v) => d.setInt16(at, v, true) }],
  ['int32', INT32],
  ['qint32', INT32],
  [
    'int64',
    {
      get: (d, at) => Number(d.getBigInt64(at, true)),
      set: (d, at, v) => d.setBigInt64(at, saturateInt64(Math.trunc(v)), true),
    },
  ],
  ['float16', { get: (d, at) => getFloat16(d, at, true), set: (d, at, v) => setFloat16(d, at, v, true) }],
  [
    'bfloat16',
    {
      get: (d, at) => bfloat16ToNumber(d.getUint16(at, true)),
      set: (d, at, v) => d.setUint16(at, numberToBfloat16(v), true),
    },
  ],
  ['float32', { get: (d, at) => d.getFloat32(at, true), set: (d, at, v) => d.setFloat32(at, v, true) }],
  ['float64', { get: (d, at) => d.getFloat64(at, true), set: (d, at, v) => d.setFloat64(at, v, true) }],
]);

/** Tells whether the elements of a dtype are single numbers: all but the complex ones. */
export function hasNumberForm(dtype: DType): boolean {
  return CODECS.has(dtype);
}

/**
 * All elements in row-major order; booleans are 0 and 1. An int64 beyond 2^53 comes rounded: `readBigInts` is exact.
 * Throws TypeError for complex dtypes.
 */
export function readNumbers(data: TensorData): number[] {
  const codec = codecOf(data.dtype);
  const view = viewOf(data);
  const size = dtypeBytes(data.dtype);
  const values = new Array<number>(data.elementCount);
  for (let i = 0; i < values.length; i++) values[i] = codec.get(view, i * size);
  return values;
}

/** All elements of an integer or bool tensor, exactly, in row-major order. Throws TypeError for other dtypes. */
export function readBigInts(data: TensorData): bigint[] {
  if (data.dtype !== 'int64') return readNumbers(data).map(BigInt);
  const view = viewOf(data);
  const values = new Array<bigint>(data.elementCount);
  for (let i = 0; i < values.length; i++) values[i] = view.getBigInt64(i * 8, true);
  return values;
}

/**
 * A dense tensor of any real dtype from its elements in row-major order, rounded as the dtype asks (float16 and
 * bfloat16 to nearest even); int64 saturates at its ends. `shape` defaults to 1-d. Throws TypeError for complex dtypes.
 */
export function tensorFromNumbers(
  dtype: DType,
  values: readonly (number | bigint)[],
  shape: readonly number[] = [values.length],
): TensorData {
  const codec = codecOf(dtype);
  const size = dtypeBytes(dtype);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    if (dtype === 'int64' && typeof value === 'bigint') view.setBigInt64(i * 8, clampInt64(value), true);
    else codec.set(view, i * size, Number(value));
  }
  return new TensorData(dtype, shape, memorySource(bytes));
}

function clampInt64(value: bigint): bigint {
  const most = 2n ** 63n - 1n;
  return value > most ? most : value < -most - 1n ? -most - 1n : value;
}

function codecOf(dtype: DType): Codec {
  const codec = CODECS.get(dtype);
  if (codec === undefined) throw new TypeError(`no number form of ${dtype}`);
  return codec;
}

function viewOf(data: TensorData): DataView {
  const bytes = data.read();
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
