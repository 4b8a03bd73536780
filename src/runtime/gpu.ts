import { outInt, outPointer, pointerIn } from './foreign-call.js';
import { openLibrary } from './foreign-library.js';

/** A GPU as the CUDA driver tells it. */
export interface Gpu {
  readonly device: number;
  readonly name: string;
  /** For example 9.0. */
  readonly computeCapability: string;
  readonly memoryMiB: number;
}

export interface GpuDriver {
  /** The newest CUDA that the driver runs, for example 13.0. */
  readonly cuda: string;
  readonly gpus: readonly Gpu[];
}

const DRIVER = process.platform === 'win32' ? ['nvcuda.dll'] : ['libcuda.so.1', '/usr/local/nvidia/lib64/libcuda.so.1'];

const ATTRIBUTE_MAJOR = 75;
const ATTRIBUTE_MINOR = 76;
const NAME_BYTES = 256;

let reading: Promise<GpuDriver | undefined> | undefined;

/** The NVIDIA driver and its GPUs; undefined on a machine without the driver. Read once a process. */
export function gpuDriver(): Promise<GpuDriver | undefined> {
  reading ??= readDriver();
  return reading;
}

async function readDriver(): Promise<GpuDriver | undefined> {
  const library = await openLibrary(DRIVER, {
    cuInit: { takes: ['int'], gives: 'int' },
    cuDriverGetVersion: { takes: ['memory'], gives: 'int' },
    cuDeviceGetCount: { takes: ['memory'], gives: 'int' },
    cuDeviceGet: { takes: ['memory', 'int'], gives: 'int' },
    cuDeviceGetName: { takes: ['memory', 'int', 'int'], gives: 'int' },
    cuDeviceGetAttribute: { takes: ['memory', 'int', 'int'], gives: 'int' },
    cuDeviceTotalMem_v2: { takes: ['memory', 'int'], gives: 'int' },
  });
  if (library === undefined) return undefined;
  const { call } = library;
  const number = (get: (out: Int32Array<ArrayBuffer>) => number): number => {
    const out = outInt();
    return get(out) === 0 ? (out[0] ?? 0) : 0;
  };
  if (call.cuInit(0) !== 0) return { cuda: versionText(number(call.cuDriverGetVersion)), gpus: [] };
  const count = number(call.cuDeviceGetCount);
  const gpus = Array.from({ length: count }, (_, device): Gpu => {
    const handle = number((out) => call.cuDeviceGet(out, device));
    const name = Buffer.alloc(NAME_BYTES);
    call.cuDeviceGetName(name, NAME_BYTES, handle);
    const attribute = (which: number) => number((out) => call.cuDeviceGetAttribute(out, which, handle));
    const bytes = outPointer();
    call.cuDeviceTotalMem_v2(bytes, handle);
    return {
      device,
      name: name.toString('utf8').replace(/\0.*$/s, ''),
      computeCapability: `${attribute(ATTRIBUTE_MAJOR)}.${attribute(ATTRIBUTE_MINOR)}`,
      memoryMiB: Math.round(Number(pointerIn(bytes)) / (1 << 20)),
    };
  });
  return { cuda: versionText(number(call.cuDriverGetVersion)), gpus };
}

/** CUDA's versions are 1000 * major + 10 * minor. */
function versionText(version: number): string {
  return `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
}
