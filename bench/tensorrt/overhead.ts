/**
 * What a call costs on the host beside the model's own work: `node .bench/bench/tensorrt/overhead.js [PROVIDER]`. A model of
 * four nodes and one row is run through every door, and through ONNX Runtime's C function alone on the same memory; prints
 * median microseconds. What is beyond the C function's is ours.
 */
import { performance } from 'node:perf_hooks';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { outPointer } from '../../src/runtime/foreign-call.js';
import { loadOrtApi } from '../../src/runtime/ort-c-api.js';
import { isProviderChoice } from '../../src/runtime/providers.js';
import { createSession } from '../../src/runtime/session.js';
import { mixedModel } from '../../test/runtime/mixed-model.js';

const WARM_UP = 500;
const TIMED = 4000;

const [provider = 'cpu'] = process.argv.slice(2);
if (!isProviderChoice(provider)) throw new Error(`no provider ${provider}`);
const api = await loadOrtApi();
await using session = await createSession(mixedModel(symbol('N')), {
  provider,
  threads: 1,
  dims: { N: { min: 1, opt: 1, max: 4 } },
  engineCache: false,
});
const x = tensorFromNumbers('float32', new Array<number>(8).fill(1), [1, 8]);
using bound = await session.bind({ x: [1, 8] });
bound.inputs.x?.bytes.set(x.read());

// What runSync asks of ONNX Runtime: the arguments of its only call, kept to be made again without anything around it.
const { RunWithBinding } = api.call;
let last: Parameters<typeof RunWithBinding> | undefined;
const watched = {
  ...api.call,
  RunWithBinding: (...args: Parameters<typeof RunWithBinding>) => {
    last = args;
    return RunWithBinding(...args);
  },
};
Object.assign(api, { call: watched });
bound.runSync();
Object.assign(api, { call: { ...watched, RunWithBinding } });
const call = last;
if (call === undefined) throw new Error('no call of ONNX Runtime was seen');

const cell = outPointer();
const times = {
  'a foreign call that does nothing': await median(() => void api.call.GetAllocatorWithDefaultOptions(cell)),
  'RunWithBinding alone': await median(() => void RunWithBinding(...call)),
  'bound.runSync without copies': await median(() => void bound.runSync({ upload: false, download: false })),
  'bound.runSync': await median(() => void bound.runSync()),
  'bound.run': await median(() => bound.run()),
  'session.run': await median(() => session.run({ x })),
};
for (const [what, time] of Object.entries(times)) console.log(`${provider} ${what}: ${time.toFixed(1)} us`);

/** Microseconds. */
async function median(run: () => unknown): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run();
  const list: number[] = [];
  for (let i = 0; i < TIMED; i++) {
    const start = performance.now();
    const end = run();
    if (end !== undefined) await end;
    list.push((performance.now() - start) * 1000);
  }
  list.sort((a, b) => a - b);
  return list[list.length >> 1] ?? 0;
}
