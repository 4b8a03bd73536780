import { fail } from '../../diagnostics/diagnostic.js';

/**
 * What a model's file may ask of the machine. Each is far beyond real models and can be raised for a file that is
 * trusted; sizes that a file declares are checked before memory is taken.
 */
export interface ReadLimits {
  /** Records of an archive; the largest models have about 10 thousand. */
  readonly entries: number;
  /** Bytes of the archive's table, which is held in memory. */
  readonly tableBytes: number;
  /** Bytes of one pickle or source file, which are read whole; real ones take a few MB. */
  readonly recordBytes: number;
  /** Bytes of all source files that the model uses. */
  readonly codeBytes: number;
  /** Bytes of one compressed weight, which is unpacked in memory; TorchScript stores weights plainly. */
  readonly unpackedBytes: number;
  /** Bytes of a tensor that is a broadcast view of a smaller one: all of them go into the ONNX file. */
  readonly broadcastBytes: number;
  /** Bytes of graph text, which is read whole. */
  readonly textBytes: number;
  /** Values in a pickle, shared ones as often as they are reached: a small file could stand for an endless tree. */
  readonly values: number;
  /** Numbers of a pickle's shared values; those of the largest models go to about 10^6. */
  readonly sharedValues: number;
  /** How deep values stand in each other: readers recurse. A module takes two levels; real models stay below 100. */
  readonly valueNesting: number;
  /** How deep expressions and blocks of the source, and blocks of graph text, stand in each other. */
  readonly codeNesting: number;
  /** How deep functions call each other. */
  readonly callDepth: number;
  /** Operations of the model with all its calls inlined, and the calls themselves. */
  readonly operations: number;
}

export const DEFAULT_LIMITS: ReadLimits = {
  entries: 2 ** 18,
  tableBytes: 64 * 2 ** 20,
  recordBytes: 256 * 2 ** 20,
  codeBytes: 64 * 2 ** 20,
  unpackedBytes: 256 * 2 ** 20,
  broadcastBytes: 256 * 2 ** 20,
  textBytes: 64 * 2 ** 20,
  values: 2 ** 22,
  sharedValues: 2 ** 24,
  valueNesting: 1000,
  codeNesting: 300,
  callDepth: 150,
  operations: 400_000,
};

export type LimitName = keyof ReadLimits;

/** The default limits with some of them raised or lowered. */
export function limitsOf(changes: Partial<ReadLimits> = {}): ReadLimits {
  return { ...DEFAULT_LIMITS, ...changes };
}

/** `tableBytes` as the command line spells it: `table-bytes`. */
export function limitFlag(name: LimitName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The limit of a command line's spelling; undefined for another word. */
export function limitNamed(flag: string): LimitName | undefined {
  return limitNames().find((name) => limitFlag(name) === flag);
}

/** Names of all limits of reading, as `limits` of `loadModel` takes them. */
export function limitNames(): LimitName[] {
  return Object.keys(DEFAULT_LIMITS).filter((name): name is LimitName => name in DEFAULT_LIMITS);
}

/** Throws `archive-limit`: what is too much, and how to raise the limit. */
export function overLimit(name: LimitName, limits: ReadLimits, what: string): never {
  fail('archive-limit', `${what}, over the limit of ${limits[name]} (${limitFlag(name)})`, {
    help: `if you trust the file, raise the limit: --limit ${limitFlag(name)}=N, or limits: { ${name}: N } of loadModel`,
  });
}

/** Limits that keep what recurses off the end of the stack. */
export const NESTING_LIMITS = ['valueNesting', 'codeNesting', 'callDepth'] as const satisfies readonly LimitName[];

export const RAISE_NESTING = 'if you trust the file, raise the limit: --limit code-nesting=N';
