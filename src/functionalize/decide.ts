import type { Block, Node, Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import { constantOf } from './emitter.js';

/** The block of a branch whose condition is known: a constant, or whether something is None that is always or never. */
export function decided(node: Node): Block | undefined {
  const holds = truthOf(node.inputs[0]);
  return holds === undefined ? undefined : node.blocks[holds ? 0 : 1];
}

function truthOf(v: Value | undefined): boolean | undefined {
  const constant = constantOf(v);
  if (typeof constant === 'boolean') return constant;
  const producer = v?.producer;
  if (producer === undefined) return undefined;
  const [a, b] = producer.inputs;
  switch (producer.op) {
    case 'aten::__not__': {
      const holds = truthOf(a);
      return holds === undefined ? undefined : !holds;
    }
    case 'aten::__is__':
      return areSame(a, b);
    case 'aten::__isnot__': {
      const same = areSame(a, b);
      return same === undefined ? undefined : !same;
    }
    default:
      return undefined;
  }
}

/** `a is b`, when one of them is None. */
function areSame(a: Value | undefined, b: Value | undefined): boolean | undefined {
  const [x, y] = [isNone(a), isNone(b)];
  if (x === undefined || y === undefined || (!x && !y)) return undefined;
  return x && y;
}

function isNone(v: Value | undefined): boolean | undefined {
  if (v === undefined) return undefined;
  if (constantOf(v) === null || v.type.kind === 'none') return true;
  return mayBeNone(v.type) ? undefined : false;
}

function mayBeNone(type: Type): boolean {
  return type.kind === 'optional' || type.kind === 'any' || type.kind === 'union' || type.kind === 'var';
}

/** Puts the nodes of a block in place of the branch and gives the first node to walk. */
export function splice(node: Node, block: Block): Node | undefined {
  const first = block.first ?? node.next;
  for (const inner of block.nodes()) inner.insertBefore(node);
  node.outputs.forEach((out, i) => {
    const value = block.returns[i];
    if (value !== undefined) out.replaceAllUsesWith(value);
  });
  node.destroy();
  return first;
}
