import type { DType } from '../../ir/dtype.js';
import { readNumbers } from '../../ir/half.js';
import type { TensorData } from '../../ir/tensor-data.js';
import { dtypeFromOnnx } from '../dtype-code.js';
import type { OnnxAttribute } from '../types.js';

/** A node whose operands are all constants. */
export class FoldOperands {
  constructor(
    readonly op: string,
    readonly inputs: readonly (TensorData | undefined)[],
    private readonly attributes: ReadonlyMap<string, OnnxAttribute>,
  ) {}

  int(name: string, fallback: number): number {
    const a = this.attributes.get(name);
    return a?.kind === 'int' ? Number(a.value) : fallback;
  }

  ints(name: string): number[] | undefined {
    const a = this.attributes.get(name);
    return a?.kind === 'ints' ? a.value.map(Number) : undefined;
  }

  tensor(name: string): TensorData | undefined {
    const a = this.attributes.get(name);
    return a?.kind === 'tensor' ? a.value : undefined;
  }

  dtype(name: string): DType | undefined {
    const a = this.attributes.get(name);
    return a?.kind === 'int' ? dtypeFromOnnx(Number(a.value)) : undefined;
  }

  /** Elements of an integer input. */
  numbers(i: number): number[] | undefined {
    const data = this.inputs[i];
    return data === undefined ? undefined : readNumbers(data);
  }

  /** `axes` as input or attribute. */
  axes(input: number): number[] | undefined {
    return this.inputs[input] === undefined ? this.ints('axes') : this.numbers(input);
  }
}

/** The result of a node with one output; undefined when it cannot be computed exactly. */
export type Fold = (c: FoldOperands) => TensorData | undefined;
