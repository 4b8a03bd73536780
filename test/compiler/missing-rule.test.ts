import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { check, DiagnosticError, loadModel, parseInput, RuleBook, renderDiagnostic } from '../../src/index.js';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'thaw-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A rule book without the rules of these ids, from a copy of the shipped folder. */
async function without(...ids: string[]): Promise<RuleBook> {
  cpSync(join(root, 'rules'), folder, { recursive: true });
  const path = join(folder, 'translation-map.yaml');
  const map = parse(readFileSync(path, 'utf8'));
  const kept = map.rules.filter((r: { id: string }) => !ids.includes(r.id));
  expect(kept.length).toBe(map.rules.length - ids.length);
  writeFileSync(path, stringify({ ...map, rules: kept }));
  return RuleBook.load({ base: folder });
}

async function report(rules: RuleBook): Promise<string> {
  const model = await loadModel(join(root, 'test/models/mixer/model.pt'), { rules });
  try {
    await check(model, { rules, inputs: [parseInput('image=float32[batch,3,height,width]')] });
    return 'nothing';
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return e.diagnostics.map((d) => renderDiagnostic(d)).join('\n\n');
  } finally {
    model.close();
  }
}

it('a rule that is missing gives one report with the operator, the argument, the source of the size and the Python line', async () => {
  const text = await report(await without('pad-dyn'));
  expect(text).toMatchInlineSnapshot(`
    "error[no-dynamic-form]: aten::pad has no dynamic alternative: its argument \`pad\` (int[]) is fed by a tensor that is known only at run time
        --> /opt/thaw/test/models/models_scripted.py:89:13
      89 |         x = F.pad(x, [0, 0, 0, (self.window - x.size(1) % self.window) % self.window])
         |             ^^^^^
         = note: inside, in PyTorch’s own code
        --> /opt/pytorch/lib/python3.11/site-packages/torch/nn/functional.py:5430:12
    5430 |     return torch._C._nn.pad(input, pad, mode, value)
         |            ^^^^^^^^^^^^^^^^
         = note: the number comes from here (trt::size_dyn.int, made by rule size-int-dyn)
        --> /opt/thaw/test/models/models_scripted.py:89:47
      89 |         x = F.pad(x, [0, 0, 0, (self.window - x.size(1) % self.window) % self.window])
         |                                               ^^^^^^
         = note: no rule of the translation map is about aten::pad
         = help: add to a rule pack and pass it with --rules (docs/rules.md):
                 # schemas/mine.yaml
                 operators:
                   - schema: trt::pad_dyn(Tensor self, Tensor pad, str mode, float? value) -> Tensor
                     infer: { dtype: '...', shape: '...' }
                 # translation/mine.yaml
                 rules:
                   - id: pad-dyn
                     why: say why the two forms agree.
                     match: { op: aten::pad, in: { self: $self, pad: $pad, mode: $mode, value: $value } }
                     where: ['dynamic($pad)']
                     rewrite: { op: trt::pad_dyn, in: { self: $self, pad: { tensor: $pad }, mode: $mode, value: $value } }
                 # onnx/mine.yaml
                 recipes:
                   - op: trt::pad_dyn
                     onnx: { op: ..., in: [self, pad, mode, value] }"
  `);
});

it('the shipped rules leave nothing illegal in the same model', async () => {
  expect(await report(await RuleBook.load())).toBe('nothing');
});

it('a rule that is switched off is told as such', async () => {
  const text = await report(await RuleBook.load({ disable: ['pad-dyn'] }));
  expect(text).toContain('= note: rule pad-dyn is switched off');
  expect(text).not.toContain('no rule of the translation map');
});
