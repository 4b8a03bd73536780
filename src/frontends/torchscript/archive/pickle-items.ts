import type { DType } from '../../../ir/dtype.js';
import type { ByteSource } from '../../../ir/tensor-data.js';
import type { Global } from './pickle-globals.js';
import type { PickleDict, PickleList, PickleObject, PickleValue } from './pickle-value.js';

/** What stands on the unpickler's stack: data, or what only a call or a persistent id may take. */
export type Item =
  | PickleValue
  | { readonly kind: 'global'; readonly global: Global }
  | StorageItem
  /** A tuple that holds more than data. */
  | { readonly kind: 'arguments'; readonly items: readonly Item[] };

export interface StorageItem {
  readonly kind: 'storage';
  readonly dtype: DType;
  /** In elements. */
  readonly count: number;
  readonly source: ByteSource;
}

export class ListBuilder implements PickleList {
  readonly kind = 'list';
  readonly items: PickleValue[] = [];
  typeTag: string | undefined;
}

/** Keeps insertion order; a key that comes again takes the new value in the old place, as in Python. */
export class DictBuilder implements PickleDict {
  readonly kind = 'dict';
  readonly entries: [PickleValue, PickleValue][] = [];
  typeTag: string | undefined;
  private readonly places = new Map<string, number>();

  set(key: PickleValue, value: PickleValue): void {
    const id = keyId(key);
    const place = id === undefined ? undefined : this.places.get(id);
    if (place !== undefined) {
      this.entries[place] = [key, value];
      return;
    }
    if (id !== undefined) this.places.set(id, this.entries.length);
    this.entries.push([key, value]);
  }
}

/** TorchScript's dict keys are strings, numbers and tensors (by identity). */
function keyId(key: PickleValue): string | undefined {
  switch (key.kind) {
    case 'str':
      return `s${key.value}`;
    case 'int':
    case 'float':
    case 'bool':
      return `n${Number(key.value)}`;
    default:
      return undefined;
  }
}

export class ObjectBuilder implements PickleObject {
  readonly kind = 'object';
  state: PickleValue = { kind: 'none' };

  constructor(readonly className: string) {}
}

/** Data, as opposed to globals, storages and what holds them. */
export function isData(item: Item): item is PickleValue {
  return item.kind !== 'global' && item.kind !== 'storage' && item.kind !== 'arguments';
}
