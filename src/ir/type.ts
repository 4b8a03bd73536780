import type { Dim } from './dim.js';
import { dimsEqual } from './dim.js';
import type { DType } from './dtype.js';

/**
 * PyTorch's type system, as far as TorchScript graphs use it. Types are plain, frozen-by-convention
 * data: compare them with `typeEquals`, never by identity.
 */
export type Type =
  | TensorType
  | { readonly kind: 'int' | 'float' | 'bool' | 'complex' | 'number' | 'str' | 'none' | 'device' | 'any' | 'generator' }
  | ListType
  | { readonly kind: 'optional'; readonly element: Type }
  | TupleType
  | { readonly kind: 'dict'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'union'; readonly members: readonly Type[] }
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'future'; readonly element: Type }
  /** A type variable of a schema, e.g. `t` in `t[]`; never in a graph. */
  | { readonly kind: 'var'; readonly name: string };

/** `dtype` and `shape` are absent while unknown; `shape: []` is a 0-d tensor. */
export interface TensorType {
  readonly kind: 'tensor';
  readonly dtype?: DType;
  readonly shape?: readonly Dim[];
}

/** `size`: a schema's fixed length (`int[2]`), which also takes a single element. */
export interface ListType {
  readonly kind: 'list';
  readonly element: Type;
  readonly size?: number;
}

/** A NamedTuple has `name` and `fields`. */
export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly Type[];
  readonly name?: string;
  readonly fields?: readonly string[];
}

export const TENSOR: TensorType = { kind: 'tensor' };
export const INT: Type = { kind: 'int' };
export const FLOAT: Type = { kind: 'float' };
export const BOOL: Type = { kind: 'bool' };
export const COMPLEX: Type = { kind: 'complex' };
export const NUMBER: Type = { kind: 'number' };
export const STR: Type = { kind: 'str' };
export const NONE: Type = { kind: 'none' };
export const DEVICE: Type = { kind: 'device' };
export const ANY: Type = { kind: 'any' };

/** A tensor type; unknown parts are left out. Types of 0-d tensors are shared. */
export function tensorType(dtype?: DType, shape?: readonly Dim[]): TensorType {
  return dtype !== undefined && shape?.length === 0 ? scalarType(dtype) : { kind: 'tensor', dtype, shape };
}

/** Types of 0-d tensors are shared: translation makes many numbers tensors. */
const SCALARS = new Map<DType, TensorType>();

function scalarType(dtype: DType): TensorType {
  let type = SCALARS.get(dtype);
  if (type === undefined) {
    type = { kind: 'tensor', dtype, shape: [] };
    SCALARS.set(dtype, type);
  }
  return type;
}

/** `element[]`. */
export function listOf(element: Type): ListType {
  return { kind: 'list', element };
}

/** `element?`; types that None is one of already as they are. */
export function optionalOf(element: Type): Type {
  return element.kind === 'optional' || element.kind === 'none' || element.kind === 'any'
    ? element
    : { kind: 'optional', element };
}

/** A tuple; of a named one its name and the names of its fields. */
export function tupleOf(elements: readonly Type[], name?: string, fields?: readonly string[]): TupleType {
  return { kind: 'tuple', elements, name, fields };
}

/** Structural equality, tensors by dtype and symbolic shape. */
export function typeEquals(a: Type, b: Type): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'tensor':
      return b.kind === 'tensor' && a.dtype === b.dtype && sameShapes(a.shape, b.shape);
    case 'list':
    case 'optional':
    case 'future':
      return a.kind === b.kind && typeEquals(a.element, b.element);
    case 'tuple':
      return b.kind === 'tuple' && sameTypes(a.elements, b.elements) && a.name === b.name;
    case 'dict':
      return b.kind === 'dict' && typeEquals(a.key, b.key) && typeEquals(a.value, b.value);
    case 'union':
      return b.kind === 'union' && sameTypes(a.members, b.members);
    case 'class':
    case 'var':
      return a.kind === b.kind && a.name === b.name;
    case 'int':
    case 'float':
    case 'bool':
    case 'complex':
    case 'number':
    case 'str':
    case 'none':
    case 'device':
    case 'any':
    case 'generator':
      return a.kind === b.kind;
  }
}

function sameShapes(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  return a === undefined || b === undefined ? a === b : dimsEqual(a, b);
}

function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((t, i) => typeEquals(t, b[i] ?? ANY));
}

/** Type names that one word spells. */
const PLAIN: Partial<Record<Type['kind'], string>> = {
  int: 'int',
  float: 'float',
  bool: 'bool',
  complex: 'complex',
  number: 'Scalar',
  str: 'str',
  none: 'NoneType',
  device: 'Device',
  any: 'Any',
  generator: 'Generator',
};

/** PyTorch's spelling; tensors print as `Tensor` (print.ts spells dtype and shape in graph text). */
export function typeName(t: Type): string {
  switch (t.kind) {
    case 'tensor':
      return 'Tensor';
    case 'list':
      return `${typeName(t.element)}[]`;
    case 'optional':
      return `${typeName(t.element)}?`;
    case 'future':
      return `Future(${typeName(t.element)})`;
    case 'tuple':
      return t.name ?? `(${t.elements.map(typeName).join(', ')})`;
    case 'dict':
      return `Dict(${typeName(t.key)}, ${typeName(t.value)})`;
    case 'union':
      return `Union(${t.members.map(typeName).join(', ')})`;
    case 'class':
    case 'var':
      return t.name;
    default:
      return PLAIN[t.kind] ?? t.kind;
  }
}
