/**
 * Our ONNX and PyTorch's, side by side through the same TensorRT provider, after peers.py --export:
 * `node .bench/bench/tensorrt/latency.js build|measure FOLDER/MODEL PRECISION [PROVIDER]`.
 * `build` makes one engine each for all sizes, with one timing cache, so that equal layers get equal kernels, and prints
 * how long opening takes: TensorRT's own start-up (an engine of five nodes), cold, and again from the engine cache.
 * `measure` opens both from the cache, in a process that builds nothing, and times every size in turns (ours, theirs,
 * ours, ...): median microseconds of a run on the GPU's own memory, its end awaited. Each prints one JSON object.
 * LEVEL is TensorRT's builder level; START_UP=1 asks for the start-up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { symbol } from '../../src/ir/dim.js';
import { readNpy } from '../../src/npy/read-npy.js';
import type { BoundRun } from '../../src/runtime/bound-run.js';
import { isProviderChoice } from '../../src/runtime/providers.js';
import { createSession, type Session, type SessionOptions } from '../../src/runtime/session.js';
import { mixedModel } from '../../test/runtime/mixed-model.js';
import { compileTo, medianOf, type Recorded, timed, tolerance } from './recorded-model.js';

const WARM_UP = 20;
const ROUNDS = 8;
const TIMED = 50;

const [phase = 'build', folder = '.', precision = 'fp32', provider = 'tensorrt'] = process.argv.slice(2);
if (!isProviderChoice(provider)) throw new Error(`no provider ${provider}`);
const recorded: Recorded = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
const level = Number(process.env.LEVEL ?? 3);
const options: SessionOptions = {
  provider,
  dims: recorded.dims,
  tf32: false,
  engineCache: join(folder, 'engines'),
  ...(provider === 'tensorrt'
    ? { tensorrt: { fp16: precision === 'fp16', optimizationLevel: level, timingCache: true } }
    : {}),
};
const files = [
  ['thaw', join(folder, 'thaw.onnx')],
  ['torch.onnx', join(folder, 'torch.onnx')],
] as const;

const result: Record<string, unknown> = { phase, name: basename(folder), precision, level };
if (phase === 'build') await build();
else await measure();
console.log(JSON.stringify(result));

async function build(): Promise<void> {
  const [, ours] = files[0];
  if (!existsSync(ours)) await compileTo(ours, folder, 'model.pt', recorded);
  if (process.env.START_UP !== undefined) result.startUp = [await startUp(), await startUp()];
  for (const [who, file] of files) {
    if (!existsSync(file)) continue;
    const [cold, session] = await timed(() => createSession(file, options));
    const [report] = session.reports;
    await session.dispose();
    const [warm, again] = await timed(() => createSession(file, options));
    const hit = again.reports[0]?.cache?.hit;
    await again.dispose();
    result[who] = { cold, warm, hit, nodes: report?.nodes, parts: report?.parts, left: report?.left };
  }
}

/** Milliseconds of the quickest engine there is: the GPU's context, when it is the first, and TensorRT's builder. */
async function startUp(): Promise<number> {
  const dims = { N: { min: 1, opt: 1, max: 1 } };
  const tensorrt = { optimizationLevel: 0 };
  const [time, session] = await timed(() =>
    createSession(mixedModel(symbol('N')), { provider: 'tensorrt', dims, engineCache: false, tensorrt }),
  );
  await session.dispose();
  return time;
}

async function measure(): Promise<void> {
  const sessions = new Map<string, Session>();
  const opened: Record<string, unknown> = {};
  for (const [who, file] of files) {
    if (!existsSync(file)) continue;
    const [time, session] = await timed(() => createSession(file, options));
    opened[who] = { ms: time, hit: session.reports[0]?.cache?.hit };
    sessions.set(who, session);
  }
  result.opened = opened;
  const sizes: unknown[] = [];
  for (const run of recorded.runs) sizes.push(await measured(sessions, run));
  result.sizes = sizes;
  for (const session of sessions.values()) await session.dispose();
}

async function measured(
  sessions: ReadonlyMap<string, Session>,
  run: Recorded['runs'][number],
): Promise<Record<string, unknown>> {
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
