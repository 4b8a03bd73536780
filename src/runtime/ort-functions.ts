import type { TableSignature } from './foreign-call.js';

/**
 * The functions of ONNX Runtime's C API that Thaw calls: their places in the table `OrtApi` of the public header
 * onnxruntime_c_api.h, which only grows at its end.
 */
export const ORT_FUNCTIONS = {
  GetErrorCode: { at: 1, takes: ['pointer'], gives: 'int' },
  GetErrorMessage: { at: 2, takes: ['pointer'], gives: 'text' },
  CreateEnv: { at: 3, takes: ['int', 'text', 'memory'], gives: 'status' },
  CreateSession: { at: 7, takes: ['pointer', 'path', 'pointer', 'memory'], gives: 'status' },
  CreateSessionFromArray: { at: 8, takes: ['pointer', 'memory', 'size', 'pointer', 'memory'], gives: 'status' },
  Run: {
    at: 9,
    takes: ['pointer', 'pointer?', 'memory', 'memory', 'size', 'memory', 'size', 'memory'],
    gives: 'status',
  },
  CreateSessionOptions: { at: 10, takes: ['memory'], gives: 'status' },
  SetSessionLogSeverityLevel: { at: 22, takes: ['pointer', 'int'], gives: 'status' },
  SetIntraOpNumThreads: { at: 24, takes: ['pointer', 'int'], gives: 'status' },
  SessionGetInputCount: { at: 30, takes: ['pointer', 'memory'], gives: 'status' },
  SessionGetOutputCount: { at: 31, takes: ['pointer', 'memory'], gives: 'status' },
  SessionGetInputTypeInfo: { at: 33, takes: ['pointer', 'size', 'memory'], gives: 'status' },
  SessionGetOutputTypeInfo: { at: 34, takes: ['pointer', 'size', 'memory'], gives: 'status' },
  SessionGetInputName: { at: 36, takes: ['pointer', 'size', 'pointer', 'memory'], gives: 'status' },
  SessionGetOutputName: { at: 37, takes: ['pointer', 'size', 'pointer', 'memory'], gives: 'status' },
  CreateTensorWithDataAsOrtValue: {
    at: 49,
    takes: ['pointer', 'memory', 'size', 'memory', 'size', 'int', 'memory'],
    gives: 'status',
  },
  GetTensorMutableData: { at: 51, takes: ['pointer', 'memory'], gives: 'status' },
  CastTypeInfoToTensorInfo: { at: 55, takes: ['pointer', 'memory'], gives: 'status' },
  GetOnnxTypeFromTypeInfo: { at: 56, takes: ['pointer', 'memory'], gives: 'status' },
  GetTensorElementType: { at: 60, takes: ['pointer', 'memory'], gives: 'status' },
  GetDimensionsCount: { at: 61, takes: ['pointer', 'memory'], gives: 'status' },
  GetDimensions: { at: 62, takes: ['pointer', 'memory', 'size'], gives: 'status' },
  GetSymbolicDimensions: { at: 63, takes: ['pointer', 'memory', 'size'], gives: 'status' },
  GetTensorTypeAndShape: { at: 65, takes: ['pointer', 'memory'], gives: 'status' },
  GetValueType: { at: 67, takes: ['pointer', 'memory'], gives: 'status' },
  CreateMemoryInfo: { at: 68, takes: ['text', 'int', 'int', 'int', 'memory'], gives: 'status' },
  CreateCpuMemoryInfo: { at: 69, takes: ['int', 'int', 'memory'], gives: 'status' },
  AllocatorFree: { at: 76, takes: ['pointer', 'pointer'], gives: 'status' },
  GetAllocatorWithDefaultOptions: { at: 78, takes: ['memory'], gives: 'status' },
  ReleaseStatus: { at: 93, takes: ['pointer'], gives: 'void' },
  ReleaseMemoryInfo: { at: 94, takes: ['pointer'], gives: 'void' },
  ReleaseSession: { at: 95, takes: ['pointer'], gives: 'void' },
  ReleaseValue: { at: 96, takes: ['pointer'], gives: 'void' },
  ReleaseTypeInfo: { at: 98, takes: ['pointer'], gives: 'void' },
  ReleaseTensorTypeAndShapeInfo: { at: 99, takes: ['pointer'], gives: 'void' },
  ReleaseSessionOptions: { at: 100, takes: ['pointer'], gives: 'void' },
  AddSessionConfigEntry: { at: 130, takes: ['pointer', 'text', 'text'], gives: 'status' },
  RunWithBinding: { at: 133, takes: ['pointer', 'pointer?', 'pointer'], gives: 'status' },
  CreateIoBinding: { at: 134, takes: ['pointer', 'memory'], gives: 'status' },
  ReleaseIoBinding: { at: 135, takes: ['pointer'], gives: 'void' },
  BindInput: { at: 136, takes: ['pointer', 'text', 'pointer'], gives: 'status' },
  BindOutput: { at: 137, takes: ['pointer', 'text', 'pointer'], gives: 'status' },
  BindOutputToDevice: { at: 138, takes: ['pointer', 'text', 'pointer'], gives: 'status' },
  GetBoundOutputValues: { at: 140, takes: ['pointer', 'pointer', 'memory', 'memory'], gives: 'status' },
  SessionOptionsAppendExecutionProvider_TensorRT_V2: { at: 170, takes: ['pointer', 'pointer'], gives: 'status' },
  CreateTensorRTProviderOptions: { at: 171, takes: ['memory'], gives: 'status' },
  UpdateTensorRTProviderOptions: { at: 172, takes: ['pointer', 'memory', 'memory', 'size'], gives: 'status' },
  ReleaseTensorRTProviderOptions: { at: 174, takes: ['pointer'], gives: 'void' },
  SessionOptionsAppendExecutionProvider_CUDA_V2: { at: 204, takes: ['pointer', 'pointer'], gives: 'status' },
  CreateCUDAProviderOptions: { at: 205, takes: ['memory'], gives: 'status' },
  UpdateCUDAProviderOptions: { at: 206, takes: ['pointer', 'memory', 'memory', 'size'], gives: 'status' },
  ReleaseCUDAProviderOptions: { at: 208, takes: ['pointer'], gives: 'void' },
  TensorTypeAndShape_HasShape: { at: 390, takes: ['pointer'], gives: 'bool' },
  Session_GetEpGraphAssignmentInfo: { at: 407, takes: ['pointer', 'memory', 'memory'], gives: 'status' },
  EpAssignedSubgraph_GetEpName: { at: 408, takes: ['pointer', 'memory'], gives: 'status' },
  EpAssignedSubgraph_GetNodes: { at: 409, takes: ['pointer', 'memory', 'memory'], gives: 'status' },
  EpAssignedNode_GetName: { at: 410, takes: ['pointer', 'memory'], gives: 'status' },
  EpAssignedNode_GetDomain: { at: 411, takes: ['pointer', 'memory'], gives: 'status' },
  EpAssignedNode_GetOperatorType: { at: 412, takes: ['pointer', 'memory'], gives: 'status' },
} as const satisfies Readonly<Record<string, TableSignature>>;

/** Functions that take long: these have an asynchronous form. */
export const SLOW_FUNCTIONS = ['CreateSession', 'CreateSessionFromArray', 'Run', 'RunWithBinding'] as const;

/** The version of the table that has all of them (ONNX Runtime 1.24). */
export const ORT_API_VERSION = 24;
