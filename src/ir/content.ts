import type { Dim } from './dim.js';
import type { TensorData } from './tensor-data.js';
import type { Type } from './type.js';

/**
 * What is known of a value at compile time.
 * - `int`: a constant or a symbolic extent; every int has one (an unknown int gets a fresh symbol).
 * - `float` / `bool` / `str` / `none` / `device`: constants only.
 * - `tensor`: a constant tensor of the model, read lazily.
 * - `quantized`: a tensor of integers that stand for `(integer - zeroPoint) * scale`.
 * - `elements`: the elements, in row-major order, of a small int64 or bool tensor that holds extents
 *   (0-d or 1-d, at most MAX_TRACKED_ELEMENTS of them).
 * - `list`: a list of known length: what is known of each item, and each item's own type where they differ
 *   (the pieces of an uneven split).
 */
export type Content =
  | { readonly kind: 'int'; readonly value: Dim }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'str'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'device'; readonly value: string }
  | { readonly kind: 'complex'; readonly re: number; readonly im: number }
  | { readonly kind: 'tensor'; readonly data: TensorData }
  | { readonly kind: 'quantized'; readonly scale: number; readonly zeroPoint: number }
  | { readonly kind: 'elements'; readonly values: readonly Dim[] }
  | { readonly kind: 'list'; readonly items: readonly (Content | undefined)[]; readonly types?: readonly Type[] };

/** Contents that most constants of a graph have, one object for each: a large graph is that much smaller. */
const SMALLEST_INT = -16;
const SMALL_INTS: readonly Content[] = Array.from({ length: 272 }, (_, i) => ({
  kind: 'int',
  value: i + SMALLEST_INT,
}));
const TRUE: Content = { kind: 'bool', value: true };
const FALSE: Content = { kind: 'bool', value: false };
export const NO_VALUE: Content = { kind: 'none' };

export function intContent(value: Dim): Content {
  const at = typeof value === 'number' ? value - SMALLEST_INT : -1;
  return (at >= 0 && at < SMALL_INTS.length ? SMALL_INTS[at] : undefined) ?? { kind: 'int', value };
}

export function boolContent(value: boolean): Content {
  return value ? TRUE : FALSE;
}

/** Longer integer tensors are data, not shapes: their elements are not followed. */
export const MAX_TRACKED_ELEMENTS = 64;
