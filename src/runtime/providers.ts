import { fail } from '../diagnostics/diagnostic.js';

/** Execution providers that Thaw drives. */
export const PROVIDERS = ['cpu'] as const;

export type Provider = (typeof PROVIDERS)[number];

export function isProvider(name: string): name is Provider {
  return PROVIDERS.some((provider) => provider === name);
}

/** Checks that this installation of onnxruntime has a provider; nothing else ever takes its place. Errors: `provider-unavailable`. */
export function requireProvider(provider: string, _installed: readonly { readonly name: string }[]): Provider {
  if (!isProvider(provider)) {
    fail('provider-unavailable', `Thaw knows no execution provider named ${provider}`, {
      help: `the providers are: ${PROVIDERS.join(', ')}`,
    });
  }
  return provider;
}
