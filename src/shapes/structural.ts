import { TensorRef, UNKNOWN } from '../expr/value.js';
import { boolContent, type Content, intContent, MAX_TRACKED_ELEMENTS, NO_VALUE } from '../ir/content.js';
import type { Attribute, Node, OpName, Value } from '../ir/graph.js';
import {
  CONSTANT,
  IF,
  LIST_CONSTRUCT,
  LIST_UNPACK,
  LOOP,
  TUPLE_CONSTRUCT,
  TUPLE_INDEX,
  TUPLE_UNPACK,
  UNINITIALIZED,
} from '../ir/primitives.js';
import { TensorData } from '../ir/tensor-data.js';
import { NONE, type Type, tensorType, typeName } from '../ir/type.js';
import type { Inference } from './infer.js';
import { Join } from './join.js';
import { elementType, operandValue } from './operands.js';
import { separateItem } from './sequences.js';
import { isUnset, markUnset, setUninitialized } from './unset.js';

type Rule = (node: Node, inference: Inference) => void;

/** Sets the outputs of the operators that build and open containers, hold constants or carry blocks. */
export function inferStructural(node: Node, inference: Inference): boolean {
  const rule = RULES.get(node.op);
  if (rule === undefined) return false;
  rule(node, inference);
  return true;
}

/** The result is the operand itself. */
export function forward(out: Value, source: Value): void {
  out.content = source.content;
  const { type } = source;
  if (type.kind === 'any' || type.kind === 'var') return;
  const refined = type.kind === 'optional' && out.type.kind !== 'optional' ? type.element : type;
  const more = out.type.kind === 'optional' || out.type.kind === 'any' || out.type.kind === 'number';
  if (more || refined.kind === out.type.kind) out.type = refined;
}

function constant(node: Node): void {
  const out = node.output;
  const value = node.attributes.get('value') ?? null;
  out.content = constantContent(value, out.type);
  if (value instanceof TensorData) out.type = tensorType(value.dtype, value.shape);
  else if (value === null && out.type.kind !== 'none') out.type = NONE;
}

/** What a constant's attribute says; the type tells ints from floats. */
export function constantContent(value: Attribute, type: Type): Content | undefined {
  if (value === null) return NO_VALUE;
  if (value instanceof TensorData) return { kind: 'tensor', data: value };
  if (typeof value === 'boolean') return boolContent(value);
  if (typeof value === 'bigint') return intContent(Number(value));
  if (typeof value === 'number') {
    const float = type.kind === 'float' || (type.kind === 'number' && !Number.isInteger(value));
    return float ? { kind: 'float', value } : intContent(value);
  }
  if (typeof value === 'string') return type.kind === 'device' ? { kind: 'device', value } : { kind: 'str', value };
  if (type.kind === 'complex') return { kind: 'complex', re: Number(value[0]), im: Number(value[1]) };
  const types = value.map((item, i) => constantType(item, itemType(type, i)));
  return { kind: 'list', items: value.map((item, i) => constantContent(item, types[i] ?? type)), types };
}

function itemType(type: Type, index: number): Type {
  return type.kind === 'tuple' ? (type.elements[index] ?? { kind: 'any' }) : elementType(type);
}

function constantType(value: Attribute, declared: Type): Type {
  return value instanceof TensorData ? tensorType(value.dtype, value.shape) : declared;
}

/** A list or tuple is known item by item. */
function itemsContent(values: readonly Value[]): Content {
  return { kind: 'list', items: values.map((v) => v.content), types: values.map((v) => v.type) };
}

function listConstruct(node: Node): void {
  node.output.content = itemsContent(node.inputs);
}

function tupleConstruct(node: Node): void {
  const out = node.output;
  const elements = node.inputs.map((v) => v.type);
  out.type = out.type.kind === 'tuple' ? { ...out.type, elements } : { kind: 'tuple', elements };
  out.content = itemsContent(node.inputs);
}

/** Gives an output what its container says of the item at `index`. */
function setItem(out: Value, container: Value | undefined, index: number, inference: Inference): void {
  const { content, type } = container ?? {};
  if (content?.kind === 'list') {
    out.type = content.types?.[index] ?? (type === undefined ? out.type : narrower(itemType(type, index), out.type));
    const item = content.items[index];
    if (item === undefined) inference.forget(out);
    else out.content = item;
    return;
  }
  if (type !== undefined) out.type = narrower(separateItem(itemType(type, index), out.type, inference), out.type);
  inference.forget(out);
}

