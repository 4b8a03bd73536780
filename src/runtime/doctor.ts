import { join } from 'node:path';
import { defaultCacheFolder } from './engine-cache.js';
import { openLibrary } from './foreign-library.js';
import { gpuDriver } from './gpu.js';
import { loadOrtApi } from './ort-c-api.js';
import { ortFolder } from './ort-library.js';
import { missingProviderFiles, tensorRtVersion } from './provider-libraries.js';

/** One thing that a provider needs. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'missing' | 'unfit';
  readonly found: string;
  /** What to do, unless it is ok. */
  readonly next?: string;
  /** Providers that need it. */
  readonly needed: readonly ('cpu' | 'cuda' | 'tensorrt')[];
}

/** CUDA's major version that the provider libraries are built for, and its libraries that they link to. */
const CUDA_MAJOR = 13;
const CUDA_LIBRARIES = ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10'];
const CUDNN = 'libcudnn.so.9';
const TENSORRT_LIBRARIES = ['libnvinfer.so.10', 'libnvinfer_plugin.so.10', 'libnvonnxparser.so.10'];
/** TensorRT 10's least compute capability, Turing's. */
const LEAST_CAPABILITY = 7.5;

const GPU: Finding['needed'] = ['cuda', 'tensorrt'];

/** What this machine has for each provider, and the exact next step for what it lacks. */
export async function examine(): Promise<Finding[]> {
  return [
    await runtime(),
    await driver(),
    ...(await gpus()),
    ...providers(),
    await cuda(),
    await cudnn(),
    await tensorrt(),
    cache(),
  ];
}

async function runtime(): Promise<Finding> {
  const what = 'ONNX Runtime';
  try {
    const { version } = await loadOrtApi();
    return { what, state: 'ok', found: `${version} in ${ortFolder()}`, needed: ['cpu', ...GPU] };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const next = 'npm install onnxruntime-node koffi, with optional dependencies';
    return { what, state: 'missing', found, next, needed: ['cpu', ...GPU] };
  }
}

async function driver(): Promise<Finding> {
  const what = 'NVIDIA driver';
  const found = await gpuDriver();
  if (found === undefined) {
    const next = `install NVIDIA's driver for CUDA ${CUDA_MAJOR} (580 or newer); in a container, give it the GPU (docker run --gpus all)`;
    return { what, state: 'missing', found: 'libcuda is not found', next, needed: GPU };
  }
  if (Number.parseFloat(found.cuda) < CUDA_MAJOR) {
    const next = `update NVIDIA's driver to 580 or newer: the provider libraries need CUDA ${CUDA_MAJOR}`;
    return { what, state: 'unfit', found: `for CUDA ${found.cuda}`, next, needed: GPU };
  }
  return { what, state: 'ok', found: `for CUDA ${found.cuda}`, needed: GPU };
}

async function gpus(): Promise<Finding[]> {
  const found = (await gpuDriver())?.gpus ?? [];
  if (found.length === 0) {
    const next = 'check nvidia-smi, and that CUDA_VISIBLE_DEVICES does not hide the GPU';
    return [{ what: 'GPU', state: 'missing', found: 'none', next, needed: GPU }];
  }
  return found.map(({ device, name, computeCapability, memoryMiB }) => {
    const text = `${name}, compute capability ${computeCapability}, ${memoryMiB} MiB`;
    const fits = Number.parseFloat(computeCapability) >= LEAST_CAPABILITY;
    const base = { what: `GPU ${device}`, found: text, needed: GPU };
    return fits
      ? { ...base, state: 'ok' }
      : { ...base, state: 'unfit', next: `TensorRT 10 needs compute capability ${LEAST_CAPABILITY}` };
  });
}

function providers(): Finding[] {
  return (['cuda', 'tensorrt'] as const).map((provider) => {
    const what = `provider library ${provider}`;
    const missing = missingProviderFiles(provider);
    const needed: Finding['needed'] = provider === 'cuda' ? GPU : ['tensorrt'];
    if (missing.length === 0) return { what, state: 'ok', found: ortFolder(), needed };
    return {
      what,
      state: 'missing',
      found: `${missing.join(', ')} not in ${ortFolder()}`,
      next: 'thaw setup gpu',
      needed,
    };
  });
}

async function cuda(): Promise<Finding> {
  const what = `CUDA ${CUDA_MAJOR} libraries`;
  const missing = await absent(CUDA_LIBRARIES);
  if (missing.length === 0) return { what, state: 'ok', found: CUDA_LIBRARIES.join(', '), needed: GPU };
  const next = `install CUDA ${CUDA_MAJOR}'s runtime, cuBLAS and cuRAND (for example pip install nvidia-cuda-runtime nvidia-cublas nvidia-curand), and name their folders in LD_LIBRARY_PATH`;
  return { what, state: 'missing', found: `${missing.join(', ')} not found`, next, needed: GPU };
}

async function cudnn(): Promise<Finding> {
  const what = 'cuDNN 9';
  const library = await openLibrary([CUDNN], { cudnnGetVersion: { takes: [], gives: 'int' } });
  if (library === undefined) {
    const next = 'install cuDNN 9 (for example pip install nvidia-cudnn-cu13), and name its folder in LD_LIBRARY_PATH';
    return { what, state: 'missing', found: `${CUDNN} not found`, next, needed: GPU };
  }
  const version = library.call.cudnnGetVersion();
  const text = `${Math.floor(version / 10_000)}.${Math.floor((version % 10_000) / 100)}.${version % 100}`;
  return { what, state: 'ok', found: text, needed: GPU };
}

async function tensorrt(): Promise<Finding> {
  const what = 'TensorRT 10';
  const version = await tensorRtVersion();
  const missing = await absent(TENSORRT_LIBRARIES);
  if (version !== undefined && missing.length === 0) return { what, state: 'ok', found: version, needed: ['tensorrt'] };
  const found = `${missing.join(', ')} not found`;
  const next = `put TensorRT 10.6's libraries into ${ortFolder()}, or name their folder in LD_LIBRARY_PATH`;
  return { what, state: 'missing', found, next, needed: ['tensorrt'] };
}

function cache(): Finding {
  return { what: 'engine cache', state: 'ok', found: defaultCacheFolder(), needed: [] };
}

/** Libraries that do not load, by name or from ONNX Runtime's folder. */
async function absent(names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of names) {
    if ((await openLibrary([name, join(ortFolder(), name)], {})) === undefined) missing.push(name);
  }
  return missing;
}
