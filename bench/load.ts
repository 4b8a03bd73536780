/**
 * How fast TorchScript archives become graphs: `node dist-bench/bench/load.js model.pt...` after
 * `npx tsc -p tsconfig.json --noEmit false --outDir dist-bench`. Prints, for each archive, the best of several runs:
 * megabytes of serialized source a second for the parser alone, and milliseconds and nodes for the whole load.
 */
import { performance } from 'node:perf_hooks';
import { openArchive } from '../src/frontends/torchscript/archive/archive.js';
import { buildGraph } from '../src/frontends/torchscript/source/build-graph.js';
import { parseSource } from '../src/frontends/torchscript/source/parser.js';
import { RuleBook } from '../src/rulebook/load.js';

const RUNS = 10;

function best(run: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}

const paths = process.argv.slice(2);
if (paths.length === 0) throw new Error('name the archives to load');
const { registry } = await RuleBook.load();
for (const path of paths) {
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
  const megabytes = sources.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const rate = (megabytes / (parse / 1000)).toFixed(1);
  console.log(
    `${path}: ${megabytes.toFixed(2)} MB of source, parsed at ${rate} MB/s; ${nodes} nodes in ${load.toFixed(1)} ms`,
  );
}
