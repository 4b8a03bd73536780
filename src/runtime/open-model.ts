import { readFileSync } from 'node:fs';
import { fail } from '../diagnostics/diagnostic.js';
import { readOutline } from '../onnx/read-outline.js';
import { type CacheEntry, defaultCacheFolder, type EngineKey, modelHash, openEntry } from './engine-cache.js';
import { gpuDriver } from './gpu.js';
import { type NativeProvider, nativeOptions } from './native-options.js';
import { NativeSession } from './native-session.js';
import { nodeAssignment, RECORD_ASSIGNMENT } from './node-assignment.js';
import { type OrtApi, OrtError } from './ort-c-api.js';
import { checkProfile, type Profile, profileShapes } from './profile.js';
import { tensorRtVersion } from './provider-libraries.js';
import { type ProviderReport, providerReport } from './provider-report.js';
import type { Provider } from './providers.js';
import type { SessionOptions } from './session-options.js';
import { profileKeys, tensorRtKeys } from './tensorrt-options.js';

/** The operator of a model that holds a built engine. */
const ENGINE_NODE = 'EPContext';

/** A model opened for one profile. */
export interface OpenedModel {
  readonly native: NativeSession;
  readonly report: ProviderReport;
}

/** What every opening of one model shares. */
export interface ModelSource {
  readonly model: string | Uint8Array;
  readonly chosen: { readonly provider: Provider; readonly because: string };
  readonly options: SessionOptions;
}

/**
 * Opens a model for a profile. Errors: `runtime-error` when onnxruntime does not take it; `provider-partial` when every
 * node was to be the provider's; `option-invalid`.
 */
export async function openModel(api: OrtApi, source: ModelSource, profile: Profile | undefined): Promise<OpenedModel> {
  const { chosen } = source;
  const plan = chosen.provider === 'tensorrt' ? await planEngine(api, source, profile) : undefined;
  try {
    const native = await openNative(api, source, plan);
    plan?.cache?.keep();
    const cache = plan?.cache === undefined ? undefined : { hit: plan.cache.hit, because: plan.cache.because };
    const groups = nodeAssignment(api, native.handle.address);
    const report = { ...providerReport(groups, chosen), ...(cache === undefined ? {} : { cache }) };
    if (source.options.requireProvider === true && report.left.length > 0) {
      native.handle.dispose();
      failPartial(report);
    }
    return { native, report };
  } catch (error) {
    plan?.cache?.drop();
    if (error instanceof OrtError) fail('runtime-error', `onnxruntime does not take the model: ${error.message}`);
    throw error;
  }
}

async function openNative(
  api: OrtApi,
  { model, chosen, options }: ModelSource,
  plan?: EnginePlan,
): Promise<NativeSession> {
  const { threads, logSeverity = 3 } = options;
  const device = String(options.device ?? 0);
  const providers: NativeProvider[] = [];
  if (plan !== undefined) providers.push({ name: 'tensorrt', options: { device_id: device, ...plan.keys } });
  if (chosen.provider !== 'cpu') {
    const tf32: Record<string, string> = options.tf32 === undefined ? {} : { use_tf32: options.tf32 ? '1' : '0' };
    providers.push({ name: 'cuda', options: { device_id: device, ...tf32 } });
  }
  using settings = nativeOptions(api, { threads, logSeverity, config: RECORD_ASSIGNMENT, providers });
  return await NativeSession.open(api, model, settings);
}

interface EnginePlan {
  /** ONNX Runtime's keys of TensorRT's options. */
  readonly keys: Record<string, string>;
  readonly cache: CacheEntry | undefined;
}

async function planEngine(api: OrtApi, source: ModelSource, profile: Profile | undefined): Promise<EnginePlan> {
  const { model, options } = source;
  const chosen = tensorRtKeys(options.tensorrt ?? {});
  const outline = readOutline(typeof model === 'string' ? readFileSync(model) : model);
  // An engine that lies in the model needs no profile, no cache and no builder.
  if (outline.operators.has(ENGINE_NODE)) return { keys: {}, cache: undefined };
  if (profile !== undefined) checkProfile(outline.inputs, profile);
  // Values between nodes have shapes too: where the model is split, they are inputs of engines.
  const shapes = profile === undefined ? undefined : profileShapes([...outline.inputs, ...outline.values], profile);
  const keys = { ...chosen, ...(shapes === undefined ? {} : profileKeys(shapes)) };
  if (options.engineFile !== undefined) {
    const dump = {
      trt_dump_ep_context_model: '1',
      trt_ep_context_file_path: options.engineFile,
      trt_ep_context_embed_mode: '1',
    };
    return { keys: { ...keys, ...dump }, cache: undefined };
  }
  const root = options.engineCache ?? defaultCacheFolder();
  if (root === false) return { keys, cache: undefined };
  const gpu = (await gpuDriver())?.gpus[options.device ?? 0];
  const key: EngineKey = {
    model: modelHash(model),
    profile: profile === undefined ? '' : JSON.stringify(sorted(profile.dims)),
    options: JSON.stringify(sorted({ ...chosen, tf32: options.tf32 ?? true })),
    tensorrt: (await tensorRtVersion()) ?? 'unknown',
    onnxruntime: api.version,
    gpu: gpu === undefined ? 'unknown' : `${gpu.name}, ${gpu.computeCapability}`,
  };
  const cache = openEntry(root, key);
  const timing: Record<string, string> = options.tensorrt?.timingCache === true ? { trt_timing_cache_path: root } : {};
  return { keys: { ...keys, ...timing, trt_engine_cache_enable: '1', trt_engine_cache_path: cache.folder }, cache };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function failPartial(report: ProviderReport): never {
  const notes = report.left.map(({ provider, op, nodes, reason }) => ({
    message: `${provider} took ${nodes.length} ${op} (${nodes.slice(0, 3).join(', ')})${reason === undefined ? '' : `: ${reason}`}`,
  }));
  fail('provider-partial', `the provider ${report.provider} did not take every node of the model`, {
    notes,
    help: 'leave --require-provider out to run these nodes elsewhere',
  });
}
