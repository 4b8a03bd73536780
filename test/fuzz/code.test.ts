import { expect, test } from 'vitest';
import { fuzzed } from './fuzzed.js';

test('only diagnostics come of 5,000 mutants (code)', async () => {
  expect(await fuzzed('code', 5000)).toEqual([]);
});
