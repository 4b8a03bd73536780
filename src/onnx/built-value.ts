import { MAX_TRACKED_ELEMENTS } from '../ir/content.js';
import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import type { OnnxValue } from './types.js';

export type Origin = 'input' | 'constant' | 'node';

/**
 * A value of a builder. `id` is the name that nodes refer to until the graph is finished; `name` may still change to the
 * name that an output asks for.
 */
export class BuiltValue implements OnnxValue {
  name: string;
  shape: readonly Dim[] | undefined;
  elements: readonly Dim[] | undefined;
  readonly sequence: boolean | undefined;

  constructor(
    readonly id: string,
    /** The builder whose graph holds it; constants belong to the outermost one. */
    readonly owner: object,
    readonly origin: Origin,
    readonly dtype: DType,
    type: { shape?: readonly Dim[]; elements?: readonly Dim[]; sequence?: boolean },
    readonly data?: TensorData,
  ) {
    this.name = id;
    this.shape = type.shape;
    this.elements = type.elements;
    this.sequence = type.sequence;
  }
}

/** Elements of a small integer or boolean constant, 0-d or 1-d. */
export function constantElements(data: TensorData): readonly number[] | undefined {
  const tracked = data.dtype === 'int64' || data.dtype === 'int32' || data.dtype === 'bool';
  return tracked && data.shape.length <= 1 && data.elementCount <= MAX_TRACKED_ELEMENTS ? readNumbers(data) : undefined;
}
