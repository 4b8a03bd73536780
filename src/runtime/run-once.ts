import { fail } from '../diagnostics/diagnostic.js';
import { tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import type { TensorInfo } from './check-feeds.js';
import type { NativeSession } from './native-session.js';
import { alignedBytes, readTensor, valueOnBytes } from './native-tensor.js';
import { type OrtApi, OrtError } from './ort-c-api.js';
import type { Feed } from './session.js';

/** Runs a model on checked tensors and copies its results. Errors: `runtime-error`. */
export async function runOnce(
  api: OrtApi,
  native: NativeSession,
  outputs: readonly TensorInfo[],
  given: ReadonlyMap<string, TensorData>,
): Promise<Record<string, TensorData>> {
  const values: bigint[] = [];
  // The values lead into these bytes: they must not be collected before the run has ended.
  const held: Uint8Array[] = [];
  try {
    for (const { name } of native.inputs) {
      const data = given.get(name);
      if (data === undefined) continue;
      const bytes = alignedBytes(data.read(), data.dtype);
      held.push(bytes);
      values.push(valueOnBytes(api, data, bytes));
    }
    const results = await native.run(values).catch((error: unknown) => failed('onnxruntime failed', error));
    return readResults(api, native.outputs, outputs, results);
  } finally {
    for (const value of values) api.call.ReleaseValue(value);
    held.length = 0;
  }
}

/** Copies results, which come in the order of `given`, and names them in the model's order. */
function readResults(
  api: OrtApi,
  given: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  values: BigUint64Array,
): Record<string, TensorData> {
  try {
    return Object.fromEntries(
      outputs.flatMap(({ name }) => {
        const value = values[given.findIndex((other) => other.name === name)];
        return value === undefined ? [] : [[name, readTensor(api, name, value)]];
      }),
    );
  } finally {
    for (const value of values) api.call.ReleaseValue(value);
  }
}

/** The tensor that a feed means. Errors: `input-shape` for another number of elements. */
export function tensorOf(name: string, feed: Feed): TensorData {
  if (feed instanceof TensorData) return feed;
  const { dtype, shape, data } = feed;
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    fail('input-shape', `the input ${name} is fed ${data.length} elements for a tensor of [${shape.join(',')}]`);
  }
  const values = Array.from<number | bigint | boolean, number | bigint>(data, (v) =>
    typeof v === 'boolean' ? Number(v) : v,
  );
  return tensorFromNumbers(dtype, values, shape);
}

/** ONNX Runtime's errors as diagnostics; others pass. */
function failed(what: string, error: unknown): never {
  if (!(error instanceof OrtError)) throw error;
  fail('runtime-error', `${what}: ${error.message}`);
}
