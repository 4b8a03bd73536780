import type { Span } from '../diagnostics/diagnostic.js';
import type { Signature } from './signature.js';

/**
 * What is known of one result, as expressions over the operator's arguments (src/expr). Names of dtypes
 * (`int64`) stand for themselves. A fact that evaluates to unknown says nothing; an absent one neither.
 */
export interface ResultFact {
  /** Tensor results: the element type. For a `Tensor[]`, one dtype for all items or a list of them. */
  readonly dtype?: string;
  /** Tensor results: the list of extents. */
  readonly shape?: string;
  /** Tensor results: the elements of a small integer or bool tensor (0-d or 1-d), row-major, as a list. */
  readonly elements?: string;
  /** Scalar results (int, float, bool, str, None, Device): the value. */
  readonly value?: string;
  /** List results: for `Tensor[]` a list of shapes, otherwise the items' values. Its length is the list's length. */
  readonly list?: string;
  /**
   * Results of quantized dtypes: the argument whose integers, scale and zero point they have, or `[scale, zero_point]`
   * where they are computed anew; `none` where a quantized tensor is read and none given. An operator without this takes
   * no quantized tensors.
   */
  readonly quantized?: string;
  /** Name of an argument whose type and content the result takes over unchanged. */
  readonly same?: string;
}

/**
 * - `always`: may stay in the translated graph whatever feeds it.
 * - `when-static`: no operand may come from a cast, and an int, float, bool or list of these that it
 *   gives must be a constant if anything but control flow reads it.
 * - `never`: must have been rewritten away.
 */
export type Legality = 'always' | 'when-static' | 'never';

/** Of an entry that does not say. An operator whose operands are all tensors can never be fed by a cast. */
export const DEFAULT_LEGALITY: Legality = 'when-static';

/**
 * An operator on a container that folds when the container's items are known values, or a test for None: the operator's
 * arguments play the roles in brackets, in order. `forward` gives its first argument as it is.
 */
export const STRUCTURES = [
  'forward', // (x, ...)
  'list-item', // (list, index)
  'list-slice', // (list, start, end, step)
  'list-concat', // (list, list)
  'list-repeat', // (list, times)
  'list-append', // (list, item)
  'list-insert', // (list, index, item)
  'list-set', // (list, index, item)
  'list-remove', // (list, index): the list without the item
  'list-reverse', // (list)
  'list-length', // (list)
  'list-unpack', // (list): one result an item
  'dict-of-pairs', // (list of tuples)
  'dict-item', // (dict, key)
  'dict-get', // (dict, key, default)
  'dict-contains', // (dict, key)
  'dict-set', // (dict, key, value)
  'dict-remove', // (dict, key)
  'dict-update', // (dict, dict)
  'dict-length', // (dict)
  'dict-keys', // (dict)
  'dict-values', // (dict)
  'dict-items', // (dict)
  'is', // (x, y): one of them is None, and the other one's type tells
  'is-not', // (x, y)
] as const;

export type Structure = (typeof STRUCTURES)[number];

/** What rewrites insert: `cast` and `freeze` where a result's type changes, `list` where a template makes a list. */
export type Role = 'cast' | 'freeze' | 'list';

/** What an operator does beside giving results, for functionalization. */
export interface MemoryFacts {
  /**
   * Of an operator that changes arguments: the one that gives what it would leave in them, in order. It takes the same
   * arguments, without the changed ones where it has none of their names; further ones have their defaults.
   */
  readonly functional?: string;
  /**
   * Of an operator whose result is a part of its first argument (`Tensor(a) self -> Tensor(a)`): the one that gives that
   * argument with the part replaced, by the argument, the new part, and the operator's other arguments.
   */
  readonly scatter?: string;
  /** It says nothing of values (a message, a check, a mode): it goes where nothing reads its results. */
  readonly dropped?: boolean;
}

/** An operator as rules/schemas/*.yaml declares it. */
export interface OperatorSchema {
  readonly signature: Signature;
  readonly legal: Legality;
  /** May be removed when nothing reads its results. False for what raises, prints or mutates. */
  readonly pure: boolean;
  readonly role?: Role;
  /** How the operator folds on containers whose items are known. */
  readonly structure?: Structure;
  readonly memory?: MemoryFacts;
  /** One entry a result; empty when nothing is known but the declared types. */
  readonly infer: readonly ResultFact[];
  /** What a user should know of it: why it has no form in ONNX. */
  readonly note?: string;
  /** Where the schema stands in its YAML file. */
  readonly span: Span;
}
