import { existsSync, readFileSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { type DType, dtypeBytes } from '../ir/dtype.js';
import { readNumbers, tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import { parseModel } from '../onnx/parse.js';
import { readModelMetadata } from '../onnx/read-metadata.js';
import { RANGES_KEY } from '../onnx/types.js';
import { NO_BFLOAT16, widenBfloat16 } from './bfloat16-io.js';
import { checkFeeds, type Ranges, type TensorInfo } from './check-feeds.js';
import { dtypeFromOrt, fromOrt, toOrt } from './ort-tensor.js';
import { type Provider, requireProvider } from './providers.js';

type Ort = typeof import('onnxruntime-node');

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

/** A model that is ready to run. */
export interface Session extends AsyncDisposable {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly provider: Provider;
  /**
   * Runs the model once. The results have the outputs' order; `readNumbers` gives their elements.
   * Errors: `unknown-input`, `missing-input`, `input-dtype`, `input-rank`, `input-shape`, all that are found at once;
   * `runtime-error` when onnxruntime fails.
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>>;
  /** Frees the model. It cannot be run afterwards. */
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX model: a path, beside which external weights are found, or the file's bytes.
 * Errors: `file-not-found`, `provider-unavailable`, `runtime-error` when onnxruntime does not take the model.
 */
export async function createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  if (typeof model === 'string' && !existsSync(model)) fail('file-not-found', `there is no file ${model}`);
  const module = await import('onnxruntime-node');
  const ort = 'default' in module ? (module.default ?? module) : module;
  const provider = requireProvider(options.provider ?? 'cpu', ort.listSupportedBackends());
  return new OrtSession(ort, provider, await open(ort, provider, model, options), model, rangesOf(model));
}

interface Opened {
  readonly session: InferenceSession;
  /** Names of inputs and outputs that are bfloat16 outside and float32 inside. */
  readonly narrow: ReadonlySet<string>;
}

async function open(
  ort: Ort,
  provider: Provider,
  model: string | Uint8Array,
  { threads, logSeverity = 3 }: SessionOptions,
): Promise<Opened> {
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    logSeverityLevel: logSeverity,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const create = (from: string | Uint8Array) =>
    typeof from === 'string'
      ? ort.InferenceSession.create(from, settings)
      : ort.InferenceSession.create(from, settings);
  try {
    return { session: await create(model), narrow: new Set() };
  } catch (error) {
    if (!NO_BFLOAT16.test(messageOf(error))) failed('onnxruntime does not take the model', error);
  }
  const wide = widenBfloat16(typeof model === 'string' ? readFileSync(model) : model);
  try {
    return { session: await create(wide.bytes), narrow: new Set([...wide.inputs, ...wide.outputs]) };
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
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  private session: InferenceSession | undefined;
  private readonly narrow: ReadonlySet<string>;
  private unrankedInputs: ReadonlySet<string> | undefined;

  constructor(
    private readonly ort: Ort,
    readonly provider: Provider,
    { session, narrow }: Opened,
    private model: string | Uint8Array | undefined,
    private readonly ranges: Ranges,
  ) {
    this.session = session;
    this.narrow = narrow;
    this.inputs = session.inputMetadata.map((value) => this.describe(value));
    this.outputs = session.outputMetadata.map((value) => this.describe(value));
    if (this.inputs.every(({ dims }) => dims.length > 0)) this.model = undefined;
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    if (this.session === undefined) throw new Error('the session is used after dispose()');
    const given = new Map(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(name, feed)]));
    const problems = checkFeeds(this.inputs, given, (name) => this.unranked().has(name), this.ranges);
    if (problems.length > 0) throw new DiagnosticError(problems);
    const wide = [...given].map(
      ([name, data]) => [name, this.narrow.has(name) ? recast(data, 'float32') : data] as const,
    );
    const results = await this.session
      .run(Object.fromEntries(wide.map(([name, data]) => [name, toOrt(this.ort.Tensor, name, data)])))
      .catch((error: unknown) => failed('onnxruntime failed', error));
    const outputs: Record<string, TensorData> = {};
    for (const { name } of this.outputs) {
      const value = results[name];
      if (value === undefined) fail('runtime-error', `onnxruntime gave no output ${name}`);
      const data = fromOrt(name, value);
      outputs[name] = this.narrow.has(name) ? recast(data, 'bfloat16') : data;
    }
    return outputs;
  }

  async dispose(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    this.model = undefined;
    await session?.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Inputs whose rank the model leaves open. onnxruntime's metadata show them like 0-d inputs, so the model itself is
   * read, and only when it matters.
   */
  private unranked(): ReadonlySet<string> {
    if (this.unrankedInputs === undefined) {
      const { model } = this;
      const bytes = typeof model === 'string' ? readFileSync(model) : model;
      const { inputs } = bytes === undefined ? { inputs: [] } : parseModel(bytes).graph;
      this.unrankedInputs = new Set(inputs.filter(({ shape }) => shape === undefined).map(({ name }) => name));
      this.model = undefined;
    }
    return this.unrankedInputs;
  }

  private describe(value: InferenceSession.ValueMetadata): TensorInfo {
    const dtype = value.isTensor ? dtypeFromOrt(value.type) : undefined;
    if (!value.isTensor || dtype === undefined) {
      fail(
        'unsupported-format',
        `${value.name} is ${value.isTensor ? value.type : 'no tensor'}, which Thaw does not feed`,
      );
    }
    const dims = value.shape.map((dim) => (dim === '' ? '?' : dim));
    return { name: value.name, dtype: this.narrow.has(value.name) ? 'bfloat16' : dtype, dims };
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

function recast(data: TensorData, dtype: DType): TensorData {
  return dtypeBytes(data.dtype) === dtypeBytes(dtype) ? data : tensorFromNumbers(dtype, readNumbers(data), data.shape);
}

function failed(what: string, error: unknown): never {
  fail('runtime-error', `${what}: ${messageOf(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
