import { describe, expect, it } from 'vitest';
import { check, loadModel } from '../../src/compiler.js';
import type { RewriteLimits } from '../../src/compiler-options.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';

const TEXT = `graph(%x : Tensor):
  %zero : int = prim::Constant[value=0]()
  %three : int = prim::Constant[value=3]()
  %n : int = aten::size(%x, %zero)
  %m : int = aten::mul(%n, %three)
  %l : int[] = prim::ListConstruct(%m)
  %y : Tensor = aten::reshape(%x, %l)
  return (%y)`;

async function compiled(limits?: RewriteLimits): Promise<readonly string[]> {
  const model = await loadModel(new TextEncoder().encode(TEXT));
  const inputs = [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['N', 3] } }] as const;
  try {
    await check(model, { inputs, limits });
    return [];
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return e.diagnostics.map((d) => `${d.code}: ${d.message}; ${d.help}`);
  }
}

describe('limits of rewriting', () => {
  it('are those of the graph, unless a compilation sets its own', { timeout: 60_000 }, async () => {
    expect(await compiled()).toEqual([]);
    expect(await compiled({ maxSteps: 1 })).toEqual([
      expect.stringMatching(/^rewrite-limit: .* after 1 rewrites \(step-limit\); .*limits\.maxSteps/),
    ]);
    expect(await compiled({ maxGenerations: 0 })).toEqual([expect.stringMatching(/^rewrite-limit: .*\(cycle\)/)]);
  });
});
