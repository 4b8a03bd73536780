import ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { symbol } from '../../src/ir/dim.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { AsyncLane } from '../../src/runtime/async-lane.js';
import { NativeHandle } from '../../src/runtime/native-handle.js';
import { nativeOptions } from '../../src/runtime/native-options.js';
import { NativeSession } from '../../src/runtime/native-session.js';
import { loadOrtApi, OrtError } from '../../src/runtime/ort-c-api.js';
import { createSession } from '../../src/runtime/session.js';
import { mixedModel } from './mixed-model.js';

const MODEL = mixedModel(symbol('N'));

describe('the C API', () => {
  test('gives what the stock binding gives, bit by bit', async () => {
    const stock = await ort.InferenceSession.create(MODEL);
    await using session = await createSession(MODEL);
    for (const n of [1, 2, 7, 64]) {
      const values = Float32Array.from({ length: n * 8 }, (_, i) => Math.sin(i * i));
      const ours = await session.run({ x: { dtype: 'float32', shape: [n, 8], data: values } });
      const theirs = await stock.run({ x: new ort.Tensor('float32', values, [n, 8]) });
      expect(Object.keys(ours)).toEqual(stock.outputNames);
      for (const name of stock.outputNames) {
        const data = theirs[name]?.data;
        expect([name, ours[name]?.shape, Array.from(ours[name] ? readNumbers(ours[name]) : [])]).toEqual([
          name,
          theirs[name]?.dims,
          Array.from(data instanceof Float32Array || data instanceof BigInt64Array ? data : [], Number),
        ]);
      }
    }
    await stock.release();
  });

  test('turns a failed call into an error with its message', async () => {
    const api = await loadOrtApi();
    using options = nativeOptions(api, { logSeverity: 4 });
    const opened = NativeSession.open(api, 'no-such-model.onnx', options);
    await expect(opened).rejects.toThrow(/no-such-model.onnx/);
    await expect(opened).rejects.toBeInstanceOf(OrtError);
  });
});

describe('runs at the same time', () => {
  test('of several sessions, more than koffi takes at once', async () => {
    const sessions = await Promise.all([1, 2, 3].map(() => createSession(MODEL, { threads: 1 })));
    const runs = Array.from({ length: 600 }, async (_, i) => {
      const n = 1 + (i % 5);
      const x = tensorFromNumbers('float32', new Array<number>(n * 8).fill(i), [n, 8]);
      const results = await sessions[i % 3]?.run({ x });
      return results?.rows === undefined ? undefined : readNumbers(results.rows)[0];
    });
    expect(await Promise.all(runs)).toEqual(runs.map((_, i) => 1 + (i % 5)));
    await Promise.all(sessions.map((session) => session.dispose()));
  });

  test('leave the event loop free', async () => {
    await using session = await createSession(MODEL);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const x = tensorFromNumbers('float32', new Array<number>(8 * 300_000).fill(1), [300_000, 8]);
    for (let i = 0; i < 5; i++) await session.run({ x });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  test('end before the session is freed', async () => {
    const session = await createSession(MODEL);
    const x = tensorFromNumbers('float32', new Array<number>(8000).fill(1), [1000, 8]);
    const runs = Array.from({ length: 20 }, () => session.run({ x }));
    await session.dispose();
    expect((await Promise.all(runs)).length).toBe(20);
    await expect(session.run({ x })).rejects.toThrow(/after dispose/);
  });

  test('wait in line', async () => {
    const lane = new AsyncLane(2);
    let running = 0;
    let most = 0;
    const work = () =>
      lane.enter(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
      });
    const failing = lane.enter(async () => {
      throw new Error('one fails');
    });
    await Promise.all([expect(failing).rejects.toThrow('one fails'), ...Array.from({ length: 9 }, work)]);
    expect([most, running]).toEqual([2, 0]);
  });
});

describe('native memory', () => {
  test('is released once, and a parent after what was made from it', () => {
    const released: bigint[] = [];
    const note = (address: bigint) => void released.push(address);
    const parent = new NativeHandle(1n, 'parent', note);
    const child = new NativeHandle(2n, 'child', note, parent);
    parent.dispose();
    parent.dispose();
    expect(released).toEqual([]);
    child.dispose();
    expect(released).toEqual([2n, 1n]);
    expect(() => child.address).toThrow('the child is used after dispose()');
  });

  test('stays flat over calls and sessions', async () => {
    const x = tensorFromNumbers('float32', new Array<number>(8 * 20_000).fill(1), [20_000, 8]);
    const round = async (calls: number) => {
      await using session = await createSession(MODEL, { threads: 1 });
      for (let i = 0; i < calls; i++) await session.run({ x });
    };
    for (let i = 0; i < 5; i++) await round(20);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10; i++) await round(40);
    // 400 calls, 10 sessions: one leaked output each would be 256 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});
