import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { AsyncLane } from './async-lane.js';
import {
  type AsyncForeignFunction,
  type ForeignFunction,
  type ForeignSignature,
  koffiSignature,
  outPointer,
  pointerIn,
  type TableSignature,
} from './foreign-call.js';
import { ORT_API_VERSION, ORT_FUNCTIONS, SLOW_FUNCTIONS } from './ort-functions.js';
import { ortLibrary } from './ort-library.js';

export type Koffi = typeof import('koffi');

type Table = typeof ORT_FUNCTIONS;
type Functions = { readonly [Name in keyof Table]: ForeignFunction<Table[Name]> };
type SlowFunctions = { readonly [Name in (typeof SLOW_FUNCTIONS)[number]]: AsyncForeignFunction<Table[Name]> };

/** Bytes of a pointer: koffi runs on 64-bit machines only where onnxruntime-node does. */
const POINTER_BYTES = 8;

/**
 * Stack of a foreign call. koffi gives C its own stack, 128 KiB for asynchronous calls, which graph optimizers and
 * TensorRT's builder outgrow; this is the usual stack of a thread. Pages that are not touched take no memory.
 */
const STACK_BYTES = 8 << 20;

/** koffi takes 256 asynchronous calls at most, and other users of koffi in the process want some. */
const MAX_ASYNC_CALLS = 128;

/** Severity of messages: errors. */
const ERRORS = 3;

/** A failed call of ONNX Runtime: its message, and its code (OrtErrorCode). */
export class OrtError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'OrtError';
  }
}

/** ONNX Runtime's C API: every function that gives a status throws `OrtError` in its place. */
export interface OrtApi {
  readonly call: Functions;
  /** The functions that take long, on worker threads. */
  readonly slow: SlowFunctions;
  readonly koffi: Koffi;
  /** The process's environment; it lives as long as the process. */
  readonly environment: bigint;
  /** ONNX Runtime's default allocator, for the strings and arrays that it hands out. */
  readonly allocator: bigint;
  /** Memory information of the CPU, for tensors on JavaScript's own memory. */
  readonly cpuMemory: bigint;
  /** For example 1.29.0. */
  readonly version: string;
  /** Copies bytes from native memory. */
  copy(to: Uint8Array | bigint, from: bigint | Uint8Array, length: number): void;
}

let loading: Promise<OrtApi> | undefined;

/**
 * Loads the library once a process. The first caller's `severity` (0 verbose to 4 fatal) holds for messages of the
 * environment and of GPU providers; sessions have their own. Errors: `provider-unavailable` when it or koffi cannot be loaded.
 */
export function loadOrtApi(severity = ERRORS): Promise<OrtApi> {
  loading ??= load(severity);
  return loading;
}

async function load(severity: number): Promise<OrtApi> {
  const file = ortLibrary();
  const koffi = await loadKoffi();
  try {
    return bind(koffi, file, severity);
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    fail('provider-unavailable', `${file} cannot be loaded: ${messageOf(error)}`);
  }
}

/** koffi with stacks that ONNX Runtime can work on. Errors: `provider-unavailable` without a build for this machine. */
export async function loadKoffi(): Promise<Koffi> {
  try {
    const koffi = await import('koffi');
    const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config();
    if (Math.min(sync_stack_size, async_stack_size) < STACK_BYTES) {
      koffi.config({ ...koffi.config(), sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
    }
    return koffi;
  } catch (error) {
    fail('provider-unavailable', `koffi, which calls ONNX Runtime, cannot be loaded: ${messageOf(error)}`, {
      help: 'install with optional dependencies: koffi keeps its builds there',
    });
  }
}

function bind(koffi: Koffi, file: string, severity: number): OrtApi {
  const library = koffi.load(file);
  KEPT.push(library);
  const base: bigint = library.func('OrtGetApiBase', 'void *', [])();
  const entry = (table: bigint, at: number): bigint => koffi.decode(table, at * POINTER_BYTES, 'void *');
  const version: string = koffi.decode(entry(base, 1), koffi.proto('str', []))();
  const table: bigint | null = koffi.decode(entry(base, 0), koffi.proto('void *', ['uint32_t']))(ORT_API_VERSION);
  if (table === null) {
    fail('provider-unavailable', `ONNX Runtime ${version} is too old: its C API lacks version ${ORT_API_VERSION}`, {
      help: 'ONNX Runtime 1.24 is the oldest that works',
    });
  }
  const raw = new Map<string, ReturnType<Koffi['decode']>>();
  for (const [name, signature] of Object.entries<TableSignature>(ORT_FUNCTIONS)) {
    const { result, parameters } = koffiSignature(signature);
    raw.set(name, koffi.decode(entry(table, signature.at), koffi.proto(result, parameters)));
  }
  const check = (status: bigint | null): void => {
    if (status === null) return;
    const code = call.GetErrorCode(status);
    const message = call.GetErrorMessage(status) ?? '';
    call.ReleaseStatus(status);
    throw new OrtError(code, message);
  };
  const checked = (name: string, { gives }: ForeignSignature): unknown => {
    const native = raw.get(name);
    return gives === 'status' ? (...args: unknown[]) => check(native(...args)) : native;
  };
  // koffi's functions have no types: the table above, checked against the header by a test, is what gives them theirs.
  const entries: unknown[][] = Object.entries(ORT_FUNCTIONS).map(([name, s]) => [name, checked(name, s)]);
  const call: Functions = Object.fromEntries(entries);
  const lane = new AsyncLane(MAX_ASYNC_CALLS);
  const slowEntries: unknown[][] = SLOW_FUNCTIONS.map((name) => [
    name,
    (...args: unknown[]) => lane.enter(() => inBackground(raw.get(name), args)).then(check),
  ]);
  const slow: SlowFunctions = Object.fromEntries(slowEntries);
  const made = (make: (out: BigUint64Array<ArrayBuffer>) => void): bigint => {
    const out = outPointer();
    make(out);
    return pointerIn(out);
  };
  const environment = made((out) => call.CreateEnv(severity, 'thaw', out));
  const allocator = made((out) => call.GetAllocatorWithDefaultOptions(out));
  const cpuMemory = made((out) => call.CreateCpuMemoryInfo(0, 0, out));
  return { call, slow, koffi, environment, allocator, cpuMemory, version, copy: memoryCopy(koffi) };
}

/** Libraries whose functions are called through a table of pointers: koffi would unload what nothing refers to. */
const KEPT: unknown[] = [];

/** Arguments of calls that are under way: native code reads them, so they must not be collected. */
const IN_USE = new Set<readonly unknown[]>();

function inBackground(native: ReturnType<Koffi['decode']>, args: readonly unknown[]): Promise<bigint | null> {
  IN_USE.add(args);
  return new Promise((resolve, reject) => {
    native.async(...args, (error: unknown, status: bigint | null) => {
      IN_USE.delete(args);
      if (error) reject(error);
      else resolve(status);
    });
  });
}

/** The C library's memcpy. */
function memoryCopy(koffi: Koffi): OrtApi['copy'] {
  const library = koffi.load(process.platform === 'win32' ? 'msvcrt.dll' : null);
  KEPT.push(library);
  return library.func('memcpy', 'void *', ['void *', 'void *', 'size_t']);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
