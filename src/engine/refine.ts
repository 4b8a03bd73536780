import type { Operand } from '../expr/value.js';
import { type Dim, isUnknownSymbol, symbolName } from '../ir/dim.js';
import { isFloating } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import { BOOL, FLOAT, INT, type TensorType, type Type, tensorType } from '../ir/type.js';
import { tensorContent } from '../shapes/contents.js';

/**
 * A rewrite does not change what a value is: all that was known of the replaced result holds for the new one. Extents
 * keep their names, so that nothing behind it has to be inferred again.
 */
export function carryOver(old: Operand, to: Value): void {
  if (old.type.kind === 'tensor' && to.type.kind === 'tensor') {
    to.type = refined(old.type, to.type);
    to.content = old.content ?? to.content;
    return;
  }
  if (old.type.kind !== 'tensor' && to.type.kind === 'tensor') {
    to.content = tensorContent(old.content) ?? to.content;
    return;
  }
  if (old.type.kind === to.type.kind) to.content = old.content ?? to.content;
}

function refined(old: TensorType, found: TensorType): TensorType {
  const { shape } = old;
  const dtype = found.dtype ?? old.dtype;
  if (shape === undefined) return tensorType(dtype, found.shape);
  if (found.shape === undefined || found.shape.length !== shape.length) return tensorType(dtype, shape);
  let same = dtype === old.dtype;
  const dims = shape.map((before, i) => better(before, found.shape?.[i] ?? 1));
  for (let i = 0; i < dims.length && same; i++) same = dims[i] === shape[i];
  return same ? old : tensorType(dtype, dims);
}

/** The old extent, unless only the new one is known. */
function better(old: Dim, found: Dim): Dim {
  if (typeof found === 'number') return found;
  const name = symbolName(old);
  return name !== undefined && isUnknownSymbol(name) && symbolName(found) === undefined ? found : old;
}

/** What a cast gives: a Scalar is the number that its tensor's dtype says. */
export function castType(old: Type, tensor: Type): Type {
  if (old.kind !== 'number' || tensor.kind !== 'tensor' || tensor.dtype === undefined) return old;
  if (tensor.dtype === 'bool') return BOOL;
  return isFloating(tensor.dtype) ? FLOAT : INT;
}
