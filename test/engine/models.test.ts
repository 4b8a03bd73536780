import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../src/binding/bind-inputs.js';
import { loadModel } from '../../src/compiler.js';
import type { InputSpec } from '../../src/compiler-options.js';
import { runRules } from '../../src/engine/driver.js';
import { checkLegality } from '../../src/engine/legality.js';
import { functionalize } from '../../src/functionalize/functionalize.js';
import type { Graph } from '../../src/ir/graph.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { specialize } from '../../src/shapes/specialize.js';
import { meaning } from './meaning.js';

const MODELS = join(import.meta.dirname, '../models');
const NAMES = readdirSync(MODELS, { withFileTypes: true })
  .filter((e) => e.isDirectory() && readdirSync(join(MODELS, e.name)).includes('case.json'))
  .map((e) => e.name);

/** Orders in which nodes are looked at: the driver's own, and some at random. */
const SEEDS = [undefined, 1, 2, 3, 4];

interface ModelCase {
  readonly file: string;
  readonly inputs: readonly { name: string; dtype: 'float32' | 'int64'; dims: (number | string)[] }[];
}

/** Reading and checking the rule book as YAML takes a second, more on a busy machine. */
const LOAD_TIMEOUT = 60_000;

let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
}, LOAD_TIMEOUT);

/** A model ready for its rules: all its dimensions are symbols, or all are 32. */
async function ready(name: string, fixed: boolean): Promise<{ graph: Graph; inference: Inference }> {
  const c: ModelCase = JSON.parse(readFileSync(join(MODELS, name, 'case.json'), 'utf8'));
  const model = await loadModel(join(MODELS, name, c.file), { rules });
  const specs = c.inputs.map(
    (i): InputSpec => ({
      name: i.name,
      type: { kind: 'tensor', dtype: i.dtype, dims: i.dims.map((d) => (fixed && typeof d === 'string' ? 32 : d)) },
    }),
  );
  bindInputs(model, specs, [], rules.castOperator);
  functionalize(model.graph, rules.registry);
  const inference = new Inference(rules.registry);
  specialize(model.graph, inference);
  return { graph: model.graph, inference };
}

describe.each(NAMES)('%s', (name) => {
  it('is translated wholly, every step a sound graph, whatever the order', async () => {
    const meanings = new Set<string>();
    for (const seed of SEEDS) {
      const { graph, inference } = await ready(name, false);
      for (const set of [rules.lowering, rules.translation]) {
        let steps = 0;
        const outcome = runRules(graph, set, inference, {
          seed,
          // Each check is linear: a sample of the steps, and the end.
          afterRewrite: () => {
            steps += 1;
            if (steps % 50 === 0) expect(verify(graph)).toEqual([]);
          },
        });
        expect(outcome.stop).toBe('fixpoint');
      }
      expect(verify(graph)).toEqual([]);
      expect(checkLegality(graph, rules.translation, inference)).toEqual([]);
      meanings.add(meaning(graph));
    }
    expect(meanings.size).toBe(1);
  });

  it('has no dynamic operator when all inputs are static, whatever the order', async () => {
    const meanings = new Set<string>();
    for (const seed of [undefined, SEEDS.at(-1)]) {
      const { graph, inference } = await ready(name, true);
      for (const set of [rules.lowering, rules.translation]) runRules(graph, set, inference, { seed });
      // A constant that a rule makes a tensor is no dynamic operator.
      const made = [...graph.allNodes()].map((n) => n.op).filter((op) => op.startsWith('trt::'));
      expect(made.filter((op) => rules.registry.get(op)?.role !== 'freeze')).toEqual([]);
      meanings.add(meaning(graph));
    }
    expect(meanings.size).toBe(1);
  });
});
