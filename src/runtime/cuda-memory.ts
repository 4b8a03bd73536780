import { fail } from '../diagnostics/diagnostic.js';
import { outPointer, pointerIn } from './foreign-call.js';
import { type ForeignLibrary, openLibrary } from './foreign-library.js';
import { NativeHandle } from './native-handle.js';

const RUNTIME =
  process.platform === 'win32' ? ['cudart64_13.dll', 'cudart64_12.dll'] : ['libcudart.so.13', 'libcudart.so.12'];

const FUNCTIONS = {
  cudaSetDevice: { takes: ['int'], gives: 'int' },
  cudaMalloc: { takes: ['memory', 'size'], gives: 'int' },
  cudaFree: { takes: ['pointer'], gives: 'int' },
  cudaHostAlloc: { takes: ['memory', 'size', 'int'], gives: 'int' },
  cudaFreeHost: { takes: ['pointer'], gives: 'int' },
  cudaMemcpy: { takes: ['pointer', 'pointer', 'size', 'int'], gives: 'int' },
  cudaMemGetInfo: { takes: ['memory', 'memory'], gives: 'int' },
  cudaGetErrorString: { takes: ['int'], gives: 'text' },
} as const;

/** The direction follows from the addresses. */
const COPY_BY_ADDRESS = 4;
/** Pinned memory that every CUDA context of the process may use. */
const PORTABLE = 1;
/** CUDA allocates nothing for 0 bytes, and a tensor without elements needs an address. */
const LEAST_BYTES = 256;

/** Memory of one GPU, and memory of the CPU that the GPU copies from without a detour. */
export class CudaMemory {
  private constructor(
    private readonly call: ForeignLibrary<typeof FUNCTIONS>,
    readonly device: number,
  ) {}

  /** Errors: `provider-unavailable` without CUDA's runtime library. */
  static async open(device: number): Promise<CudaMemory> {
    const library = await openLibrary(RUNTIME, FUNCTIONS);
    if (library === undefined)
      fail('provider-unavailable', `CUDA's runtime library is not found: ${RUNTIME.join(' or ')}`);
    return new CudaMemory(library.call, device);
  }

  onDevice(bytes: number): NativeHandle {
    return this.allocate(
      'device memory',
      (out) => this.call.cudaMalloc(out, Math.max(bytes, LEAST_BYTES)),
      this.call.cudaFree,
    );
  }

  pinned(bytes: number): NativeHandle {
    const make = (out: BigUint64Array) => this.call.cudaHostAlloc(out, Math.max(bytes, LEAST_BYTES), PORTABLE);
    return this.allocate('pinned memory', make, this.call.cudaFreeHost);
  }

  /** Copies between any two places; the copy is done when this returns. */
  copy(to: NativeHandle, from: NativeHandle, bytes: number): void {
    if (bytes > 0) this.check(this.call.cudaMemcpy(to.address, from.address, bytes, COPY_BY_ADDRESS));
  }

  /** Free memory of the device in bytes. */
  free(): number {
    const free = outPointer();
    this.check(this.call.cudaSetDevice(this.device));
    this.check(this.call.cudaMemGetInfo(free, outPointer()));
    return Number(pointerIn(free));
  }

  private allocate(
    what: string,
    make: (out: BigUint64Array) => number,
    release: (address: bigint) => number,
  ): NativeHandle {
    this.check(this.call.cudaSetDevice(this.device));
    const out = outPointer();
    this.check(make(out));
    return new NativeHandle(pointerIn(out), what, release);
  }

  private check(code: number): void {
    if (code !== 0) fail('runtime-error', `CUDA: ${this.call.cudaGetErrorString(code) ?? code}`);
  }
}
