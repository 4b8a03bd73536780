import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/diagnostics/diagnostic.js';
import { innermostFirst, stackNotes, userFirst } from '../../src/ir/source-loc.js';

const BUILT_IN = '<string>';
const TORCH = '/site-packages/torch/nn/functional.py';
const at = (file: string, line: number): Span => ({ file, line, column: 1 });
const told = (stack: readonly Span[]) => stack.map((s) => `${s.file}:${s.line}`);

describe('call stacks', () => {
  it('start with the user’s innermost line; what that calls of PyTorch comes last', () => {
    const stack = [
      at(BUILT_IN, 3),
      at(TORCH, 9),
      at('block.py', 5),
      at('/torch/nn/modules/container.py', 7),
      at('m.py', 1),
    ];
    const loc = userFirst(stack);
    expect(told(loc)).toEqual(['block.py:5', 'm.py:1', `${TORCH}:9`, `${BUILT_IN}:3`]);
    expect(told(innermostFirst(loc))).toEqual([`${BUILT_IN}:3`, `${TORCH}:9`, 'block.py:5', 'm.py:1']);
    expect(userFirst(innermostFirst(loc))).toEqual(loc);
    expect(stackNotes(loc, 3).map((n) => [n.message, n.at?.line])).toEqual([
      ['called from here', 1],
      ['inside, in PyTorch’s own code', 9],
      ['inside, in PyTorch’s own code', 3],
    ]);
  });

  it('of one kind stay as they are', () => {
    for (const stack of [[], [at('a.py', 1), at('b.py', 2)], [at(BUILT_IN, 1), at(TORCH, 2)]]) {
      expect(userFirst(stack)).toBe(stack);
      expect(innermostFirst(stack)).toBe(stack);
    }
  });
});
