import type { Dim } from '../../ir/dim.js';
import type { InferContext, InferRule, InferTable } from './context.js';
import { broadcastDim, broadcastShapes } from './dims.js';

/** NumPy's matmul: a 1-d operand is a row or column whose axis vanishes from the result. */
function matmulShape(c: InferContext, left: number, right: number): Dim[] | undefined {
  const a = c.shape(left);
  const b = c.shape(right);
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcastShapes([a.slice(0, -2), b.slice(0, -2)], c.symbols);
  const rows = a.length > 1 ? a.slice(-2, -1) : [];
  const columns = b.length > 1 ? b.slice(-1) : [];
  return [...batch, ...rows, ...columns];
}

const gemm: InferRule = (c) => {
  const a = c.shape(0);
  const b = c.shape(1);
  const rows = a?.[c.int('transA') !== 0 ? 1 : 0] ?? c.fresh();
  const columns = b?.[c.int('transB') !== 0 ? 0 : 1] ?? c.fresh();
  return [{ shape: [rows, columns] }];
};

/** Letters of one term; an ellipsis stands for the axes that the letters leave over. */
interface Term {
  readonly before: string;
  readonly ellipsis: boolean;
  readonly after: string;
}

function parseTerm(text: string): Term {
  const at = text.indexOf('...');
  if (at < 0) return { before: text, ellipsis: false, after: '' };
  return { before: text.slice(0, at), ellipsis: true, after: text.slice(at + 3) };
}

const einsum: InferRule = (c) => {
  const [left = '', right] = c.string('equation').replace(/\s/g, '').split('->');
  const sizes = new Map<string, Dim>();
  let ellipsis: Dim[] = [];
  const terms = left.split(',').map(parseTerm);
  for (const [i, term] of terms.entries()) {
    const shape = c.shape(i);
    if (shape === undefined) return [{}];
    const note = (letter: string, d: Dim): void => {
      const known = sizes.get(letter);
      sizes.set(letter, known === undefined ? d : broadcastDim(known, d, c.symbols));
    };
    [...term.before].forEach((letter, k) => {
      note(letter, shape[k] ?? 1);
    });
    const rest = shape.length - term.after.length;
    [...term.after].forEach((letter, k) => {
      note(letter, shape[rest + k] ?? 1);
    });
    if (term.ellipsis) ellipsis = broadcastShapes([ellipsis, shape.slice(term.before.length, rest)], c.symbols);
  }
  const output = parseTerm(right ?? implicitOutput(left));
  const size = (letter: string): Dim => sizes.get(letter) ?? c.fresh();
  const middle = output.ellipsis ? ellipsis : [];
  return [{ shape: [...[...output.before].map(size), ...middle, ...[...output.after].map(size)] }];
};

/** Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order. */
function implicitOutput(left: string): string {
  const letters = [...left.replace(/[^a-zA-Z]/g, '')];
  const once = letters.filter((l) => letters.indexOf(l) === letters.lastIndexOf(l)).sort();
  return (left.includes('...') ? '...' : '') + once.join('');
}

export const LINEAR: InferTable = {
  MatMul: (c) => [{ shape: matmulShape(c, 0, 1) }],
  MatMulInteger: (c) => [{ shape: matmulShape(c, 0, 1) }],
  QLinearMatMul: (c) => [{ shape: matmulShape(c, 0, 3) }],
  Gemm: gemm,
  Einsum: einsum,
  // The last two axes hold the matrices.
  Det: (c) => [{ shape: c.shape(0)?.slice(0, -2) }],
};
