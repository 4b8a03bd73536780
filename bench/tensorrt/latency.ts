/**
 * Our ONNX and PyTorch's, side by side through the same TensorRT provider, after peers.py:
 * `node .bench/bench/tensorrt/latency.js FOLDER/MODEL PRECISION [PROVIDER]`. One engine each for all sizes; each size is
 * timed in turns (ours, theirs, ours, ...). Prints one JSON object; times are median microseconds of a run on the GPU's
 * own memory, its end awaited.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readNpy } from '../../src/npy/read-npy.js';
import type { BoundRun } from '../../src/runtime/bound-run.js';
import { isProviderChoice } from '../../src/runtime/providers.js';
import { createSession, type Session, type SessionOptions } from '../../src/runtime/session.js';
import { compileTo, medianOf, type Recorded, timed, tolerance } from './recorded-model.js';

const WARM_UP = 20;
const ROUNDS = 6;
const TIMED = 50;

const [folder = '.', precision = 'fp32', provider = 'tensorrt'] = process.argv.slice(2);
if (!isProviderChoice(provider)) throw new Error(`no provider ${provider}`);
const recorded: Recorded = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
const options: SessionOptions = {
  provider,
  dims: recorded.dims,
  tf32: false,
  engineCache: join(folder, 'engines'),
  ...(provider === 'tensorrt'
    ? { tensorrt: { fp16: precision === 'fp16', optimizationLevel: Number(process.env.LEVEL ?? 3) } }
    : {}),
};

const ours = join(folder, 'thaw.onnx');
if (!existsSync(ours)) await compileTo(ours, folder, 'model.pt', recorded);
const result: Record<string, unknown> = { name: basename(folder), precision };
const sessions = new Map<string, Session>();
for (const [who, file] of [
  ['thaw', ours],
  ['torch.onnx', join(folder, 'torch.onnx')],
] as const) {
  if (!existsSync(file)) continue;
  const [cold, session] = await timed(() => createSession(file, options));
  sessions.set(who, session);
  const [report] = session.reports;
  result[who] = { cold, nodes: report?.nodes, parts: report?.parts, left: report?.left, cache: report?.cache?.hit };
}
const [first] = sessions;
if (first !== undefined) {
  // The warm opening of ours, in this process, beside the running ones.
  const [warm, again] = await timed(() => createSession(ours, options));
  result.warm = { ms: warm, hit: again.reports[0]?.cache?.hit };
  await again.dispose();
}
const sizes: unknown[] = [];
for (const run of recorded.runs) sizes.push(await measured(run));
result.sizes = sizes;
for (const session of sessions.values()) await session.dispose();
console.log(JSON.stringify(result));

async function measured(run: Recorded['runs'][number]): Promise<Record<string, unknown>> {
  const arrays = run.inputs.map(({ file }) => readNpy(join(folder, file)));
  const wanted = run.outputs.map(({ file }) => readNpy(join(folder, file)));
  const line: Record<string, unknown> = { shapes: arrays.map(({ shape }) => shape.join('x')) };
  const bounds = new Map<string, BoundRun>();
  for (const [who, session] of sessions) {
    // Names are the same in both files; their order may not be.
    const feeds = new Map(recorded.inputs.map(({ name }, i) => [name, arrays[i]]));
    const shapes = session.inputs.map(({ name }) => [name, feeds.get(name)?.shape ?? []]);
    const bound = await session.bind(Object.fromEntries(shapes));
    for (const { name } of session.inputs) bound.inputs[name]?.bytes.set(feeds.get(name)?.read() ?? new Uint8Array());
    const got = Object.values(bound.runSync());
    line[`${who} tolerance`] = Math.max(...wanted.map((want, i) => tolerance(got[i], want)));
    bounds.set(who, bound);
  }
  const times = new Map<string, number[]>([...bounds.keys()].map((who) => [who, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [who, bound] of bounds) {
      for (let i = 0; i < WARM_UP; i++) bound.runSync({ upload: false, download: false });
      for (let i = 0; i < TIMED; i++) {
        const start = performance.now();
        bound.runSync({ upload: false, download: false });
        times.get(who)?.push((performance.now() - start) * 1000);
      }
    }
  }
  for (const [who, list] of times) line[who] = medianOf(list);
  for (const bound of bounds.values()) bound.dispose();
  return line;
}
