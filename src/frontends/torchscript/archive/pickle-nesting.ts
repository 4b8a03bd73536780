import { fail } from '../../../diagnostics/diagnostic.js';
import { overLimit, type ReadLimits } from '../limits.js';
import type { PickleValue } from './pickle-value.js';

const NO_VALUES: readonly PickleValue[] = [];

interface Measure {
  readonly depth: number;
  readonly size: number;
}

/** Walks a value without recursion. Errors: `archive-limit` when nested too deep or too large; `pickle-forbidden` for cycles. */
export function checkNesting(root: PickleValue, label: string, limits: ReadLimits): void {
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
    done.set(value, measure(inner, done, label, limits));
  }
}

function measure(
  inner: readonly PickleValue[],
  done: ReadonlyMap<PickleValue, Measure>,
  label: string,
  limits: ReadLimits,
): Measure {
  let depth = 1;
  let size = 1;
  for (const v of inner) {
    const m = done.get(v);
    depth = Math.max(depth, (m?.depth ?? 1) + 1);
    size += m?.size ?? 1;
  }
  if (depth > limits.valueNesting) overLimit('valueNesting', limits, `${label} nests its values ${depth} deep`);
  if (size > limits.values) overLimit('values', limits, `${label} stands for ${size} values`);
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
