import type { DType } from './ir/dtype.js';
import type { TensorData } from './ir/tensor-data.js';

export {
  DEFAULT_LIMITS,
  limitFlag,
  limitNamed,
  limitNames,
  type ReadLimits,
} from './frontends/torchscript/limits.js';

/** A dimension of a declared input: a static size, a symbol by name (the same name is the same size), or `?`, a fresh symbol. */
export type DimSpec = number | string;

/**
 * The declared type of an input. Containers are flattened: their tensors are the inputs `name.0`, `name.1`, ..., those of
 * a dict `name.key`. The keys of a dict come in the order in which the program meets them.
 */
export type InputType =
  | { readonly kind: 'tensor'; readonly dtype: DType; readonly dims: readonly DimSpec[] }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly InputType[] }
  | { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly InputType[] };

export interface InputSpec {
  /**
   * An argument's name in `forward`'s schema, or a graph input's name without `%`; of an item of a container, with its
   * index, key or field behind a point (`boxes.0`, `batch.image`).
   */
  readonly name: string;
  readonly type: InputType;
}

/** A literal in Python's or JSON's spelling, or a tensor. Floats are kept apart from ints by `float`. */
export type ConstValue =
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'str'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly ConstValue[] }
  | { readonly kind: 'tensor'; readonly data: TensorData };

/** An input that is baked in. */
export interface ConstSpec {
  readonly name: string;
  readonly value: ConstValue;
}

/** Inclusive range of a symbol, and the size to tune for. */
export interface DimRange {
  readonly min: number;
  readonly opt: number;
  readonly max: number;
}

export const DEFAULT_OPSET = 20;
export const MIN_OPSET = 17;
export const MAX_OPSET = 21;

/** Limits of each stage of rules; src/engine/limits.ts has what holds where they do not say, with reasons. */
export interface RewriteLimits {
  /** Rewrites; by default some for each node of the graph. */
  readonly maxSteps?: number;
  /** Rewrites of what rewrites made, one after another. */
  readonly maxGenerations?: number;
}

export interface CompileOptions {
  readonly inputs?: readonly InputSpec[];
  readonly consts?: readonly ConstSpec[];
  /** Ranges by symbol name. */
  readonly dims?: Readonly<Record<string, DimRange>>;
  /** ONNX opset, MIN_OPSET to MAX_OPSET; DEFAULT_OPSET when absent. */
  readonly opset?: number;
  /** False leaves out of the ONNX file why each node is there: the rules and the user's lines (metadata `thaw.*`). */
  readonly provenance?: boolean;
  /** How long the rules may rewrite before the compilation stops with `rewrite-limit`. */
  readonly limits?: RewriteLimits;
}
