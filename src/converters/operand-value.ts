import { type ExprValue, Float, isList, TensorRef, UNKNOWN } from '../expr/value.js';
import type { OnnxValue } from '../onnx/types.js';

/** How the expressions of a recipe see an ONNX value. */
export function onnxRef(v: OnnxValue): TensorRef {
  return new TensorRef(v.dtype, v.shape, v.elements, {
    type: { kind: 'tensor', dtype: v.dtype, shape: v.shape },
    content: v.data === undefined ? undefined : { kind: 'tensor', data: v.data },
  });
}

/** A plain JavaScript view of a wholly constant expression value; undefined if some part is not constant. */
export type Plain = number | string | boolean | null | readonly Plain[];

/** The value as plain JavaScript; undefined where a part of it is unknown, symbolic or a tensor. */
export function toPlain(v: ExprValue): Plain | undefined {
  if (v === UNKNOWN) return undefined;
  if (v instanceof Float) return v.value;
  if (v instanceof TensorRef) return undefined;
  if (isList(v)) {
    const items: Plain[] = [];
    for (const item of v) {
      const p = toPlain(item);
      if (p === undefined) return undefined;
      items.push(p);
    }
    return items;
  }
  return typeof v === 'object' && v !== null ? undefined : v;
}
