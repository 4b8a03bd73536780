import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import { BoundRun } from './bound-run.js';
import { checkFeeds, type TensorInfo } from './check-feeds.js';
import { CudaMemory } from './cuda-memory.js';
import type { NativeSession } from './native-session.js';
import type { TensorLayout } from './native-tensor.js';
import { openEngine } from './open-engine.js';
import { type ModelSource, type OpenedModel, openModel } from './open-model.js';
import type { OrtApi } from './ort-c-api.js';
import {
  checkProfile,
  type FedSizes,
  fedSizes,
  outsideProfile,
  type Profile,
  sizeOf,
  widenProfile,
} from './profile.js';
import type { ProviderReport } from './provider-report.js';
import type { Provider } from './providers.js';
import { runOnce, tensorOf } from './run-once.js';
import type { Feed, Session } from './session.js';

/** Opens a model with the chosen provider for a profile, which is checked. Errors: those of `openEngine` and `openModel`. */
export async function openFor(api: OrtApi, source: ModelSource, profile: Profile): Promise<OpenedModel> {
  if (source.chosen.provider === 'tensorrt') return openEngine(api, source, profile);
  const opened = await openModel(api, source, profile);
  try {
    checkProfile(opened.inputs, profile, false);
    return opened;
  } catch (error) {
    opened.native.handle.dispose();
    throw error;
  }
}

function failGraph(why: string): never {
  fail('option-invalid', `with cudaGraphs a session runs one bound memory, and ${why}`, {
    help: 'call session.bind once, and run what it gives; another session has a graph of its own',
  });
}

const NO_BYTES = memorySource(new Uint8Array(0));

/** A session over one opened model for each profile. */
export class ProfiledSession implements Session {
  readonly provider: Provider;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  private readonly unranked: ReadonlySet<string>;
  private readonly running = new Set<Promise<unknown>>();
  private rebuilding: Promise<unknown> = Promise.resolve();
  private disposed = false;
  /** Undefined where nothing is ever built again: a model's bytes need not be kept then. */
  private readonly rebuildable: ModelSource | undefined;
  private readonly device: number;
  /** Whether a run is recorded in a CUDA graph, which replays the addresses of the memory that is bound first. */
  private readonly graphs: boolean;
  private graphIsBound = false;

  constructor(
    private readonly api: OrtApi,
    source: ModelSource,
    private readonly variants: [OpenedModel, ...OpenedModel[]],
  ) {
    this.provider = source.chosen.provider;
    this.rebuildable = source.options.onOutOfRange === 'rebuild' ? source : undefined;
    this.device = source.options.device ?? 0;
    this.graphs = source.options.tensorrt?.cudaGraphs === true;
    const [{ inputs, outputs, unranked }] = variants;
    this.inputs = inputs;
    this.outputs = outputs;
    this.unranked = unranked;
  }

  get reports(): readonly ProviderReport[] {
    return this.variants.map(({ report }) => report);
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    const run = this.runFitting(feeds);
    this.running.add(run);
    const end = () => this.running.delete(run);
    run.then(end, end);
    return run;
  }

  async bind(shapes: Readonly<Record<string, readonly number[]>>): Promise<BoundRun> {
    if (this.disposed) throw new Error('the session is used after dispose()');
    const layouts = new Map(
      this.inputs.flatMap(({ name, dtype }) => {
        const shape = shapes[name];
        return shape === undefined ? [] : [[name, new TensorData(dtype, shape, NO_BYTES)] as const];
      }),
    );
    for (const [name, shape] of Object.entries(shapes)) {
      if (!layouts.has(name)) layouts.set(name, new TensorData('float32', shape, NO_BYTES));
    }
    const problems = checkFeeds(this.inputs, layouts, (name) => this.unranked.has(name));
    if (problems.length > 0) throw new DiagnosticError(problems);
    if (this.graphs) this.bindGraph();
    const sizes = fedSizes(this.inputs, (name) => shapes[name]);
    const native = this.fitting(sizes) ?? (await this.rebuilt(sizes));
    const cuda = this.provider === 'cpu' ? undefined : await CudaMemory.open(this.device);
    return new BoundRun(native, cuda, layouts, this.outputLayouts(sizes));
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.allSettled(this.running);
    for (const { native } of this.variants) native.handle.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private async runFitting(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    if (this.disposed) throw new Error('the session is used after dispose()');
    if (this.graphs) failGraph('session.run has other memory each time');
    const given = new Map(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(name, feed)]));
    const problems = checkFeeds(this.inputs, given, (name) => this.unranked.has(name));
    if (problems.length > 0) throw new DiagnosticError(problems);
    const sizes = fedSizes(this.inputs, (name) => given.get(name)?.shape);
    const native = this.fitting(sizes) ?? (await this.rebuilt(sizes));
    return runOnce(this.api, native, this.outputs, given);
  }

  /** A graph knows one memory, also after that is freed. */
  private bindGraph(): void {
    if (this.graphIsBound) failGraph('the session has bound its memory already');
    this.graphIsBound = true;
  }

  /** Layouts of outputs whose sizes follow from the inputs' sizes; undefined for others. */
  private outputLayouts(sizes: FedSizes): Map<string, TensorLayout | undefined> {
    const known = new Map([...sizes].map(([symbol, { size }]) => [symbol, size]));
    return new Map(
      this.outputs.map(({ name, dtype, dims }) => {
        const shape = dims.map((dim) => (typeof dim === 'number' ? dim : sizeOf(dim, known)));
        const whole = shape.every((size) => size !== undefined) && !this.unranked.has(name);
        return [name, whole ? { dtype, shape } : undefined];
      }),
    );
  }

  /** The model of the first profile that takes the sizes. */
  private fitting(sizes: FedSizes): NativeSession | undefined {
    return this.variants.find(({ profile }) => outsideProfile(sizes, profile).length === 0)?.native;
  }

  /** Sizes that no profile takes: an error, or an engine for wider ranges. One is built at a time, for all that wait for it. */
  private async rebuilt(sizes: FedSizes): Promise<NativeSession> {
    const source = this.rebuildable;
    if (source === undefined) throw new DiagnosticError(this.outOfRange(sizes));
    const build = this.rebuilding.then(async () => {
      const fitting = this.fitting(sizes);
      if (fitting !== undefined) return fitting;
      const profile = widenProfile(this.variants[0].profile, sizes);
      const opened = await openFor(this.api, source, profile);
      if (outsideProfile(sizes, opened.profile).length > 0) {
        // An engine file has the ranges that it was built for, whatever is asked.
        opened.native.handle.dispose();
        throw new DiagnosticError(this.outOfRange(sizes));
      }
      // Runs of the narrower one may be under way: it is freed with the session.
      this.variants.push(opened);
      return opened.native;
    });
    this.rebuilding = build.catch(() => undefined);
    return build;
  }

  private outOfRange(sizes: FedSizes): Diagnostic[] {
    return this.variants.flatMap(({ profile }) =>
      outsideProfile(sizes, profile).map(
        (message): Diagnostic => ({
          code: 'input-shape',
          severity: 'error',
          message,
          help: 'compile the model with wider ranges: --dim SYMBOL=MIN:OPT:MAX',
        }),
      ),
    );
  }
}
