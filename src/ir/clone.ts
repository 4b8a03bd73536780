import { type Block, Node, type Value } from './graph.js';

/** Maps values of the original to those of the copy; values that it does not hold stand for themselves. */
export type ValueMap = Map<Value, Value>;

/** The copy of a value; the value itself where the map has none. */
export function mapped(map: ValueMap, v: Value): Value {
  return map.get(v) ?? v;
}

/** A copy of a node and its blocks, in no block yet; its results are added to `map`. `name` gives fresh value names. */
export function cloneNode(node: Node, map: ValueMap, name: (hint: string) => string): Node {
  const copy = new Node(
    node.op,
    node.inputs.map((v) => mapped(map, v)),
    node.place,
  );
  copy.origin = node.origin;
  for (const [key, value] of node.attributes) copy.attributes.set(key, value);
  for (const inner of node.blocks) cloneInto(inner, copy.addBlock(), map, name);
  for (const out of node.outputs) cloneValue(out, copy.addOutput(name(out.name), out.type), map);
  return copy;
}

function cloneInto(from: Block, to: Block, map: ValueMap, name: (hint: string) => string): void {
  for (const p of from.params) cloneValue(p, to.addParam(name(p.name), p.type), map);
  for (const n of from.nodes()) to.append(cloneNode(n, map, name));
  for (const r of from.returns) to.addReturn(mapped(map, r));
}

function cloneValue(from: Value, to: Value, map: ValueMap): void {
  to.content = from.content;
  map.set(from, to);
}
