import type { Value } from '../ir/graph.js';
import { INT, listOf } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';

/** The permutation that undoes `dims`, a list of axes; undefined when they are not constants. */
export function inversePermutation(emitter: Emitter, dims: Value | undefined): Value | undefined {
  const axes = axesOf(dims);
  if (axes === undefined) return undefined;
  const inverse = new Array<number>(axes.length).fill(0);
  axes.forEach((axis, i) => {
    inverse[axis < 0 ? axis + axes.length : axis] = i;
  });
  return emitter.op(
    'prim::ListConstruct',
    inverse.map((i) => emitter.int(i)),
    listOf(INT),
  );
}

function axesOf(dims: Value | undefined): readonly number[] | undefined {
  const known = constantOf(dims);
  const axes = Array.isArray(known)
    ? known.map((a: unknown) => (typeof a === 'number' ? a : undefined))
    : dims?.producer?.op === 'prim::ListConstruct'
      ? dims.producer.inputs.map(constantInt)
      : undefined;
  return axes?.every((a) => a !== undefined) ? axes : undefined;
}
