export { type CheckResult, type CompileResult, check, compile, loadModel, type RuleOptions } from './compiler.js';
export type {
  CompileOptions,
  ConstSpec,
  ConstValue,
  DimRange,
  DimSpec,
  InputSpec,
  InputType,
  RewriteLimits,
} from './compiler-options.js';
export { type Config, loadConfig } from './config/load-config.js';
export { parseConst } from './declaration/parse-const.js';
export { parseDim } from './declaration/parse-dim.js';
export { parseInput } from './declaration/parse-input.js';
export { type Diagnostic, DiagnosticError, type Note, type Severity, type Span } from './diagnostics/diagnostic.js';
export { renderDiagnostic } from './diagnostics/render.js';
export { explain, explainOnnx } from './explain/explain.js';
export type * from './explain/explanation.js';
export { renderExplanation } from './explain/render.js';
export type { ReadLimits } from './frontends/torchscript/limits.js';
export type { LoadedModel, LoadOptions } from './frontends/torchscript/load.js';
export { readNumbers, tensorFromNumbers } from './ir/half.js';
export { TensorData } from './ir/tensor-data.js';
export { parseNpy, readNpy } from './npy/read-npy.js';
export { npyBytes } from './npy/write-npy.js';
export { modelBytes, serializeModel } from './onnx/serialize.js';
export type { PackReference } from './rulebook/find-pack.js';
export { RuleBook, type RuleBookOptions } from './rulebook/load.js';
export type { DisabledRule, PackInfo, RecipeEntry, RuleEntry } from './rulebook/pack-info.js';
export type { BoundRun, BoundTensor, Transfers } from './runtime/bound-run.js';
export type { TensorInfo } from './runtime/check-feeds.js';
export { examine, type Finding } from './runtime/doctor.js';
export type { Profile } from './runtime/profile.js';
export { parseProfile, readProfile } from './runtime/profile-file.js';
export { type LeftNodes, type ProviderReport, reportLines } from './runtime/provider-report.js';
export type { Provider, ProviderChoice } from './runtime/providers.js';
export { createSession, type Feed, type Session, type SessionOptions } from './runtime/session.js';
export type { TensorRtOptions } from './runtime/tensorrt-options.js';
