import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf } from './rules/pack.js';
import { thaw } from './thaw.js';

const TEXT = `graph(%x : Tensor):
  %y : Tensor = mylib::double(%x)
  return (%y)
`;

const SCHEMA =
  'operators:\n  - schema: mylib::double(Tensor self) -> Tensor\n    infer: { dtype: self.dtype, shape: self.shape }';

const recipe = (note: string) => `recipes:\n  - op: mylib::double\n    onnx: { op: Add, in: [self, self] }${note}\n`;

test('a pack with places to fill in compiles no model', async () => {
  const stub = '  # FILL IN: the ONNX nodes that compute it';
  const pack = folderOf({ 'schemas/double.yaml': `${SCHEMA}\n`, 'onnx/double.yaml': recipe(stub) });
  const model = join(folderOf({}), 'model.txt');
  writeFileSync(model, TEXT);
  const words = [model, '--input', 'x=float32[n]', '--rules', pack];
  for (const command of [['check'], ['compile', '-o', `${model}.onnx`]]) {
    const refused = await thaw(...command, ...words);
    expect([refused.code, refused.error]).toEqual([
      1,
      expect.stringContaining('error[rule-stub]: to fill in: the ONNX'),
    ]);
  }
  writeFileSync(join(pack, 'onnx/double.yaml'), recipe(''));
  expect(await thaw('check', ...words)).toMatchObject({ code: 0, error: '' });
});
