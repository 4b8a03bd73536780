import type { Content } from '../ir/content.js';
import { type Attribute, type Graph, Node, type Value } from '../ir/graph.js';
import { CONSTANT } from '../ir/primitives.js';
import { byPass, type Provenance } from '../ir/provenance.js';
import { NONE, type Type } from '../ir/type.js';
import { elementType } from './operands.js';

/** The attribute of a prim::Constant that holds this content; undefined when some part is not constant. */
export function attributeOf(content: Content | undefined): Attribute | undefined {
  switch (content?.kind) {
    case 'int':
      return typeof content.value === 'number' ? content.value : undefined;
    case 'float':
    case 'bool':
    case 'str':
    case 'device':
      return content.value;
    case 'none':
      return null;
    case 'tensor':
      return content.data;
    case 'list': {
      const items: Attribute[] = [];
      for (const item of content.items) {
        const value = attributeOf(item);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    }
    default:
      return undefined;
  }
}

/** A type whose constants an attribute can hold: scalars and lists of them, no containers of tensors. */
export function holdsConstant(type: Type): boolean {
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'str':
    case 'none':
    case 'device':
    case 'number':
      return true;
    case 'list':
      return !isOptionalTensor(type.element) && holdsConstant(type.element);
    case 'optional':
      return holdsConstant(type.element) || type.element.kind === 'tensor';
    default:
      return false;
  }
}

function isOptionalTensor(type: Type): boolean {
  return type.kind === 'optional' && type.element.kind === 'tensor';
}

/** A new prim::Constant before `anchor`, for its sake: `origin` says why, null where the caller does later. */
export function constantBefore(
  anchor: Node,
  graph: Graph,
  value: Attribute,
  type: Type,
  content: Content | undefined,
  origin: Provenance | null = byPass('specialize', anchor),
): Value {
  const node = new Node(CONSTANT, [], anchor.place);
  node.origin = origin ?? undefined;
  node.attributes.set('value', value);
  const out = node.addOutput(graph.freshName(), constantType(value, type, content));
  out.content = content;
  node.insertBefore(anchor);
  return out;
}

/** A constant's own type: no optional, no Scalar. */
function constantType(value: Attribute, type: Type, content: Content | undefined): Type {
  if (value === null) return NONE;
  const inner = type.kind === 'optional' ? type.element : type;
  if (inner.kind !== 'number' && inner.kind !== 'any' && inner.kind !== 'var') return inner;
  switch (content?.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'str':
    case 'device':
      return { kind: content.kind };
    default:
      return inner;
  }
}

/** The items of a constant list or tuple as constants of their own, before `anchor`. */
export function openConstant(anchor: Node, graph: Graph, list: Value): Value[] | undefined {
  const attribute = list.producer?.op === CONSTANT ? list.producer.attributes.get('value') : undefined;
  if (!Array.isArray(attribute) || list.content?.kind !== 'list') return undefined;
  const { items, types } = list.content;
  const element = elementType(list.type);
  return (attribute as readonly Attribute[]).map((value, i) =>
    constantBefore(anchor, graph, value, types?.[i] ?? element, items[i]),
  );
}
