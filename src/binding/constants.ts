import { match } from 'ts-pattern';
import type { ConstValue } from '../compiler-options.js';
import { Node, type Value } from '../ir/graph.js';
import { CONSTANT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { BOOL, FLOAT, INT, listOf, NONE, STR, type Type, tensorType, tupleOf } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';

/** Makes constant nodes of given literals. `insert` puts a node in its place. */
export class ConstantMaker {
  constructor(
    private readonly insert: (node: Node) => Node,
    private readonly freshName: () => string,
  ) {}

  /** A value of `type` (seen through optional) that holds `given`; an int literal serves where a float is asked for. */
  constant(given: ConstValue, type: Type): Value {
    const wanted = type.kind === 'optional' ? type.element : type;
    return match(given)
      .with({ kind: 'none' }, () => this.leaf(null, NONE))
      .with({ kind: 'int' }, ({ value }) => this.leaf(value, wanted.kind === 'float' ? FLOAT : INT))
      .with({ kind: 'float' }, ({ value }) => this.leaf(value, FLOAT))
      .with({ kind: 'bool' }, ({ value }) => this.leaf(value, BOOL))
      .with({ kind: 'str' }, ({ value }) => this.leaf(value, STR))
      .with({ kind: 'tensor' }, ({ data }) => this.leaf(data, tensorType(data.dtype, data.shape)))
      .with({ kind: 'list' }, { kind: 'tuple' }, ({ items }) => this.container(items, wanted))
      .exhaustive();
  }

  private leaf(
    value: number | boolean | string | null | Extract<ConstValue, { kind: 'tensor' }>['data'],
    type: Type,
  ): Value {
    const node = new Node(CONSTANT);
    node.attributes.set('value', value);
    this.insert(node);
    return node.addOutput(this.freshName(), type);
  }

  private container(items: readonly ConstValue[], wanted: Type): Value {
    const elementType = (i: number): Type =>
      wanted.kind === 'list'
        ? wanted.element
        : wanted.kind === 'tuple'
          ? (wanted.elements[i] ?? { kind: 'any' })
          : { kind: 'any' };
    const values = items.map((item, i) => this.constant(item, elementType(i)));
    const tuple = wanted.kind === 'tuple';
    const node = this.insert(new Node(tuple ? TUPLE_CONSTRUCT : LIST_CONSTRUCT, values));
    const type = tuple
      ? tupleOf(
          values.map((v) => v.type),
          wanted.name,
          wanted.fields,
        )
      : wanted.kind === 'list'
        ? wanted
        : listOf(values[0]?.type ?? INT);
    return node.addOutput(this.freshName(), type);
  }
}

/** A signature's default value as a constant; a whole number is a float where the type says so. */
export function constOf(literal: Literal, type: Type): ConstValue {
  const wanted = type.kind === 'optional' ? type.element : type;
  if (literal === null) return { kind: 'none' };
  if (typeof literal === 'boolean') return { kind: 'bool', value: literal };
  if (typeof literal === 'string') return { kind: 'str', value: literal };
  if (typeof literal === 'number') {
    return { kind: wanted.kind === 'float' || !Number.isInteger(literal) ? 'float' : 'int', value: literal };
  }
  const element: Type = wanted.kind === 'list' ? wanted.element : { kind: 'any' };
  return { kind: 'list', items: literal.map((item) => constOf(item, element)) };
}