function narrower(found: Type, declared: Type): Type {
  return found.kind === 'any' || found.kind === 'var' ? declared : found;
}

function unpack(node: Node, inference: Inference): void {
  node.outputs.forEach((out, i) => {
    setItem(out, node.inputs[0], i, inference);
  });
}

function tupleIndex(node: Node, inference: Inference): void {
  const [tuple, index] = node.inputs;
  const at = index?.content?.kind === 'int' ? index.content.value : undefined;
  const count = tuple?.type.kind === 'tuple' ? tuple.type.elements.length : 0;
  if (typeof at === 'number') setItem(node.output, tuple, at < 0 ? at + count : at, inference);
  else inference.forget(node.output);
}

/** Results of a branch: what the block that is taken says, or both when the condition is open. The blocks must have been inferred before. */
function branch(node: Node, inference: Inference): void {
  const [yes, no] = node.blocks;
  const condition = node.inputs[0]?.content;
  const taken = condition?.kind === 'bool' ? (condition.value ? yes : no) : undefined;
  const join = new Join(inference);
  node.outputs.forEach((out, i) => {
    const a = (taken ?? yes)?.returns[i];
    const b = (taken ?? no)?.returns[i];
    if (a === undefined || b === undefined) return;
    // A branch that raises or leaves early does not set its results: the other one tells.
    markUnset(out, isUnset(a) && isUnset(b));
    if (isUnset(a) !== isUnset(b)) {
      const real = isUnset(a) ? b : a;
      out.type = real.type;
      out.content = real.content;
      return;
    }
    out.type = join.typeOfValues(a, b, out.type);
    out.content = join.content(a.content, b.content);
    if (out.content === undefined) inference.forget(out);
  });
}

/** Results of a loop: the types of its carried values, which blocks.ts has widened. Their contents are unknown. */
function loop(node: Node, inference: Inference): void {
  const body = node.blocks[0];
  node.outputs.forEach((out, i) => {
    const carried = body?.params[i + 1];
    if (carried === undefined) return;
    markUnset(out, isUnset(carried));
    out.type = carried.type;
    out.content = carried.content;
    if (out.content === undefined) inference.forget(out);
  });
}

function uncheckedCast(node: Node): void {
  const source = node.inputs[0];
  if (source !== undefined) forward(node.output, source);
}

/** `isinstance` of a type that is known by now; the attribute `types` holds the names that are asked for. */
function isInstance(node: Node, inference: Inference): void {
  const type = node.inputs[0]?.type;
  const wanted = node.attributes.get('types');
  const open = type === undefined || type.kind === 'any' || type.kind === 'optional' || type.kind === 'union';
  const names = Array.isArray(wanted) ? (wanted as readonly Attribute[]).map(String) : [];
  if (open || names.length === 0) inference.forget(node.output);
  else if (names.includes(typeName(type))) node.output.content = boolContent(true);
  else if (names.every((name) => /^\w+$/.test(name) && name !== 'Any')) node.output.content = boolContent(false);
  else inference.forget(node.output);
}

/** A 1-d tensor as a list: of as many numbers as it has elements. */
function toList(node: Node, inference: Inference): void {
  const out = node.output;
  const [tensor] = node.inputs;
  const value = tensor === undefined ? UNKNOWN : operandValue(tensor);
  const { elements, shape } = value instanceof TensorRef ? value : {};
  const count = shape?.length === 1 ? shape[0] : undefined;
  const ints = out.type.kind === 'list' && out.type.element.kind === 'int';
  inference.forget(out);
  if (!ints || typeof count !== 'number' || count > MAX_TRACKED_ELEMENTS) return;
  out.content = {
    kind: 'list',
    items: Array.from({ length: count }, (_, i) => ({ kind: 'int', value: elements?.[i] ?? inference.freshInt() })),
  };
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [CONSTANT, constant],
  [LIST_CONSTRUCT, listConstruct],
  [TUPLE_CONSTRUCT, tupleConstruct],
  [LIST_UNPACK, unpack],
  [TUPLE_UNPACK, unpack],
  [TUPLE_INDEX, tupleIndex],
  ['prim::unchecked_cast', uncheckedCast],
  ['prim::isinstance', isInstance],
  ['prim::tolist', toList],
  [UNINITIALIZED, setUninitialized],
  [IF, branch],
  [LOOP, loop],
]);

/** True for operators that build and open containers, hold constants or carry blocks: known without a schema's facts. */
export function isStructural(op: OpName): boolean {
  return RULES.has(op);
}
