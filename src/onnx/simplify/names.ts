import type { Dim } from '../../ir/dim.js';
import type { DType } from '../../ir/dtype.js';
import type { TensorData } from '../../ir/tensor-data.js';
import type { OnnxGraph, OnnxNode } from '../types.js';

/** What is known of a value by its name. */
export interface Known {
  readonly dtype: DType;
  readonly shape: readonly Dim[] | undefined;
}

/**
 * The values of a model under simplification. Names are unique across a model and its subgraphs, so one table serves
 * all of them.
 */
export class Names {
  private readonly aliases = new Map<string, string>();
  readonly types = new Map<string, Known>();
  readonly constants = new Map<string, TensorData>();
  /** The node that makes a value, among those kept so far. */
  readonly producers = new Map<string, OnnxNode>();
  /** Graph outputs: names that must stay. */
  readonly outputs = new Set<string>();

  /** Notes inputs, outputs, initializers and types of a graph. An initializer that is also an input may be replaced. */
  enter(graph: OnnxGraph): void {
    for (const v of [...graph.inputs, ...graph.outputs, ...graph.valueInfo.values()]) {
      if (!v.sequence) this.types.set(v.name, v);
    }
    for (const v of graph.outputs) this.outputs.add(v.name);
    const inputs = new Set(graph.inputs.map((v) => v.name));
    for (const [name, data] of graph.initializers) if (!inputs.has(name)) this.define(name, data);
  }

  define(name: string, data: TensorData): void {
    this.constants.set(name, data);
    this.types.set(name, { dtype: data.dtype, shape: data.shape });
  }

  /** From now on `name` means `target`. */
  alias(name: string, target: string): void {
    this.aliases.set(name, this.resolve(target));
  }

  resolve(name: string): string {
    let at = name;
    for (let next = this.aliases.get(at); next !== undefined; next = this.aliases.get(at)) at = next;
    return at;
  }
}
