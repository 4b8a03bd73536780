import { expect, test } from 'vitest';
import { fuzzed } from './fuzzed.js';

test('only diagnostics come of 5,000 mutants (pickle)', async () => {
  expect(await fuzzed('pickle', 5000)).toEqual([]);
});
