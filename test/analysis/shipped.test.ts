import { beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.js';
import { witnessOf } from '../../src/analysis/cycle.js';
import { type Rules, WitnessSearch } from '../../src/analysis/witness.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook, SHIPPED_RULES } from '../../src/rulebook/load.js';
import { signatureCheck } from '../../src/schema/signature-check.js';

/** Rules for whose operator no witness is found: images of three dimensions whose sizes stay are not tried. */
const UNSEEN = ['adaptive-pool-same aten::adaptive_avg_pool3d', 'adaptive-pool-same aten::_adaptive_avg_pool3d'];

let rules: Rules;
beforeAll(async () => {
  const { registry, roles, lowering, translation } = await RuleBook.load({ base: SHIPPED_RULES });
  rules = { registry, roles, phases: [lowering, translation] };
});

describe('the shipped rules', () => {
  it('overlap nowhere, shadow none and come to an end', () => {
    expect(analyse(rules).map((f) => f.message)).toEqual([]);
  });

  it('each match a sound graph made for them, at each of their operators', () => {
    const search = new WitnessSearch(rules);
    const check = signatureCheck(rules.registry);
    const unseen: string[] = [];
    for (const phase of rules.phases) {
      for (const op of new Set(phase.rules.flatMap((r) => r.match.ops))) {
        for (const rule of phase.of(op)) {
          const trial = witnessOf(rule, op, search)?.build();
          if (trial === undefined) unseen.push(`${rule.rule.id} ${op}`);
          else {
            expect(trial.matcher.match(rule, trial.node)).toBeDefined();
            expect(verify(trial.graph, check)).toEqual([]);
          }
        }
      }
    }
    expect(unseen.sort()).toEqual([...UNSEEN].sort());
  });
});
