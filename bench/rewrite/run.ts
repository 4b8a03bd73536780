/**
 * How fast the whole shipped rule book rewrites graphs, lowering and translation to the fixpoint, and how fast it is
 * loaded: `npm run bench:rewrite -- [rounds [flags of node...]]`. Every figure is of processes of their own, on one core:
 * V8 collects garbage on the thread that rewrites. The sizes take turns, and the best round of each counts, since other
 * work on the machine only slows. A larger young generation (`--max-semi-space-size=64`) saves a tenth of the time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LoadTime } from './load-time.js';
import type { Measurement } from './measure.js';
import { writePack } from './pack.js';

/** Nodes of a graph, and how many graphs a round rewrites. */
const SIZES = [
  { nodes: 10_000, graphs: 40 },
  { nodes: 100_000, graphs: 5 },
  { nodes: 1_000_000, graphs: 1 },
] as const;
const LOADS = 11;
const HEAP_MB = 6144;

const [count = '3', ...more] = process.argv.slice(2);
const rounds = Number(count);
const here = import.meta.dirname;

function run<T>(script: string, args: readonly (string | number)[], flags: readonly string[] = []): T {
  const argv = [...flags, join(here, script), ...args.map(String)];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

function measure(mode: 'time' | 'memory', nodes: number, graphs: number): Measurement {
  const flags = ['--expose-gc', '--single-threaded-gc', `--max-old-space-size=${HEAP_MB}`, ...more];
  return run<Measurement>('measure.js', [mode, nodes, graphs], flags);
}

/** Microseconds of the processor for a node. */
function cost(m: Measurement): number {
  return (m.cpu * 1e6) / m.nodes;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const best = new Map<number, Measurement>();
for (let round = 0; round < rounds; round++) {
  for (const { nodes, graphs } of SIZES) {
    const found = measure('time', nodes, graphs);
    const known = best.get(nodes);
    if (known === undefined || cost(found) < cost(known)) best.set(nodes, found);
  }
}
for (const [size, m] of best) {
  const rate = Math.round(m.nodes / m.cpu).toLocaleString('en');
  const share = ((100 * m.rewrites) / m.nodes).toFixed(1);
  console.log(
    `${size.toLocaleString('en').padStart(9)} nodes: ${rate} nodes/s of one core (${cost(m).toFixed(2)} us a node, ` +
      `wall ${((m.wall * 1e6) / m.nodes).toFixed(2)} us), ${share} rewrites for 100 nodes by ${m.rules} rules`,
  );
}
const [small, large] = [best.get(10_000), best.get(1_000_000)];
if (small !== undefined && large !== undefined)
  console.log(`a node of a million costs ${(cost(large) / cost(small)).toFixed(2)} times one of ten thousand`);

for (const { nodes } of SIZES) {
  const m = measure('memory', nodes, 1);
  const bytes = (n: number): string => `${Math.round(n / m.nodes)}`;
  console.log(
    `${nodes.toLocaleString('en').padStart(9)} nodes: at most ${bytes(m.peak)} bytes a node beyond the graph (alive: ` +
      `${bytes(m.live)}); the graph has ${bytes(m.graph)}`,
  );
}

const pack = mkdtempSync(join(tmpdir(), 'thaw-bench-pack-'));
try {
  writePack(pack);
  for (const [name, packs] of [
    ['the shipped rule book', []],
    ['with a pack, checked', [pack]],
  ] as const) {
    const loads = Array.from({ length: LOADS }, () => run<LoadTime>('load-time.js', [resolve('dist'), ...packs]));
    const [modules, book] = [median(loads.map((l) => l.modules)), median(loads.map((l) => l.book))];
    console.log(`${name}: ${book.toFixed(1)} ms, and ${modules.toFixed(1)} ms for the loader's modules`);
  }
} finally {
  rmSync(pack, { recursive: true });
}
