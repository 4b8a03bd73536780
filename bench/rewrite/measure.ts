/**
 * One measurement in a process of its own, a line of JSON on stdout: `node --expose-gc measure.js time|memory NODES RUNS`.
 * `time` rewrites RUNS graphs one after another; `memory` looks at the heap while it rewrites one.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runRules } from '../../src/engine/driver.js';
import { decodeBook } from '../../src/rulebook/compiled-book.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { type Mix, makeMix } from './mix.js';

/** Graphs of other seeds that are rewritten first: code is compiled and optimized by then, as in a long-lived process. */
const WARM_UP = { graphs: 6, nodes: 20_000 };
/** A collection drops optimized code with the objects that it knew: so many of those graphs are rewritten after it. */
const AFTER_COLLECTION = 3;
/** Rewrites between two looks at the heap. */
const SAMPLE = 500;
/** Collections while the graph is rewritten, to see what is alive. */
const COLLECTIONS = 12;

export interface Measurement {
  readonly nodes: number;
  readonly rewrites: number;
  /** Different rules that fired. */
  readonly rules: number;
  /** Seconds on the wall, and of all threads of the process. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes of the heap beyond the graph's: at most, what waits for collection included, and what is alive of it. */
  readonly peak: number;
  readonly live: number;
  /** Bytes of the heap with the graph, before it is rewritten. */
  readonly graph: number;
}

interface Rewritten {
  readonly rewrites: number;
  readonly rules: readonly string[];
}

const [mode = 'time', size = '10000', runs = '1'] = process.argv.slice(2);
const collect = globalThis.gc ?? (() => undefined);
/** The rule book that the build has compiled. */
const rules = new RuleBook([decodeBook(JSON.parse(readFileSync(resolve('dist/rulebook.json'), 'utf8')))]);

/** Lowering, then translation, as a compilation of a model with dynamic inputs does. */
function rewrite(mix: Mix, afterRewrite?: () => void): Rewritten {
  let rewrites = 0;
  const fired: string[] = [];
  for (const set of [rules.lowering, rules.translation]) {
    const outcome = runRules(mix.graph, set, mix.inference, { afterRewrite });
    if (outcome.stop !== 'fixpoint') throw new Error(`the rules stopped at ${outcome.stop}`);
    rewrites += outcome.steps;
    fired.push(...outcome.counts.keys());
  }
  return { rewrites, rules: fired };
}

function time(): Measurement {
  const mixes = Array.from({ length: Number(runs) }, (_, i) => makeMix(rules, Number(size), i + 1));
  const again = Array.from({ length: AFTER_COLLECTION }, (_, i) => makeMix(rules, WARM_UP.nodes, 2000 + i));
  collect();
  for (const mix of again) rewrite(mix);
  const graph = process.memoryUsage().heapUsed;
  const done: Rewritten[] = [];
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (const mix of mixes) done.push(rewrite(mix));
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  return {
    nodes: mixes.reduce((n, mix) => n + mix.nodes, 0),
    rewrites: done.reduce((n, d) => n + d.rewrites, 0),
    rules: new Set(done.flatMap((d) => d.rules)).size,
    wall,
    cpu: (used.user + used.system) / 1e6,
    peak: 0,
    live: 0,
    graph,
  };
}

/** `peak` is taken of a run without collections of ours, `live` of another one with some. */
function memory(): Measurement {
  let graph = 0;
  let nodes = 0;
  const most = (look: (count: number, note: () => void) => void): { bytes: number; done: Rewritten } => {
    const mix = makeMix(rules, Number(size), 1);
    collect();
    graph = process.memoryUsage().heapUsed;
    nodes = mix.nodes;
    let count = 0;
    let bytes = 0;
    const note = (): void => {
      bytes = Math.max(bytes, process.memoryUsage().heapUsed - graph);
    };
    const done = rewrite(mix, () => {
      count += 1;
      look(count, note);
    });
    collect();
    note();
    return { bytes, done };
  };
  const { bytes: peak, done } = most((count, note) => {
    if (count % SAMPLE === 0) note();
  });
  const every = Math.max(SAMPLE, Math.floor(done.rewrites / COLLECTIONS));
  const { bytes: live } = most((count, note) => {
    if (count % every !== 0) return;
    collect();
    note();
  });
  return { nodes, rewrites: done.rewrites, rules: new Set(done.rules).size, wall: 0, cpu: 0, peak, live, graph };
}

for (let i = 0; i < WARM_UP.graphs; i++) rewrite(makeMix(rules, WARM_UP.nodes, 1000 + i));
console.log(JSON.stringify(mode === 'memory' ? memory() : time()));
