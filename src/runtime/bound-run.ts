import { dtypeBytes } from '../ir/dtype.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import type { CudaMemory } from './cuda-memory.js';
import { outPointer, pointerIn } from './foreign-call.js';
import { NativeHandle } from './native-handle.js';
import type { NativeSession } from './native-session.js';
import { readTensor, type TensorLayout, valueAt } from './native-tensor.js';

/** A tensor whose memory stays: write elements into `bytes` before a run, or read them after it. */
export interface BoundTensor extends TensorLayout {
  readonly bytes: Uint8Array;
}

/** Which copies a run makes on a GPU. Both by default; without them a run works on what lies on the device. */
export interface Transfers {
  readonly upload?: boolean;
  readonly download?: boolean;
}

/** Memory of a tensor for the model, and for JavaScript where that is another. */
interface Place {
  readonly name: string;
  readonly tensor: BoundTensor;
  /** Undefined on the CPU, where the model works on the bytes themselves. */
  readonly device: { readonly memory: NativeHandle; readonly host: NativeHandle } | undefined;
}

/**
 * A model with memory for inputs and outputs of fixed shapes: repeated runs allocate nothing, and copy nothing on the CPU. On a GPU
 * the bytes are pinned. One run at a time.
 */
export class BoundRun implements Disposable {
  readonly inputs: Readonly<Record<string, BoundTensor>>;
  private readonly owned: NativeHandle[] = [];
  private readonly binding: NativeHandle;
  private readonly fed: Place[] = [];
  private readonly given: Place[] = [];
  private busy = false;

  /** Outputs whose layout is undefined (their sizes depend on data) are allocated by each run. */
  constructor(
    private readonly native: NativeSession,
    private readonly cuda: CudaMemory | undefined,
    inputs: ReadonlyMap<string, TensorLayout>,
    outputs: ReadonlyMap<string, TensorLayout | undefined>,
  ) {
    const { api } = native;
    const out = outPointer();
    api.call.CreateIoBinding(native.handle.address, out);
    this.binding = new NativeHandle(pointerIn(out), 'binding', api.call.ReleaseIoBinding, native.handle);
    try {
      for (const [name, layout] of inputs) this.fed.push(this.bind('BindInput', name, layout));
      for (const [name, layout] of outputs) {
        if (layout === undefined) api.call.BindOutputToDevice(this.binding.address, name, api.cpuMemory);
        else this.given.push(this.bind('BindOutput', name, layout));
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.inputs = Object.fromEntries(this.fed.map(({ name, tensor }) => [name, tensor]));
  }

  /**
   * Runs in the background. The results are the bound memory itself: the next run overwrites them.
   * Errors: `OrtError`; an error in the program when a run is under way.
   */
  async run(transfers: Transfers = {}): Promise<Record<string, TensorData>> {
    const { api, handle } = this.native;
    if (this.busy) throw new Error('a bound run is started while it is under way: bind twice for two at a time');
    this.busy = true;
    try {
      this.upload(transfers);
      await api.slow.RunWithBinding(handle.address, null, this.binding.address);
      return this.results(transfers);
    } finally {
      this.busy = false;
    }
  }

  /** As `run`, but on this thread: a little faster, and the event loop waits. */
  runSync(transfers: Transfers = {}): Record<string, TensorData> {
    const { api, handle } = this.native;
    if (this.busy) throw new Error('a bound run is started while it is under way: bind twice for two at a time');
    this.upload(transfers);
    api.call.RunWithBinding(handle.address, null, this.binding.address);
    return this.results(transfers);
  }

  dispose(): void {
    this.binding.dispose();
    for (const handle of this.owned) handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private upload({ upload = true }: Transfers): void {
    if (!upload) return;
    for (const { device, tensor } of this.fed) {
      if (device !== undefined) this.cuda?.copy(device.memory, device.host, tensor.bytes.byteLength);
    }
  }

  private results({ download = true }: Transfers): Record<string, TensorData> {
    const found = new Map<string, TensorData>();
    for (const { name, device, tensor } of this.given) {
      if (device !== undefined && download) this.cuda?.copy(device.host, device.memory, tensor.bytes.byteLength);
      found.set(name, new TensorData(tensor.dtype, tensor.shape, memorySource(tensor.bytes)));
    }
    const { outputs } = this.native;
    if (found.size < outputs.length) this.addAllocated(found);
    const results: Record<string, TensorData> = {};
    for (const { name } of outputs) {
      const data = found.get(name);
      if (data !== undefined) results[name] = data;
    }
    return results;
  }

  /** Outputs that ONNX Runtime allocated in this run. Its order is that of binding. */
  private addAllocated(found: Map<string, TensorData>): void {
    const { api, outputs } = this.native;
    const values = this.native.boundOutputs(this.binding.address);
    try {
      for (const [i, value] of values.entries()) {
        const name = outputs[i]?.name;
        if (name !== undefined && !found.has(name)) found.set(name, readTensor(api, name, value));
      }
    } finally {
      for (const value of values) api.call.ReleaseValue(value);
    }
  }

  private bind(how: 'BindInput' | 'BindOutput', name: string, layout: TensorLayout): Place {
    const { api } = this.native;
    const place = this.place(name, layout);
    const { bytes } = place.tensor;
    const memory = place.device === undefined ? bytes : place.device.memory.address;
    const address = valueAt(api, this.memoryInfo(), layout, memory, bytes.byteLength);
    const value = new NativeHandle(address, 'tensor', api.call.ReleaseValue);
    this.owned.push(value);
    api.call[how](this.binding.address, name, value.address);
    return place;
  }

  private place(name: string, layout: TensorLayout): Place {
    const length = layout.shape.reduce((a, b) => a * b, dtypeBytes(layout.dtype));
    if (this.cuda === undefined)
      return { name, tensor: { ...layout, bytes: new Uint8Array(new ArrayBuffer(length)) }, device: undefined };
    const memory = this.cuda.onDevice(length);
    const host = this.cuda.pinned(length);
    this.owned.push(memory, host);
    const bytes = new Uint8Array(this.native.api.koffi.view(host.address, length));
    return { name, tensor: { ...layout, bytes }, device: { memory, host } };
  }

  private info: NativeHandle | undefined;

  private memoryInfo(): bigint {
    const { api } = this.native;
    if (this.cuda === undefined) return api.cpuMemory;
    if (this.info === undefined) {
      const out = outPointer();
      api.call.CreateMemoryInfo('Cuda', 0, this.cuda.device, 0, out);
      this.info = new NativeHandle(pointerIn(out), 'memory information', api.call.ReleaseMemoryInfo);
      this.owned.push(this.info);
    }
    return this.info.address;
  }
}
