import type { Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { INT, listOf } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';

/** The permutation that undoes `dims`, a list of axes; undefined when they are no constants, or no permutation. */
export function inversePermutation(emitter: Emitter, dims: Value | undefined): Value | undefined {
  const axes = axesOf(dims);
  if (axes === undefined) return undefined;
  const count = axes.length;
  const inverse = new Array<number>(count).fill(-1);
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + count : axis;
    if (at >= 0 && at < count) inverse[at] = i;
  });
  if (inverse.includes(-1)) return undefined;
  return emitter.op(
    LIST_CONSTRUCT,
    inverse.map((i) => emitter.int(i)),
    listOf(INT),
  );
}

function axesOf(dims: Value | undefined): readonly number[] | undefined {
  const known = constantOf(dims);
  const axes = Array.isArray(known)
    ? known.map((a: unknown) => (typeof a === 'number' ? a : undefined))
    : dims?.producer?.op === LIST_CONSTRUCT
      ? dims.producer.inputs.map(constantInt)
      : undefined;
  return axes?.every((a) => a !== undefined) ? axes : undefined;
}
