import type { Result } from './signature.js';

/** The index of a result that is told by its number, or by its name in the signature; -1 where it has none of the name. */
export function resultIndex(results: readonly Result[], which: number | string): number {
  return typeof which === 'number' ? which : results.findIndex((r) => r.name === which);
}
