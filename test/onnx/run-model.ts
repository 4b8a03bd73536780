import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DType } from '../../src/ir/dtype.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { OnnxModel } from '../../src/onnx/types.js';

export interface Feed {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

export interface Result {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** Serializes the model, runs it on the CPU without graph optimizations, and returns each output's dims and numbers. */
export async function runModel(
  model: OnnxModel,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Result>> {
  const session = await InferenceSession.create(modelBytes(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const inputs: Record<string, Tensor> = {};
  for (const [name, f] of Object.entries(feeds)) inputs[name] = toTensor(f);
  const results = await session.run(inputs);
  await session.release();
  const out: Record<string, Result> = {};
  for (const [name, t] of Object.entries(results)) {
    out[name] = {
      dtype: t.type,
      dims: [...t.dims],
      values: Array.from(t.data as ArrayLike<number | bigint | boolean>, Number),
    };
  }
  return out;
}

function toTensor(f: Feed): Tensor {
  switch (f.dtype) {
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(f.values.map(BigInt)), f.dims);
    case 'int32':
      return new Tensor('int32', Int32Array.from(f.values), f.dims);
    case 'uint8':
      return new Tensor('uint8', Uint8Array.from(f.values), f.dims);
    case 'bool':
      return new Tensor('bool', Uint8Array.from(f.values), f.dims);
    case 'float32':
      return new Tensor('float32', Float32Array.from(f.values), f.dims);
    default:
      throw new Error(`no feed of ${f.dtype}`);
  }
}

/** 0, 1, 2... scaled: distinct values for a tensor of these dims. */
export function ramp(dims: readonly number[], scale = 1): Feed {
  const n = dims.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', dims, values: Array.from({ length: n }, (_, i) => Math.fround(i * scale)) };
}
