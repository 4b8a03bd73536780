import { type Dim, symbol } from '../../src/ir/dim.js';
import { type DType, isComplex, isDType } from '../../src/ir/dtype.js';
import { type Attribute, Graph, Node, type Value } from '../../src/ir/graph.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { TensorData } from '../../src/ir/tensor-data.js';
import { BOOL, FLOAT, INT, listOf, NONE, STR, type Type, tensorType } from '../../src/ir/type.js';
import type { OperatorSchema } from '../../src/schema/operator-schema.js';
import type { Literal } from '../../src/schema/signature.js';
import { realDtype } from '../../src/testing/numeric-form.js';
import { type CaseArg, type CaseTensor, elementsOf, isTensorArg, numberOf, type OperatorCase } from './case.js';

export type Sizes = Readonly<Record<string, number>>;

/** A graph input and what a run feeds it. */
export interface CallFeed {
  readonly name: string;
  readonly value: Value;
  /** Of the ONNX input: a complex tensor is a real one with a last axis of 2. */
  readonly dtype: DType;
  at(sizes: Sizes): TensorData;
}

/** What tells the compiler of extents and of numbers that are computed from sizes. */
export interface CallForm {
  /** `still`: static in every mode. */
  extent(d: number | string, still: boolean): Dim;
  /** An int as an expression of the sizes. */
  int(graph: CallGraph, text: string): Value;
}

/** The graph of one call: graph inputs for tensors, constants for the rest. */
export class CallGraph {
  readonly graph = new Graph();
  readonly feeds: CallFeed[] = [];

  constructor(private readonly form: CallForm) {}

  /** The call itself; arguments that are left out have their defaults. `made` may make some arguments another way. */
  call(
    c: OperatorCase,
    { signature }: OperatorSchema,
    made: (name: string, arg: CaseArg, type: Type) => Value | undefined = () => undefined,
  ): Node {
    const inputs = signature.args.map(({ name, type, default: standard }) => {
      const given = c.args[name];
      if (given === undefined) return this.value(literalArg(standard, type), type);
      return made(name, given, type) ?? this.value(given, type);
    });
    const node = this.graph.block.append(new Node(c.op, inputs));
    for (const r of signature.results) node.addOutput(this.graph.freshName(), r.type);
    for (const o of node.outputs.slice(0, c.results[0]?.length)) this.graph.block.addReturn(o);
    return node;
  }

  constant(value: Attribute, type: Type): Value {
    const node = this.graph.block.append(new Node('prim::Constant'));
    node.attributes.set('value', value);
    return node.addOutput(this.graph.freshName(), type);
  }

  input(dtype: DType, shape: readonly Dim[], at: CallFeed['at']): Value {
    const name = `x${this.feeds.length}`;
    const value = this.graph.addInput(name, tensorType(dtype, shape));
    this.feeds.push({ name, value, dtype: realDtype(dtype), at });
    return value;
  }

  private value(arg: CaseArg, declared: Type): Value {
    const wanted = declared.kind === 'optional' ? declared.element : declared;
    if (arg === null) return this.constant(null, NONE);
    if (typeof arg === 'boolean') return this.constant(arg, BOOL);
    if (typeof arg === 'string') return this.constant(arg, wanted.kind === 'device' ? wanted : STR);
    if (typeof arg === 'number') {
      // A single number stands for an int[2].
      if (wanted.kind === 'list') return this.value({ list: [arg] }, wanted);
      return this.constant(arg, wanted.kind === 'float' ? wanted : INT);
    }
    if (isTensorArg(arg)) return this.tensor(arg);
    if ('f' in arg) return this.constant(numberOf(arg.f), FLOAT);
    if ('sym' in arg) return this.form.int(this, arg.sym);
    const element: Type = wanted.kind === 'list' ? wanted.element : { kind: 'any' };
    const items = arg.list.map((a) => this.value(a, element));
    const own = element.kind === 'number' || element.kind === 'var' ? (items[0]?.type ?? element) : element;
    const list = this.graph.block.append(new Node('prim::ListConstruct', items));
    return list.addOutput(this.graph.freshName(), listOf(own));
  }

  private tensor(arg: CaseTensor): Value {
    const dtype = isDType(arg.t) ? arg.t : 'float32';
    if (arg.w === true) {
      const data = dataOf(arg, dtype, {});
      // A complex constant as PyTorch stores it.
      const own = isComplex(dtype) ? new TensorData(dtype, data.shape.slice(0, -1), data.source) : data;
      return this.constant(own, tensorType());
    }
    const shape = arg.d.map((d, i) => this.form.extent(d, arg.k?.includes(i) === true));
    return this.input(dtype, shape, (sizes) => dataOf(arg, dtype, sizes));
  }
}

function dataOf(arg: CaseTensor, dtype: DType, sizes: Sizes): TensorData {
  const own = arg.d.map((d) => (typeof d === 'number' ? d : (sizes[d] ?? 1)));
  const shape = isComplex(dtype) ? [...own, 2] : own;
  const count = shape.reduce((a, b) => a * b, 1);
  return tensorFromNumbers(realDtype(dtype), elementsOf(arg, count), shape);
}

function literalArg(v: Literal | undefined, type: Type): CaseArg {
  if (v === undefined || v === null) return null;
  if (typeof v === 'number') return type.kind === 'float' ? { f: v } : v;
  if (typeof v === 'boolean' || typeof v === 'string') return v;
  return { list: v.map((x) => literalArg(x, type)) };
}

/** Extents by the case's own symbols. */
export function namedExtent(d: number | string): Dim {
  return typeof d === 'number' ? d : symbol(d);
}
