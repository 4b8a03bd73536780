import { fail } from '../../../diagnostics/diagnostic.js';
import { DEFAULT_LIMITS, overLimit, type ReadLimits } from '../limits.js';
import type { ByteReader } from './byte-reader.js';
import { type ForeignFormat, refuse } from './formats.js';

/** Enough to see the signature of any format, and the head of graph text after its comments. */
const HEAD_BYTES = 4096;

/**
 * Tells a TorchScript archive from graph text by the first bytes. Errors: `unsupported-format` with the way out for
 * formats that are known, `not-a-model` for the rest, `archive-limit` for text beyond `textBytes`.
 */
export function sniff(file: ByteReader, limits: ReadLimits = DEFAULT_LIMITS): 'archive' | 'text' {
  if (file.size === 0) fail('not-a-model', `${file.label} is empty`);
  const head = Buffer.from(file.read(0, Math.min(file.size, HEAD_BYTES)));
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'archive';
  if (isGraphText(head, file.size)) {
    if (file.size > limits.textBytes) overLimit('textBytes', limits, `${file.label} is text of ${file.size} bytes`);
    return 'text';
  }
  const format = foreignFile(head, file.size);
  if (format !== undefined) refuse(format, file.label);
  fail('not-a-model', `${file.label} is neither a TorchScript archive nor graph text`);
}

/** The first line that is neither blank nor a comment starts a graph; a head of nothing but comments may. */
function isGraphText(head: Buffer, size: number): boolean {
  if (head.includes(0)) return false;
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const first = text.split('\n').find((line) => /^\s*[^\s#]/.test(line));
  return first === undefined ? size > HEAD_BYTES && /^\s*#/.test(text) : /^\s*(fn\s+)?graph\s*\(/.test(first);
}

function foreignFile(head: Buffer, size: number): ForeignFormat | undefined {
  const starts = (text: string, at = 0) => head.subarray(at, at + text.length).toString('latin1') === text;
  const [first, second] = head;
  if (first === 0x80 && second !== undefined && second >= 2 && second <= 5) return 'legacy';
  if (starts('ustar', 257)) return 'tar';
  if (starts('\x89HDF')) return 'hdf5';
  if (starts('TFL3', 4)) return 'tflite';
  if (starts('PTMF', 4)) return 'mobile';
  if (isSafetensors(head, size)) return 'safetensors';
  if (isOnnx(head)) return 'onnx';
  return undefined;
}

/** Eight bytes of length, then a JSON object of that length. */
function isSafetensors(head: Buffer, size: number): boolean {
  return head.length > 8 && head[8] === 0x7b && head.readBigUInt64LE(0) <= BigInt(size - 8);
}

/** ModelProto begins with ir_version (field 1, a small number), then a field of bytes. */
function isOnnx(head: Buffer): boolean {
  const [tag, version, next] = head;
  if (tag !== 0x08 || version === undefined || version > 32 || next === undefined) return false;
  return [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42, 0x28].includes(next);
}
