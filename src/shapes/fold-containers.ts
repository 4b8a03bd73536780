import { fail } from '../diagnostics/diagnostic.js';
import { MAX_LIST_ITEMS } from '../expr/evaluate.js';
import { type Graph, Node, type Value } from '../ir/graph.js';
import { CONSTANT, DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { byPass } from '../ir/provenance.js';
import { BOOL, listOf, type Type } from '../ir/type.js';
import type { Structure } from '../schema/operator-schema.js';
import { openConstant } from './constants.js';
import { sliced } from './python-slice.js';

/** What stands for each result of a node that folds on a container; undefined when it does not fold. */
export type Folded = readonly Value[];

interface Site {
  readonly node: Node;
  readonly graph: Graph;
}

type Fold = (site: Site) => Folded | undefined;

/** Folds a node whose containers are built by nodes that can be seen. New nodes stand before it. */
export function foldContainer(node: Node, structure: Structure, graph: Graph): Folded | undefined {
  return FOLDS[structure]({ node, graph });
}

/** The items of a list or tuple that a construction or constant makes. */
export function itemsOf(list: Value | undefined, site: Site): readonly Value[] | undefined {
  const producer = list?.producer;
  if (list === undefined || producer === undefined) return undefined;
  if (producer.op === LIST_CONSTRUCT || producer.op === TUPLE_CONSTRUCT) return producer.inputs;
  return openConstant(site.node, site.graph, list);
}

function constantInt(v: Value | undefined): number | undefined {
  return v?.content?.kind === 'int' && typeof v.content.value === 'number' ? v.content.value : undefined;
}

/** An optional int: none is `otherwise`. */
function bound(v: Value | undefined, otherwise: number | null): number | null | undefined {
  return v === undefined || v.content?.kind === 'none' ? otherwise : constantInt(v);
}

function build(site: Site, op: string, inputs: readonly Value[], type: Type): Value {
  const node = new Node(op, inputs, site.node.place);
  node.origin = byPass('specialize', site.node);
  const out = node.addOutput(site.graph.freshName(), type);
  if (op !== DICT_CONSTRUCT)
    out.content = { kind: 'list', items: inputs.map((v) => v.content), types: inputs.map((v) => v.type) };
  node.insertBefore(site.node);
  return out;
}

/** A list of these items, of the type of the node's result or of its first operand. */
function list(site: Site, items: readonly Value[]): Folded {
  const declared = site.node.outputs[0]?.type;
  const first = site.node.inputs[0]?.type;
  const type = declared?.kind === 'list' ? declared : first?.kind === 'list' ? first : listOf({ kind: 'any' });
  return [build(site, LIST_CONSTRUCT, items, type)];
}

/** A fold of the list in the first operand into another list. */
function edit(change: (items: readonly Value[], node: Node) => readonly Value[] | undefined): Fold {
  return (site) => {
    const items = itemsOf(site.node.inputs[0], site);
    const changed = items === undefined ? undefined : change(items, site.node);
    return changed === undefined || changed.length > MAX_LIST_ITEMS ? undefined : list(site, changed);
  };
}

function indexIn(items: readonly Value[], v: Value | undefined): number | undefined {
  const index = constantInt(v);
  if (index === undefined) return undefined;
  const at = index < 0 ? index + items.length : index;
  return at >= 0 && at < items.length ? at : undefined;
}

function listItem(site: Site): Folded | undefined {
  const items = itemsOf(site.node.inputs[0], site);
  const at = items === undefined ? undefined : indexIn(items, site.node.inputs[1]);
  const item = at === undefined ? undefined : items?.[at];
  return item === undefined ? undefined : [item];
}

function listConcat(site: Site): Folded | undefined {
  const a = itemsOf(site.node.inputs[0], site);
  const b = itemsOf(site.node.inputs[1], site);
  return a === undefined || b === undefined || a.length + b.length > MAX_LIST_ITEMS
    ? undefined
    : list(site, [...a, ...b]);
}

function listUnpack(site: Site): Folded | undefined {
  const items = itemsOf(site.node.inputs[0], site);
  return items?.length === site.node.outputs.length ? items : undefined;
}

const sliceItems = edit((items, node) => {
  const start = bound(node.inputs[1], null);
  const end = bound(node.inputs[2], null);
  const step = bound(node.inputs[3], 1);
  if (start === undefined || end === undefined || step === undefined || step === null) return undefined;
  return sliced(items, start, end, step);
});

type Key = string | number | boolean;

function keyOf(v: Value | undefined): Key | undefined {
  const content = v?.content;
  switch (content?.kind) {
    case 'str':
    case 'bool':
    case 'float':
      return content.value;
    case 'int':
      return typeof content.value === 'number' ? content.value : undefined;
    default:
      return undefined;
  }
}

/** The entries of a dict whose keys are all constant: later ones replace earlier ones, in Python's order. */
function entriesOf(dict: Value | undefined): Map<Key, readonly [Value, Value]> | undefined {
  const producer = dict?.producer;
  if (producer?.op !== DICT_CONSTRUCT) return undefined;
  const entries = new Map<Key, readonly [Value, Value]>();
  for (let i = 0; i + 1 < producer.inputs.length; i += 2) {
    const [k, v] = [producer.inputs[i], producer.inputs[i + 1]];
    const key = keyOf(k);
    if (key === undefined || k === undefined || v === undefined) return undefined;
    entries.set(key, [entries.get(key)?.[0] ?? k, v]);
  }
  return entries;
}

function dict(site: Site, entries: ReadonlyMap<Key, readonly [Value, Value]>): Folded {
  const type = site.node.inputs[0]?.type ?? { kind: 'any' };
  return [build(site, DICT_CONSTRUCT, [...entries.values()].flat(), type)];
}

function editDict(change: (entries: Map<Key, readonly [Value, Value]>, node: Node) => boolean): Fold {
  return (site) => {
    const entries = entriesOf(site.node.inputs[0]);
    return entries !== undefined && change(entries, site.node) ? dict(site, entries) : undefined;
  };
}

/** A dict made of (key, value) tuples. */
function dictOfPairs(site: Site): Folded | undefined {
  const entries = new Map<Key, readonly [Value, Value]>();
  for (const item of itemsOf(site.node.inputs[0], site) ?? [undefined]) {
    const made = item?.producer;
    const [k, v] = made?.op === TUPLE_CONSTRUCT ? made.inputs : [];
    const key = keyOf(k);
    if (key === undefined || k === undefined || v === undefined) return undefined;
    entries.set(key, [entries.get(key)?.[0] ?? k, v]);
  }
  const type = site.node.outputs[0]?.type ?? { kind: 'any' };
  return [build(site, DICT_CONSTRUCT, [...entries.values()].flat(), type)];
}

function dictItem(site: Site): Folded | undefined {
  const entries = entriesOf(site.node.inputs[0]);
  const key = keyOf(site.node.inputs[1]);
  const entry = key === undefined ? undefined : entries?.get(key);
  if (entry !== undefined) return [entry[1]];
  const otherwise = site.node.inputs[2];
  return entries !== undefined && key !== undefined && otherwise !== undefined ? [otherwise] : undefined;
}

/** The item of a key that must be there. Errors: `missing-key`, with the keys that are. */
function dictItemAt(site: Site): Folded | undefined {
  const found = dictItem(site);
  const key = keyOf(site.node.inputs[1]);
  const entries = entriesOf(site.node.inputs[0]);
  if (found !== undefined || key === undefined || entries === undefined) return found;
  return fail('missing-key', `a dict is asked for the key ${quoted(key)}, which it has not`, {
    at: site.node.loc[0],
    help: `its keys are ${[...entries.keys()].map(quoted).join(', ') || 'none'}; declare the input with all keys that the model reads`,
  });
}

function quoted(key: Key): string {
  return JSON.stringify(key);
}

function dictContains(site: Site): Folded | undefined {
  const entries = entriesOf(site.node.inputs[0]);
  const key = keyOf(site.node.inputs[1]);
  return entries === undefined || key === undefined ? undefined : [literal(site, { kind: 'bool' }, entries.has(key))];
}

function dictLength(site: Site): Folded | undefined {
  const entries = entriesOf(site.node.inputs[0]);
  return entries === undefined ? undefined : [literal(site, { kind: 'int' }, entries.size)];
}

function listLength(site: Site): Folded | undefined {
  const items = itemsOf(site.node.inputs[0], site);
  return items === undefined ? undefined : [literal(site, { kind: 'int' }, items.length)];
}

function literal(site: Site, type: Type, value: number | boolean): Value {
  const node = new Node(CONSTANT, [], site.node.place);
  node.origin = byPass('specialize', site.node);
  node.attributes.set('value', value);
  const out = node.addOutput(site.graph.freshName(), type);
  out.content = typeof value === 'number' ? { kind: 'int', value } : { kind: 'bool', value };
  node.insertBefore(site.node);
  return out;
}

function dictPart(pick: (site: Site, entry: readonly [Value, Value]) => Value): Fold {
  return (site) => {
    const entries = entriesOf(site.node.inputs[0]);
    return entries === undefined
      ? undefined
      : list(
          site,
          [...entries.values()].map((entry) => pick(site, entry)),
        );
  };
}

function pair(site: Site, entry: readonly [Value, Value]): Value {
  return build(site, TUPLE_CONSTRUCT, entry, { kind: 'tuple', elements: entry.map((v) => v.type) });
}

/** The operand itself, unless a refinement of its type would be lost. */
function forwardOperand(site: Site): Folded | undefined {
  const [source] = site.node.inputs;
  const out = site.node.outputs[0];
  if (source === undefined || out === undefined) return undefined;
  return source.type.kind === 'optional' && out.type.kind !== 'optional' ? undefined : [source];
}

/** `x is None` of a value whose type says that it is none. */
function noneTest(negated: boolean): Fold {
  return (site) => {
    const [a, b] = site.node.inputs;
    const other = a?.type.kind === 'none' ? b : b?.type.kind === 'none' ? a : undefined;
    return other === undefined || MAY_BE_NONE.has(other.type.kind) ? undefined : [literal(site, BOOL, negated)];
  };
}

const MAY_BE_NONE: ReadonlySet<Type['kind']> = new Set(['none', 'optional', 'any', 'union', 'var']);

const FOLDS: Readonly<Record<Structure, Fold>> = {
  forward: forwardOperand,
  'list-item': listItem,
  'list-slice': sliceItems,
  'list-concat': listConcat,
  'list-repeat': edit((items, node) => {
    const times = constantInt(node.inputs[1]);
    if (times === undefined || times * items.length > MAX_LIST_ITEMS) return undefined;
    return Array.from({ length: Math.max(0, times) }, () => items).flat();
  }),
  'list-append': edit((items, node) => {
    const item = node.inputs[1];
    return item === undefined ? undefined : [...items, item];
  }),
  'list-insert': edit((items, node) => {
    const index = constantInt(node.inputs[1]);
    const item = node.inputs[2];
    if (index === undefined || item === undefined) return undefined;
    return items.toSpliced(index, 0, item);
  }),
  'list-set': edit((items, node) => {
    const at = indexIn(items, node.inputs[1]);
    const item = node.inputs[2];
    return at === undefined || item === undefined ? undefined : items.with(at, item);
  }),
  'list-remove': edit((items, node) => {
    const at = indexIn(items, node.inputs[1]);
    return at === undefined ? undefined : items.toSpliced(at, 1);
  }),
  'list-reverse': edit((items) => items.toReversed()),
  'list-length': listLength,
  'list-unpack': listUnpack,
  'dict-of-pairs': dictOfPairs,
  'dict-item': dictItemAt,
  'dict-get': dictItem,
  'dict-contains': dictContains,
  'dict-set': editDict((entries, node) => {
    const key = keyOf(node.inputs[1]);
    const [, k, v] = node.inputs;
    if (key === undefined || k === undefined || v === undefined) return false;
    entries.set(key, [entries.get(key)?.[0] ?? k, v]);
    return true;
  }),
  'dict-remove': editDict((entries, node) => {
    const key = keyOf(node.inputs[1]);
    return key !== undefined && entries.delete(key);
  }),
  'dict-update': editDict((entries, node) => {
    const more = entriesOf(node.inputs[1]);
    for (const [key, entry] of more ?? []) entries.set(key, entry);
    return more !== undefined;
  }),
  'dict-length': dictLength,
  'dict-keys': dictPart((_, entry) => entry[0]),
  'dict-values': dictPart((_, entry) => entry[1]),
  'dict-items': dictPart(pair),
  is: noneTest(false),
  'is-not': noneTest(true),
};
