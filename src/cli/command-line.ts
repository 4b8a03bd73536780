import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { nearest } from '../schema/nearest.js';
import type { CommandName } from './help.js';

const OPTIONS = {
  input: { type: 'string', multiple: true },
  const: { type: 'string', multiple: true },
  dim: { type: 'string', multiple: true },
  rules: { type: 'string', multiple: true },
  config: { type: 'string' },
  'no-config': { type: 'boolean' },
  out: { type: 'string', short: 'o' },
  opset: { type: 'string' },
  method: { type: 'string' },
  module: { type: 'string' },
  limit: { type: 'string', multiple: true },
  'no-provenance': { type: 'boolean' },
  provider: { type: 'string' },
  device: { type: 'string' },
  'require-provider': { type: 'boolean' },
  profile: { type: 'string', multiple: true },
  'on-out-of-range': { type: 'string' },
  trt: { type: 'string', multiple: true },
  'engine-cache': { type: 'string' },
  'no-engine-cache': { type: 'boolean' },
  'no-tf32': { type: 'boolean' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

type OptionName = keyof typeof OPTIONS;

const SESSION_OPTIONS = [
  'provider',
  'device',
  'require-provider',
  'profile',
  'on-out-of-range',
  'trt',
  'engine-cache',
  'no-engine-cache',
  'no-tf32',
] as const satisfies readonly OptionName[];

const MODEL = ['method', 'module', 'limit'] as const satisfies readonly OptionName[];

const COMPILATION = [
  ...MODEL,
  'input',
  'const',
  'dim',
  'rules',
  'config',
  'no-config',
  'opset',
  'no-provenance',
] as const;

const ACCEPTED: Readonly<Record<CommandName, readonly OptionName[]>> = {
  compile: [...COMPILATION, 'out', 'json'],
  check: [...MODEL, 'input', 'const', 'dim', 'rules', 'config', 'no-config', 'json'],
  run: [...MODEL, 'input', 'const', 'dim', 'rules', 'config', 'no-config', 'out', 'json', ...SESSION_OPTIONS],
  build: [...COMPILATION, 'out', 'json', ...SESSION_OPTIONS],
  doctor: ['json'],
  setup: ['from', 'json'],
  demo: [],
};

/** A command line as it is written: the values of options are not parsed yet. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly input: readonly string[];
  readonly const: readonly string[];
  readonly dim: readonly string[];
  readonly rules: readonly string[];
  readonly config: string | undefined;
  readonly 'no-config': boolean;
  readonly out: string | undefined;
  readonly opset: string | undefined;
  readonly method: string | undefined;
  readonly module: string | undefined;
  readonly limit: readonly string[];
  readonly 'no-provenance': boolean;
  readonly provider: string | undefined;
  readonly device: string | undefined;
  readonly 'require-provider': boolean;
  readonly profile: readonly string[];
  readonly 'on-out-of-range': string | undefined;
  readonly trt: readonly string[];
  readonly 'engine-cache': string | undefined;
  readonly 'no-engine-cache': boolean;
  readonly 'no-tf32': boolean;
  readonly from: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Names of the options that are given. */
  readonly given: readonly OptionName[];
}

/** Splits the arguments. Errors: `usage` for an unknown option or one without its value. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    return {
      words: positionals,
      input: values.input ?? [],
      const: values.const ?? [],
      dim: values.dim ?? [],
      rules: values.rules ?? [],
      config: values.config,
      'no-config': values['no-config'] ?? false,
      out: values.out,
      opset: values.opset,
      method: values.method,
      module: values.module,
      limit: values.limit ?? [],
      'no-provenance': values['no-provenance'] ?? false,
      provider: values.provider,
      device: values.device,
      'require-provider': values['require-provider'] ?? false,
      profile: values.profile ?? [],
      'on-out-of-range': values['on-out-of-range'],
      trt: values.trt ?? [],
      'engine-cache': values['engine-cache'],
      'no-engine-cache': values['no-engine-cache'] ?? false,
      'no-tf32': values['no-tf32'] ?? false,
      from: values.from,
      json: values.json ?? false,
      help: values.help ?? false,
      version: values.version ?? false,
      given: optionNames().filter((name) => values[name] !== undefined),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const command = argv.find((word): word is CommandName => Object.hasOwn(ACCEPTED, word));
    const help = `see thaw ${command === undefined ? '' : `${command} `}--help`;
    const unknown = /^Unknown option '(--?[^']*)'/.exec(error.message)?.[1];
    if (unknown === undefined) fail('usage', firstSentence(error.message), { help });
    const close = nearest(unknown.replace(/^-+/, ''), command === undefined ? optionNames() : ACCEPTED[command]);
    fail('usage', `there is no option ${unknown}`, { help: close === undefined ? help : `did you mean --${close}?` });
  }
}

function optionNames(): OptionName[] {
  return [
    'input',
    'const',
    'dim',
    'rules',
    'config',
    'no-config',
    'out',
    'opset',
    ...MODEL,
    'no-provenance',
    ...SESSION_OPTIONS,
    'from',
    'json',
    'help',
    'version',
  ];
}

function firstSentence(message: string): string {
  return message.split(/\. |\n/)[0] ?? message;
}

/** The one model that a command works on. Errors: `usage` for another number of words, or options of other commands. */
export function modelOf(command: CommandName, line: CommandLine): string {
  refuseForeign(command, line);
  const [, model, extra] = line.words;
  if (model === undefined) fail('usage', `thaw ${command} needs a MODEL`, { help: `see thaw ${command} --help` });
  if (extra !== undefined) {
    fail('usage', `thaw ${command} takes one MODEL, but there is ${extra} too`, { help: `see thaw ${command} --help` });
  }
  return model;
}

/** Errors: `usage` for options that are given and that the command does not take, all of them at once. */
export function refuseForeign(command: CommandName, line: CommandLine): void {
  const foreign = line.given.filter((name) => !ACCEPTED[command].includes(name));
  if (foreign.length > 0) {
    fail('usage', `thaw ${command} takes no ${foreign.map((name) => `--${name}`).join(', ')}`, {
      help: `see thaw ${command} --help`,
    });
  }
}

/** Parses every value of an option; the problems of all of them come together. A name may come once. */
export function parseEach<T extends { readonly name: string }>(
  option: OptionName,
  values: readonly string[],
  parse: (text: string) => T,
): T[] {
  const problems: Diagnostic[] = [];
  const parsed: T[] = [];
  const names = new Set<string>();
  for (const value of values) {
    try {
      const one = parse(value);
      if (names.has(one.name)) {
        problems.push({ code: 'usage', severity: 'error', message: `--${option} ${one.name} is given twice` });
      }
      names.add(one.name);
      parsed.push(one);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return parsed;
}
