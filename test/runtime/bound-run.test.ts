import { describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { createSession } from '../../src/runtime/session.js';
import { mixedModel } from './mixed-model.js';

describe('a bound run', async () => {
  const session = await createSession(mixedModel(symbol('N')));

  test('gives what a run gives, in memory that stays', async () => {
    using bound = await session.bind({ x: [3, 8] });
    const memory = bound.inputs.x?.bytes ?? new Uint8Array();
    for (const seed of [1, 2]) {
      const x = tensorFromNumbers(
        'float32',
        Array.from({ length: 24 }, (_, i) => Math.sin(i * seed)),
        [3, 8],
      );
      memory.set(x.read());
      const wanted = await session.run({ x });
      for (const results of [await bound.run(), bound.runSync()]) {
        expect(Object.keys(results)).toEqual(['y', 'rows']);
        for (const [name, data] of Object.entries(results)) {
          expect([name, data.shape, readNumbers(data)]).toEqual([
            name,
            wanted[name]?.shape,
            wanted[name] && readNumbers(wanted[name]),
          ]);
        }
      }
    }
  });

  test('refuses shapes that do not fit, and a second run at the same time', async () => {
    await expect(session.bind({ x: [3, 9] })).rejects.toThrow(/input-shape/);
    await expect(session.bind({})).rejects.toThrow(/missing-input/);
    await expect(session.bind({ x: [3, 8], z: [1] })).rejects.toThrow(/unknown-input/);
    using bound = await session.bind({ x: [3, 8] });
    const first = bound.run();
    await expect(bound.run()).rejects.toThrow(/under way/);
    await first;
  });

  test('outlives its session', async () => {
    const short = await createSession(mixedModel(symbol('N')));
    using bound = await short.bind({ x: [2, 8] });
    await short.dispose();
    await expect(bound.run()).rejects.toThrow(/after dispose/);
  });
});
