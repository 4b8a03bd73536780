import { expect, test } from 'vitest';
import { fuzzed } from './fuzzed.js';

test('only diagnostics come of 5,000 mutants (graph)', async () => {
  expect(await fuzzed('graph', 5000)).toEqual([]);
});
