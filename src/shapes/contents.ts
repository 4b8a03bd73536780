import { quotientOf } from '../expr/quotient.js';
import { type ExprValue, Float, isDim, isList, TensorRef, UNKNOWN } from '../expr/value.js';
import { boolContent, type Content, intContent, MAX_TRACKED_ELEMENTS, NO_VALUE } from '../ir/content.js';
import { type Dim, dimsEqual } from '../ir/dim.js';
import { type DType, isDType, isFloating } from '../ir/dtype.js';
import { NONE, type Type, tensorType } from '../ir/type.js';
import type { Floats, UnknownSource } from './fact-env.js';

/** What a scalar expression value says of a result of a declared type; undefined for nothing. */
export function contentOf(v: ExprValue, type: Type): Content | undefined {
  if (v === UNKNOWN) return undefined;
  if (v === null) return NO_VALUE;
  if (v instanceof TensorRef) return v.operand?.content;
  if (v instanceof Float) return v.value === undefined ? undefined : { kind: 'float', value: v.value };
  if (isDim(v)) {
    if (type.kind === 'float') return typeof v === 'number' ? { kind: 'float', value: v } : undefined;
    if (type.kind === 'bool') return typeof v === 'number' ? boolContent(v !== 0) : undefined;
    return intContent(v);
  }
  if (isList(v)) return listContent(v, type);
  if (typeof v === 'boolean') return boolContent(v);
  return type.kind === 'device' ? { kind: 'device', value: v } : { kind: 'str', value: v };
}

function listContent(items: readonly ExprValue[], type: Type): Content {
  const element: Type = type.kind === 'list' ? type.element : { kind: 'any' };
  const contents = items.map((item) => contentOf(item, element));
  const types = items.map((item, i) => typeOf(item, contents[i], element));
  return { kind: 'list', items: contents, types };
}

/** The static type of an expression value; the declared one where the value does not tell. */
export function typeOf(v: ExprValue, content: Content | undefined, declared: Type): Type {
  if (v instanceof TensorRef) return tensorType(v.dtype, v.shape);
  if (v === null) return NONE;
  if (
    declared.kind === 'number' ||
    declared.kind === 'any' ||
    declared.kind === 'optional' ||
    declared.kind === 'var'
  ) {
    if (v instanceof Float) return { kind: 'float' };
    switch (content?.kind) {
      case 'int':
      case 'bool':
      case 'str':
      case 'device':
        return { kind: content.kind };
      default:
    }
  }
  return declared;
}

/** A dtype fact's value. */
export function dtypeFrom(v: ExprValue): DType | undefined {
  return typeof v === 'string' && isDType(v) ? v : undefined;
}

/** A shape fact's value: unknown items become unknown extents; undefined when the rank is not known. */
export function shapeFrom(v: ExprValue, unknowns: UnknownSource): readonly Dim[] | undefined {
  if (v === UNKNOWN || !isList(v)) return undefined;
  return v.every(isDim) ? v : v.map((d) => (isDim(d) ? d : unknowns.freshExtent()));
}

/** The elements of a small integer tensor of this type, if they are all known and fit its shape. */
export function elementsFrom(
  v: ExprValue,
  dtype: DType | undefined,
  shape: readonly Dim[] | undefined,
): Content | undefined {
  if (v === UNKNOWN || !isList(v) || v.length > MAX_TRACKED_ELEMENTS) return undefined;
  if (dtype === undefined || !FOLLOWED.has(dtype) || shape === undefined || shape.length > 1) return undefined;
  if (!v.every(isDim) || !dimsEqual(shape.length === 0 ? [1] : shape, [v.length])) return undefined;
  return { kind: 'elements', values: v };
}

/** A `quantized` fact's value: a tensor whose scale and zero point the result has, or the two in a list. */
export function quantizerFrom(v: ExprValue): Content | undefined {
  if (v instanceof TensorRef) return v.operand?.content?.kind === 'quantized' ? v.operand.content : undefined;
  if (v === UNKNOWN || !isList(v)) return undefined;
  const [s, zeroPoint] = v;
  const scale = s instanceof Float ? s.value : s;
  if (typeof scale !== 'number' || typeof zeroPoint !== 'number') return undefined;
  return { kind: 'quantized', scale, zeroPoint };
}

/** The elements of a small float tensor, if all are exact quotients of extents and fit its shape. */
export function floatsFrom(
  v: ExprValue,
  dtype: DType | undefined,
  shape: readonly Dim[] | undefined,
): Floats | undefined {
  if (v === UNKNOWN || !isList(v) || v.length > MAX_TRACKED_ELEMENTS) return undefined;
  if (dtype === undefined || !isFloating(dtype) || shape === undefined || shape.length > 1) return undefined;
  if (!dimsEqual(shape.length === 0 ? [1] : shape, [v.length])) return undefined;
  const floats: (Dim | Float)[] = [];
  for (const item of v) {
    if (!isDim(item) && !(item instanceof Float && quotientOf(item) !== undefined)) return undefined;
    floats.push(item);
  }
  return floats;
}

/** What is known of the tensor that stands for a number, or for a list of ints. */
export function tensorContent(content: Content | undefined): Content | undefined {
  const values = numbersIn(content);
  return values === undefined ? undefined : { kind: 'elements', values };
}

/** The elements of the tensor that stands for an int, a bool or a list of ints. */
function numbersIn(content: Content | undefined): Dim[] | undefined {
  switch (content?.kind) {
    case 'int':
      return [content.value];
    case 'bool':
      return [Number(content.value)];
    case 'list': {
      if (content.items.length > MAX_TRACKED_ELEMENTS) return undefined;
      const values: Dim[] = [];
      for (const item of content.items) {
        if (item?.kind === 'int') values.push(item.value);
        else return undefined;
      }
      return values;
    }
    default:
      return undefined;
  }
}

/** Dtypes whose elements are followed: those that hold extents, indexes and conditions. */
const FOLLOWED: ReadonlySet<DType> = new Set(['int64', 'int32', 'int16', 'int8', 'uint8', 'bool']);
