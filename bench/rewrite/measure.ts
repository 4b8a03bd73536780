/**
 * One measurement in a process of its own: `node --expose-gc measure.js time|memory NODES RUNS`, a line of JSON on stdout.
 * `time`: rewrites RUNS graphs one after another, each made and collected beforehand. `memory`: one graph, sampled.
 */
import { resolve } from 'node:path';
import { runRules } from '../../src/engine/driver.js';
import type { Outcome } from '../../src/engine/trace.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { type Mix, makeMix } from './mix.js';

/** What the compiler has seen before: graphs of other seeds, until its code is optimized. */
const WARM_UP = { graphs: 6, nodes: 20_000 };
/** Rewrites between two looks at the heap. */
const SAMPLE = 1_000;
/** Collections while the graph is rewritten, to see what is alive. */
const COLLECTIONS = 12;

export interface Measurement {
  readonly nodes: number;
  readonly rewrites: number;
  readonly rules: number;
  /** Seconds of the wall and of all of the process's threads. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes of the heap: of the graph, most while it is rewritten with and without what waits for collection. */
  readonly graph: number;
  readonly peak: number;
  readonly live: number;
}

const [mode = 'time', size = '10000', runs = '1'] = process.argv.slice(2);
const collect = globalThis.gc ?? (() => undefined);
const rules = await RuleBook.load({ base: resolve('rules') });

function rewrite(mix: Mix, afterRewrite?: () => void): Outcome[] {
  const outcomes = [rules.lowering, rules.translation].map((set) =>
    runRules(mix.graph, set, mix.inference, { afterRewrite }),
  );
  for (const o of outcomes) if (o.stop !== 'fixpoint') throw new Error(`the rules stopped at ${o.stop}`);
  return outcomes;
}

const heap = (): number => process.memoryUsage().heapUsed;
for (let i = 0; i < WARM_UP.graphs; i++) rewrite(makeMix(rules, WARM_UP.nodes, 1000 + i));

const result = { nodes: 0, rewrites: 0, rules: 0, wall: 0, cpu: 0, graph: 0, peak: 0, live: 0 };
const fired = new Set<string>();
for (let i = 0; i < Number(runs); i++) {
  const mix = makeMix(rules, Number(size), i + 1);
  collect();
  const before = heap();
  let count = 0;
  const every = Math.max(SAMPLE, Math.floor(mix.nodes / 4 / COLLECTIONS));
  const sample = (): void => {
    count += 1;
    if (count % SAMPLE === 0) result.peak = Math.max(result.peak, heap() - before);
    if (count % every !== 0) return;
    collect();
    result.live = Math.max(result.live, heap() - before);
  };
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const outcomes = rewrite(mix, mode === 'memory' ? sample : undefined);
  result.wall += Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  result.cpu += (used.user + used.system) / 1e6;
  collect();
  result.live = Math.max(result.live, heap() - before);
  result.graph = before;
  result.nodes += mix.nodes;
  for (const o of outcomes) {
    result.rewrites += o.steps;
    for (const id of o.counts.keys()) fired.add(id);
  }
}
result.rules = fired.size;
console.log(JSON.stringify(result satisfies Measurement));
