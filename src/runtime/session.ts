import { existsSync } from 'node:fs';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import { tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import { readModelMetadata } from '../onnx/read-metadata.js';
import { RANGES_KEY } from '../onnx/types.js';
import { checkFeeds, type Ranges, type TensorInfo } from './check-feeds.js';
import type { NativeHandle } from './native-handle.js';
import { nativeOptions } from './native-options.js';
import { NativeSession } from './native-session.js';
import { alignedBytes, readTensor, tensorOnBytes } from './native-tensor.js';
import { loadOrtApi, type OrtApi, OrtError } from './ort-c-api.js';
import { type Provider, requireProvider } from './providers.js';
import { unregisteredOperator } from './unregistered.js';

export interface SessionOptions {
  /** `cpu` by default. */
  readonly provider?: Provider;
  /** Threads within one operator; onnxruntime's own choice by default. */
  readonly threads?: number;
  /** onnxruntime's messages: 0 verbose, 1 info, 2 warning, 3 error (the default), 4 fatal. */
  readonly logSeverity?: 0 | 1 | 2 | 3 | 4;
}

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
  /**
   * Runs the model once. The results have the outputs' order; `readNumbers` gives their elements. A `TensorData` in
   * memory is not copied: its bytes must not change until the promise settles.
   * Errors: `unknown-input`, `missing-input`, `input-dtype`, `input-rank`, `input-shape`, all that are found at once;
   * `runtime-error` when onnxruntime fails.
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>>;
  /** Frees the model once the runs that are under way have ended. It cannot be run afterwards. */
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX model: a path, beside which external weights are found, or the file's bytes.
 * Errors: `file-not-found`, `provider-unavailable`, `runtime-error` when onnxruntime does not take the model.
 */
export async function createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  if (typeof model === 'string' && !existsSync(model)) fail('file-not-found', `there is no file ${model}`);
  const api = await loadOrtApi();
  const provider = requireProvider(options.provider ?? 'cpu', []);
  const { threads, logSeverity = 3 } = options;
  try {
    using settings = nativeOptions(api, { threads, logSeverity });
    return new OrtSession(provider, await NativeSession.open(api, model, settings), rangesOf(model));
  } catch (error) {
    failed('onnxruntime does not take the model', error);
  }
}

/** The ranges that a model was compiled for; none where it does not say. */
function rangesOf(model: string | Uint8Array): Ranges {
  const text = readModelMetadata(model).get(RANGES_KEY);
  return text === undefined ? {} : JSON.parse(text);
}

class OrtSession implements Session {
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    readonly provider: Provider,
    private readonly native: NativeSession,
    private readonly ranges: Ranges,
  ) {}

  get inputs(): readonly TensorInfo[] {
    return this.native.inputs;
  }

  get outputs(): readonly TensorInfo[] {
    return this.native.outputs;
  }

  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    const run = this.runOnce(feeds);
    this.running.add(run);
    const end = () => this.running.delete(run);
    run.then(end, end);
    return run;
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.running);
    this.native.handle.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private async runOnce(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    const { native } = this;
    const { api } = native;
    if (native.handle.disposed) throw new Error('the session is used after dispose()');
    const given = new Map(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(name, feed)]));
    const problems = checkFeeds(native.inputs, given, (name) => native.unranked.has(name), this.ranges);
    if (problems.length > 0) throw new DiagnosticError(problems);
    const values: NativeHandle[] = [];
    // The values lead into these bytes: they must not be collected before the run has ended.
    const held: Uint8Array[] = [];
    try {
      for (const { name } of native.inputs) {
        const data = given.get(name);
        if (data === undefined) continue;
        const bytes = alignedBytes(data.read(), data.dtype);
        held.push(bytes);
        values.push(tensorOnBytes(api, data, bytes));
      }
      const results = await native.run(values).catch((error: unknown) => failed('onnxruntime failed', error));
      return readResults(api, native.outputs, results);
    } finally {
      for (const value of values) value.dispose();
      held.length = 0;
    }
  }
}

function readResults(
  api: OrtApi,
  outputs: readonly TensorInfo[],
  values: readonly NativeHandle[],
): Record<string, TensorData> {
  try {
    return Object.fromEntries(
      outputs.flatMap(({ name }, i) => {
        const value = values[i];
        return value === undefined ? [] : [[name, readTensor(api, name, value.address)]];
      }),
    );
  } finally {
    for (const value of values) value.dispose();
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
  const unknown = unregisteredOperator(error.message);
  if (unknown !== undefined) fail('runtime-error', unknown.message, { help: unknown.help });
  fail('runtime-error', `${what}: ${error.message}`);
}
