import type { OpName } from '../ir/graph.js';
import type { OnnxValue } from '../onnx/types.js';
import type { ConvertContext } from './context.js';

/** What a result becomes: one ONNX tensor, or one for each item of a list. */
export type Converted = OnnxValue | readonly Converted[];

/** A conversion in TypeScript, for operators that no recipe can say. One result each, in order. */
export interface Converter {
  /** As a recipe's: for complex tensors too. */
  readonly complex?: 'only' | 'any';
  readonly ops: readonly OpName[];
  /**
   * The ONNX operators that it makes, one list for each of its forms; those of sizes read at run time and casts may go
   * without saying. docs/operators.md tells from them what runs inside TensorRT.
   */
  readonly emits: readonly (readonly string[])[];
  /** Operators whose recipes it takes besides. */
  readonly calls?: readonly OpName[];
  readonly convert: (ctx: ConvertContext) => readonly Converted[] | OnnxValue;
}

/** Identity with types; a converter file exports an array of these. */
export function defineConverter(converter: Converter): Converter {
  return converter;
}
