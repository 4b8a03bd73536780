/**
 * One recorded model on one provider: `node .bench/bench/tensorrt/model-run.js CASE_FOLDER PROVIDER PRECISION WORK_FOLDER`.
 * All its dims are dynamic. Prints one JSON object: which provider took what, the differences to PyTorch's recorded
 * results, how long opening took cold and warm, and microseconds a run at every recorded size (RUNS=0 leaves these out).
 * LEVEL is TensorRT's builder level. ONNX Runtime's log, on standard error, has a line for each engine that is built.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { readNpy } from '../../src/npy/read-npy.js';
import { isProviderChoice } from '../../src/runtime/providers.js';
import { createSession, type Session, type SessionOptions } from '../../src/runtime/session.js';
import type { ModelCase } from '../../test/models/model-case.js';
import { compileTo, medianOf, type Recorded, relativeDistance, timed, tolerance } from './recorded-model.js';

const WARM_UP = 10;
const TIMED = Number(process.env.RUNS ?? 60);

const [folder = '', provider = 'cpu', precision = 'fp32', work = '.'] = process.argv.slice(2);
if (!isProviderChoice(provider)) throw new Error(`no provider ${provider}`);
const recorded: Recorded & Pick<ModelCase, 'file'> = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
const name = basename(folder);
mkdirSync(work, { recursive: true });

const options: SessionOptions = {
  provider,
  engineCache: join(work, `${name}-${precision}-engines`),
  logSeverity: 0,
  ...(provider === 'tensorrt'
    ? { tf32: false, tensorrt: { fp16: precision === 'fp16', optimizationLevel: Number(process.env.LEVEL ?? 3) } }
    : {}),
};
const result: Record<string, unknown> = { name, provider, precision };
try {
  const file = await compileTo(join(work, `${name}-${precision}.onnx`), folder, recorded.file, recorded);
  const [cold, session] = await timed(() => createSession(file, options));
  result.cold = cold;
  result.reports = session.reports.map(({ nodes, parts, left, cache }) => ({ nodes, parts, left, cache }));
  result.engines = engines();
  result.runs = [];
  const lines: unknown[] = [];
  result.runs = lines;
  for (const run of recorded.runs) lines.push(await measured(session, run));
  result.outside = await outside(session);
  result.enginesAfter = engines();
  await session.dispose();
  const [warm, again] = await timed(() => createSession(file, options));
  result.warm = warm;
  result.warmCache = again.reports.map(({ cache }) => cache?.hit);
  await again.dispose();
} catch (error) {
  result.error = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DiagnosticError) && error instanceof Error) result.stack = error.stack;
}
console.log(JSON.stringify(result));

async function measured(session: Session, run: Recorded['runs'][number]): Promise<Record<string, unknown>> {
  const arrays = run.inputs.map(({ file }) => readNpy(join(folder, file)));
  const wanted = run.outputs.map(({ file }) => readNpy(join(folder, file)));
  const feeds = Object.fromEntries(recorded.inputs.map(({ name }, i) => [name, need(arrays[i])]));
  const got = Object.values(await session.run(feeds));
  const difference = Math.max(...wanted.map((want, i) => tolerance(need(got[i]), want)));
  const distance = Math.max(...wanted.map((want, i) => relativeDistance(need(got[i]), want)));
  const line: Record<string, unknown> = { shapes: arrays.map(({ shape }) => shape.join('x')), difference, distance };
  using bound = await session.bind(Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape])));
  for (const [name, data] of Object.entries(feeds)) bound.inputs[name]?.bytes.set(data.read());
  const bounded = Object.values(await bound.run());
  line.boundDifference = Math.max(...wanted.map((want, i) => tolerance(need(bounded[i]), want)));
  if (TIMED === 0) return line;
  line.device = await median(() => void bound.runSync({ upload: false, download: false }));
  line.copies = await median(() => void bound.runSync());
  line.background = await median(() => bound.run());
  line.plain = await median(() => session.run(feeds));
  return line;
}

/** Microseconds. */
async function median(run: () => unknown): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await run();
  const times: number[] = [];
  for (let i = 0; i < TIMED; i++) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) * 1000);
  }
  return medianOf(times);
}

/** What a size beyond the range gives: the error's codes. */
async function outside(session: Session): Promise<unknown> {
  const [run] = recorded.runs;
  const feeds = recorded.inputs.map(({ name, dims }, i) => {
    const data = readNpy(join(folder, run?.inputs[i]?.file ?? ''));
    const shape = data.shape.map((size, axis) => {
      const dim = dims[axis];
      return typeof dim === 'string' ? (recorded.dims[dim]?.max ?? size) + 1 : size;
    });
    return [name, { dtype: data.dtype, shape, data: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0) }];
  });
  try {
    await session.run(Object.fromEntries(feeds));
    return 'it ran';
  } catch (error) {
    return error instanceof DiagnosticError ? [...new Set(error.diagnostics.map(({ code }) => code))] : String(error);
  }
}

function engines(): number {
  const root = options.engineCache;
  if (typeof root !== 'string') return 0;
  try {
    return readdirSync(root, { recursive: true }).filter((file) => String(file).endsWith('.engine')).length;
  } catch {
    return 0;
  }
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a recorded array is missing');
  return value;
}
