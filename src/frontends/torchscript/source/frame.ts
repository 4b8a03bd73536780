import type { Type } from '../../../ir/type.js';
import type { FunctionInfo } from './code-library.js';
import { CallRecord } from './code-place.js';
import type { Item } from './item.js';

/** One inlined call: its variables, and where it was called from. */
export class Frame {
  readonly variables = new Map<string, Item>();
  private types: Map<string, Type> | undefined;
  /** The user's Python behind the call's code. */
  readonly call: CallRecord;

  /** `offset`: where the caller's code calls. `outer`: of the function that this one is defined in. */
  constructor(
    readonly info: FunctionInfo,
    readonly self: Item | undefined,
    caller?: Frame,
    offset = 0,
    readonly outer?: Frame,
  ) {
    this.call = new CallRecord(info.unit, info.def, caller?.call, offset);
  }

  /** The source declares a variable's type. */
  declare(name: string, type: Type): void {
    this.types ??= new Map();
    this.types.set(name, type);
  }

  declaredType(name: string): Type | undefined {
    return this.types?.get(name);
  }

  /** A variable of this call, or of the function that this one is defined in. */
  lookup(name: string): Item | undefined {
    return this.variables.get(name) ?? this.outer?.lookup(name);
  }
}
