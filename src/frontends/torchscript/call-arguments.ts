import { type Attribute, Node, type Value } from '../../ir/graph.js';
import { CONSTANT, LIST_CONSTRUCT, LIST_UNPACK, TUPLE_UNPACK } from '../../ir/primitives.js';
import type { Place } from '../../ir/source-loc.js';
import { ANY, BOOL, FLOAT, INT, listOf, NONE, STR, TENSOR, type Type } from '../../ir/type.js';
import type { ArgSource, Resolution } from '../../schema/resolve.js';
import type { Literal, Signature } from '../../schema/signature.js';

/** Where the nodes go that a call needs before it. */
export interface CallSite {
  readonly place: Place;
  insert(node: Node): void;
  freshName(): string;
}

/**
 * The operands of a resolved call: one for each argument of the signature, in order, then those of a variadic rest.
 * Omitted arguments become constants, scalars that stand for lists and implicit conversions become nodes.
 */
export function callArguments(
  resolution: Resolution<{ readonly signature: Signature }>,
  operands: readonly Value[],
  site: CallSite,
): Value[] {
  const { args } = resolution.schema.signature;
  const values = resolution.args.map((source, i) => argument(source, args[i]?.type ?? ANY, operands, site));
  for (const i of resolution.rest) values.push(...operands.slice(i, i + 1));
  return values;
}

function argument(source: ArgSource, type: Type, operands: readonly Value[], site: CallSite): Value {
  switch (source.kind) {
    case 'default':
      return defaultConstant(source.value, type, site);
    case 'operand':
      return converted(operandAt(operands, source.index), source.convert, site);
    case 'broadcast': {
      const value = operandAt(operands, source.index);
      return list(new Array<Value>(source.size).fill(value), value.type, site);
    }
    case 'gather': {
      const items = source.indexes.map((i) => converted(operandAt(operands, i), source.convert, site));
      return list(items, items[0]?.type ?? INT, site);
    }
  }
}

function operandAt(operands: readonly Value[], index: number): Value {
  const value = operands[index];
  if (value === undefined) throw new RangeError(`operand ${index} of ${operands.length}`);
  return value;
}

function add(op: string, inputs: readonly Value[], type: Type, site: CallSite): Value {
  const node = new Node(op, inputs, site.place);
  const out = node.addOutput(site.freshName(), type);
  site.insert(node);
  return out;
}

function list(items: readonly Value[], element: Type, site: CallSite): Value {
  return add(LIST_CONSTRUCT, items, listOf(element), site);
}

/** A prim::Constant that holds the default of an argument. */
function defaultConstant(value: Literal, type: Type, site: CallSite): Value {
  const wanted = type.kind === 'optional' ? type.element : type;
  // `int[2] stride=1` means [1, 1].
  const isSpread = wanted.kind === 'list' && typeof value === 'number';
  const held = isSpread ? new Array<number>(wanted.size ?? 1).fill(value) : value;
  return constant(held, literalType(held, wanted), site);
}

/** A prim::Constant of this value and type. */
function constant(value: Attribute, type: Type, site: CallSite): Value {
  const node = new Node(CONSTANT, [], site.place);
  node.attributes.set('value', value);
  const out = node.addOutput(site.freshName(), type);
  site.insert(node);
  return out;
}

/** Keys and values of a constant dict, given as pairs, as constants: prim::DictConstruct takes them in turn. */
export function dictEntries(pairs: Attribute, type: Extract<Type, { kind: 'dict' }>, site: CallSite): Value[] {
  const list = Array.isArray(pairs) ? (pairs as readonly Attribute[]) : [];
  return list.flatMap((pair) => {
    const [key = null, value = null] = Array.isArray(pair) ? (pair as readonly Attribute[]) : [];
    return [constant(key, type.key, site), constant(value, type.value, site)];
  });
}

/**
 * Opens `prim::ConstantChunk[chunks=2, dim=1](%x)`, as optimized graphs hold it, to a chunk whose list the node unpacks.
 * Gives the node's operands.
 */
export function openChunk(node: Node, [tensor]: readonly Value[], site: CallSite): Value[] {
  const [chunks, dim] = [node.attributes.get('chunks'), node.attributes.get('dim')];
  if (tensor === undefined || typeof chunks !== 'number' || typeof dim !== 'number')
    throw new RangeError('prim::ConstantChunk[chunks, dim] has one operand');
  node.op = LIST_UNPACK;
  node.attributes.clear();
  return [add('aten::chunk', [tensor, constant(chunks, INT, site), constant(dim, INT, site)], listOf(TENSOR), site)];
}

/** The type of a default: the argument's own where the literal leaves it open. */
function literalType(value: Literal, wanted: Type): Type {
  if (value === null) return NONE;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'string') return wanted.kind === 'device' ? wanted : STR;
  if (typeof value === 'number') return wanted.kind === 'float' || !Number.isInteger(value) ? FLOAT : INT;
  return wanted.kind === 'list'
    ? listOf(wanted.element)
    : listOf(value[0] === undefined ? INT : literalType(value[0], ANY));
}

/** Operators of TorchScript's implicit conversions, by what they give. */
const FROM_TENSOR: Partial<Record<Type['kind'], string>> = {
  int: 'aten::IntImplicit',
  float: 'aten::FloatImplicit',
  complex: 'aten::ComplexImplicit',
  number: 'aten::ScalarImplicit',
};

const FROM_NUMBER: Partial<Record<Type['kind'], string>> = {
  int: 'aten::Int.Scalar',
  float: 'aten::Float.Scalar',
  complex: 'aten::Complex.Scalar',
};

const FROM_BOOL: Partial<Record<Type['kind'], string>> = { int: 'aten::Int.bool', float: 'aten::Float.bool' };

function converted(value: Value, to: Type | undefined, site: CallSite): Value {
  if (to === undefined) return value;
  const { type } = value;
  if (to.kind === 'list' && type.kind === 'tuple') {
    const node = new Node(TUPLE_UNPACK, [value], site.place);
    const items = type.elements.map((e) => node.addOutput(site.freshName(), e));
    site.insert(node);
    return list(items, to.element, site);
  }
  const table = type.kind === 'tensor' ? FROM_TENSOR : type.kind === 'bool' ? FROM_BOOL : FROM_NUMBER;
  const op = to.kind === 'device' ? 'aten::device' : table[to.kind];
  return op === undefined ? value : add(op, [value], to, site);
}
