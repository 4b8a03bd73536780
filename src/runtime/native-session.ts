import { fail } from '../diagnostics/diagnostic.js';
import { dtypeFromOnnx } from '../onnx/dtype-code.js';
import type { TensorInfo } from './check-feeds.js';
import { outInt, outPointer, pointerIn } from './foreign-call.js';
import { NativeHandle } from './native-handle.js';
import { dimensions, elementType } from './native-tensor.js';
import { NativeTexts } from './native-texts.js';
import type { OrtApi } from './ort-c-api.js';

const KIND_TENSOR = 1;

/** An opened model: ONNX Runtime's session and what it says of itself. */
export class NativeSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Inputs and outputs whose rank the model leaves open; their dims are empty, as those of 0-d ones are. */
  readonly unranked: ReadonlySet<string>;
  private readonly inputNames: NativeTexts;
  private readonly outputNames: NativeTexts;

  private constructor(
    readonly api: OrtApi,
    readonly handle: NativeHandle,
  ) {
    const unranked = new Set<string>();
    this.inputs = this.describe('Input', unranked);
    this.outputs = this.describe('Output', unranked);
    this.unranked = unranked;
    this.inputNames = new NativeTexts(
      api.koffi,
      this.inputs.map(({ name }) => name),
    );
    this.outputNames = new NativeTexts(
      api.koffi,
      this.outputs.map(({ name }) => name),
    );
  }

  /** Opens a model in the background: a path, or a file's bytes. Errors: `OrtError`; `unsupported-format` for inputs that are no tensors. */
  static async open(api: OrtApi, model: string | Uint8Array, options: NativeHandle): Promise<NativeSession> {
    const out = outPointer();
    const { environment, slow } = api;
    if (typeof model === 'string') await slow.CreateSession(environment, model, options.address, out);
    else await slow.CreateSessionFromArray(environment, model, model.byteLength, options.address, out);
    const handle = new NativeHandle(pointerIn(out), 'session', api.call.ReleaseSession);
    try {
      return new NativeSession(api, handle);
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  /** Runs the model in the background on values in the inputs' order. Gives the outputs' values: the caller releases them. */
  async run(inputs: readonly bigint[]): Promise<BigUint64Array> {
    const { api, inputNames, outputNames } = this;
    const fed = new BigUint64Array(new ArrayBuffer(8 * Math.max(inputs.length, 1)));
    fed.set(inputs);
    const results = new BigUint64Array(new ArrayBuffer(8 * outputNames.count));
    await api.slow.Run(
      this.handle.address,
      null,
      inputNames.pointers,
      fed,
      inputs.length,
      outputNames.pointers,
      outputNames.count,
      results,
    );
    return results;
  }

  /** What the outputs of a binding hold, in the outputs' order where they were bound in it. The caller releases the values. */
  boundOutputs(binding: bigint): BigUint64Array {
    const { api } = this;
    const out = outPointer();
    const count = outPointer();
    api.call.GetBoundOutputValues(binding, api.allocator, out, count);
    const length = Number(pointerIn(count));
    if (length === 0) return new BigUint64Array(0);
    const values = new BigUint64Array(new ArrayBuffer(8 * length));
    api.copy(new Uint8Array(values.buffer), pointerIn(out), 8 * length);
    api.call.AllocatorFree(api.allocator, pointerIn(out));
    return values;
  }

  private describe(side: 'Input' | 'Output', unranked: Set<string>): TensorInfo[] {
    const { call } = this.api;
    const session = this.handle.address;
    const count = outPointer();
    call[`SessionGet${side}Count`](session, count);
    return Array.from({ length: Number(pointerIn(count)) }, (_, i) => {
      const text = outPointer();
      call[`SessionGet${side}Name`](session, i, this.api.allocator, text);
      const name = takeText(this.api, pointerIn(text));
      const type = outPointer();
      call[`SessionGet${side}TypeInfo`](session, i, type);
      try {
        return this.tensorInfo(name, pointerIn(type), unranked);
      } finally {
        call.ReleaseTypeInfo(pointerIn(type));
      }
    });
  }

  private tensorInfo(name: string, type: bigint, unranked: Set<string>): TensorInfo {
    const { api } = this;
    const kind = outInt();
    api.call.GetOnnxTypeFromTypeInfo(type, kind);
    if (kind[0] !== KIND_TENSOR) fail('unsupported-format', `${name} is no tensor, which Thaw does not feed`);
    const cell = outPointer();
    api.call.CastTypeInfoToTensorInfo(type, cell);
    const info = pointerIn(cell);
    const code = elementType(api, info);
    const dtype = dtypeFromOnnx(code);
    if (dtype === undefined) fail('unsupported-format', `${name} is of ONNX's type ${code}, which Thaw does not feed`);
    if (!api.call.TensorTypeAndShape_HasShape(info)) unranked.add(name);
    const sizes = dimensions(api, info);
    const symbols = symbolNames(api, info, sizes.length);
    return { name, dtype, dims: Array.from(sizes, (size, axis) => (size >= 0n ? Number(size) : symbols[axis] || '?')) };
  }
}

/** Names of open sizes by axis; empty where there is none. */
function symbolNames({ call, koffi }: OrtApi, info: bigint, rank: number): string[] {
  if (rank === 0) return [];
  const names = new BigUint64Array(new ArrayBuffer(8 * rank));
  call.GetSymbolicDimensions(info, names, rank);
  return Array.from(names, (name) => koffi.decode.string(name));
}

/** A text that ONNX Runtime allocated for the caller. */
export function takeText({ call, koffi, allocator }: OrtApi, address: bigint): string {
  const text = koffi.decode.string(address);
  call.AllocatorFree(allocator, address);
  return text;
}
