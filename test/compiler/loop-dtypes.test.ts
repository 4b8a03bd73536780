import { describe, expect, it } from 'vitest';
import { compile, loadModel } from '../../src/index.js';

const compiled = async (text: string) =>
  compile(await loadModel(new TextEncoder().encode(text)), {
    inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'int64', dims: ['n'] } }],
  });

const loop = (type: string, start: string, step: string) => `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %half : float = prim::Constant[value=0.5]()
  %true : bool = prim::Constant[value=1]()
  %n : int = aten::size(%x, %zero)
${start}
  %y : ${type} = prim::Loop(%n, %true, %a)
    block0(%i : int, %b : ${type}):
${step}
      -> (%true, %c)
  return (%y)`;

describe('a loop that changes a dtype', () => {
  it('of a tensor that it carries is told', async () => {
    const text = loop('Tensor', '  %a : Tensor = aten::neg(%x)', '      %c : Tensor = aten::mul(%b, %half)');
    await expect(compiled(text)).rejects.toThrow('a loop makes a tensor of int64 one of float32: cast it before');
  });

  it('of the items of a list is told', async () => {
    const step = `      %d : Tensor = aten::mul(%x, %half)
      %c : Tensor[] = aten::append(%b, %d)`;
    const text = loop('Tensor[]', '  %a : Tensor[] = prim::ListConstruct(%x)', step);
    await expect(
      compiled(text.replace('return (%y)', '%s : Tensor = aten::stack(%y, %zero)\n  return (%s)')),
    ).rejects.toThrow('is float32, not int64 as the items of');
  });
});
