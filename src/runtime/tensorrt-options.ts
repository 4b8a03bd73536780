import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { ProfileShapes } from './profile.js';

/** What TensorRT's builder is asked for. Absent options keep ONNX Runtime's defaults. */
export interface TensorRtOptions {
  /** Lets the builder choose float16 kernels. */
  readonly fp16?: boolean;
  /** Lets the builder choose bfloat16 kernels. */
  readonly bf16?: boolean;
  /** Lets the builder choose int8 kernels: for models with QuantizeLinear and DequantizeLinear, or with a calibration table. */
  readonly int8?: boolean;
  /** A calibration table's file, in the folder of the engine cache. With `int8`. */
  readonly calibrationTable?: string;
  /** 0 (fastest build) to 5 (fastest engine); TensorRT's default is 3. */
  readonly optimizationLevel?: number;
  /** Memory that one layer may use while it runs, in MiB. */
  readonly workspaceMiB?: number;
  /** Streams beside the main one that an engine may use; 0 saves memory. */
  readonly auxiliaryStreams?: number;
  /** Uses kernels for weights with two of four elements zero. */
  readonly sparsity?: boolean;
  /** Captures a run in a CUDA graph. Needs ranges of one size. */
  readonly cudaGraphs?: boolean;
  /** Engines that run on every GPU of Ampere's generation or later, at the price of speed. */
  readonly hardwareCompatible?: boolean;
  /** Keeps layer norms in float32 under `fp16`, where their sums of squares overflow. True by default. */
  readonly layerNormFp32?: boolean;
  /** Libraries of TensorRT plugins. */
  readonly plugins?: readonly string[];
  /** ONNX operators that TensorRT does not get, over those that Thaw keeps from it. */
  readonly excludeOps?: readonly string[];
  /** Nodes that a part of the model needs at least to become an engine. */
  readonly minEngineNodes?: number;
  /** Keeps what the builder measured of kernels, so that later builds are faster. In the engine cache's folder. */
  readonly timingCache?: boolean;
  /** TensorRT tells every layer that it builds, on standard error. */
  readonly buildLog?: boolean;
}

type OptionName = keyof TensorRtOptions;

type Kind =
  | { readonly kind: 'flag' }
  | { readonly kind: 'count'; readonly min: number; readonly max: number; readonly scale?: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'texts'; readonly separator: string };

/** ONNX Runtime's key and what values an option takes. */
const OPTIONS: Readonly<Record<OptionName, Kind & { readonly key: string }>> = {
  fp16: { kind: 'flag', key: 'trt_fp16_enable' },
  bf16: { kind: 'flag', key: 'trt_bf16_enable' },
  int8: { kind: 'flag', key: 'trt_int8_enable' },
  calibrationTable: { kind: 'text', key: 'trt_int8_calibration_table_name' },
  optimizationLevel: { kind: 'count', key: 'trt_builder_optimization_level', min: 0, max: 5 },
  workspaceMiB: { kind: 'count', key: 'trt_max_workspace_size', min: 1, max: 1 << 20, scale: 1 << 20 },
  auxiliaryStreams: { kind: 'count', key: 'trt_auxiliary_streams', min: 0, max: 16 },
  sparsity: { kind: 'flag', key: 'trt_sparsity_enable' },
  cudaGraphs: { kind: 'flag', key: 'trt_cuda_graph_enable' },
  hardwareCompatible: { kind: 'flag', key: 'trt_engine_hw_compatible' },
  layerNormFp32: { kind: 'flag', key: 'trt_layer_norm_fp32_fallback' },
  plugins: { kind: 'texts', key: 'trt_extra_plugin_lib_paths', separator: ';' },
  excludeOps: { kind: 'texts', key: 'trt_op_types_to_exclude', separator: ',' },
  minEngineNodes: { kind: 'count', key: 'trt_min_subgraph_size', min: 1, max: 1 << 20 },
  timingCache: { kind: 'flag', key: 'trt_timing_cache_enable' },
  buildLog: { kind: 'flag', key: 'trt_detailed_build_log' },
};

/** What users of TensorRT look for, and why it is not here. */
const REFUSED: Readonly<Record<string, string>> = {
  dla: 'DLA is a part of Jetson boards, which Thaw has no libraries for',
  dlaCore: 'DLA is a part of Jetson boards, which Thaw has no libraries for',
  stronglyTyped:
    "ONNX Runtime 1.29's TensorRT provider builds weakly typed networks only: export the model in float16 instead",
};

