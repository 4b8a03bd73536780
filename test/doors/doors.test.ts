import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { load } from '../../src/frontends/torchscript/load.js';
import { RuleBook } from '../../src/rulebook/load.js';

const fixtures = new URL('fixtures/', import.meta.url);
const { registry } = await RuleBook.load();

/** What each file is, in the message, and the way out, in its help. */
const DOORS: Readonly<Record<string, readonly [RegExp, RegExp]>> = {
  'module.pt': [/checkpoint that torch\.save wrote/, /torch\.jit\.save/],
  'state_dict.pt': [/checkpoint that torch\.save wrote/, /load the weights, then torch\.jit\.save/],
  'checkpoint.ckpt': [/checkpoint that torch\.save wrote/, /load the weights, then torch\.jit\.save/],
  'tensor.pt': [/checkpoint that torch\.save wrote/, /torch\.jit\.save/],
  'legacy.pth': [/a pickle \(torch\.save before PyTorch 1\.6/, /load the weights, then torch\.jit\.save/],
  'legacy_module.pth': [/a pickle \(torch\.save before PyTorch 1\.6/, /torch\.jit\.save/],
  'object.pkl': [/a pickle/, /torch\.jit\.save/],
  'object_protocol0.pkl': [/neither a TorchScript archive nor graph text/, /torch\.jit\.save/],
  'tar.pt': [/a tar archive/, /torch\.jit\.save/],
  'package.pt': [/torch\.package archive/, /PackageImporter/],
  'exported.pt2': [/torch\.export/, /torch\.jit\.save/],
  'mobile.ptl': [/mobile interpreter/, /torch\.jit\.save instead of _save_for_lite_interpreter/],
  'mobile_flatbuffer.ptl': [/mobile interpreter/, /torch\.jit\.save instead of _save_for_lite_interpreter/],
  'model.onnx': [/an ONNX model already/, /thaw run/],
  'model.safetensors': [/safetensors file/, /load the weights, then torch\.jit\.save/],
};

describe('files that are no TorchScript', () => {
  test('each has its words', () => {
    expect(Object.keys(DOORS).sort()).toEqual(readdirSync(fixtures).sort());
  });

  test.each(Object.entries(DOORS))('%s is told by name, with the way out', (name, [what, way]) => {
    const path = fileURLToPath(new URL(name, fixtures));
    let told: readonly { code: string; message: string; help?: string }[] = [];
    try {
      load(path, registry);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      told = error.diagnostics;
    }
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toMatch(what);
    expect(told[0]?.message).toContain(path);
    const help = told[0]?.help ?? (told[0]?.code === 'not-a-model' ? 'save the model with torch.jit.save' : '');
    expect(help).toMatch(way);
  });
});
