import { existsSync } from 'node:fs';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import { tensorFromNumbers } from '../ir/half.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import { readModelMetadata } from '../onnx/read-metadata.js';
import { RANGES_KEY } from '../onnx/types.js';
import { BoundRun } from './bound-run.js';
import { checkFeeds, type TensorInfo } from './check-feeds.js';
import { CudaMemory } from './cuda-memory.js';
import type { NativeSession } from './native-session.js';
import { alignedBytes, readTensor, type TensorLayout, valueOnBytes } from './native-tensor.js';
import { openEngine } from './open-engine.js';
import { type ModelSource, type OpenedModel, openModel } from './open-model.js';
import { loadOrtApi, type OrtApi, OrtError } from './ort-c-api.js';
import { type FedSizes, fedSizes, outsideProfile, type Profile, sizeOf, widenProfile } from './profile.js';
import type { ProviderReport } from './provider-report.js';
import { chooseProvider, type Provider } from './providers.js';
import { checkSessionOptions, type SessionOptions } from './session-options.js';

export type { SessionOptions } from './session-options.js';

/** A fed tensor: `TensorData`, or elements in row-major order (booleans as true and false or 1 and 0). */
export type Feed =
  | TensorData
  | {
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>;
    };

/** A model that is ready to run. Runs go on in the background, several at a time where a caller starts several. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly provider: Provider;
  /** Which provider took which nodes; one for each profile. */
  readonly reports: readonly ProviderReport[];
  /**
   * Runs the model once. The results have the outputs' order; `readNumbers` gives their elements. A `TensorData` in
   * memory is not copied: its bytes must not change until the promise settles.
   * Errors: `unknown-input`, `missing-input`, `input-dtype`, `input-rank`, `input-shape`, all that are found at once;
   * `runtime-error` when onnxruntime fails.
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>>;
  /**
   * Memory for runs of fixed shapes: see `BoundRun`. It may be freed before the session, and must be for its memory to go.
   * Errors: as `run`, for the shapes.
   */
  bind(shapes: Readonly<Record<string, readonly number[]>>): Promise<BoundRun>;
  /** Frees the model once the runs that are under way have ended. It cannot be run afterwards. */
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX model: a path, beside which external weights are found, or the file's bytes.
 * Errors: `file-not-found`, `provider-unavailable`, `provider-partial`, `option-invalid`, `profile-missing`, `dim-range`,
 * `runtime-error` when onnxruntime does not take the model.
 */
export async function createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  checkSessionOptions(options);
  if (typeof model === 'string' && !existsSync(model)) fail('file-not-found', `there is no file ${model}`);
  if (options.tf32 === false) process.env.NVIDIA_TF32_OVERRIDE = '0';
  const api = await loadOrtApi(options.logSeverity);
  const chosen = await chooseProvider(options.provider ?? 'cpu', options.device ?? 0);
  const source: ModelSource = { model, chosen, options };
  const variants: OpenedModel[] = [];
  try {
    for (const profile of profilesOf(model, options)) {
      variants.push(await openFor(api, source, profile));
    }
  } catch (error) {
    for (const { native } of variants) native.handle.dispose();
    throw error;
  }
  const [first, ...more] = variants;
  if (first === undefined) throw new Error('a session without a profile');
  return new OrtSession(api, source, [first, ...more]);
}

/** The profiles that a session is opened for: given ones, or one of the model's own ranges with those of `dims` over them. */
function profilesOf(model: string | Uint8Array, { profiles, dims }: SessionOptions): readonly Profile[] {
  return profiles ?? [{ name: 'the model', dims: { ...rangesOf(model), ...dims } }];
}

/** The ranges that a model was compiled for; none where it does not say. */
function rangesOf(model: string | Uint8Array): Profile['dims'] {
  const text = readModelMetadata(model).get(RANGES_KEY);
  return text === undefined ? {} : JSON.parse(text);
}

function openFor(api: OrtApi, source: ModelSource, profile: Profile): Promise<OpenedModel> {
  return source.chosen.provider === 'tensorrt' ? openEngine(api, source, profile) : openModel(api, source, profile);
}

