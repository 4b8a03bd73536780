import { describe, expect, it } from 'vitest';
import { INT, listOf, NONE, TENSOR } from '../../src/ir/type.js';
import { startCommand } from '../../src/schema/call-signature.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import { OperatorRegistry } from '../../src/schema/registry.js';

const registry = new OperatorRegistry();
for (const text of [
  'aten::slice.Tensor(Tensor self, int dim) -> Tensor',
  'aten::slice.t(t[] l) -> t[]',
  'aten::slice.str(str string) -> str',
  'aten::topk(Tensor self, int k) -> (Tensor, Tensor)',
  'aten::select.int(Tensor self, int dim, int index) -> Tensor',
  'trt::size_dyn(Tensor self) -> Tensor',
])
  registry.add({ signature: parseSignature(text) });

describe('the help for an operator that is not declared', () => {
  it.each([
    ['aten::slice', 'name an overload: aten::slice.Tensor, aten::slice.t, aten::slice.str'],
    ['aten::slice.Tensr', 'did you mean aten::slice.Tensor?'],
    ['aten::slice.dimension', 'name an overload: '],
    ['aten::select', 'did you mean aten::select.int?'],
    ['aten::topk.values', 'did you mean aten::topk?'],
    ['aten::tokp', 'did you mean aten::topk?'],
    ['aten::size_dyn', 'did you mean trt::size_dyn?'],
    ['mylib::other', 'declare it in a rule pack'],
  ])('%s', (op, help) => {
    expect(registry.suggestion(op)).toContain(help);
  });

  it('holds the command that starts the operator, with the signature of the call', () => {
    const operands = [{ type: INT }, { type: TENSOR }, { type: listOf(TENSOR) }, { type: NONE, keyword: 'mask' }];
    const command = startCommand('mylib::Soft_shift.out', operands, [TENSOR, INT]);
    expect(command).toContain('thaw rules new soft-shift-out --op mylib::Soft_shift.out --schema ');
    const [, signature = ''] = /'(.*)'/.exec(command) ?? [];
    expect(signature).toBe(
      'mylib::Soft_shift.out(int arg0, Tensor self, Tensor[] arg2, *, Tensor? mask) -> (Tensor, int)',
    );
    expect(parseSignature(signature).args.map(({ name }) => name)).toEqual(['arg0', 'self', 'arg2', 'mask']);
    const help = registry.suggestion('mylib::other', () => startCommand('mylib::other', [{ type: TENSOR }]));
    expect(help).toContain("\nthaw rules new other --op mylib::other --schema 'mylib::other(Tensor self) -> Tensor'");
    expect(registry.suggestion('aten::slice', () => 'not asked')).not.toContain('not asked');
  });
});
