import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile, createSession, loadModel, modelBytes } from '../../src/index.js';

/** Compiles graph text for an input `x` of symbolic rows and runs it. */
async function outputsOf(text: string, rows: number): Promise<(readonly number[])[]> {
  const model = await loadModel(new TextEncoder().encode(text));
  const options: CompileOptions = {
    inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['n', 2] } }],
  };
  const session = await createSession(modelBytes((await compile(model, options)).onnx));
  const data = Float32Array.from({ length: rows * 2 }, (_, i) => i + 1);
  const found = await session.run({ x: { dtype: 'float32', shape: [rows, 2], data } });
  return Object.values(found).map((t) => [...new Float32Array(t.read().slice().buffer)]);
}

/** A loop over the rows of x around `body`, which turns %l : Tensor[] into %m with the row %r and its number %i. */
const loop = (body: string, after: string) => `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %true : bool = prim::Constant[value=1]()
  %n : int = aten::size(%x, %zero)
  %start : Tensor[] = prim::ListConstruct()
  %list : Tensor[] = prim::Loop(%n, %true, %start)
    block0(%i : int, %l : Tensor[]):
      %r : Tensor = aten::select(%x, %zero, %i)
${body}
      -> (%true, %m)
${after}`;

const STACKED = `  %s : Tensor = aten::stack(%list, %zero)
  return (%s)`;

describe('lists of tensors whose length is known only at run time', () => {
  it('are made by loops and stacked', async () => {
    const text = loop('      %m : Tensor[] = aten::append(%l, %r)', STACKED);
    expect(await outputsOf(text, 3)).toEqual([[1, 2, 3, 4, 5, 6]]);
    expect(await outputsOf(text, 1)).toEqual([[1, 2]]);
  });

  it('take items in front', async () => {
    const text = loop('      %m : Tensor[] = thaw::list_insert(%l, %zero, %r)', STACKED);
    expect(await outputsOf(text, 3)).toEqual([[5, 6, 3, 4, 1, 2]]);
  });

  it('are reversed, measured, indexed and joined', async () => {
    const after = `  %back : Tensor[] = thaw::list_reverse(%list)
  %s : Tensor = aten::cat(%back, %zero)
  %k : int = aten::len(%list)
  %last : int = aten::sub(%k, %one)
  %item : Tensor = aten::__getitem__(%list, %last)
  %scaled : Tensor = aten::mul(%item, %k)
  return (%s, %scaled)`;
    const text = loop('      %m : Tensor[] = aten::append(%l, %r)', after);
    expect(await outputsOf(text, 3)).toEqual([
      [5, 6, 3, 4, 1, 2],
      [15, 18],
    ]);
  });

  it('grow in one branch only', async () => {
    const text = loop(
      `      %even : int = aten::remainder(%i, %two)
      %c : bool = aten::eq(%even, %zero)
      %m : Tensor[] = prim::If(%c)
        block0():
          %a : Tensor[] = aten::append(%l, %r)
          -> (%a)
        block1():
          -> (%l)`,
      STACKED,
    ).replace('  %n :', '  %two : int = prim::Constant[value=2]()\n  %n :');
    expect(await outputsOf(text, 5)).toEqual([[1, 2, 5, 6, 9, 10]]);
  });

  it('are slices along an axis of unknown extent', async () => {
    const text = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %d : Tensor[] = aten::unbind(%x, %zero)
  %b : int = prim::Constant[value=-1]()
  %one : int = prim::Constant[value=1]()
  %end : int = prim::Constant[value=9223372036854775807]()
  %tail : Tensor[] = aten::slice(%d, %one, %end, %one)
  %all : Tensor[] = aten::add(%d, %tail)
  %s : Tensor = aten::stack(%all, %b)
  return (%s)`;
    expect(await outputsOf(text, 2)).toEqual([[1, 3, 3, 2, 4, 4]]);
    expect(await outputsOf(text, 1)).toEqual([[1, 2]]);
  });

  it('are unpacked into variables', async () => {
    const text = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %l : Tensor[] = aten::unbind(%x, %zero)
  %a : Tensor, %b : Tensor = prim::ListUnpack(%l)
  %r : Tensor = aten::mul(%a, %b)
  return (%r)`;
    expect(await outputsOf(text, 2)).toEqual([[3, 8]]);
  });

  it('are pieces of a size, the last one smaller', async () => {
    const text = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %two : int = prim::Constant[value=2]()
  %d : Tensor[] = aten::split(%x, %two, %zero)
  %b : int = prim::Constant[value=-1]()
  %last : Tensor = aten::__getitem__(%d, %b)
  return (%last)`;
    expect(await outputsOf(text, 3)).toEqual([[5, 6]]);
    expect(await outputsOf(text, 4)).toEqual([[5, 6, 7, 8]]);
  });
});