class OrtSession implements Session {
  readonly provider: Provider;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  private readonly unranked: ReadonlySet<string>;
  private readonly running = new Set<Promise<unknown>>();
  private rebuilding: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(
    private readonly api: OrtApi,
    private readonly source: ModelSource,
    private readonly variants: [OpenedModel, ...OpenedModel[]],
  ) {
    this.provider = source.chosen.provider;
    const [{ inputs, outputs, unranked }] = variants;
    this.inputs = inputs;
    this.outputs = outputs;
    this.unranked = unranked;
  }

  get reports(): readonly ProviderReport[] {
    return this.variants.map(({ report }) => report);
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    const run = this.runOnce(feeds);
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
    const sizes = fedSizes(this.inputs, (name) => shapes[name]);
    const native = this.fitting(sizes) ?? (await this.rebuilt(sizes));
    const cuda = this.provider === 'cpu' ? undefined : await CudaMemory.open(this.source.options.device ?? 0);
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

  private async runOnce(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    if (this.disposed) throw new Error('the session is used after dispose()');
    const given = new Map(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(name, feed)]));
    const problems = checkFeeds(this.inputs, given, (name) => this.unranked.has(name));
    if (problems.length > 0) throw new DiagnosticError(problems);
    const sizes = fedSizes(this.inputs, (name) => given.get(name)?.shape);
    const native = this.fitting(sizes) ?? (await this.rebuilt(sizes));
    return runOn(this.api, native, this.outputs, given);
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
    if (this.source.options.onOutOfRange !== 'rebuild') throw new DiagnosticError(this.outOfRange(sizes));
    const build = this.rebuilding.then(async () => {
      const fitting = this.fitting(sizes);
      if (fitting !== undefined) return fitting;
      const profile = widenProfile(this.variants[0].profile, sizes);
      const opened = await openFor(this.api, this.source, profile);
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

const NO_BYTES = memorySource(new Uint8Array(0));

async function runOn(
  api: OrtApi,
  native: NativeSession,
  outputs: readonly TensorInfo[],
  given: ReadonlyMap<string, TensorData>,
): Promise<Record<string, TensorData>> {
  const values: bigint[] = [];
  // The values lead into these bytes: they must not be collected before the run has ended.
  const held: Uint8Array[] = [];
  try {
    for (const { name } of native.inputs) {
      const data = given.get(name);
      if (data === undefined) continue;
      const bytes = alignedBytes(data.read(), data.dtype);
      held.push(bytes);
      values.push(valueOnBytes(api, data, bytes));
    }
    const results = await native.run(values).catch((error: unknown) => failed('onnxruntime failed', error));
    return readResults(api, native.outputs, outputs, results);
  } finally {
    for (const value of values) api.call.ReleaseValue(value);
    held.length = 0;
  }
}

/** Copies results, which come in the order of `given`, and names them in the model's order. */
function readResults(
  api: OrtApi,
  given: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  values: BigUint64Array,
): Record<string, TensorData> {
  try {
    return Object.fromEntries(
      outputs.flatMap(({ name }) => {
        const value = values[given.findIndex((other) => other.name === name)];
        return value === undefined ? [] : [[name, readTensor(api, name, value)]];
      }),
    );
  } finally {
    for (const value of values) api.call.ReleaseValue(value);
  }
}

function tensorOf(name: string, feed: Feed): TensorData {
  if (feed instanceof TensorData) return feed;
  const { dtype, shape, data } = feed;
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    fail('input-shape', `the input ${name} is fed ${data.length} elements for a tensor of [${shape.join(',')}]`);
  }
  const values = Array.from<number | bigint | boolean, number | bigint>(data, (v) =>
    typeof v === 'boolean' ? Number(v) : v,
  );
  return tensorFromNumbers(dtype, values, shape);
}

/** ONNX Runtime's errors as diagnostics; others pass. */
function failed(what: string, error: unknown): never {
  if (!(error instanceof OrtError)) throw error;
  fail('runtime-error', `${what}: ${error.message}`);
}