/** ONNX Runtime's keys that a built engine still needs when it is opened; the others are the builder's. */
const KEYS_OF_RUNS: readonly string[] = [OPTIONS.cudaGraphs.key, OPTIONS.plugins.key];

export const TENSORRT_OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/**
 * ONNX Runtime's keys and values for the options. Errors: `option-invalid` for unknown names, values of the wrong kind
 * or outside their range, and options that exclude each other; all at once.
 */
export function tensorRtKeys(options: TensorRtOptions): Record<string, string> {
  const problems: Diagnostic[] = [];
  const keys: Record<string, string> = {};
  for (const [name, value] of Object.entries<unknown>({ ...options })) {
    if (value === undefined) continue;
    const text = isOption(name) ? valueText(name, value) : { wrong: unknownOption(name) };
    if (typeof text === 'string' && isOption(name)) keys[OPTIONS[name].key] = text;
    else if (typeof text !== 'string') problems.push(problem(text.wrong));
  }
  if (options.calibrationTable !== undefined && options.int8 !== true) {
    problems.push(problem('calibrationTable is of use with int8 only'));
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  if (options.fp16 === true && options.layerNormFp32 === undefined) keys[OPTIONS.layerNormFp32.key] = 'true';
  return keys;
}

/** Those of `tensorRtKeys` that hold for an engine that is built already. */
export function keysOfRuns(keys: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => KEYS_OF_RUNS.includes(key)));
}

function unknownOption(name: string): string {
  return REFUSED[name] ?? `TensorRT has no option ${name} here`;
}

function problem(message: string): Diagnostic {
  const help = `the options are: ${TENSORRT_OPTION_NAMES.join(', ')}`;
  return { code: 'option-invalid', severity: 'error', message, help };
}

function valueText(name: OptionName, value: unknown): string | { readonly wrong: string } {
  const option = OPTIONS[name];
  switch (option.kind) {
    case 'flag':
      return typeof value === 'boolean' ? String(value) : { wrong: `${name} is true or false, not ${String(value)}` };
    case 'count': {
      const { min, max, scale = 1 } = option;
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
      return fits
        ? String(value * scale)
        : { wrong: `${name} is a whole number from ${min} to ${max}, not ${String(value)}` };
    }
    case 'text':
      return typeof value === 'string' && value !== '' ? value : { wrong: `${name} is a text, not ${String(value)}` };
    case 'texts': {
      const texts = Array.isArray(value) ? value : [];
      const fits =
        Array.isArray(value) && texts.every((t) => typeof t === 'string' && t !== '' && !t.includes(option.separator));
      return fits ? texts.join(option.separator) : { wrong: `${name} is a list of texts without ${option.separator}` };
    }
  }
}

/** An option's name on a command line: `optimization-level`. */
export function dashed(name: string): string {
  return name.replace(/MiB$/, '-mib').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Reads `NAME` (a flag) or `NAME=VALUE` as a command line gives it, the name with dashes. Errors: `option-invalid`. */
export function parseTensorRtOption(text: string): { readonly name: string; readonly value: TensorRtOptions } {
  const [word = '', ...rest] = text.split('=');
  const value = rest.join('=');
  const name = [...TENSORRT_OPTION_NAMES, ...Object.keys(REFUSED)].find((known) => dashed(known) === word) ?? word;
  if (!isOption(name)) throw new DiagnosticError(problem(unknownOption(name)));
  const parsed = parseValue(OPTIONS[name], value);
  return { name, value: { [name]: parsed } };
}

function parseValue({ kind }: Kind, text: string): unknown {
  switch (kind) {
    case 'flag':
      return text === '' || text === 'true' ? true : text === 'false' ? false : text;
    case 'count':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'text':
      return text;
    case 'texts':
      return text === '' ? [] : text.split(',');
  }
}

/** The keys of a profile's shapes. None where no size varies. */
export function profileKeys({ min, opt, max }: ProfileShapes): Record<string, string> {
  if (min === '') return {};
  return { trt_profile_min_shapes: min, trt_profile_opt_shapes: opt, trt_profile_max_shapes: max };
}
