import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DimRange, DimSpec, InputSpec } from '../compiler-options.js';
import { fail } from '../diagnostics/diagnostic.js';
import { isDType } from '../ir/dtype.js';
import { readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import { readNpy } from '../npy/read-npy.js';
import { appliedRules, rulesTable } from './applied-rules.js';
import { type CommandLine, refuseForeign } from './command-line.js';
import { EXIT_DONE, EXIT_FAILED } from './report.js';
import type { Terminal } from './terminal.js';
import { withModel } from './with-model.js';

/** The recorded model of the demonstration, in the repository; src/cli and dist/cli lie equally deep. */
const FOLDER = new URL('../../test/models/gpt2/', import.meta.url);

const RUNS = 3;

/** What test/models/generate.py records of a model. */
interface Recorded {
  readonly file: string;
  readonly inputs: readonly { readonly name: string; readonly dtype: string; readonly dims: readonly DimSpec[] }[];
  readonly dims: Readonly<Record<string, DimRange>>;
  readonly tolerance: number;
  readonly runs: readonly {
    readonly inputs: readonly { readonly file: string }[];
    readonly outputs: readonly { readonly file: string }[];
  }[];
}

/** `thaw demo`: compiles a recorded model, every dimension dynamic that can be, and compares it with PyTorch. */
export async function demoCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  refuseForeign('demo', line);
  if (!existsSync(pathOf('case.json'))) {
    fail('file-not-found', 'the demonstration needs the model in the repository', {
      help: 'clone the repository and call npm run demo',
    });
  }
  const recorded: Recorded = JSON.parse(readFileSync(pathOf('case.json'), 'utf8'));
  const inputs = recorded.inputs.map(inputSpec);
  terminal.out(
    `thaw compile test/models/gpt2/model.pt ${recorded.inputs.map((i) => `--input '${spell(i)}'`).join(' ')}`,
  );
  return withModel(pathOf(recorded.file), { 'no-config': true }, async ({ model, rules, thaw }) => {
    const start = performance.now();
    const { onnx, graph } = await thaw.compile(model, { inputs, dims: recorded.dims, rules });
    const applied = appliedRules(graph);
    terminal.out(`compiled in ${Math.round(performance.now() - start)} ms: ${onnx.graph.nodes.length} ONNX nodes`);
    terminal.out('\nwhat the rules changed (rule, nodes, operator, Python):');
    for (const row of rulesTable(applied)) terminal.out(row);
    terminal.out('\nonnxruntime on the CPU against PyTorch:');
    const session = await thaw.createSession(thaw.modelBytes(onnx));
    let agrees = true;
    for (const run of recorded.runs.slice(0, RUNS)) {
      const feeds = run.inputs.map(({ file }) => readNpy(pathOf(file)));
      const names = session.inputs.map(({ name }) => name);
      const results = Object.values(await session.run(Object.fromEntries(names.flatMap((n, i) => entry(n, feeds[i])))));
      const wanted = run.outputs.map(({ file }) => readNpy(pathOf(file)));
      const worst = Math.max(...wanted.map((want, i) => difference(results[i], want)));
      const fits = worst <= recorded.tolerance;
      agrees &&= fits;
      const sizes = feeds.map(({ shape }) => `[${shape.join(', ')}]`).join(' ');
      terminal.out(`  ${sizes}  largest difference ${worst.toExponential(1)}  ${fits ? 'agrees' : 'DIFFERS'}`);
    }
    await session.dispose();
    return agrees ? EXIT_DONE : EXIT_FAILED;
  });
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, FOLDER));
}

function inputSpec({ name, dtype, dims }: Recorded['inputs'][number]): InputSpec {
  if (!isDType(dtype)) fail('internal', `the recorded model has the dtype ${dtype}`);
  return { name, type: { kind: 'tensor', dtype, dims } };
}

function spell({ name, dtype, dims }: Recorded['inputs'][number]): string {
  return `${name}=${dtype}[${dims.join(',')}]`;
}

function entry(name: string, data: TensorData | undefined): [string, TensorData][] {
  return data === undefined ? [] : [[name, data]];
}

/** The largest difference of two tensors, relative where the numbers are large; infinite when their forms differ. */
function difference(got: TensorData | undefined, want: TensorData): number {
  if (got === undefined || got.shape.join() !== want.shape.join()) return Number.POSITIVE_INFINITY;
  const a = readNumbers(got);
  return readNumbers(want).reduce((worst, y, i) => {
    const d = Math.abs((a[i] ?? Number.NaN) - y) / Math.max(1, Math.abs(y));
    return Number.isNaN(d) ? Number.POSITIVE_INFINITY : Math.max(worst, d);
  }, 0);
}
