/**
 * Every recorded model on a provider: `node .bench/bench/tensorrt/suite.js PROVIDER PRECISION WORK_FOLDER [MODEL...]`.
 * Each model runs in a process of its own, several at a time (JOBS=4), so that one that breaks does not stop the others.
 * Writes results.jsonl and each model's log into the folder, and prints a table.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [provider = 'cpu', precision = 'fp32', work = 'tensorrt-suite', ...only] = process.argv.slice(2);
const models = 'test/models';
const names = readdirSync(models, { withFileTypes: true })
  .filter((e) => e.isDirectory() && (only.length === 0 || only.includes(e.name)))
  .map(({ name }) => name);
mkdirSync(work, { recursive: true });
const script = fileURLToPath(new URL('./model-run.js', import.meta.url));
const waiting = [...names];
await Promise.all(
  Array.from({ length: Number(process.env.JOBS ?? 4) }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await one(name);
  }),
);

async function one(name: string): Promise<void> {
  const start = Date.now();
  const log = join(work, `${name}-${precision}.log`);
  const child = spawn(process.execPath, [script, join(models, name), provider, precision, work], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.pipe(createWriteStream(log));
  const code = await new Promise((resolve) => child.on('close', (status, signal) => resolve(signal ?? status)));
  const builds = readFileSync(log, 'utf8').match(/\] Serialized engine /g)?.length ?? 0;
  const line = out.split('\n').find((text) => text.startsWith('{'));
  const result: Record<string, unknown> = line === undefined ? { name, error: `ended with ${code}` } : JSON.parse(line);
  const seconds = Math.round((Date.now() - start) / 1000);
  appendFileSync(join(work, 'results.jsonl'), `${JSON.stringify({ ...result, builds, seconds })}\n`);
  console.log(summary(name, result, builds, seconds));
}

function summary(name: string, result: Record<string, unknown>, builds: number, seconds: number): string {
  const { cold, warm, warmCache, reports, runs, error, outside } = result;
  const lines = Array.isArray(runs) ? runs : [];
  const difference = Math.max(...lines.map(({ difference, boundDifference }) => Math.max(difference, boundDifference)));
  const distance = Math.max(...lines.map((line) => line.distance));
  const times = lines.flatMap(({ device, copies, background, plain }) =>
    device === undefined ? [] : [`${device}/${copies}/${background}/${plain}`],
  );
  const parts = Array.isArray(reports) ? reports.map(({ nodes, parts }) => `${JSON.stringify(nodes)} in ${parts}`) : [];
  const left = Array.isArray(reports)
    ? reports.flatMap((r) => r.left.map((l: { op: string; nodes: string[] }) => `${l.op}*${l.nodes.length}`))
    : [];
  return [
    `${name.padEnd(20)} ${precision} ${seconds}s diff ${difference.toExponential(1)} distance ${distance.toExponential(1)} builds ${builds} open ${cold}/${warm} ms hit ${warmCache} out ${outside}`,
    `  nodes ${parts.join('; ')} left ${left.join(' ') || 'none'} us ${times.join(' ')}`,
    ...(error === undefined ? [] : [`  ERROR ${String(error).slice(0, 600)}`]),
  ].join('\n');
}
