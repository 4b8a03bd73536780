import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'schemas/mine.yaml': `operators:
  - schema: mine::shift(Tensor self, int by) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: mine::shift_dyn(Tensor self, Tensor by) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
    legal: always
`,
  'translation/mine.yaml': `rules:
  - id: shift-dyn
    why: The distance is a tensor once it is known only at run time.
    match: { op: mine::shift, in: { self: $x, by: $by } }
    where: ['dynamic($by)']
    rewrite: { op: mine::shift_dyn, in: { self: $x, by: { tensor: $by } } }
`,
  'onnx/mine.yaml': `recipes:
  - op: [mine::shift_dyn]
    onnx: { op: Add, in: [self, by] }
`,
};

/** Writes a small pack of a user: two operators, a rule and a recipe. */
export function writePack(dir: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
