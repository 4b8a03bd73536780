import { fail } from '../diagnostics/diagnostic.js';
import { gpuDriver } from './gpu.js';
import { missingProviderFiles } from './provider-libraries.js';

/** Execution providers that Thaw drives. */
export const PROVIDERS = ['cpu', 'cuda', 'tensorrt'] as const;

export type Provider = (typeof PROVIDERS)[number];

/** What a user asks for: a provider, or the best that this machine has. */
export type ProviderChoice = Provider | 'auto';

export const PROVIDER_CHOICES: readonly ProviderChoice[] = [...PROVIDERS, 'auto'];

/** ONNX Runtime's name of each. */
export const RUNTIME_NAME: Readonly<Record<Provider, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  tensorrt: 'TensorrtExecutionProvider',
};

/** True for a word that `--provider` takes. */
export function isProviderChoice(name: string): name is ProviderChoice {
  return PROVIDER_CHOICES.some((choice) => choice === name);
}

/**
 * The provider that a choice means on this machine, and why. Nothing ever takes the place of a provider that is named.
 * Errors: `provider-unavailable` for unknown names, absent libraries, and devices that are not there.
 */
export async function chooseProvider(
  choice: string,
  device: number,
): Promise<{ readonly provider: Provider; readonly because: string }> {
  if (!isProviderChoice(choice)) {
    fail('provider-unavailable', `Thaw knows no execution provider named ${choice}`, {
      help: `the providers are: ${PROVIDER_CHOICES.join(', ')}`,
    });
  }
  if (choice === 'cpu') return { provider: 'cpu', because: 'asked for' };
  if (choice === 'auto') return bestProvider(device);
  const lack = await whatLacks(choice, device);
  if (lack !== undefined) fail('provider-unavailable', `the provider ${choice} cannot run here: ${lack}`);
  return { provider: choice, because: 'asked for' };
}

async function bestProvider(device: number): Promise<{ readonly provider: Provider; readonly because: string }> {
  const reasons: string[] = [];
  for (const provider of ['tensorrt', 'cuda'] as const) {
    const lack = await whatLacks(provider, device);
    if (lack === undefined) return { provider, because: 'the best that this machine has' };
    reasons.push(`${provider}: ${lack}`);
  }
  return { provider: 'cpu', because: reasons.join('; ') };
}

/** Why a GPU provider cannot run, if it cannot. */
async function whatLacks(provider: 'cuda' | 'tensorrt', device: number): Promise<string | undefined> {
  const files = missingProviderFiles(provider);
  if (files.length > 0) return `${files.join(', ')} ${files.length === 1 ? 'is' : 'are'} not installed`;
  const driver = await gpuDriver();
  if (driver === undefined) return 'there is no NVIDIA driver';
  if (driver.gpus.length === 0) return 'the NVIDIA driver shows no GPU';
  if (driver.gpus[device] === undefined) return `there is no device ${device}; the driver shows ${driver.gpus.length}`;
  return undefined;
}
