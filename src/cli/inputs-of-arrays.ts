import type { InputSpec, InputType } from '../compiler-options.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { TensorData } from '../ir/tensor-data.js';
import type { Type } from '../ir/type.js';

export interface NamedArray {
  readonly name: string;
  readonly data: TensorData;
}

/** An array at its place in a container: `boxes.0`, `pair.1.0`. */
interface Placed {
  readonly path: readonly number[];
  readonly data: TensorData;
}

/**
 * Declares a model's inputs by the arrays that are fed to it: their dtypes and sizes. `NAME.0`, `NAME.1`... are the
 * items of the input NAME where the model's own type is a container. Errors: `missing-input` for a gap among items.
 */
export function inputsOfArrays(
  inputs: readonly { readonly name: string; readonly type: Type }[],
  arrays: readonly NamedArray[],
): InputSpec[] {
  const containers = inputs.flatMap(({ name, type }) => {
    const container = containerOf(type);
    return container === undefined ? [] : [{ name, type: container }];
  });
  const items = new Map<string, Placed[]>();
  const specs: InputSpec[] = [];
  for (const { name, data } of arrays) {
    const owner = containers.find((c) => name.startsWith(`${c.name}.`) && /^(\.\d+)+$/.test(name.slice(c.name.length)));
    if (owner === undefined) {
      specs.push({ name, type: tensorType(data) });
      continue;
    }
    const path = name
      .slice(owner.name.length + 1)
      .split('.')
      .map(Number);
    items.set(owner.name, [...(items.get(owner.name) ?? []), { path, data }]);
  }
  for (const { name, type } of containers) {
    const placed = items.get(name);
    if (placed !== undefined) specs.push({ name, type: assemble(name, type, placed) });
  }
  return specs;
}

type Container = Extract<Type, { kind: 'list' | 'tuple' }>;

function containerOf(type: Type): Container | undefined {
  if (type.kind === 'optional') return containerOf(type.element);
  return type.kind === 'list' || type.kind === 'tuple' ? type : undefined;
}

function assemble(name: string, type: Container, placed: readonly Placed[]): InputType {
  const groups = new Map<number, Placed[]>();
  for (const { path, data } of placed) {
    const [first = 0, ...rest] = path;
    groups.set(first, [...(groups.get(first) ?? []), { path: rest, data }]);
  }
  const count = Math.max(...groups.keys()) + 1;
  if (count !== groups.size) {
    const gap = Array.from({ length: groups.size + 1 }, (_, i) => i).find((i) => !groups.has(i)) ?? 0;
    fail('missing-input', `the input ${name} has no item ${name}.${gap}`, {
      help: `feed --input ${name}.${gap}=FILE.npy`,
    });
  }
  const items = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, group]) => {
      const [only] = group;
      if (only !== undefined && group.length === 1 && only.path.length === 0) return tensorType(only.data);
      const inner = containerOf((type.kind === 'list' ? type.element : type.elements[index]) ?? { kind: 'any' });
      if (inner === undefined || group.some(({ path }) => path.length === 0)) {
        fail('unknown-input', `the item ${name}.${index} is fed in a form that the model does not take`);
      }
      return assemble(`${name}.${index}`, inner, group);
    });
  return { kind: type.kind, items };
}

function tensorType({ dtype, shape }: TensorData): InputType {
  return { kind: 'tensor', dtype, dims: shape };
}
