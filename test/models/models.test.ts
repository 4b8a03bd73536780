import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, createSession, loadModel, modelBytes } from '../../src/index.js';
import { difference, inputSpecs, loadArray, modelCases } from './model-case.js';

describe.each(modelCases())('$name', (c) => {
  const path = join(c.dir, c.file);

  it('agrees with PyTorch at every recorded size, all its dimensions dynamic', async () => {
    const model = await loadModel(path);
    const compiled = await compile(model, { inputs: inputSpecs(c), dims: c.dims });
    const session = await createSession(modelBytes(compiled.onnx));
    const names = compiled.inputs.map((i) => i.name);
    expect(names).toEqual(c.inputs.map((i) => i.name));
    for (const [r, run] of c.runs.entries()) {
      const feeds = Object.fromEntries(names.map((name, k) => [name, loadArray(c, run.inputs[k]?.file ?? '')]));
      const outputs = Object.values(await session.run(feeds));
      expect(outputs.length).toBe(run.outputs.length);
      outputs.forEach((got, k) => {
        const want = loadArray(c, run.outputs[k]?.file ?? '');
        expect(difference(got, want, c.tolerance), `run ${r}, output ${k}`).toBeUndefined();
      });
    }
    await session.dispose();
    model.close();
  });

  it('keeps no dynamic operator and reads no shape when its inputs are static', async () => {
    const model = await loadModel(path);
    const compiled = await compile(model, { inputs: inputSpecs(c, 1) });
    const dynamic = [...compiled.graph.allNodes()].map((n) => n.op).filter((op) => /^trt::.*_dyn/.test(op));
    expect(dynamic).toEqual([]);
    expect(compiled.onnx.graph.nodes.filter((n) => n.op === 'Shape').length).toBe(0);
    model.close();
  });
});
