import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { compileWith } from '../../src/compiler.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { load } from '../../src/frontends/torchscript/load.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import type { FuzzCase } from './fuzz-case.js';

/** Of the processor's time: other work on the machine does not count. */
const MAX_CPU_SECONDS = 2;
/** By the clock, for cases that would never end. */
const MAX_WALL_SECONDS = 30;
/** What a case may add to the process. */
const MAX_MEMORY_BYTES = 512 * 2 ** 20;

/** How a case ended: compiled, or refused with these codes. */
export type Ending = 'compiled' | string;

export interface Failure {
  readonly seed: number;
  readonly from: string;
  readonly why: string;
  /** Where the input was written. */
  readonly file: string;
}

/** Loads and compiles a case. What goes wrong, beside diagnostics, is a failure, and its input is written for a replay. */
export function runCase(fuzzCase: FuzzCase, book: RuleBook): { ending: Ending } | { failure: Failure } {
  const cpuBefore = process.cpuUsage();
  const memoryBefore = process.resourceUsage().maxRSS;
  let ending: Ending;
  try {
    ending = withinTime(() => endingOf(fuzzCase, book));
  } catch (error) {
    return { failure: failure(fuzzCase, error instanceof Error ? (error.stack ?? error.message) : String(error)) };
  }
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (cpu.user + cpu.system) / 1e6;
  if (seconds > MAX_CPU_SECONDS)
    return { failure: failure(fuzzCase, `it took ${seconds.toFixed(1)} s, then: ${ending}`) };
  const memory = (process.resourceUsage().maxRSS - memoryBefore) * 1024;
  if (memory > MAX_MEMORY_BYTES) return { failure: failure(fuzzCase, `it took ${memory} bytes, then: ${ending}`) };
  return { ending };
}

function endingOf({ bytes, options }: FuzzCase, book: RuleBook): Ending {
  try {
    const model = load(bytes, book.registry);
    try {
      modelBytes(compileWith(model, book, options).onnx);
      return 'compiled';
    } finally {
      model.close();
    }
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const internal = error.diagnostics.find((d) => d.code === 'internal');
    if (internal !== undefined) throw new Error(`an internal error: ${internal.message}`, { cause: error });
    return [...new Set(error.diagnostics.map((d) => d.code))].sort().join(' ');
  }
}

/** Runs synchronous code that is stopped when it does not end. */
function withinTime<T>(run: () => T): T {
  const results: T[] = [];
  const slot = '__fuzzCase';
  Object.assign(globalThis, { [slot]: () => void results.push(run()) });
  runInThisContext(`${slot}()`, { timeout: MAX_WALL_SECONDS * 1000 });
  const [result] = results;
  if (result === undefined) throw new Error('the case gave no ending');
  return result;
}

function failure({ kind, seed, from, bytes }: FuzzCase, why: string): Failure {
  const folder = join(tmpdir(), 'thaw-fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${kind}-${seed}${kind === 'graph' ? '.txt' : '.pt'}`);
  writeFileSync(file, bytes);
  return { seed, from, why, file };
}
