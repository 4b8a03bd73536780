import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openLibrary } from './foreign-library.js';
import { ortFolder } from './ort-library.js';

/** ONNX Runtime's own libraries of a GPU provider, by their stem. TensorRT's provider needs CUDA's beside it. */
const PARTS = { cuda: ['shared', 'cuda'], tensorrt: ['shared', 'cuda', 'tensorrt'] } as const;

export type GpuProvider = keyof typeof PARTS;

function providerFile(part: string): string {
  const stem = `onnxruntime_providers_${part}`;
  return process.platform === 'win32' ? `${stem}.dll` : `lib${stem}.so`;
}

/** Files that a provider lacks beside ONNX Runtime's library. */
export function missingProviderFiles(provider: GpuProvider, folder = ortFolder()): string[] {
  return PARTS[provider].map(providerFile).filter((file) => !existsSync(join(folder, file)));
}

/** TensorRT's version by its library, for example 10.6.0; undefined where none is found. */
export async function tensorRtVersion(): Promise<string | undefined> {
  const names =
    process.platform === 'win32' ? ['nvinfer_10.dll'] : ['libnvinfer.so.10', join(ortFolder(), 'libnvinfer.so.10')];
  const library = await openLibrary(names, { getInferLibVersion: { takes: [], gives: 'int' } });
  if (library === undefined) return undefined;
  const version = library.call.getInferLibVersion();
  return `${Math.floor(version / 10_000)}.${Math.floor((version % 10_000) / 100)}.${version % 100}`;
}
