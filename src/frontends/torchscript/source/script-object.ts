import type { ClassInfo } from './code-library.js';
import type { Item } from './item.js';

/** A module or an instance of a script class: known while the graph is built, never a value of it. */
export class ScriptObject {
  readonly kind = 'object';
  /** Current attributes. Only `State` writes them, so that branches and loops can follow. */
  readonly attributes = new Map<string, Item>();

  constructor(
    readonly info: ClassInfo,
    /** Counts up as objects are made: a loop tells by it which are older than itself. */
    readonly serial: number,
    /** Where the object stands in the model (`encoder.layers.0`), for messages; empty for the root. */
    readonly path: string,
  ) {}
}
