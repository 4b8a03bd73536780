import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../src/binding/bind-inputs.js';
import { compileWith, loadModel } from '../../src/compiler.js';
import { runRules } from '../../src/engine/driver.js';
import { replay } from '../../src/engine/replay.js';
import type { Rewrite } from '../../src/engine/trace.js';
import { functionalize } from '../../src/functionalize/functionalize.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import { type Provenance, stepsOf } from '../../src/ir/provenance.js';
import { parseModel } from '../../src/onnx/parse.js';
import { allNodes, originOf, readProvenance, rulesText } from '../../src/onnx/provenance.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { specialize } from '../../src/shapes/specialize.js';
import { inputSpecs, type ModelCase, modelCases } from '../models/model-case.js';

let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
}, 60_000);

/** The model as the rules find it. */
async function ready(c: ModelCase): Promise<{ graph: Graph; inference: Inference }> {
  const model = await loadModel(join(c.dir, c.file), { rules });
  functionalize(model.graph, rules.registry);
  bindInputs(model, inputSpecs(c), [], rules.castOperator);
  const inference = new Inference(rules.registry);
  specialize(model.graph, inference);
  return { graph: model.graph, inference };
}

/** The chain of a node by the rules of one run: what each replaced, and by which rule. */
function chainIn(origin: Provenance | undefined, ids: ReadonlySet<string>): string[] {
  return stepsOf(origin).flatMap(({ by, pass, replaced }) => (pass || !ids.has(by) ? [] : [`${replaced} ${by}`]));
}

/** Follows a node through the rewrites of it and of what they made: the chain that the rewrites themselves tell. */
function followed(trace: readonly Rewrite[]): Map<Node, string[]> {
  const chains = new Map<Node, string[]>();
  for (const { rule, node, made } of trace) {
    const chain = [...(chains.get(node) ?? []), `${node.op} ${rule}`];
    for (const n of made) chains.set(n, chain);
  }
  return chains;
}

describe.each(modelCases())('$name', (c) => {
  it('every node leads to a line of the source or to a pass that names itself', async () => {
    const model = await loadModel(join(c.dir, c.file), { rules });
    const { graph, onnx } = compileWith(model, rules, { inputs: inputSpecs(c), dims: c.dims });
    const lost = [...graph.allNodes()].filter(({ loc, origin }) => loc.length === 0 && origin === undefined);
    expect(lost.map(({ op, outputs }) => `${op} %${outputs[0]?.name}`)).toEqual([]);
    for (const { origin } of graph.allNodes()) {
      for (const { by, pass } of stepsOf(origin)) expect(pass || rules.entry(by) !== undefined, by).toBe(true);
    }
    for (const { name, source } of allNodes(onnx.graph)) {
      expect(source, name).toBeDefined();
      expect(source?.loc.length !== 0 || source.origin !== undefined, name).toBe(true);
    }
    // The file says the same.
    const read = parseModel(modelBytes(onnx));
    readProvenance(read);
    const told = [...allNodes(read.graph)].map(({ name, source }) => [name, source?.op, lines(source?.loc)]);
    const known = [...allNodes(onnx.graph)].map(({ name, source }) => [name, source?.op, lines(source?.loc)]);
    expect(told).toEqual(known);
    const chains = (m: typeof read) => [...allNodes(m.graph)].map(({ source }) => rulesText(source?.origin));
    expect(chains(read)).toEqual(chains(onnx));
    model.close();
  });

  it('its chains are proven: replayed on the source nodes they give the same operators', async () => {
    const [first, second] = [await ready(c), await ready(c)];
    for (const set of [rules.lowering, rules.translation]) {
      const ids = new Set(set.rules.map(({ id }) => id));
      const { trace, stop } = runRules(first.graph, set, first.inference, { trace: true });
      expect(stop).toBe('fixpoint');
      const again = replay(second.graph, set, second.inference, trace);
      // What each node says of its origin is what the rewrites did, in both graphs.
      for (const steps of [trace, again.map(({ rewrite, node, made }) => ({ rule: rewrite.rule, node, made }))]) {
        for (const [node, chain] of followed(steps)) expect(chainIn(node.origin, ids)).toEqual(chain);
      }
      const ops = ({ graph }: typeof first) => [...graph.allNodes()].map(({ op, outputs }) => [op, outputs[0]?.name]);
      expect(ops(second)).toEqual(ops(first));
      // Nothing is left to do.
      expect(runRules(second.graph, set, second.inference).steps).toBe(0);
    }
  });
});

function lines(loc: Node['loc'] | undefined): string[] | undefined {
  return loc?.map(({ file, line }) => `${file}:${line}`);
}

describe('the text of a chain', () => {
  it.each([
    '',
    'aten::view > view-dyn',
    'aten::add_ > (functionalize) > aten::add.Tensor > add-scalar > aten::add.Scalar > no-add',
    '(bind)',
    '(load) > aten::x > one',
  ])('%j reads back', (text) => expect(rulesText(originOf(text))).toBe(text));
});
