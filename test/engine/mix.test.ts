import { beforeAll, describe, expect, it } from 'vitest';
import { makeMix } from '../../bench/rewrite/mix.js';
import { runRules } from '../../src/engine/driver.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { meaning } from './meaning.js';

/** One tower of nested blocks and what stands around it. */
const NODES = 6_000;

/** Reading and checking the rule book as YAML takes a second, more on a busy machine. */
const LOAD_TIMEOUT = 60_000;

let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
}, LOAD_TIMEOUT);

describe('the graphs of bench/rewrite', () => {
  it('are sound, the same for a seed, and rewritten to one result whatever the order', { timeout: 60_000 }, () => {
    const meanings = new Set<string>();
    const made = new Set<string>();
    for (const seed of [undefined, 1, 2]) {
      const { graph, inference, nodes } = makeMix(rules, NODES, 7);
      expect(verify(graph)).toEqual([]);
      made.add(meaning(graph));
      const lowered = runRules(graph, rules.lowering, inference, { seed });
      const translated = runRules(graph, rules.translation, inference, { seed, legality: true });
      expect([lowered.stop, translated.stop]).toEqual(['fixpoint', 'fixpoint']);
      expect(verify(graph)).toEqual([]);
      expect(translated.illegal).toEqual([]);
      // The benchmark says what share of nodes is rewritten: it must not fade.
      expect((lowered.steps + translated.steps) / nodes).toBeGreaterThan(0.15);
      meanings.add(meaning(graph));
    }
    expect(made.size).toBe(1);
    expect(meanings.size).toBe(1);
  });
});
