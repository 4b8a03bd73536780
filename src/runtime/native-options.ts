import { outPointer, pointerIn } from './foreign-call.js';
import { NativeHandle } from './native-handle.js';
import { NativeTexts } from './native-texts.js';
import type { OrtApi } from './ort-c-api.js';

/** What a session is opened with, in ONNX Runtime's terms. */
export interface NativeOptions {
  /** Threads within one operator. */
  readonly threads?: number;
  /** 0 verbose to 4 fatal. */
  readonly logSeverity: number;
  /** Session configuration entries, by ONNX Runtime's keys. */
  readonly config?: Readonly<Record<string, string>>;
  /** Providers before the CPU's, in order of preference, with ONNX Runtime's keys of their options. */
  readonly providers?: readonly NativeProvider[];
}

export interface NativeProvider {
  readonly name: 'tensorrt' | 'cuda';
  readonly options: Readonly<Record<string, string>>;
}

/** Makes a session's options. Errors: `OrtError`, for example when a provider's library cannot be loaded. */
export function nativeOptions(
  api: OrtApi,
  { threads, logSeverity, config = {}, providers = [] }: NativeOptions,
): NativeHandle {
  const { call } = api;
  const out = outPointer();
  call.CreateSessionOptions(out);
  const handle = new NativeHandle(pointerIn(out), 'session options', call.ReleaseSessionOptions);
  try {
    call.SetSessionLogSeverityLevel(handle.address, logSeverity);
    if (threads !== undefined) call.SetIntraOpNumThreads(handle.address, threads);
    for (const [key, value] of Object.entries(config)) call.AddSessionConfigEntry(handle.address, key, value);
    for (const provider of providers) appendProvider(api, handle.address, provider);
    return handle;
  } catch (error) {
    handle.dispose();
    throw error;
  }
}

function appendProvider(api: OrtApi, session: bigint, { name, options }: NativeProvider): void {
  const { call, koffi } = api;
  const keys = new NativeTexts(koffi, Object.keys(options));
  const values = new NativeTexts(koffi, Object.values(options));
  const out = outPointer();
  switch (name) {
    case 'tensorrt': {
      call.CreateTensorRTProviderOptions(out);
      using native = new NativeHandle(pointerIn(out), 'provider options', call.ReleaseTensorRTProviderOptions);
      call.UpdateTensorRTProviderOptions(native.address, keys.pointers, values.pointers, keys.count);
      call.SessionOptionsAppendExecutionProvider_TensorRT_V2(session, native.address);
      return;
    }
    case 'cuda': {
      call.CreateCUDAProviderOptions(out);
      using native = new NativeHandle(pointerIn(out), 'provider options', call.ReleaseCUDAProviderOptions);
      call.UpdateCUDAProviderOptions(native.address, keys.pointers, values.pointers, keys.count);
      call.SessionOptionsAppendExecutionProvider_CUDA_V2(session, native.address);
      return;
    }
  }
}
