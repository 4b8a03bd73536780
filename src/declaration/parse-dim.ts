import type { DimRange } from '../compiler-options.js';
import { ArgumentScanner, scanName } from './argument-scanner.js';

const FORM = 'SYMBOL=MIN:OPT:MAX, for example batch=1:8:32, or SYMBOL=SIZE';

/**
 * Parses the range of a symbol; a single number is a range of one size. Errors: `dim-syntax`, `dim-range` with the place
 * in the text.
 */
export function parseDim(text: string): { readonly name: string; readonly range: DimRange } {
  const scanner = new ArgumentScanner('--dim', text, 'dim-syntax');
  const name = scanName(scanner, FORM);
  if (!/^[A-Za-z]\w*$/.test(name)) scanner.fail(`${name} is no symbol`, { from: 0, length: name.length });
  const from = scanner.position;
  const min = scanSize(scanner);
  if (scanner.isAtEnd) return { name, range: { min, opt: min, max: min } };
  scanner.expect(':', `the form is ${FORM}`);
  const opt = scanSize(scanner);
  scanner.expect(':', `a range has three numbers: the form is ${FORM}`);
  const max = scanSize(scanner);
  scanner.end();
  if (min > opt || opt > max) {
    const order = new ArgumentScanner('--dim', text, 'dim-range');
    order.fail('the range is not MIN <= OPT <= MAX', { from, length: text.length - from, help: `the form is ${FORM}` });
  }
  return { name, range: { min, opt, max } };
}

function scanSize(scanner: ArgumentScanner): number {
  const from = scanner.position;
  const digits = scanner.match(/\d+/y);
  if (digits === undefined) scanner.fail('a size is expected here', { help: `the form is ${FORM}` });
  const size = Number(digits);
  return Number.isSafeInteger(size) ? size : scanner.fail(`${digits} is no size`, { from });
}
