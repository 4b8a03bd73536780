import { readFileSync } from 'node:fs';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { dtypeBytes } from '../ir/dtype.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import { dtypeOfDescr } from './dtype-descr.js';
import { parseHeader } from './header.js';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** Reads a .npy file of any version (1 to 3). Errors: `file-not-found`, `npy-corrupt`. */
export function readNpy(path: string): TensorData {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    fail('file-not-found', `cannot read ${path}: ${fileReason(error)}`);
  }
  return parseNpy(bytes, path);
}

/**
 * The tensor of a .npy file's bytes: a view of them where they are little-endian, with column-major strides for Fortran
 * order. `label` names the file in messages. Errors: `npy-corrupt` for damaged files and for types that are no dtype of
 * PyTorch (objects, strings, dates, unsigned integers of more than 8 bits, extended precision).
 */
export function parseNpy(bytes: Uint8Array, label = '<bytes>'): TensorData {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { text, dataStart } = splitHeader(file, label);
  const header = parseHeader(text, label);
  const type = dtypeOfDescr(header.descr);
  if (type === undefined) {
    fail('npy-corrupt', `${label} holds elements of the type ${header.descr}, which is no type of a tensor`, {
      help: 'convert the array first: array.astype("float32"), "int64", "bool"...',
    });
  }
  const { shape, fortranOrder } = header;
  const count = shape.reduce((a, b) => a * b, 1);
  const byteLength = count * dtypeBytes(type.dtype);
  if (dataStart + byteLength > file.length) {
    fail(
      'npy-corrupt',
      `${label} is cut short: its header announces ${byteLength} bytes, ${file.length - dataStart} follow`,
    );
  }
  const data = file.subarray(dataStart, dataStart + byteLength);
  const source = memorySource(type.swap === undefined ? data : reversed(data, type.swap));
  return new TensorData(type.dtype, shape, source, 0, fortranOrder ? columnStrides(shape) : undefined);
}

function splitHeader(file: Buffer, label: string): { text: string; dataStart: number } {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC) || file.length < 12) {
    fail('npy-corrupt', `${label} is no .npy file`, { help: 'write it with numpy.save' });
  }
  const version = file.readUInt8(6);
  if (version < 1 || version > 3) fail('npy-corrupt', `${label} has the unknown .npy version ${version}`);
  const start = version === 1 ? 10 : 12;
  const dataStart = start + (version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8));
  if (dataStart > file.length) fail('npy-corrupt', `${label} ends inside its header`);
  return { text: file.subarray(start, dataStart).toString(version === 3 ? 'utf8' : 'latin1'), dataStart };
}

function reversed(data: Buffer, width: number): Buffer {
  const copy = Buffer.from(data);
  return width === 2 ? copy.swap16() : width === 4 ? copy.swap32() : copy.swap64();
}

function columnStrides(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((size) => {
    const stride = step;
    step *= Math.max(size, 1);
    return stride;
  });
}
