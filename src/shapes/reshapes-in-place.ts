import { type Dim, dimEvaluate, dimRange, dimSymbols, type Ranges, symbol } from '../ir/dim.js';

/**
 * Whether a dense tensor can be seen in other sizes without a copy. `order[i]` is the place in memory of axis i, the
 * outermost being 0. By at::detail::computeStride of PyTorch: runs of axes that lie together in memory are cut anew, each
 * by itself.
 */
export function reshapesInPlace(shape: readonly number[], order: readonly number[], sizes: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let left = sizes.length;
  for (const elements of runs(shape, order)) {
    let taken = 1;
    while (left > 0 && (taken < elements || sizes[left - 1] === 1)) {
      left -= 1;
      taken *= sizes[left] ?? 1;
    }
    if (taken !== elements) return false;
  }
  return left === 0;
}

/** The number of elements of each run of axes that lie together, the last run first. */
function runs(shape: readonly number[], order: readonly number[]): number[] {
  const counts: number[] = [];
  let count = 1;
  let outer: number | undefined;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size === 1) continue;
    const place = order[axis] ?? 0;
    // Axes of one element do not keep their neighbours apart.
    const between =
      outer === undefined ? [] : shape.filter((_, i) => (order[i] ?? 0) > place && (order[i] ?? 0) < (outer ?? 0));
    const joined = outer === undefined || (place < outer && between.every((n) => n === 1));
    if (!joined) {
      counts.push(count);
      count = 1;
    }
    count *= size;
    outer = place;
  }
  return [...counts, count];
}

/** Sizes that stand for all that are larger than one: no product of some is one of others, and small numbers divide them. */
const LARGE = [7, 11, 13, 17, 19].map((prime) => 60 * prime);

/**
 * As `reshapesInPlace`, of extents that vary: true if it holds at all sizes, false if it holds at none but those at which
 * the elements lie in rows, undefined if it depends.
 */
export function reshapesAlways(
  shape: readonly Dim[],
  order: readonly number[],
  sizes: readonly Dim[],
  ranges?: Ranges,
): boolean | undefined {
  const symbols = new Set<string>();
  for (const d of [...shape, ...sizes]) dimSymbols(d, symbols);
  const names = [...symbols];
  if (names.length > LARGE.length) return undefined;
  const answers = new Set<boolean>();
  for (let ones = 0; ones < 2 ** names.length; ones++) {
    const at = new Map(names.map((name, i) => [name, (ones >> i) % 2 === 1 ? 1 : (LARGE[i] ?? 1)]));
    if (names.some((name) => at.get(name) === 1 && dimRange(symbol(name), ranges).min > 1)) continue;
    const from = shape.map((d) => dimEvaluate(d, at));
    const to = sizes.map((d) => dimEvaluate(d, at));
    const count = product(from);
    // Halves of one element and the like.
    if (names.length > 0 && product(to) !== count) continue;
    const inRows = reshapesInPlace(from, order, [count]);
    if (names.length === 0 || !inRows) answers.add(reshapesInPlace(from, order, to));
  }
  const [answer = true] = answers;
  return answers.size > 1 ? undefined : answer;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
