import type { DimSpec, InputSpec, InputType } from '../compiler-options.js';
import type { DType } from '../ir/dtype.js';
import { ArgumentScanner, MAX_ARGUMENT_DEPTH, scanName } from './argument-scanner.js';

/** Dtypes that an input may have. */
const INPUT_DTYPES: readonly DType[] = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** What people write for a dtype, from PyTorch and NumPy. */
const SYNONYMS: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['float', 'float32'],
  ['f32', 'float32'],
  ['double', 'float64'],
  ['f64', 'float64'],
  ['half', 'float16'],
  ['f16', 'float16'],
  ['bf16', 'bfloat16'],
  ['long', 'int64'],
  ['int', 'int64'],
  ['i64', 'int64'],
  ['i32', 'int32'],
  ['short', 'int16'],
  ['char', 'int8'],
  ['byte', 'uint8'],
  ['boolean', 'bool'],
]);

/** A key of a dict: a word or number as it is, anything else in quotes. */
const KEY = /\w+|"[^"\\]*"|'[^'\\]*'/y;

const FORM = "NAME=DTYPE[DIM,...], for example 'x=float32[batch,3,height,width]' or 'ids=int64[batch,length]'";

/**
 * Parses an input's declaration: `NAME=TYPE`, where TYPE is `DTYPE[DIM,...]`, `(TYPE,...)` for a tuple or `[TYPE,...]`
 * for a list, `{KEY: TYPE,...}` for a dict, and DIM a size, a symbol or `?`. Errors: `input-syntax` with the place in the text.
 */
export function parseInput(text: string): InputSpec {
  const scanner = new ArgumentScanner('--input', text, 'input-syntax');
  const name = scanName(scanner, FORM);
  const type = scanType(scanner, 0);
  scanner.end();
  return { name, type };
}

function scanType(scanner: ArgumentScanner, depth: number): InputType {
  if (depth > MAX_ARGUMENT_DEPTH) scanner.fail('the containers are nested too deep');
  if (scanner.take('(')) return { kind: 'tuple', items: scanItems(scanner, ')', () => scanType(scanner, depth + 1)) };
  if (scanner.take('[')) return { kind: 'list', items: scanItems(scanner, ']', () => scanType(scanner, depth + 1)) };
  if (scanner.take('{')) {
    const entries = scanItems(scanner, '}', () => scanEntry(scanner, depth + 1));
    return { kind: 'dict', keys: entries.map(([key]) => key), items: entries.map(([, type]) => type) };
  }
  const dtype = scanDtype(scanner);
  scanner.expect('[', `a type is DTYPE[DIM,...]; a scalar is ${dtype}[]`);
  return { kind: 'tensor', dtype, dims: scanItems(scanner, ']', () => scanDim(scanner)) };
}

function scanEntry(scanner: ArgumentScanner, depth: number): readonly [string, InputType] {
  const key = scanner.match(KEY);
  if (key === undefined) scanner.fail('a key is expected here', { help: 'the form is NAME={KEY: TYPE, ...}' });
  scanner.expect(':', 'a key and its type are separated by `:`');
  return [key.replace(/^["']|["']$/g, ''), scanType(scanner, depth)];
}

/** Items between commas up to `close`; a comma may stand after the last. */
function scanItems<T>(scanner: ArgumentScanner, close: string, scanItem: () => T): T[] {
  const items: T[] = [];
  while (!scanner.take(close)) {
    if (items.length > 0) {
      scanner.expect(',', `items are separated by commas and end with \`${close}\``);
      if (scanner.take(close)) break;
    }
    items.push(scanItem());
  }
  return items;
}

function scanDtype(scanner: ArgumentScanner): DType {
  const from = scanner.position;
  const word = scanner.match(/[A-Za-z_]\w*/y);
  if (word === undefined) scanner.fail('a dtype, `(`, `[` or `{` is expected here', { help: `the form is ${FORM}` });
  const dtype = INPUT_DTYPES.find((d) => d === word);
  if (dtype !== undefined) return dtype;
  const meant = SYNONYMS.get(word.toLowerCase());
  scanner.fail(`${word} is not a dtype of an input`, {
    from,
    help: meant === undefined ? `the dtypes are: ${INPUT_DTYPES.join(', ')}` : `write ${meant}`,
  });
}

function scanDim(scanner: ArgumentScanner): DimSpec {
  const from = scanner.position;
  if (scanner.take('?')) return '?';
  const word = scanner.match(/-?\w+/y);
  if (word === undefined) scanner.fail('a size, a symbol or `?` is expected here', { help: `the form is ${FORM}` });
  if (/^\d+$/.test(word)) {
    const size = Number(word);
    return Number.isSafeInteger(size) ? size : scanner.fail(`${word} is no size`, { from });
  }
  if (/^[A-Za-z]\w*$/.test(word)) return word;
  scanner.fail(`${word} is neither a size nor a symbol`, {
    from,
    help: word.startsWith('-')
      ? 'write `?` or a name for a size that varies'
      : 'a symbol is letters, digits and underscores, and begins with a letter',
  });
}
