/** Words of a C function's parameters, and what JavaScript passes for them. */
interface ParameterTypes {
  /** A pointer that is not null. */
  pointer: bigint;
  /** A pointer, or null. */
  'pointer?': bigint | null;
  /** Memory that the callee reads or writes: a typed array on its own buffer, or native memory. */
  memory: ArrayBufferView | bigint;
  int: number;
  /** `size_t`. */
  size: number;
  /** UTF-8, ended by a zero. */
  text: string;
  /** A file's path: UTF-8, UTF-16 on Windows. */
  path: string;
}

export type ParameterWord = keyof ParameterTypes;

/** What a C function gives back. A status is checked where the function is called, so nobody sees it. */
interface ResultTypes {
  status: undefined;
  void: undefined;
  pointer: bigint | null;
  text: string | null;
  int: number;
  bool: boolean;
}

export type ResultWord = keyof ResultTypes;

export interface ForeignSignature {
  readonly takes: readonly ParameterWord[];
  readonly gives: ResultWord;
}

/** A function's place in a table of pointers, and its signature. */
export interface TableSignature extends ForeignSignature {
  readonly at: number;
}

type Arguments<Words extends readonly ParameterWord[]> = { -readonly [I in keyof Words]: ParameterTypes[Words[I]] };

/** The JavaScript function of a signature. */
export type ForeignFunction<S extends ForeignSignature> = (...args: Arguments<S['takes']>) => ResultTypes[S['gives']];

/** The same function on a worker thread: the event loop runs on meanwhile. What its pointers name must live until then. */
export type AsyncForeignFunction<S extends ForeignSignature> = (
  ...args: Arguments<S['takes']>
) => Promise<ResultTypes[S['gives']]>;

const PATH_TYPE = process.platform === 'win32' ? 'str16' : 'str';

const KOFFI_PARAMETER: Readonly<Record<ParameterWord, string>> = {
  pointer: 'void *',
  'pointer?': 'void *',
  memory: 'void *',
  int: 'int',
  size: 'size_t',
  text: 'str',
  path: PATH_TYPE,
};

const KOFFI_RESULT: Readonly<Record<ResultWord, string>> = {
  status: 'void *',
  void: 'void',
  pointer: 'void *',
  text: 'str',
  int: 'int',
  bool: 'bool',
};

/** koffi's names of a signature's types. */
export function koffiSignature({ takes, gives }: ForeignSignature): { result: string; parameters: string[] } {
  return { result: KOFFI_RESULT[gives], parameters: takes.map((word) => KOFFI_PARAMETER[word]) };
}

/** One pointer-sized cell for an output parameter. It has its own buffer, so its address does not change. */
export function outPointer(): BigUint64Array<ArrayBuffer> {
  return new BigUint64Array(new ArrayBuffer(8));
}

/** One `int` for an output parameter. */
export function outInt(): Int32Array<ArrayBuffer> {
  return new Int32Array(new ArrayBuffer(4));
}

/** The pointer that a call left in its cell. */
export function pointerIn(cell: BigUint64Array): bigint {
  return cell[0] ?? 0n;
}
