import { type Dim, dimEquals, isUnknownSymbol, symbolName } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Node, Value } from '../ir/graph.js';
import { type TensorType, type Type, tensorType } from '../ir/type.js';
import type { Structure } from '../schema/operator-schema.js';
import type { UnknownSource } from './fact-env.js';

/**
 * What is known of lists of tensors whose length is known only at run time: the type that all items share. An unknown
 * extent of an item type says that the extent may differ from item to item.
 */
export function inferSequence(node: Node, structure: Structure | undefined, unknowns: UnknownSource): void {
  const rule = structure === undefined ? OTHERS.get(node.op) : OF_STRUCTURE[structure];
  const out = node.outputs[0];
  if (rule === undefined || out === undefined) return;
  if (out.type.kind === 'list' ? out.content !== undefined : factsTell(node, structure)) return;
  const before = out.type.kind === 'list' ? out.type.element : out.type;
  const found = rule(node, { unknowns, before: before.kind === 'tensor' ? before : undefined });
  if (found !== undefined) out.type = out.type.kind === 'list' ? { kind: 'list', element: found } : found;
}

/** True when the list is known item by item, and the place in it: the operator's own facts say all. */
function factsTell({ op, inputs: [list, place] }: Node, structure: Structure | undefined): boolean {
  if (list?.type.kind !== 'list') return true;
  if (list.content?.kind !== 'list') return false;
  if (op === 'trt::list_item') return false;
  return structure !== 'list-item' || (place?.content?.kind === 'int' && typeof place.content.value === 'number');
}

interface Site {
  readonly unknowns: UnknownSource;
  /** The result's type when it was last inferred: unknown extents keep their names. */
  readonly before: TensorType | undefined;
}

type Rule = (node: Node, site: Site) => TensorType | undefined;

/** The type that all items of a list share; 'empty' for a list without items, undefined for no list of tensors. */
export function itemType(
  list: Pick<Value, 'type' | 'content'> | undefined,
  site: Site,
): TensorType | 'empty' | undefined {
  if (list?.type.kind !== 'list') return undefined;
  const { element } = list.type;
  if (list.content?.kind !== 'list') return element.kind === 'tensor' ? element : undefined;
  const types = list.content.types ?? list.content.items.map(() => element);
  let all: TensorType | 'empty' = 'empty';
  for (const t of types) {
    if (t.kind !== 'tensor') return undefined;
    all = covering(all, t, site);
  }
  return all;
}

/** The type that covers both; extents that differ become unknown. */
function covering(a: TensorType | 'empty', b: TensorType | 'empty', { unknowns, before }: Site): TensorType | 'empty' {
  if (a === 'empty') return b;
  if (b === 'empty') return a;
  const dtype = a.dtype === b.dtype ? a.dtype : undefined;
  const other = b.shape;
  if (a.shape === undefined || other === undefined || a.shape.length !== other.length) return tensorType(dtype);
  const shape = a.shape.map((d, i) => (dimEquals(d, other[i] ?? -1) ? d : again(before, i, unknowns)));
  return tensorType(dtype, shape);
}

/** An unknown extent: the one of the last inference where that was unknown too. */
function again(before: TensorType | undefined, axis: number, unknowns: UnknownSource): Dim {
  const old = before?.shape?.[axis];
  return old !== undefined && isUnknown(old) ? old : unknowns.freshExtent();
}

function isUnknown(d: Dim): boolean {
  const name = symbolName(d);
  return name !== undefined && isUnknownSymbol(name);
}

/** An item's own type: its unknown extents are not those of another item. `before` is its type when last inferred. */
export function separateItem(item: Type, before: Type, unknowns: UnknownSource): Type {
  return item.kind === 'tensor'
    ? apart(item, { unknowns, before: before.kind === 'tensor' ? before : undefined })
    : item;
}

function apart(item: TensorType, site: Site): TensorType {
  const shape = item.shape?.map((d, i) => (isUnknown(d) ? again(site.before, i, site.unknowns) : d));
  return tensorType(item.dtype, shape);
}

function oneItem(node: Node, site: Site): TensorType | undefined {
  const item = itemType(node.inputs[0], site);
  return item === undefined || item === 'empty' ? undefined : apart(item, site);
}

function covered(site: Site, values: readonly (TensorType | 'empty' | undefined)[]): TensorType | undefined {
  let all: TensorType | 'empty' = 'empty';
  for (const v of values) {
    if (v === undefined) return undefined;
    all = covering(all, v, site);
  }
  return all === 'empty' ? undefined : all;
}

