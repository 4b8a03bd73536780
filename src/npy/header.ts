import { fail } from '../diagnostics/diagnostic.js';

/** What a .npy header says: a Python dict literal with exactly these three keys (NEP 1). */
export interface NpyHeader {
  /** NumPy's type string, e.g. `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const KEY = /^\s*(['"])(descr|fortran_order|shape)\1\s*:\s*/;
const DESCR = /^(['"])([^'"]*)\1/;
const ORDER = /^(True|False)\b/;
const SHAPE = /^\(\s*((?:\d+L?\s*,\s*)*(?:\d+L?\s*)?)\)/;
const COMMA = /^\s*(,|(?=\}))/;

/** Parses the header. Errors: `npy-corrupt`; types that are no plain numbers are named. */
export function parseHeader(text: string, label: string): NpyHeader {
  const bad = (): never => fail('npy-corrupt', `${label} has a header that is not a .npy header: ${text.trim()}`);
  let rest = text.trim();
  if (!rest.startsWith('{') || !rest.endsWith('}')) bad();
  rest = rest.slice(1);
  const take = (pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(rest) ?? bad();
    rest = rest.slice(match[0].length);
    return match;
  };
  let descr: string | undefined;
  let fortranOrder: boolean | undefined;
  let shape: number[] | undefined;
  while (rest.trim() !== '}') {
    switch (take(KEY)[2]) {
      case 'descr':
        if (rest.startsWith('[')) fail('npy-corrupt', `${label} holds records with fields, not plain numbers`);
        descr = take(DESCR)[2];
        break;
      case 'fortran_order':
        fortranOrder = take(ORDER)[1] === 'True';
        break;
      case 'shape':
        shape = (take(SHAPE)[1] ?? '')
          .split(',')
          .flatMap((size) => (size.trim() === '' ? [] : [Number.parseInt(size, 10)]));
    }
    take(COMMA);
  }
  if (descr === undefined || fortranOrder === undefined || shape === undefined) return bad();
  return { descr, fortranOrder, shape };
}

/** The header as NumPy writes it, without padding. */
export function printHeader({ descr, fortranOrder, shape }: NpyHeader): string {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  return `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': ${sizes}, }`;
}
