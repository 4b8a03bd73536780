import type { DimRange } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { Profile } from './profile.js';
import type { ProviderChoice } from './providers.js';
import type { TensorRtOptions } from './tensorrt-options.js';

export interface SessionOptions {
  /** `cpu` by default. Another one is never taken in the place of a provider that is named. */
  readonly provider?: ProviderChoice;
  /** The GPU, by its number; 0 by default. */
  readonly device?: number;
  /** Fails unless the provider takes every node of the model. */
  readonly requireProvider?: boolean;
  /** Ranges of symbols over those that the model was compiled for. TensorRT's engine is built for them. */
  readonly dims?: Readonly<Record<string, DimRange>>;
  /** Several sets of ranges in the place of one: each has an engine of its own, and a run takes the first that it fits. */
  readonly profiles?: readonly Profile[];
  /** What a run outside every range does: fail before TensorRT sees it (the default), or build an engine for wider ranges. */
  readonly onOutOfRange?: 'fail' | 'rebuild';
  readonly tensorrt?: TensorRtOptions;
  /** The folder of built engines, or false for none; a folder of the user's cache by default. */
  readonly engineCache?: string | false;
  /** An ONNX file to write that holds the engine: it opens later without building. For `tensorrt`, with one profile. */
  readonly engineFile?: string;
  /** False keeps TF32 out of float32 arithmetic on GPUs. For the whole process, and before its first GPU session. */
  readonly tf32?: boolean;
  /** Threads within one operator on the CPU; onnxruntime's own choice by default. */
  readonly threads?: number;
  /** onnxruntime's messages: 0 verbose, 1 info, 2 warning, 3 error (the default), 4 fatal. Those of GPU providers follow the process's first session. */
  readonly logSeverity?: 0 | 1 | 2 | 3 | 4;
}

/** Options that do not fit together. Errors: `option-invalid`, all at once. */
export function checkSessionOptions(options: SessionOptions): void {
  const problems: Diagnostic[] = [];
  const wrong = (message: string) => problems.push({ code: 'option-invalid', severity: 'error', message });
  const { device = 0, threads, profiles, dims, engineFile, provider = 'cpu', tensorrt } = options;
  if (!Number.isInteger(device) || device < 0) wrong(`device is a whole number from 0, not ${device}`);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 0))
    wrong(`threads is a whole number, not ${threads}`);
  if (profiles !== undefined && dims !== undefined)
    wrong('dims and profiles exclude each other: put the ranges into the profiles');
  if (profiles?.length === 0) wrong('profiles is an empty list');
  if (engineFile !== undefined && (profiles?.length ?? 1) > 1)
    wrong('an engine file holds one engine, so it takes one profile');
  if (engineFile !== undefined && provider !== 'tensorrt') wrong('an engine file is made by the provider tensorrt');
  if (tensorrt !== undefined && provider !== 'tensorrt' && provider !== 'auto') {
    wrong(`options of TensorRT are of no use to the provider ${provider}`);
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
}
