import { describe, expect, test } from 'vitest';
import { compile, loadModel } from '../../src/compiler.js';
import { parseInput } from '../../src/declaration/parse-input.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { RuleBook } from '../../src/rulebook/load.js';

const book = await RuleBook.load();

const TEXT = `graph(%d : Dict(str, Tensor), %pair : (Tensor, Dict(int, Tensor)), %xs : Tensor[]):
  %image : str = prim::Constant[value="image"]()
  %mask : str = prim::Constant[value="mask.0"]()
  %seven : int = prim::Constant[value=7]()
  %one : int = prim::Constant[value=1]()
  %zero : int = prim::Constant[value=0]()
  %a : Tensor = aten::__getitem__(%d, %image)
  %b : Tensor = aten::__getitem__(%d, %mask)
  %c : Tensor, %e : Dict(int, Tensor) = prim::TupleUnpack(%pair)
  %f : Tensor = aten::__getitem__(%e, %seven)
  %r : Tensor = aten::cat(%xs, %zero)
  %s : Tensor = aten::add(%a, %b, %one)
  %t : Tensor = aten::add(%c, %f, %one)
  return (%r, %s, %t)
`;

/** The ONNX inputs that declarations make, or what is wrong with them. */
async function inputsOf(...declared: string[]): Promise<string[]> {
  const model = await loadModel(new TextEncoder().encode(TEXT), { rules: book });
  try {
    const { onnx } = await compile(model, { rules: book, inputs: declared.map(parseInput) });
    return onnx.graph.inputs.map((i) => `${i.name} ${i.shape?.join()}`);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map((d) => `${d.code}: ${d.message}`);
  }
}

describe('containers among the inputs', () => {
  const wanted = ['d.image N,4', 'd.mask.0 N,4', 'pair.0 N', 'pair.1.7 N', 'xs.0 a', 'xs.1 b'];

  test('declared as a whole', async () => {
    const inputs = await inputsOf(
      'd={image: float32[N,4], "mask.0": float32[N,4]}',
      'pair=(float32[N], {7: float32[N]})',
      'xs=[float32[a], float32[b]]',
    );
    expect(inputs).toEqual(wanted);
  });

  test('declared item by item', async () => {
    const inputs = await inputsOf(
      ...['xs.1=float32[b]', 'd.image=float32[N,4]', 'pair.1.7=float32[N]', 'xs.0=float32[a]', 'pair.0=float32[N]'],
      'd.mask.0=float32[N,4]',
    );
    expect(inputs).toEqual(wanted);
  });

  test.each([
    ['xs.1=float32[b]', 'missing-input: the input xs has no item xs.0'],
    ['d=[float32[N,4]]', 'input-dtype: the input d is declared as a list of 1, but the model takes Dict(str, Tensor)'],
    ['pair=(float32[N], {seven: float32[N]})', /input-dtype: .* dict with the keys seven, but .* Dict\(int, Tensor\)/],
    ['pair.1=float32[N]', 'missing-input: the input pair has no item pair.0'],
    ['pair.2=float32[N]', /input-dtype: the input pair is declared as a tensor, but/],
  ])('%s is told', async (declared, problem) => {
    const problems = await inputsOf(declared);
    expect(problems.some((p) => (typeof problem === 'string' ? p === problem : problem.test(p)))).toBe(true);
  });

  test('keys that the model reads and the declaration lacks are told with those that are there', async () => {
    const problems = await inputsOf(
      'd={img: float32[N,4], "mask.0": float32[N,4]}',
      'pair=(float32[N], {7: float32[N]})',
      'xs=[float32[a], float32[b]]',
    );
    expect(problems).toEqual(['missing-key: a dict is asked for the key "image", which it has not']);
  });
});

test.each([
  ['sorted', '%o : str[] = aten::sorted(%keys)'],
  ['sort', '%o : str[] = aten::list(%keys)\n  = aten::sort(%o, %no)'],
])('keys of a declared dict in order by %s', async (_, sorting) => {
  const text = `graph(%d : Dict(str, Tensor)):
  %no : bool = prim::Constant[value=0]()
  %zero : int = prim::Constant[value=0]()
  %keys : str[] = aten::keys(%d)
  ${sorting}
  %k : str = aten::__getitem__(%o, %zero)
  %y : Tensor = aten::__getitem__(%d, %k)
  return (%y)
`;
  const model = await loadModel(new TextEncoder().encode(text), { rules: book });
  const inputs = [parseInput('d={b: float32[N], a: float32[M, 2]}')];
  const { onnx } = await compile(model, { rules: book, inputs });
  expect(onnx.graph.outputs.map((o) => o.shape?.join())).toEqual(['M,2']);
});

test('an encoder layer whose input is not as wide as its weights', async () => {
  const text = `graph(%x : Tensor, %w : Float(12, 4), %b : Float(12), %p : Float(4, 4), %v : Float(4), %f : Float(8, 4), %h : Float(8), %g : Float(4, 8)):
  %e : int = prim::Constant[value=4]()
  %n : int = prim::Constant[value=2]()
  %no : bool = prim::Constant[value=0]()
  %eps : float = prim::Constant[value=1e-05]()
  %y : Tensor = aten::_transformer_encoder_layer_fwd(%x, %e, %n, %w, %b, %p, %v, %no, %no, %eps, %v, %v, %v, %v, %f, %h, %g, %v) # model.py:2:4
  return (%y)
`;
  const model = await loadModel(new TextEncoder().encode(text), { rules: book });
  const weights = [
    'w=float32[12,4]',
    'b=float32[12]',
    'p=float32[4,4]',
    'v=float32[4]',
    'f=float32[8,4]',
    'h=float32[8]',
  ];
  const inputs = ['x=float32[N,T,6]', 'g=float32[4,8]', ...weights].map(parseInput);
  await expect(compile(model, { rules: book, inputs })).rejects.toThrow(/shape-mismatch.*6 is not 4/);
});
