import type { ConstSpec, ConstValue } from '../compiler-options.js';
import { readNpy } from '../npy/read-npy.js';
import { ArgumentScanner, MAX_ARGUMENT_DEPTH, scanName } from './argument-scanner.js';

const FORM = 'NAME=FILE.npy or NAME=LITERAL, for example n=3, scale=0.5, flag=True, mask=None, size=[64, 64]';

/** Words with a meaning, in Python's and JSON's spelling. */
const WORDS: ReadonlyMap<string, ConstValue> = new Map<string, ConstValue>([
  ['True', { kind: 'bool', value: true }],
  ['true', { kind: 'bool', value: true }],
  ['False', { kind: 'bool', value: false }],
  ['false', { kind: 'bool', value: false }],
  ['None', { kind: 'none' }],
  ['none', { kind: 'none' }],
  ['null', { kind: 'none' }],
  ['nan', { kind: 'float', value: Number.NaN }],
  ['NaN', { kind: 'float', value: Number.NaN }],
  ['inf', { kind: 'float', value: Number.POSITIVE_INFINITY }],
  ['Infinity', { kind: 'float', value: Number.POSITIVE_INFINITY }],
]);

const NUMBER = /[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Parses a baked-in input: `NAME=FILE.npy` reads the file, everything else is a literal in Python's or JSON's spelling.
 * Errors: `const-syntax` with the place in the text; those of `readNpy`.
 */
export function parseConst(text: string): ConstSpec {
  const scanner = new ArgumentScanner('--const', text, 'const-syntax');
  const name = scanName(scanner, FORM);
  const file = /^[^"'[(].*\.npy$/.exec(text.slice(scanner.position));
  if (file !== null) return { name, value: { kind: 'tensor', data: readNpy(file[0]) } };
  const value = scanLiteral(scanner, 0);
  scanner.end();
  return { name, value };
}

function scanLiteral(scanner: ArgumentScanner, depth: number): ConstValue {
  if (depth > MAX_ARGUMENT_DEPTH) scanner.fail('the literal is nested too deep');
  if (scanner.take('[')) return { kind: 'list', items: scanItems(scanner, ']', depth).items };
  if (scanner.take('(')) {
    const { items, hasComma } = scanItems(scanner, ')', depth);
    const [only] = items;
    // As in Python, `(1)` is 1 and `(1,)` is a tuple.
    return only !== undefined && items.length === 1 && !hasComma ? only : { kind: 'tuple', items };
  }
  const from = scanner.position;
  const quoted = scanner.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y);
  if (quoted !== undefined) return { kind: 'str', value: unquote(quoted) };
  const sign = scanner.match(/[+-](?=inf|Infinity|nan|NaN)/y) === '-' ? -1 : 1;
  const word = scanner.match(/[A-Za-z_]\w*/y);
  if (word !== undefined) {
    const value = WORDS.get(word);
    if (value === undefined) {
      scanner.fail(`${word} is no literal`, { from, help: `a string needs quotes: '"${word}"'. The form is ${FORM}` });
    }
    return value.kind === 'float' ? { kind: 'float', value: sign * value.value } : value;
  }
  const number = scanner.match(NUMBER);
  if (number === undefined) scanner.fail('a literal or a .npy file is expected here', { help: `the form is ${FORM}` });
  return numberOf(scanner, number.replaceAll('_', ''), from);
}

function numberOf(scanner: ArgumentScanner, text: string, from: number): ConstValue {
  if (/[.eE]/.test(text)) return { kind: 'float', value: Number(text) };
  const exact = BigInt(text.replace(/^\+/, ''));
  if (exact > MAX_INT64 || exact < -MAX_INT64 - 1n) scanner.fail(`${text} does not fit into 64 bits`, { from });
  return { kind: 'int', value: Number(exact) };
}

function scanItems(scanner: ArgumentScanner, close: string, depth: number): { items: ConstValue[]; hasComma: boolean } {
  const items: ConstValue[] = [];
  let hasComma = false;
  while (!scanner.take(close)) {
    if (items.length > 0) {
      scanner.expect(',', `items are separated by commas and end with \`${close}\``);
      hasComma = true;
      if (scanner.take(close)) break;
    }
    items.push(scanLiteral(scanner, depth + 1));
  }
  return { items, hasComma };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['0', '\0'],
]);

/** The text between the quotes, escapes resolved as Python and JSON have them in common. */
function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, unit: string | undefined, char: string) =>
      unit === undefined ? (ESCAPES.get(char) ?? char) : String.fromCharCode(Number.parseInt(unit, 16)),
    );
}
