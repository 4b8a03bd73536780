import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile, createSession, loadModel, modelBytes } from '../../src/index.js';

/** Compiles graph text for an input `x` of n rows of two and runs it on these rows. */
async function run(text: string, rows: readonly (readonly [number, number])[]): Promise<number[][]> {
  const model = await loadModel(new TextEncoder().encode(text));
  const options: CompileOptions = {
    inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['n', 2] } }],
  };
  const session = await createSession(modelBytes((await compile(model, options)).onnx));
  const feed = { dtype: 'float32' as const, shape: [rows.length, 2], data: Float32Array.from(rows.flat()) };
  return Object.values(await session.run({ x: feed })).map((t) => [...new Float32Array(t.read().slice().buffer)]);
}

describe('values that a path leaves uninitialized', () => {
  // for i in range(x.size(0)): if x[i].sum() > 5: return x[i];  return x[0] * 3
  const firstLargeRow = `graph(%x : Tensor):
  %unset : Tensor = prim::Uninitialized()
  %true : bool = prim::Constant[value=1]()
  %false : bool = prim::Constant[value=0]()
  %zero : int = prim::Constant[value=0]()
  %three : int = prim::Constant[value=3]()
  %five : int = prim::Constant[value=5]()
  %n : int = aten::size(%x, %zero)
  %done : bool, %found : Tensor = prim::Loop(%n, %true, %false, %unset)
    block0(%i : int, %was : bool, %old : Tensor):
      %row : Tensor = aten::select(%x, %zero, %i)
      %sum : Tensor = aten::sum(%row)
      %large : Tensor = aten::gt(%sum, %five)
      %c : bool = aten::Bool(%large)
      %on : bool, %ends : bool, %new : Tensor = prim::If(%c)
        block0():
          -> (%false, %true, %row)
        block1():
          -> (%true, %false, %unset)
      -> (%on, %ends, %new)
  %r : Tensor = prim::If(%done)
    block0():
      -> (%found)
    block1():
      %first : Tensor = aten::select(%x, %zero, %zero)
      %y : Tensor = aten::mul(%first, %three)
      -> (%y)
  return (%r)`;

  it('take the type of the paths that set them, through loops', async () => {
    expect(
      await run(firstLargeRow, [
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toEqual([[3, 4]]);
    expect(await run(firstLargeRow, [[1, 2]])).toEqual([[3, 6]]);
  });

  it('are opened with the containers of the other path', async () => {
    const text = `graph(%x : Tensor):
  %unset : (Tensor, Tensor) = prim::Uninitialized()
  %zero : int = prim::Constant[value=0]()
  %five : int = prim::Constant[value=5]()
  %sum : Tensor = aten::sum(%x)
  %large : Tensor = aten::gt(%sum, %five)
  %c : bool = aten::Bool(%large)
  %pair : (Tensor, Tensor) = prim::If(%c)
    block0():
      %y : Tensor = aten::mul(%x, %five)
      %p : (Tensor, Tensor) = prim::TupleConstruct(%x, %y)
      -> (%p)
    block1():
      -> (%unset)
  %r : Tensor = prim::If(%c)
    block0():
      %a : Tensor, %b : Tensor = prim::TupleUnpack(%pair)
      %d : Tensor = aten::add(%a, %b, %zero)
      -> (%b)
    block1():
      -> (%x)
  return (%r)`;
    expect(await run(text, [[2, 4]])).toEqual([[10, 20]]);
    expect(await run(text, [[1, 2]])).toEqual([[1, 2]]);
  });
});

describe('branches that keep tensors without elements apart', () => {
  it('take the block for tensors with elements when the ranks differ', async () => {
    const text = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %rest : int = prim::Constant[value=-1]()
  %end : int = prim::Constant[value=9223372036854775807]()
  %n : int = aten::size(%x, %zero)
  %some : bool = aten::gt(%n, %zero)
  %y : Tensor = prim::If(%some)
    block0():
      %s : int[] = prim::ListConstruct(%n, %rest, %one)
      %r : Tensor = aten::reshape(%x, %s)
      -> (%r)
    block1():
      -> (%x)
  %z : Tensor = aten::slice(%y, %one, %one, %end, %one)
  return (%z)`;
    expect(
      await run(text, [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([[2, 4]]);
  });
});
