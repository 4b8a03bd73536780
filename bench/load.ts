/**
 * How fast TorchScript archives become graphs, and what memory a large one takes: `npm run bench:load -- [model.pt...]`, by
 * default the models of test/models. Prints, for each archive, the best of several runs on one core: megabytes of
 * serialized source a second for the parser alone, for code to graph, and for that with the user's line of each node,
 * which is found when it is asked for; and nodes. Then it makes an archive of 1 GB of
 * weights, most of it holes in a sparse file, compiles it in a process of its own, and compares the peak of its memory
 * with that of the same model with small weights. Linux only: memory is VmHWM of /proc.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../src/frontends/torchscript/archive/archive.js';
import { buildGraph } from '../src/frontends/torchscript/source/build-graph.js';
import { parseSource } from '../src/frontends/torchscript/source/parser.js';
import { RuleBook } from '../src/rulebook/load.js';
import { peakOfCompile, writeLinearStack } from './load-memory.js';

const RUNS = 15;
const MODELS = 'test/models';
const LAYERS = 16;
/** 64 MiB each. */
const LARGE = 4096;
const SMALL = 64;

/** Milliseconds of the processor. */
function best(run: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    shortest = Math.min(shortest, (user + system) / 1000);
  }
  return shortest;
}

const given = process.argv.slice(2);
const paths = given.length > 0 ? given : readdirSync(MODELS).map((name) => join(MODELS, name, 'model.pt'));
const { registry } = await RuleBook.load();
let bytes = 0;
let time = 0;
let placedTime = 0;
for (const path of paths.filter((p) => existsSync(p))) {
  const archive = openArchive(path);
  const sources = archive.sourceFiles().map((q) => archive.readSource(q));
  archive.close();
  const parse = best(() => sources.forEach((text, i) => void parseSource(text, `${path}:${i}`)));
  let nodes = 0;
  const load = best(() => {
    const opened = openArchive(path);
    nodes = [...buildGraph(opened, registry).graph.allNodes()].length;
    opened.close();
  });
  let lines = 0;
  const placed = best(() => {
    const opened = openArchive(path);
    lines = 0;
    for (const node of buildGraph(opened, registry).graph.allNodes()) lines += node.loc.length > 0 ? 1 : 0;
    opened.close();
  });
  const size = sources.reduce((sum, text) => sum + text.length, 0);
  bytes += size;
  time += load;
  placedTime += placed;
  const rate = (ms: number) => (size / 1000 / ms).toFixed(1);
  console.log(
    `${path}: ${(size / 1e6).toFixed(2)} MB of source, parsed at ${rate(parse)} MB/s, a graph of ${nodes} nodes at ` +
      `${rate(load)} MB/s (${load.toFixed(1)} ms), with the lines of ${lines} of them at ${rate(placed)} MB/s`,
  );
}
const rates = [time, placedTime].map((ms) => `${(bytes / 1000 / ms).toFixed(1)} MB/s`);
console.log(`all: code to graph at ${rates[0]}, with the lines of all nodes at ${rates[1]}`);

const folder = mkdtempSync(join(tmpdir(), 'thaw-bench-load-'));
try {
  for (const turned of [false, true]) {
    const [small, large] = [SMALL, LARGE].map((size) => {
      const path = join(folder, `linear-${size}.pt`);
      writeLinearStack(path, LAYERS, size, turned);
      return { path, bytes: statSync(path).size, peak: peakOfCompile(path, size, join(folder, 'out.onnx')) };
    });
    if (small === undefined || large === undefined) continue;
    console.log(
      `${(large.bytes / 1e9).toFixed(2)} GB of ${turned ? 'transposed views' : 'plain weights'}: peak ` +
        `${large.peak.toFixed(0)} MB, ${(large.peak - small.peak).toFixed(0)} MB more than for ` +
        `${(small.bytes / 1e6).toFixed(1)} MB of weights`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
