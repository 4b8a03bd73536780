import type { Span } from '../diagnostics/diagnostic.js';
import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { OpName, SourceLoc } from '../ir/graph.js';
import type { Provenance } from '../ir/provenance.js';
import type { TensorData } from '../ir/tensor-data.js';

/** A tensor in an ONNX graph while it is built. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  /** Undefined while the rank is unknown. Of a sequence: the shape that all its tensors share. */
  shape: readonly Dim[] | undefined;
  /** A sequence of tensors of this dtype. */
  readonly sequence?: boolean;
  /** Elements of a small int64, int32 or bool tensor (0-d or 1-d), if known; booleans are 0 and 1. */
  readonly elements?: readonly Dim[];
  /** The constant's data if the value is an initializer. */
  readonly data?: TensorData;
}

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'graph'; readonly value: OnnxGraph };

/** The operator of the graph that ONNX nodes are made for, why it stands there, and the user's line. */
export interface NodeSource {
  /** '' where no operator asked for them: copies for the model's outputs. */
  readonly op: OpName;
  readonly origin: Provenance | undefined;
  readonly loc: SourceLoc;
  /** The recipe that made them; absent for a converter, and in a model that was read from a file. */
  readonly recipe?: Span;
  /** Name of the operator's first result in the graph; absent in a model that was read from a file. */
  readonly result?: string;
}

export interface OnnxNode {
  op: string;
  /** '' is the standard domain. */
  domain: string;
  readonly name: string;
  /** '' for an omitted optional input. */
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxAttribute>;
  /** True for a node that does more than to compute its outputs: it is neither shared nor removed. */
  effect?: boolean;
  /** What the node was made for; `writeProvenance` puts it into the metadata. */
  source?: NodeSource;
  /** metadata_props. */
  metadata?: ReadonlyMap<string, string>;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[] | undefined;
  readonly sequence?: boolean;
}

export interface OnnxGraph {
  name: string;
  inputs: OnnxValueInfo[];
  outputs: OnnxValueInfo[];
  nodes: OnnxNode[];
  initializers: Map<string, TensorData>;
  valueInfo: Map<string, OnnxValueInfo>;
}

export interface OnnxModel {
  graph: OnnxGraph;
  opset: number;
  /** Further opset imports by domain. */
  domains: Map<string, number>;
  metadata: Map<string, string>;
}

/** Model metadata: the ranges that symbols were compiled for, as JSON `{ symbol: { min, opt, max } }`. */
export const RANGES_KEY = 'thaw.dims';
