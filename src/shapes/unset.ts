import type { Content } from '../ir/content.js';
import type { Node, Value } from '../ir/graph.js';
import { UNINITIALIZED } from '../ir/primitives.js';

/**
 * Values that stand for nothing: what an early return, a break or a raise leaves behind on the other paths. No run reads
 * them, so that a path that sets the value tells all of it.
 */
const carried = new WeakSet<Value>();

/** True for `prim::Uninitialized` and for what only passes it on. */
export function isUnset(v: Value): boolean {
  return v.producer?.op === UNINITIALIZED || carried.has(v);
}

/** Says whether a result or parameter only passes on what was never set. */
export function markUnset(v: Value, unset: boolean): void {
  if (unset) carried.add(v);
  else carried.delete(v);
}

/** Any number will do for one that is never read: zero. */
export function setUninitialized(node: Node): void {
  const { type } = node.output;
  node.output.content = ZEROS[type.kind];
}

const ZEROS: Readonly<Record<string, Content | undefined>> = {
  int: { kind: 'int', value: 0 },
  float: { kind: 'float', value: 0 },
  bool: { kind: 'bool', value: false },
};
