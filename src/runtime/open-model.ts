import { fail } from '../diagnostics/diagnostic.js';
import type { TensorInfo } from './check-feeds.js';
import { type NativeProvider, nativeOptions } from './native-options.js';
import { NativeSession } from './native-session.js';
import { nodeAssignment, RECORD_ASSIGNMENT } from './node-assignment.js';
import { type OrtApi, OrtError } from './ort-c-api.js';
import type { Profile } from './profile.js';
import { type ProviderReport, providerReport } from './provider-report.js';
import { tensorRtRules } from './provider-rules.js';
import type { Provider } from './providers.js';
import type { SessionOptions } from './session-options.js';
import { unregisteredOperator } from './unregistered.js';

/** A model opened for one profile. */
export interface OpenedModel {
  readonly native: NativeSession;
  /** The model's inputs and outputs, with their symbols: an engine file's own have lost them. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly unranked: ReadonlySet<string>;
  readonly profile: Profile;
  readonly report: ProviderReport;
}

/** What every opening of one model shares. */
export interface ModelSource {
  readonly model: string | Uint8Array;
  readonly chosen: { readonly provider: Provider; readonly because: string };
  readonly options: SessionOptions;
}

/**
 * Opens a model with the chosen provider. Errors: `runtime-error` when onnxruntime does not take it; `provider-partial`
 * when every node was to be the provider's.
 */
export async function openModel(
  api: OrtApi,
  source: ModelSource,
  profile: Profile,
  tensorRtKeys: Readonly<Record<string, string>> = {},
): Promise<OpenedModel> {
  const native = await openNative(api, source, tensorRtKeys);
  const { inputs, outputs, unranked } = native;
  const reasons = source.chosen.provider === 'tensorrt' ? tensorRtRules().reasons : undefined;
  const report = providerReport(nodeAssignment(api, native.handle.address), source.chosen, reasons);
  if (source.options.requireProvider === true && report.left.length > 0) {
    native.handle.dispose();
    failPartial(report, 'leave --require-provider out to run these nodes elsewhere');
  }
  return { native, inputs, outputs, unranked, profile, report };
}

async function openNative(
  api: OrtApi,
  { model, chosen, options }: ModelSource,
  tensorRtKeys: Readonly<Record<string, string>>,
): Promise<NativeSession> {
  const { threads, logSeverity = 3 } = options;
  const device = String(options.device ?? 0);
  const providers: NativeProvider[] = [];
  if (chosen.provider === 'tensorrt')
    providers.push({ name: 'tensorrt', options: { device_id: device, ...tensorRtKeys } });
  if (chosen.provider !== 'cpu') {
    const tf32: Record<string, string> = options.tf32 === undefined ? {} : { use_tf32: options.tf32 ? '1' : '0' };
    providers.push({ name: 'cuda', options: { device_id: device, ...tf32 } });
  }
  try {
    using settings = nativeOptions(api, { threads, logSeverity, config: RECORD_ASSIGNMENT, providers });
    return await NativeSession.open(api, model, settings);
  } catch (error) {
    if (!(error instanceof OrtError)) throw error;
    const unknown = unregisteredOperator(error.message);
    if (unknown !== undefined) fail('runtime-error', unknown.message, { help: unknown.help });
    fail('runtime-error', `onnxruntime does not take the model: ${error.message.trim()}`, {
      help: 'if the file is damaged or no ONNX model, write it again with thaw compile; thaw run takes TorchScript archives too',
    });
  }
}

/** Errors: `provider-partial`, with what the provider left. */
export function failPartial({ provider, left }: ProviderReport, help: string): never {
  const notes = left.map(({ provider: other, op, nodes, reason }) => ({
    message: `${other} took ${nodes.length} ${op} (${nodes.slice(0, 3).join(', ')})${reason === undefined ? '' : `: ${reason}`}`,
  }));
  fail('provider-partial', `the provider ${provider} did not take every node of the model`, { notes, help });
}
