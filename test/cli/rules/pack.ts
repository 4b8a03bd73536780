import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new folder with these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'thaw-rules-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** The operator that moves items along the first axis, and its dynamic form. */
export const SHIFT_SCHEMAS = `operators:
  - schema: mylib::shift(Tensor self, int by) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
  - schema: trt::shift_dyn(Tensor self, Tensor by) -> Tensor
    infer: { dtype: self.dtype, shape: self.shape }
`;

/** The recipe of either; `minus` makes a wrong one. */
export function shiftRecipe(op: string, minus = 'Sub'): string {
  return `  - op: ${op}
    onnx:
      - { op: Range, in: [0, { const: 'self.shape[0]' }, 1], out: i }
      - { op: ${minus}, in: [$i, by], out: from }
      - { op: Mod, in: [$from, { const: 'self.shape[0]' }], out: wrapped }
      - { op: Gather, in: [self, $wrapped], attrs: { axis: 0 } }
`;
}

/** A pack that gives `mylib::shift` a dynamic form, replaces one shipped rule and switches off another. */
export const SHIFT_PACK: Readonly<Record<string, string>> = {
  'pack.yaml': 'name: mine\ndisable: [size-dyn]\n',
  'schemas/shift.yaml': SHIFT_SCHEMAS,
  'translation/shift.yaml': `rules:
  # Moves.
  - id: shift-dyn
    why: The same shift, by a number that is known only at run time.
    match: { op: mylib::shift, in: { self: $x, by: $by } }
    where: ['dynamic($by)']
    rewrite: { op: trt::shift_dyn, in: { self: $x, by: { tensor: $by } } }
  - id: numel-dyn
    why: The number of elements, as this pack likes it.
    match: { op: aten::numel, in: { self: $x } }
    where: ['not constant(result)']
    rewrite: { op: trt::numel_dyn, in: { self: $x } }
`,
  'onnx/shift.yaml': `recipes:\n${shiftRecipe('[mylib::shift, trt::shift_dyn]')}`,
  'cases/shift-dyn.yaml': `rule: shift-dyn
cases:
  - name: a number that is known only at run time
    dims: { x: [N, 3] }
    before: |
      graph(%x : Float(*, 3), %by_tensor : Long()):
        %by : int = trt::shape_cast(%by_tensor)
        %r : Tensor = mylib::shift(%x, %by)
        return (%r)
    after: |
      graph(%x : Float(*, 3), %by_tensor : Long()):
        %r : Float(*, 3) = trt::shift_dyn(%x, %by_tensor)
        return (%r)
  - name: what is static stays
    dims: { x: [N, 3] }
    unchanged: |
      graph(%x : Float(*, 3)):
        %by : int = prim::Constant[value=1]()
        %r : Tensor = mylib::shift(%x, %by)
        return (%r)
    because: '\`dynamic($by)\` does not hold'
`,
  'cases/mylib-shift.yaml': `recipe: mylib::shift
cases:
  - name: two places on
    dims: { x: [N] }
    graph: |
      graph(%x : Float(*)):
        %by : int = prim::Constant[value=2]()
        %y : Tensor = mylib::shift(%x, %by)
        return (%y)
    runs:
      - { sizes: { N: 5 }, values: { x: [0, 1, 2, 3, 4] }, gives: [[3, 4, 0, 1, 2]] }
      - { sizes: { N: 1 }, values: { x: [7] }, gives: [[7]] }
`,
};

const NUMEL_CASES = `rule: numel-dyn
cases:
  - name: of a tensor of varying extents
    dims: { x: [N, 3] }
    before: |
      graph(%x : Float(*, 3)):
        %n : int = aten::numel(%x)
        return (%n)
    after: |
      graph(%x : Float(*, 3)):
        %t : Long() = trt::numel_dyn(%x)
        %n : int = trt::shape_cast(%t)
        return (%n)
  - name: of static extents
    unchanged: |
      graph(%x : Float(2, 3)):
        %n : int = aten::numel(%x)
        return (%n)
    because: '\`not constant(result)\` does not hold'
`;

/** The same with cases for each of its rules. */
export const SOUND_PACK: Readonly<Record<string, string>> = { ...SHIFT_PACK, 'cases/numel-dyn.yaml': NUMEL_CASES };
