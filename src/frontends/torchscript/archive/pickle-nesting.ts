import { fail } from '../../../diagnostics/diagnostic.js';
import type { PickleValue } from './pickle-value.js';

/** Values may be nested this deep: readers recurse. A module takes two levels; real models stay below 100. */
export const MAX_NESTING = 1000;

/** Shared values count as often as they are reached, so that a small file cannot stand for an endless tree. */
export const MAX_EXPANDED_VALUES = 2 ** 28;

const NO_VALUES: readonly PickleValue[] = [];

interface Measure {
  readonly depth: number;
  readonly size: number;
}

/** Walks a value without recursion. Errors: `archive-limit` when nested too deep or too large; `pickle-forbidden` for cycles. */
export function checkNesting(root: PickleValue, label: string): void {
  const done = new Map<PickleValue, Measure>();
  const open = new Set<PickleValue>();
  const stack: PickleValue[] = [root];
  while (stack.length > 0) {
    const value = stack[stack.length - 1] ?? root;
    if (done.has(value)) {
      stack.pop();
      continue;
    }
    const inner = containedIn(value);
    if (!open.has(value)) {
      open.add(value);
      for (const v of inner) {
        if (open.has(v)) fail('pickle-forbidden', `${label} holds a value that contains itself`);
        if (!done.has(v) && containedIn(v).length > 0) stack.push(v);
      }
      if (stack[stack.length - 1] !== value) continue;
    }
    stack.pop();
    open.delete(value);
    done.set(value, measure(inner, done, label));
  }
}

function measure(inner: readonly PickleValue[], done: ReadonlyMap<PickleValue, Measure>, label: string): Measure {
  let depth = 1;
  let size = 1;
  for (const v of inner) {
    const m = done.get(v);
    depth = Math.max(depth, (m?.depth ?? 1) + 1);
    size += m?.size ?? 1;
  }
  if (depth > MAX_NESTING) fail('archive-limit', `${label} nests its values deeper than MAX_NESTING (${MAX_NESTING})`);
  if (size > MAX_EXPANDED_VALUES) fail('archive-limit', `${label} holds more values than MAX_EXPANDED_VALUES`);
  return { depth, size };
}

function containedIn(value: PickleValue): readonly PickleValue[] {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items;
    case 'dict':
      return value.entries.flat();
    case 'object':
      return [value.state];
    case 'enum':
      return [value.value];
    case 'none':
    case 'bool':
    case 'int':
    case 'float':
    case 'complex':
    case 'str':
    case 'device':
    case 'tensor':
      return NO_VALUES;
  }
}
