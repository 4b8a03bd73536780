import { createHash } from 'node:crypto';
import { type Graph, Node, type Value } from '../../src/ir/graph.js';
import { attributeText } from '../../src/ir/literal-text.js';
import { ANY } from '../../src/ir/type.js';
import { typeText } from '../../src/ir/type-text.js';

/** What a graph computes: equal whatever the order and the names of its nodes. */
export function meaning(graph: Graph): string {
  const known = new Map<Value | Node, string>();
  graph.inputs.forEach((v, i) => {
    known.set(v, `input ${i}`);
  });
  const digest = (text: string) => createHash('sha1').update(text).digest('hex');
  const ofValue = (v: Value): string => {
    const done = known.get(v);
    if (done !== undefined) return done;
    return v.def instanceof Node ? `${ofNode(v.def)}.${v.defIndex}` : `param ${v.defIndex} ${typeText(v.type)}`;
  };
  const ofNode = (node: Node): string => {
    const done = known.get(node);
    if (done !== undefined) return done;
    const attributes = [...node.attributes].map(([k, a]) => `${k}=${attributeText(a, node.outputs[0]?.type ?? ANY)}`);
    const blocks = node.blocks.map((b) => b.returns.map(ofValue).join());
    const text = [node.op, attributes.join(), node.inputs.map(ofValue).join(), blocks.join('|')].join(' ');
    const hash = digest(text);
    known.set(node, hash);
    return hash;
  };
  return digest(graph.outputs.map(ofValue).join());
}
