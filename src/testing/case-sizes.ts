import type { CaseInputs } from './case-file.js';
import type { Sizes } from './case-graph.js';

/** Sizes that are tried of a symbol beyond 1 and an odd one. */
const LARGEST = 7;
/** Runs of a case that has no symbol but draws values. */
const DRAWS = 3;

/** Numbers in [0, 1) that a seed decides: a linear congruential generator (the constants of Numerical Recipes). */
export function seededDraws(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

/** A seed of its own for each text, the same in every run. */
export function seedOf(text: string, seed: number): number {
  let h = 2166136261 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

/**
 * The sizes at which a case is run: of every symbol 1, an odd number (another for each, so that none passes for
 * another's) and two at random; those that the case names are taken in turn instead.
 */
export function sizesOf(c: CaseInputs, symbols: ReadonlySet<string>, random: () => number): Sizes[] {
  const names = [...symbols];
  if (names.length === 0) return Array.from({ length: DRAWS }, () => ({}));
  const anySize = () => 1 + Math.floor(random() * LARGEST);
  const columns = names.map((name, i) => c.sizes?.[name] ?? [1, 3 + 2 * (i % 3), anySize(), anySize()]);
  const runs = Math.max(...columns.map((own) => own.length));
  return Array.from({ length: runs }, (_, r) =>
    Object.fromEntries(names.map((name, i) => [name, columns[i]?.[r % (columns[i]?.length ?? 1)] ?? 1])),
  );
}

/** `N=3 C=2`, for messages. */
export function sizesText(sizes: Sizes): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(' ');
}
