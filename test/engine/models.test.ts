import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../src/binding/bind-inputs.js';
import { loadModel } from '../../src/compiler.js';
import type { InputSpec } from '../../src/compiler-options.js';
import { runRules } from '../../src/engine/driver.js';
import { checkLegality } from '../../src/engine/legality.js';
import { functionalize } from '../../src/functionalize/functionalize.js';
import { type Graph, Node, type Value } from '../../src/ir/graph.js';
import { attributeText } from '../../src/ir/literal-text.js';
import { ANY } from '../../src/ir/type.js';
import { typeText } from '../../src/ir/type-text.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { specialize } from '../../src/shapes/specialize.js';

const MODELS = join(import.meta.dirname, '../models');
const NAMES = readdirSync(MODELS, { withFileTypes: true })
  .filter((e) => e.isDirectory() && readdirSync(join(MODELS, e.name)).includes('case.json'))
  .map((e) => e.name);

interface ModelCase {
  readonly file: string;
  readonly inputs: readonly { name: string; dtype: 'float32' | 'int64'; dims: (number | string)[] }[];
}

let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
});

/** A model ready for its rules: all its dimensions are symbols, or all are 8. */
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

/** What a graph computes: equal whatever the order and the names of its nodes. */
function meaning(graph: Graph): string {
  const known = new Map<Value | Node, string>();
  graph.inputs.forEach((v, i) => {
    known.set(v, `input ${i}`);
  });
  const digest = (text: string) => createHash('sha1').update(text).digest('hex');
  const ofValue = (v: Value): string => {
    const done = known.get(v);
    if (done !== undefined) return done;
    return v.def instanceof Node ? `${ofNode(v.def)}.${v.defIndex}` : `param ${v.defIndex} ${typeText(v.type)}`;
  };
  const ofNode = (node: Node): string => {
    const done = known.get(node);
    if (done !== undefined) return done;
    const attributes = [...node.attributes].map(([k, a]) => `${k}=${attributeText(a, node.outputs[0]?.type ?? ANY)}`);
    const blocks = node.blocks.map((b) => b.returns.map(ofValue).join());
    const text = [node.op, attributes.join(), node.inputs.map(ofValue).join(), blocks.join('|')].join(' ');
    const hash = digest(text);
    known.set(node, hash);
    return hash;
  };
  return digest(graph.outputs.map(ofValue).join());
}

describe.each(NAMES)('%s', (name) => {
  it('is translated wholly, every step a sound graph, whatever the order', async () => {
    const meanings = new Set<string>();
    for (const seed of [undefined, 1, 2]) {
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
        expect(verify(graph)).toEqual([]);
      }
      expect(checkLegality(graph, rules.translation, inference)).toEqual([]);
      meanings.add(meaning(graph));
    }
    expect(meanings.size).toBe(1);
  });

  it('has no dynamic operator when all inputs are static', async () => {
    const { graph, inference } = await ready(name, true);
    for (const set of [rules.lowering, rules.translation]) runRules(graph, set, inference);
    expect([...graph.allNodes()].map((n) => n.op).filter((op) => op.startsWith('trt::'))).toEqual([]);
  });
});
