import type { InputSpec } from '../compiler-options.js';
import type { TensorData } from '../ir/tensor-data.js';

export interface NamedArray {
  readonly name: string;
  readonly data: TensorData;
}

/** Declares inputs, and items of inputs (`boxes.0`), by the arrays that are fed to them: their dtypes and sizes. */
export function inputsOfArrays(arrays: readonly NamedArray[]): InputSpec[] {
  return arrays.map(({ name, data }) => ({ name, type: { kind: 'tensor', dtype: data.dtype, dims: data.shape } }));
}
