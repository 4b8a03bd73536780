export { type CompileResult, compile, loadModel, type RuleOptions } from './compiler.js';
export type {
  CompileOptions,
  ConstSpec,
  ConstValue,
  DimRange,
  DimSpec,
  InputSpec,
  InputType,
} from './compiler-options.js';
export { type Diagnostic, DiagnosticError, type Note, type Severity, type Span } from './diagnostics/diagnostic.js';
export type { LoadedModel } from './frontends/torchscript/load.js';
export { TensorData } from './ir/tensor-data.js';
export { modelBytes, serializeModel } from './onnx/serialize.js';
export { RuleBook } from './rulebook/load.js';
export { createSession, type Feed, type Session, type SessionOptions } from './runtime/session.js';
