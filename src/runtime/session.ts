import { existsSync } from 'node:fs';
import { fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { TensorData } from '../ir/tensor-data.js';
import { readModelMetadata } from '../onnx/read-metadata.js';
import { RANGES_KEY } from '../onnx/types.js';
import type { BoundRun } from './bound-run.js';
import type { TensorInfo } from './check-feeds.js';
import type { ModelSource, OpenedModel } from './open-model.js';
import { loadOrtApi } from './ort-c-api.js';
import type { Profile } from './profile.js';
import { openFor, ProfiledSession } from './profiled-session.js';
import type { ProviderReport } from './provider-report.js';
import { chooseProvider, type Provider } from './providers.js';
import { checkSessionOptions, type SessionOptions } from './session-options.js';
import { keepTf32Out } from './tf32.js';

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
  if (options.tf32 === false) keepTf32Out();
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
  return new ProfiledSession(api, source, [first, ...more]);
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
