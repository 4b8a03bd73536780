import type { ExprEnv, ExprValue } from '../../expr/value.js';
import { type Dim, dimKey } from '../../ir/dim.js';
import { broadcastExtent, broadcastShapes, compare, requireEqual } from '../extents.js';
import { mismatch } from '../shape-error.js';
import { define, type FunctionTable, listOf, shape, str } from './define.js';

/** torch.matmul: vectors lose their axis, further axes broadcast. */
function matmulShape(env: ExprEnv, a: readonly Dim[], b: readonly Dim[]): Dim[] {
  if (a.length === 0 || b.length === 0) mismatch('matmul does not take 0-d tensors');
  const inner = a[a.length - 1] ?? 1;
  const rows = b.length === 1 ? (b[0] ?? 1) : (b[b.length - 2] ?? 1);
  requireEqual(env, inner, rows, `matmul of [${a.map(dimKey).join(', ')}] and [${b.map(dimKey).join(', ')}]`);
  const batch = broadcastShapes(env, [a.slice(0, -2), b.slice(0, -2)]);
  const out = [...batch];
  if (a.length > 1) out.push(a[a.length - 2] ?? 1);
  if (b.length > 1) out.push(b[b.length - 1] ?? 1);
  return out;
}

function linearShape(env: ExprEnv, input: readonly Dim[], weight: readonly Dim[]): Dim[] {
  if (input.length === 0) mismatch('linear does not take a 0-d tensor');
  const features = weight[weight.length - 1] ?? 1;
  requireEqual(env, input[input.length - 1] ?? 1, features, 'linear: the last axis and the in_features of the weight');
  return [...input.slice(0, -1), ...weight.slice(0, -1)];
}

const ELLIPSIS = '...';

/** Labels of one term of an equation; the ellipsis becomes labels `.0`, `.1` and so on, counted from the right. */
function labelsOf(term: string, ellipsisRank: number): string[] {
  const text = term.replace(/\s/g, '');
  const at = text.indexOf(ELLIPSIS);
  if (at < 0) return [...text];
  const dots = Array.from({ length: ellipsisRank }, (_, i) => `.${ellipsisRank - 1 - i}`);
  return [...text.slice(0, at), ...dots, ...text.slice(at + ELLIPSIS.length)];
}

/** The shape of torch.einsum, implicit output (labels seen once, in alphabetical order) included. */
function einsumShape(env: ExprEnv, equation: string, shapes: readonly (readonly Dim[])[]): ExprValue {
  const [left = '', right] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== shapes.length) mismatch(`einsum: ${terms.length} terms for ${shapes.length} tensors`);
  const extents = new Map<string, Dim>();
  const counts = new Map<string, number>();
  let widest = 0;
  terms.forEach((term, i) => {
    const s = shapes[i] ?? [];
    const rank = term.includes(ELLIPSIS) ? s.length - (term.length - ELLIPSIS.length) : 0;
    const labels = labelsOf(term, rank);
    if (labels.length !== s.length) mismatch(`einsum: ${term} does not name ${s.length} axes`);
    widest = Math.max(widest, rank);
    labels.forEach((label, axis) => {
      const d = s[axis] ?? 1;
      const old = extents.get(label);
      extents.set(label, old === undefined ? d : broadcastExtent(env, old, d));
      counts.set(label, (counts.get(label) ?? 0) + 1);
    });
  });
  const dots = Array.from({ length: widest }, (_, i) => `.${widest - 1 - i}`);
  const single = [...counts].filter(([label, n]) => n === 1 && !label.startsWith('.')).map(([label]) => label);
  const result = right === undefined ? [...dots, ...single.sort()] : labelsOf(right, widest);
  return result.map((label) => extents.get(label) ?? mismatch(`einsum: ${label} is in no term`));
}

/** Scaled dot product attention: queries by the value's width; the batch axes broadcast (grouped heads do not). */
function attentionShape(env: ExprEnv, q: readonly Dim[], k: readonly Dim[], v: readonly Dim[]): Dim[] {
  const rank = q.length;
  if (rank < 2 || k.length < 2 || v.length < 2) mismatch('attention needs at least two axes');
  requireEqual(env, q[rank - 1] ?? 1, k[k.length - 1] ?? 1, 'attention: the widths of query and key');
  const tail = [q[rank - 2] ?? 1, v[v.length - 1] ?? 1];
  const heads = (s: readonly Dim[]) => s.slice(0, -2);
  // enable_gqa repeats the key's heads, so only the query's count.
  const grouped = rank === 4 && compare(env, 'eq', q[1] ?? 1, k[1] ?? 1) === false && k[1] !== 1 && q[1] !== 1;
  return grouped ? [...heads(q), ...tail] : [...broadcastShapes(env, [heads(q), heads(k), heads(v)]), ...tail];
}

/** A chain of matrices; the first and last may be vectors. */
function multiDotShape(env: ExprEnv, shapes: readonly (readonly Dim[])[]): Dim[] {
  const [first, ...rest] = shapes;
  if (first === undefined) return mismatch('a product of no matrices');
  return rest.reduce<Dim[]>((a, b) => matmulShape(env, a, b), [...first]);
}

export const MATMUL_FUNCTIONS: FunctionTable = {
  matmul: define('shape of a matrix product, batch axes broadcast', [shape, shape], matmulShape),
  linear: define('shape of input @ weight.T', [shape, shape], linearShape),
  multi_dot: define('shape of a chain of matrix products', [listOf(shape)], multiDotShape),
  einsum: define('shape of an Einstein sum', [str, listOf(shape)], einsumShape),
  attention: define('shape of scaled dot product attention', [shape, shape, shape], attentionShape),
};
