import { type Graph, Node, type Value } from '../ir/graph.js';
import { LIST_CONSTRUCT, TUPLE_CONSTRUCT, UNINITIALIZED } from '../ir/primitives.js';
import { byPass } from '../ir/provenance.js';
import { itemsOf } from './fold-containers.js';
import { setUninitialized } from './unset.js';

/**
 * Results of a branch that both blocks build as a list or tuple of the same length become one result an item, and
 * the container is built behind the branch: what reads its items then sees them.
 */
export function openBranchResults(node: Node, graph: Graph): void {
  const [yes, no] = node.blocks;
  if (yes === undefined || no === undefined) return;
  // Items that are containers themselves are opened in turn: outputs grow while the loop runs.
  for (let i = 0; i < node.outputs.length; i++) {
    const out = node.outputs[i];
    const [a, b] = [yes.returns[i], no.returns[i]];
    if (out === undefined || a === undefined || b === undefined || out.uses.size === 0) continue;
    const items = sameItems(a, b, node, graph);
    if (items === undefined) continue;
    const results = items.map(([x, y]) => {
      yes.addReturn(x);
      no.addReturn(y);
      return node.addOutput(graph.freshName(), x.type);
    });
    out.replaceAllUsesWith(containerAfter(node, out, results, graph));
  }
}

/** Pairs of the items of two containers of one kind and length; undefined when they are not. */
function sameItems(a: Value, b: Value, node: Node, graph: Graph): (readonly [Value, Value])[] | undefined {
  if (a === b || a.type.kind !== b.type.kind || (a.type.kind !== 'list' && a.type.kind !== 'tuple')) return undefined;
  const site = { node, graph };
  const x = itemsOf(a, site) ?? unsetItems(a, itemsOf(b, site), graph);
  const y = x === undefined ? undefined : (itemsOf(b, site) ?? unsetItems(b, x, graph));
  if (x === undefined || y === undefined || x.length !== y.length) return undefined;
  return x.flatMap((v, i) => (y[i] === undefined ? [] : [[v, y[i]] as const]));
}

/** The items of a container that a block never sets, like those of the other block's. */
function unsetItems(container: Value, like: readonly Value[] | undefined, graph: Graph): Value[] | undefined {
  const { producer } = container;
  if (producer?.op !== UNINITIALIZED || like === undefined) return undefined;
  return like.map(({ type }) => {
    const unset = new Node(UNINITIALIZED, [], producer.place);
    unset.origin = byPass('specialize', producer);
    const item = unset.addOutput(graph.freshName(), type);
    unset.insertAfter(producer);
    setUninitialized(unset);
    return item;
  });
}

function containerAfter(node: Node, like: Value, items: readonly Value[], graph: Graph): Value {
  const construct = new Node(like.type.kind === 'tuple' ? TUPLE_CONSTRUCT : LIST_CONSTRUCT, items, node.place);
  construct.origin = byPass('specialize', node);
  const value = construct.addOutput(graph.freshName(like.name), like.type);
  construct.insertAfter(node);
  return value;
}

/**
 * The same for what a loop carries: an initial container whose counterpart every round builds anew with the same
 * length, or passes on. The body opens it at its start, the container is built behind the loop.
 */
export function openCarriedContainers(node: Node, graph: Graph): void {
  const body = node.blocks[0];
  if (body === undefined) return;
  for (let i = 0; i < node.outputs.length; i++) {
    const [initial, param, out] = [node.inputs[i + 2], body.params[i + 1], node.outputs[i]];
    const next = body.returns[i + 1];
    if (initial === undefined || param === undefined || out === undefined || next === undefined) continue;
    const kind = initial.type.kind;
    if (kind !== 'list' && kind !== 'tuple') continue;
    if (param.uses.size === 0 && out.uses.size === 0) continue;
    const first = itemsOf(initial, { node, graph });
    if (first === undefined) continue;
    const params = openParameter(node, param, next, first, graph);
    if (params === undefined) continue;
    const results = first.map((item) => {
      node.addInput(item);
      return node.addOutput(graph.freshName(), item.type);
    });
    out.replaceAllUsesWith(containerAfter(node, out, results, graph));
    // The container itself is carried on unchanged, unused.
    body.setReturn(i + 1, param);
  }
}

/** Adds a parameter and a return an item; a construct at the start of the body stands for the container. */
function openParameter(
  node: Node,
  param: Value,
  next: Value,
  first: readonly Value[],
  graph: Graph,
): Value[] | undefined {
  const body = node.blocks[0];
  const producer = next.producer;
  const builds = producer?.op === LIST_CONSTRUCT || producer?.op === TUPLE_CONSTRUCT;
  const last = next === param ? undefined : builds ? producer?.inputs : undefined;
  if (body === undefined || (next !== param && last?.length !== first.length)) return undefined;
  const params = first.map((item) => body.addParam(graph.freshName(), item.type));
  const op = param.type.kind === 'tuple' ? TUPLE_CONSTRUCT : LIST_CONSTRUCT;
  const construct = new Node(op, params, node.place);
  construct.origin = byPass('specialize', node);
  const value = construct.addOutput(graph.freshName(param.name), param.type);
  body.attach(construct, body.first);
  const returned = last === undefined ? params : [...last];
  param.replaceAllUsesWith(value);
  for (const v of returned) body.addReturn(v === param ? value : v);
  return params;
}
