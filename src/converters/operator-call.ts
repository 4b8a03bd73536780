import { type ExprValue, TensorRef } from '../expr/value.js';
import type { Content } from '../ir/content.js';
import type { DType } from '../ir/dtype.js';
import { Block, Node, type Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import type { Place } from '../ir/source-loc.js';
import { listOf, type Type, tensorType } from '../ir/type.js';
import type { OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { Literal } from '../schema/signature.js';
import { contentOf, typeOf } from '../shapes/contents.js';
import { elementType } from '../shapes/operands.js';
import type { Converted } from './define-converter.js';

/** An operand of a call that a recipe or converter makes. */
export type Operand =
  | { readonly kind: 'value'; readonly value: Value }
  /** `complex`: the tensor is the real form of a complex one of this dtype. */
  | { readonly kind: 'made'; readonly made: Converted; readonly complex?: DType }
  | { readonly kind: 'expr'; readonly expr: ExprValue }
  | { readonly kind: 'list'; readonly items: readonly Operand[] };

/** Tells the conversion that an IR value is this tensor or list. */
export type Bind = (value: Value, made: Converted) => void;

/**
 * A node that stands in no graph, for the conversion of an operator inside the conversion of another. Its operands are
 * values of the graph, tensors made already, or constants; arguments that are left out have their defaults.
 */
export function callNode(
  schema: OperatorSchema,
  operands: ReadonlyMap<string, Operand>,
  place: Place,
  bind: Bind,
): Node {
  const { args, results, op } = schema.signature;
  for (const name of operands.keys()) {
    if (!args.some((a) => a.name === name)) throw new Error(`${op} has no argument ${name}`);
  }
  const maker = new OperandMaker(bind);
  const inputs = args.map((a) => {
    const given = operands.get(a.name);
    if (given !== undefined) return maker.value(given, a.type);
    if (a.default === undefined) throw new Error(`a call of ${op} leaves out ${a.name}`);
    return maker.literal(a.default, a.type);
  });
  const node = new Node(op, inputs, place);
  results.forEach((r, i) => {
    node.addOutput(`r${i}`, r.type);
  });
  return node;
}

class OperandMaker {
  private readonly block = new Block();

  constructor(private readonly bind: Bind) {}

  value(o: Operand, declared: Type): Value {
    switch (o.kind) {
      case 'value':
        return o.value;
      case 'made':
        return this.made(o.made, o.complex);
      case 'expr':
        return this.expr(o.expr, declared);
      case 'list': {
        const element = elementType(declared);
        const items = o.items.map((x) => this.value(x, element));
        const list = new Node(LIST_CONSTRUCT, items);
        const out = list.addOutput('list', listOf(element.kind === 'any' ? (items[0]?.type ?? element) : element));
        out.content = { kind: 'list', items: items.map((v) => v.content), types: items.map((v) => v.type) };
        return out;
      }
    }
  }

  literal(v: Literal, declared: Type): Value {
    const type = declared.kind === 'optional' ? declared.element : declared;
    if (Array.isArray(v)) {
      const items = (v as readonly Literal[]).map((x) => literalContent(x, elementType(type)));
      return this.param(type, { kind: 'list', items });
    }
    return v === null ? this.param({ kind: 'none' }, { kind: 'none' }) : this.param(type, literalContent(v, type));
  }

  private made(made: Converted, complex?: DType): Value {
    if (isTensor(made)) {
      if (complex !== undefined) {
        const whole = this.param(tensorType(complex, made.shape?.slice(0, -1)), undefined);
        this.bind(whole, made);
        return whole;
      }
      const value = this.param(tensorType(made.dtype, made.shape), tensorContent(made));
      this.bind(value, made);
      return value;
    }
    const items = made.map((m) => this.made(m));
    const list = this.param(listOf({ kind: 'tensor' }), {
      kind: 'list',
      items: items.map((v) => v.content),
      types: items.map((v) => v.type),
    });
    this.bind(list, made);
    return list;
  }

  private expr(v: ExprValue, declared: Type): Value {
    if (v instanceof TensorRef) throw new Error('a tensor is no constant operand');
    const type = declared.kind === 'optional' ? declared.element : declared;
    const content = contentOf(v, type);
    return this.param(typeOf(v, content, type), content);
  }

  private param(type: Type, content: Content | undefined): Value {
    const value = this.block.addParam('operand', type);
    value.content = content;
    return value;
  }
}

function isTensor(c: Converted): c is OnnxValue {
  return !Array.isArray(c);
}

function tensorContent(v: OnnxValue): Content | undefined {
  if (v.data !== undefined) return { kind: 'tensor', data: v.data };
  return v.elements === undefined ? undefined : { kind: 'elements', values: v.elements };
}

function literalContent(v: Literal, type: Type): Content | undefined {
  if (v === null) return { kind: 'none' };
  if (typeof v === 'boolean') return { kind: 'bool', value: v };
  if (typeof v === 'string') return { kind: 'str', value: v };
  if (typeof v === 'number') {
    const float = type.kind === 'float' || (type.kind === 'number' && !Number.isInteger(v));
    return float ? { kind: 'float', value: v } : { kind: 'int', value: v };
  }
  return undefined;
}
