/**
 * That nothing leaks: `node .bench/bench/tensorrt/memory.js [PROVIDER] [CALLS] [SESSIONS] [MODEL.onnx SHAPES]`, by default
 * 10,000 calls and 200 sessions of a small model on the CPU. Prints the process's memory, and the GPU's, as it goes, and
 * fails when either grows after the first tenth.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { CudaMemory } from '../../src/runtime/cuda-memory.js';
import { isProviderChoice } from '../../src/runtime/providers.js';
import { createSession, type SessionOptions } from '../../src/runtime/session.js';
import { mixedModel } from '../../test/runtime/mixed-model.js';

/** The arenas and heaps of a process breathe by some megabytes; a leak of one small tensor a call is far more. */
const SLACK_MIB = 24;
const MIB = 1 << 20;
const ROWS = 4096;

const [provider = 'cpu', calls = '10000', sessions = '200'] = process.argv.slice(2);
if (!isProviderChoice(provider)) throw new Error(`no provider ${provider}`);
const folder = mkdtempSync(join(tmpdir(), 'thaw-memory-'));
const file = join(folder, 'model.onnx');
writeFileSync(file, mixedModel(symbol('N')));
const options: SessionOptions = {
  provider,
  threads: 1,
  dims: { N: { min: 1, opt: ROWS, max: ROWS } },
  engineCache: join(folder, 'engines'),
};
const cuda = provider === 'cpu' ? undefined : await CudaMemory.open(0);
const x = tensorFromNumbers('float32', new Array<number>(ROWS * 8).fill(1), [ROWS, 8]);
let failed = false;

{
  await using session = await createSession(file, options);
  await watch('calls', Number(calls), () => session.run({ x }));
  await watch(
    'bound calls',
    Number(calls),
    async () => {
      using bound = await session.bind({ x: [ROWS, 8] });
      for (let i = 0; i < 10; i++) await bound.run();
    },
    10,
  );
}
await watch('sessions', Number(sessions), async () => {
  await using session = await createSession(file, options);
  await session.run({ x });
});
rmSync(folder, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

async function watch(what: string, times: number, work: () => Promise<unknown>, scale = 1): Promise<void> {
  const rounds = 10;
  const each = Math.max(1, Math.round(times / scale / rounds));
  const resident: number[] = [];
  const device: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < each; i++) await work();
    global.gc?.();
    resident.push(Math.round(process.memoryUsage().rss / MIB));
    device.push(cuda === undefined ? 0 : Math.round(-cuda.free() / MIB));
  }
  const grown = (list: readonly number[]) => Math.round((list.at(-1) ?? 0) - (list[0] ?? 0));
  const leak = grown(resident) > SLACK_MIB || grown(device) > SLACK_MIB;
  failed ||= leak;
  const gpu = cuda === undefined ? '' : `; GPU grew by ${grown(device)} MiB`;
  console.log(`${times} ${what}: ${leak ? 'LEAK' : 'flat'}, resident ${resident.join(' ')} MiB${gpu}`);
}
