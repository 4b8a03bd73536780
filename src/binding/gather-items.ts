import type { InputSpec, InputType } from '../compiler-options.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { Type } from '../ir/type.js';

/** One item at its place in a container: `boxes.0`, `pair.1.0`, `batch.image`. */
interface Placed {
  readonly path: readonly string[];
  readonly type: InputType;
}

type Container = Extract<Type, { kind: 'list' | 'tuple' | 'dict' }>;

/**
 * Joins declarations of items, `NAME.0`, `NAME.key`, into one of the container NAME, where the model takes one and has no
 * input of the longer name. Items of a tuple with named fields go by index or field. Errors: `missing-input` for a gap
 * among the items, `unknown-input` for an item that the container cannot hold.
 */
export function gatherItems(
  inputs: readonly { readonly name: string; readonly type: Type }[],
  specs: readonly InputSpec[],
): InputSpec[] {
  const names = new Set(inputs.map(({ name }) => name));
  const containers = inputs.flatMap(({ name, type }) => {
    const container = containerOf(type);
    return container === undefined ? [] : [{ name, type: container }];
  });
  const placed = new Map<string, Placed[]>();
  const whole: InputSpec[] = [];
  for (const spec of specs) {
    const owner = names.has(spec.name) ? undefined : containers.find((c) => spec.name.startsWith(`${c.name}.`));
    const path = owner === undefined ? undefined : pathIn(owner.type, spec.name.slice(owner.name.length + 1));
    if (owner === undefined || path === undefined) whole.push(spec);
    else placed.set(owner.name, [...(placed.get(owner.name) ?? []), { path, type: spec.type }]);
  }
  for (const { name, type } of containers) {
    const items = placed.get(name);
    if (items !== undefined) whole.push({ name, type: assemble(name, type, items) });
  }
  return whole;
}

function containerOf(type: Type): Container | undefined {
  if (type.kind === 'optional') return containerOf(type.element);
  return type.kind === 'list' || type.kind === 'tuple' || type.kind === 'dict' ? type : undefined;
}

/** The type of the item that one step of a path leads to. */
function itemType(type: Container, key: string): Type | undefined {
  switch (type.kind) {
    case 'list':
      return /^\d+$/.test(key) ? type.element : undefined;
    case 'dict':
      return type.value;
    case 'tuple':
      return type.elements[fieldIndex(type, key)];
  }
}

function fieldIndex(type: Extract<Type, { kind: 'tuple' }>, key: string): number {
  const field = type.fields?.indexOf(key) ?? -1;
  return field >= 0 ? field : /^\d+$/.test(key) ? Number(key) : -1;
}

/** The steps that a dotted text means; undefined where the container has no such item. The last key may hold dots. */
function pathIn(type: Container, text: string): string[] | undefined {
  const dot = text.indexOf('.');
  const inner = type.kind === 'dict' ? containerOf(type.value) : undefined;
  if (dot < 0 || (type.kind === 'dict' && inner === undefined))
    return itemType(type, text) === undefined ? undefined : [text];
  const key = text.slice(0, dot);
  const item = itemType(type, key);
  const container = item === undefined ? undefined : containerOf(item);
  const rest = container === undefined ? undefined : pathIn(container, text.slice(dot + 1));
  return rest === undefined ? undefined : [key, ...rest];
}

function assemble(name: string, type: Container, placed: readonly Placed[]): InputType {
  const groups = new Map<string, Placed[]>();
  for (const { path, type: given } of placed) {
    const [first = '', ...rest] = path;
    const key = type.kind === 'tuple' ? String(fieldIndex(type, first)) : first;
    groups.set(key, [...(groups.get(key) ?? []), { path: rest, type: given }]);
  }
  const item = (key: string): InputType => assembleItem(`${name}.${key}`, itemType(type, key), groups.get(key) ?? []);
  if (type.kind === 'dict') {
    const keys = [...groups.keys()];
    return { kind: 'dict', keys, items: keys.map(item) };
  }
  const count = type.kind === 'tuple' ? type.elements.length : groups.size;
  const keys = Array.from({ length: count }, (_, i) => String(i));
  const gap = keys.find((key) => !groups.has(key));
  if (gap !== undefined) {
    fail('missing-input', `the input ${name} has no item ${name}.${gap}`, {
      help: `give the item ${name}.${gap} as well`,
    });
  }
  return { kind: type.kind, items: keys.map(item) };
}

function assembleItem(name: string, type: Type | undefined, group: readonly Placed[]): InputType {
  const [only] = group;
  if (only !== undefined && group.length === 1 && only.path.length === 0) return only.type;
  const inner = type === undefined ? undefined : containerOf(type);
  if (inner === undefined || group.some(({ path }) => path.length === 0))
    fail('unknown-input', `the item ${name} is given in a form that the model does not take`);
  return assemble(name, inner, group);
}