function withItem(position: number): Rule {
  return (node, site) => {
    const added = node.inputs[position]?.type;
    return covered(site, [itemType(node.inputs[0], site), added?.kind === 'tensor' ? added : undefined]);
  };
}

const sameItems: Rule = (node, site) => covered(site, [itemType(node.inputs[0], site)]);

const joinedLists: Rule = (node, site) =>
  covered(site, [itemType(node.inputs[0], site), itemType(node.inputs[1], site)]);

function axisOf(v: Value | undefined, rank: number): number | undefined {
  if (v?.content?.kind !== 'int' || typeof v.content.value !== 'number') return undefined;
  const at = v.content.value < 0 ? v.content.value + rank : v.content.value;
  return at >= 0 && at < rank ? at : undefined;
}

/** `unbind`: the slices along an axis whose extent is known only at run time. */
const slices: Rule = ({ inputs: [self, dim] }) => {
  if (self?.type.kind !== 'tensor' || self.type.shape === undefined) return undefined;
  const axis = axisOf(dim, self.type.shape.length);
  return axis === undefined
    ? undefined
    : tensorType(
        self.type.dtype,
        self.type.shape.filter((_, i) => i !== axis),
      );
};

/** `split` and `chunk`: pieces along an axis, the last of them smaller. */
const pieces: Rule = ({ inputs: [self, , dim] }, { unknowns, before }) => {
  if (self?.type.kind !== 'tensor' || self.type.shape === undefined) return undefined;
  const axis = axisOf(dim, self.type.shape.length);
  if (axis === undefined) return undefined;
  const shape = self.type.shape.map((d, i) => (i === axis ? again(before, i, unknowns) : d));
  return tensorType(self.type.dtype, shape);
};

/** `cat`: the joined axis is as long as all items together. */
const concatenated: Rule = (node, site) => {
  const item = itemType(node.inputs[0], site);
  if (item === undefined || item === 'empty') return undefined;
  const axis = axisOf(node.inputs[1], item.shape?.length ?? 0);
  if (item.shape === undefined || axis === undefined) return tensorType(item.dtype);
  const shape = item.shape.map((d, i) => (i === axis || isUnknown(d) ? again(site.before, i, site.unknowns) : d));
  return tensorType(item.dtype, shape);
};

/** `stack`: a new axis of the list's length. */
const stacked: Rule = (node, site) => {
  const item = itemType(node.inputs[0], site);
  if (item === undefined || item === 'empty') return undefined;
  const axis = axisOf(node.inputs[1], (item.shape?.length ?? 0) + 1);
  if (item.shape === undefined || axis === undefined) return tensorType(item.dtype);
  const extents = [...item.shape.slice(0, axis), undefined, ...item.shape.slice(axis)];
  const shape = extents.map((d, i) => (d === undefined || isUnknown(d) ? again(site.before, i, site.unknowns) : d));
  return tensorType(item.dtype, shape);
};

/** `torch.tensor` of a list of numbers: of as many elements as it has, of Python's default dtype if none is given. */
const numbersTensor: Rule = ({ inputs: [list], output }, { unknowns, before }) => {
  const dtype = list?.type.kind === 'list' ? DEFAULT_DTYPES[list.type.element.kind] : undefined;
  if (dtype === undefined) return undefined;
  const told = output.type.kind === 'tensor' ? output.type.dtype : undefined;
  return tensorType(told ?? dtype, [again(before, 0, unknowns)]);
};

const DEFAULT_DTYPES: Readonly<Record<string, DType | undefined>> = { int: 'int64', float: 'float32', bool: 'bool' };

/** By what the schema says that the operator does to a list. */
const OF_STRUCTURE: Readonly<Partial<Record<Structure, Rule>>> = {
  'list-append': withItem(1),
  'list-insert': withItem(2),
  'list-set': withItem(2),
  'list-remove': sameItems,
  'list-reverse': sameItems,
  'list-slice': sameItems,
  'list-repeat': sameItems,
  'list-concat': joinedLists,
  'list-item': oneItem,
};

/** Between tensors and lists of them. */
const OTHERS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['trt::list_item', oneItem],
  ['aten::unbind.int', slices],
  ['aten::split.Tensor', pieces],
  ['aten::unsafe_split.Tensor', pieces],
  ['aten::chunk', pieces],
  ['trt::split_dyn', pieces],
  ['aten::cat', concatenated],
  ['aten::concat', concatenated],
  ['aten::stack', stacked],
  ['aten::tensor', numbersTensor],
]);
