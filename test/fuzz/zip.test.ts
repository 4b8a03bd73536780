import { expect, test } from 'vitest';
import { fuzzed } from './fuzzed.js';

test('only diagnostics come of 5,000 mutants (zip)', async () => {
  expect(await fuzzed('zip', 5000)).toEqual([]);
});
