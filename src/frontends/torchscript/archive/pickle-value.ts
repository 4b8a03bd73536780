import type { TensorData } from '../../../ir/tensor-data.js';

/** What a pickle of a TorchScript archive can hold: plain data. Values may be shared, never cyclic. */
export type PickleValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | PickleInt
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'complex'; readonly re: number; readonly im: number }
  | { readonly kind: 'str'; readonly value: string }
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleObject
  | { readonly kind: 'enum'; readonly className: string; readonly value: PickleValue }
  | { readonly kind: 'device'; readonly value: string }
  | PickleTensor;

/** A bigint only beyond 2^53. */
export interface PickleInt {
  readonly kind: 'int';
  readonly value: number | bigint;
}

export interface PickleList {
  readonly kind: 'list';
  readonly items: readonly PickleValue[];
  /** PyTorch's annotation where the archive keeps it: `List[int]`, `List[Tensor]`, `List[Optional[Tensor]]`... */
  readonly typeTag?: string;
}

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** Entries in insertion order. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: readonly (readonly [PickleValue, PickleValue])[];
  /** `Dict[str, Tensor]`, where the archive keeps it. */
  readonly typeTag?: string;
}

/** An instance of a class of the archive (`__torch__.`...): modules above all. Equal identity is the same instance. */
export interface PickleObject {
  readonly kind: 'object';
  /** Qualified, e.g. `__torch__.torch.nn.modules.linear.Linear`. */
  readonly className: string;
  /** A dict of attributes; anything else is the argument of the class's own `__setstate__`. */
  readonly state: PickleValue;
}

export interface PickleTensor {
  readonly kind: 'tensor';
  /** Of a quantized tensor its integers. */
  readonly data: TensorData;
  readonly requiresGrad: boolean;
  readonly quantizer?: Quantizer;
}

/** What the integers of a quantized tensor stand for: `(integer - zero point) * scale`, the same or one for each place along an axis. */
export type Quantizer =
  | { readonly kind: 'tensor'; readonly scale: number; readonly zeroPoint: number }
  | { readonly kind: 'channel'; readonly scale: TensorData; readonly zeroPoint: TensorData; readonly axis: number };

/** An object's attributes by name, in order; undefined when its class has its own `__setstate__`. */
export function objectAttributes(object: PickleObject): Map<string, PickleValue> | undefined {
  if (object.state.kind !== 'dict') return undefined;
  const attributes = new Map<string, PickleValue>();
  for (const [key, value] of object.state.entries) {
    if (key.kind !== 'str') return undefined;
    attributes.set(key.value, value);
  }
  return attributes;
}
