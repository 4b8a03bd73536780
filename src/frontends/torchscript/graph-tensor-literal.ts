import { isFloating } from '../../ir/dtype.js';
import { dtypeFromWord } from '../../ir/dtype-word.js';
import { hasNumberForm, tensorFromNumbers } from '../../ir/half.js';
import type { TensorData } from '../../ir/tensor-data.js';
import type { TensorType } from '../../ir/type.js';
import type { GraphLexer } from './graph-lexer.js';

/** A tensor whose values the printer left out, or printed so that they cannot be read back. */
export const ELIDED = Symbol('elided');

/** `0.1  0.2 [ CPUFloatType{2} ]`: the values, then what they are. */
const DUMP = /\s*([^[\]{}]*)\[ (?:CPU|CUDA|MPS|XPU|HPU|Meta)?(\w+?)Type\{([\d,]*)\} \]/y;

/** What a dump of rank 3 and more writes before each matrix, and one of many columns before each part. */
const SLICE_HEAD = /\((?:\d+,)+\.,\.\) =/;
const COLUMNS_HEAD = /Columns \d+ (?:to|and) \d+/g;

/**
 * The values of a constant tensor as PyTorch prints them: `{0.5}` for one element, a dump for at most ten, else
 * `<Tensor>`. Dumps of floats hold as many digits as they print. Undefined when something else stands there.
 */
export function readTensorLiteral(lexer: GraphLexer, type: TensorType): TensorData | typeof ELIDED | undefined {
  if (lexer.accept('<')) {
    lexer.expect('Tensor', 'in `<Tensor>`');
    lexer.expect('>', 'in `<Tensor>`');
    return ELIDED;
  }
  if (lexer.at('{')) return readScalar(lexer, type);
  const dump = lexer.raw(DUMP);
  return dump === undefined ? undefined : readDump(lexer, dump);
}

function readScalar(lexer: GraphLexer, type: TensorType): TensorData | typeof ELIDED {
  lexer.take();
  // A complex number, `{(1,2)}`.
  if (lexer.accept('(')) {
    while (lexer.peek.kind === 'number' || lexer.at(',')) lexer.take();
    lexer.expect(')', 'after a complex number');
    lexer.expect('}', 'after the value of a tensor');
    return ELIDED;
  }
  const token = lexer.take();
  const value = numberOf(token.text);
  if (token.kind !== 'number' || value === undefined)
    lexer.fail('syntax-error', 'expected the value of a tensor', token);
  lexer.expect('}', 'after the value of a tensor');
  // The printer drops the dtype of a 0-d tensor in some graphs; it then takes part in type promotion by its kind only.
  const dtype = type.dtype ?? (/^-?\d+$/.test(token.text) ? 'int64' : 'float32');
  if (!hasNumberForm(dtype)) return ELIDED;
  if (!isFloating(dtype) && !Number.isFinite(value))
    lexer.fail('type-mismatch', `\`${token.text}\` is no ${dtype}`, token);
  return tensorFromNumbers(dtype, [exact(token.text, value)], type.shape?.map(() => 1) ?? []);
}

function readDump(
  lexer: GraphLexer,
  [, body = '', word = '', extents = '']: RegExpExecArray,
): TensorData | typeof ELIDED {
  const dtype = dtypeFromWord(word);
  if (dtype === undefined) return lexer.fail('syntax-error', `\`${word}\` is no element type`);
  const shape = extents === '' ? [] : extents.split(',').map(Number);
  if (!hasNumberForm(dtype)) return ELIDED;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  if (/Columns/.test(body) && rows > 1) return ELIDED;
  const words: string[] = [];
  const values: number[] = [];
  let scaled = false;
  for (const slice of body.replace(COLUMNS_HEAD, ' ').split(SLICE_HEAD)) {
    const factor = /^\s*(\S+) \*\s/.exec(slice);
    const scale = factor === null ? 1 : Number(factor[1]);
    scaled ||= factor !== null;
    for (const word of slice.slice(factor?.[0].length ?? 0).split(/\s+/)) {
      if (word === '') continue;
      words.push(word);
      values.push((numberOf(word) ?? Number.NaN) * scale);
    }
  }
  const count = shape.reduce((a, b) => a * b, 1);
  if (values.length !== count || values.some((v, i) => Number.isNaN(v) && !/nan/.test(words[i] ?? ''))) {
    return lexer.fail('syntax-error', `a tensor of ${count} elements is printed with ${words.length} values`);
  }
  if (isFloating(dtype)) return tensorFromNumbers(dtype, values, shape);
  // Integers that are printed with a fraction or an exponent are rounded.
  if (scaled || words.some((w) => !/^-?\d+$/.test(w))) return ELIDED;
  return tensorFromNumbers(
    dtype,
    words.map((w, i) => exact(w, values[i] ?? 0)),
    shape,
  );
}

/** An int beyond 2^53 in full. */
function exact(text: string, value: number): number | bigint {
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text);
}

/** The number that a word spells, `inf` and `nan` included; undefined for other words. */
export function numberOf(text: string): number | undefined {
  const named = /^(-?)(inf|nan)$/.exec(text);
  if (named !== null) {
    const size = named[2] === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN;
    return named[1] === '-' ? -size : size;
  }
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}
