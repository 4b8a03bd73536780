import { parseDim } from '../declaration/parse-dim.js';
import { fail } from '../diagnostics/diagnostic.js';
import { isProviderChoice, PROVIDER_CHOICES } from '../runtime/providers.js';
import type { SessionOptions } from '../runtime/session-options.js';
import { parseTensorRtOption, type TensorRtOptions } from '../runtime/tensorrt-options.js';
import { type CommandLine, parseEach } from './command-line.js';

/** The options of a session that a command line asks for. Errors: `usage`, `option-invalid`, those of ranges and profile files. */
export async function sessionOptions(line: CommandLine): Promise<SessionOptions> {
  const { provider, device, trt } = line;
  if (provider !== undefined && !isProviderChoice(provider)) {
    fail('usage', `--provider ${provider} is unknown`, { help: `the providers are: ${PROVIDER_CHOICES.join(', ')}` });
  }
  if (device !== undefined && !/^\d+$/.test(device)) fail('usage', `--device takes a number, not ${device}`);
  if (line['engine-cache'] !== undefined && line['no-engine-cache']) {
    fail('usage', '--engine-cache and --no-engine-cache exclude each other');
  }
  const tensorrt: TensorRtOptions = Object.assign(
    {},
    ...parseEach('trt', trt, parseTensorRtOption).map(({ value }) => value),
  );
  return {
    provider,
    device: device === undefined ? undefined : Number(device),
    requireProvider: line['require-provider'],
    ...(await ranges(line)),
    onOutOfRange: outOfRange(line['on-out-of-range']),
    tensorrt: trt.length === 0 ? undefined : tensorrt,
    engineCache: line['no-engine-cache'] ? false : line['engine-cache'],
    tf32: line['no-tf32'] ? false : undefined,
  };
}

async function ranges({ dim, profile }: CommandLine): Promise<Pick<SessionOptions, 'dims' | 'profiles'>> {
  if (dim.length > 0 && profile.length > 0) fail('usage', '--dim and --profile exclude each other');
  if (profile.length > 0) {
    const { readProfile } = await import('../runtime/profile-file.js');
    return { profiles: profile.map(readProfile) };
  }
  if (dim.length === 0) return {};
  return { dims: Object.fromEntries(parseEach('dim', dim, parseDim).map(({ name, range }) => [name, range])) };
}

function outOfRange(text: string | undefined): SessionOptions['onOutOfRange'] {
  if (text === undefined || text === 'fail' || text === 'rebuild') return text;
  return fail('usage', `--on-out-of-range is fail or rebuild, not ${text}`);
}
