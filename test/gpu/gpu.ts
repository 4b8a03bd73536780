import { gpuDriver } from '../../src/runtime/gpu.js';
import { missingProviderFiles, tensorRtVersion } from '../../src/runtime/provider-libraries.js';

/** Why the GPU tests cannot run here; undefined where they can. */
export async function whyNoGpu(): Promise<string | undefined> {
  const driver = await gpuDriver();
  if (driver === undefined || driver.gpus.length === 0) return 'there is no NVIDIA GPU';
  const missing = missingProviderFiles('tensorrt');
  if (missing.length > 0) return `${missing.join(', ')} not installed (thaw setup gpu)`;
  return (await tensorRtVersion()) === undefined ? 'TensorRT is not installed (thaw doctor)' : undefined;
}
