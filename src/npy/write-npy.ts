import { fail } from '../diagnostics/diagnostic.js';
import { readNumbers, tensorFromNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import { descrOf } from './dtype-descr.js';
import { printHeader } from './header.js';

/** The data begin at a multiple of this, so that they can be mapped (NEP 1). */
const ALIGNMENT = 64;

/** What precedes the text in version 1: magic, version, 2-byte length. */
const PREFIX_BYTES = 10;

/**
 * The parts of a .npy file (version 1.0, row-major, little-endian): the header, then the data in pieces. bfloat16, which
 * NumPy lacks, becomes float32 without loss. Errors: `npy-corrupt` for dtypes that have no such form (complex32,
 * quantized).
 */
export function* npyChunks(tensor: TensorData): Generator<Uint8Array> {
  const written =
    tensor.dtype === 'bfloat16' ? tensorFromNumbers('float32', readNumbers(tensor), tensor.shape) : tensor;
  const descr = descrOf(written.dtype);
  if (descr === undefined) fail('npy-corrupt', `.npy files have no form for ${written.dtype} tensors`);
  const text = printHeader({ descr, fortranOrder: false, shape: written.shape });
  const padding = ALIGNMENT - 1 - ((PREFIX_BYTES + text.length) % ALIGNMENT);
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text}${' '.repeat(padding)}\n`, 'latin1');
  header.writeUInt16LE(header.length - PREFIX_BYTES, 8);
  yield header;
  yield* written.chunks();
}

/** The whole file in memory. */
export function npyBytes(tensor: TensorData): Uint8Array {
  return Buffer.concat([...npyChunks(tensor)]);
}
