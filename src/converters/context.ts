import type { Code } from '../diagnostics/codes.js';
import { fail as failWith } from '../diagnostics/diagnostic.js';
import type { ExprValue } from '../expr/value.js';
import { isDim, isList } from '../expr/value.js';
import type { Dim, Ranges } from '../ir/dim.js';
import { type DType, isComplex } from '../ir/dtype.js';
import type { Block, Node, OpName, Value } from '../ir/graph.js';
import type { TensorType, Type } from '../ir/type.js';
import type { AttrInput } from '../onnx/attributes.js';
import type { AddOptions, OnnxBuilder } from '../onnx/builder.js';
import type { OnnxGraph, OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { operandValue } from '../shapes/operands.js';
import { reshapeLiteral } from '../shapes/reshape-literal.js';
import type { Converted } from './define-converter.js';
import { addNode } from './kernel-dtypes.js';
import { type Plain, toPlain } from './operand-value.js';
import type { Operand } from './operator-call.js';

/** What a context needs of the conversion under way; implemented by `GraphConverter`. */
export interface ConversionScope {
  readonly builder: OnnxBuilder;
  readonly opset: number;
  /** What is known of symbols' sizes. */
  readonly ranges?: Ranges | undefined;
  /** The ONNX tensor of an IR value; scalars and int lists become constants. `dtype` casts it. */
  tensorOf(value: Value, dtype?: DType): OnnxValue;
  /** The ONNX tensors of a value of list or tuple type. */
  itemsOf(value: Value): readonly Converted[];
  /** True for a list whose items stand apart, as many as are known. */
  hasItems(value: Value): boolean;
  /**
   * A list of tensors as an ONNX sequence; its length may be known only at run time. `dtype` is that of an empty list's
   * items to come.
   */
  sequenceOf(value: Value, dtype?: DType): OnnxValue;
  /** A 0-d int64 tensor that holds an extent at run time. */
  extent(dim: Dim): OnnxValue;
  /** Converts another operator on the way of `node`; its results in order. */
  call(node: Node, op: OpName, operands: ReadonlyMap<string, Operand>): readonly Converted[];
  /**
   * Converts a block of a node as an ONNX subgraph. `params` declares the subgraph's inputs on the inner builder and
   * gives the values of the block's parameters.
   */
  block(
    block: Block,
    params: (inner: OnnxBuilder) => readonly OnnxValue[],
    results: (scope: ConversionScope) => readonly OnnxValue[],
  ): OnnxGraph;
}

/** One node under conversion: its arguments by name, as tensors or as compile-time constants. */
export class ConvertContext {
  readonly builder: OnnxBuilder;
  readonly opset: number;

  constructor(
    readonly node: Node,
    readonly schema: OperatorSchema,
    readonly scope: ConversionScope,
  ) {
    this.builder = scope.builder;
    this.opset = scope.opset;
  }

  /** The IR value of an argument. Throws for a name that the schema does not have: a defect of the converter. */
  value(name: string): Value {
    const index = this.schema.signature.args.findIndex((a) => a.name === name);
    const value = this.node.inputs[index];
    if (value === undefined) throw new Error(`${this.node.op} has no argument ${name}`);
    return value;
  }

  /** Whether an operand or result is complex. */
  get isComplex(): boolean {
    return this.node.inputs.some((v) => hasComplex(v.type)) || this.node.outputs.some((v) => hasComplex(v.type));
  }

  /** False when the argument is None. */
  has(name: string): boolean {
    const v = this.value(name);
    return v.type.kind !== 'none' && v.content?.kind !== 'none';
  }

  /** How an expression sees the argument. */
  expr(name: string): ExprValue {
    return operandValue(this.value(name));
  }

  /** The argument as an ONNX tensor; a constant where it is a number. */
  tensor(name: string, dtype?: DType): OnnxValue {
    return this.scope.tensorOf(this.value(name), dtype);
  }

  optionalTensor(name: string, dtype?: DType): OnnxValue | null {
    return this.has(name) ? this.tensor(name, dtype) : null;
  }

  /** The tensors of a list argument. */
  tensors(name: string): OnnxValue[] {
    return this.scope.itemsOf(this.value(name)).map((item) => {
      if (Array.isArray(item)) throw new Error(`${this.node.op}: a nested list`);
      return item as OnnxValue;
    });
  }

  private plain(name: string): Plain {
    const v = toPlain(this.expr(name));
    if (v === undefined)
      return this.fail('needs-constant', `\`${name}\` of ${this.node.op} must be known at compile time`);
    return v;
  }

  int(name: string): number {
    const v = this.plain(name);
    return typeof v === 'number' ? v : typeof v === 'boolean' ? Number(v) : this.wrong(name, 'an int');
  }

  float(name: string): number {
    return this.int(name);
  }

  bool(name: string): boolean {
    const v = this.plain(name);
    return typeof v === 'boolean' ? v : typeof v === 'number' ? v !== 0 : this.wrong(name, 'a bool');
  }

  str(name: string): string {
    const v = this.plain(name);
    return typeof v === 'string' ? v : this.wrong(name, 'a string');
  }

  /** A constant list of ints; a single int counts as a list of one. */
  ints(name: string): number[] {
    const v = this.plain(name);
    if (typeof v === 'number') return [v];
    if (!Array.isArray(v)) return this.wrong(name, 'a list of ints');
    return v.map((x) => (typeof x === 'number' ? x : this.wrong(name, 'a list of ints')));
  }

  /** A list of extents, symbolic ones included. */
  dims(name: string): Dim[] {
    const v = this.expr(name);
    if (isDim(v)) return [v];
    if (!isList(v) || !v.every(isDim))
      return this.fail('needs-constant', `\`${name}\` of ${this.node.op} is not a known list of sizes`);
    return [...v];
  }

  /** Element type of a tensor argument. */
  dtype(name: string): DType {
    const t = this.value(name).type;
    if (t.kind === 'tensor' && t.dtype !== undefined) return t.dtype;
    if (t.kind === 'int') return 'int64';
    if (t.kind === 'bool') return 'bool';
    if (t.kind === 'float') return 'float32';
    return this.fail('needs-constant', `the dtype of \`${name}\` of ${this.node.op} is not known at compile time`);
  }

  /** Extents of a tensor argument. */
  shape(name: string): readonly Dim[] {
    const t = this.value(name).type;
    if (t.kind === 'tensor' && t.shape !== undefined) return t.shape;
    return t.kind === 'tensor'
      ? this.fail('rank-unknown', `the rank of \`${name}\` of ${this.node.op} is not known at compile time`)
      : [];
  }

  rank(name: string): number {
    return this.shape(name).length;
  }

  /** The inferred type of a result. */
  result(index = 0): TensorType {
    const t = this.node.outputs[index]?.type;
    return t?.kind === 'tensor' ? t : { kind: 'tensor' };
  }

  resultDtype(index = 0): DType {
    return (
      this.result(index).dtype ??
      this.fail('needs-constant', `the dtype of ${this.node.op}'s result is not known at compile time`)
    );
  }

  resultShape(index = 0): readonly Dim[] {
    return (
      this.result(index).shape ??
      this.fail('rank-unknown', `the rank of ${this.node.op}'s result is not known at compile time`)
    );
  }

  /** One ONNX node with one output; casts stand around it where no kernel has its dtype. */
  add(op: string, inputs: readonly (OnnxValue | null)[], attributes?: Readonly<Record<string, AttrInput>>): OnnxValue {
    const [out] = this.addAll(op, inputs, attributes);
    if (out === undefined) throw new Error(`${op} without output`);
    return out;
  }

  /** As `add`, with all outputs. */
  addAll(
    op: string,
    inputs: readonly (OnnxValue | null)[],
    attributes?: Readonly<Record<string, AttrInput>>,
    options?: AddOptions,
  ): OnnxValue[] {
    return addNode(this.builder, op, inputs, attributes, options);
  }

  /** The results of another operator: tensors, values of the graph, or expression values by argument. */
  call(op: OpName, operands: Readonly<Record<string, Operand>>): readonly Converted[] {
    return this.scope.call(this.node, op, new Map(Object.entries(operands)));
  }

  /** `call` of an operator with one tensor as result. */
  callOne(op: OpName, operands: Readonly<Record<string, Operand>>): OnnxValue {
    const [v] = this.call(op, operands);
    if (v === undefined || isItems(v)) throw new Error(`${op} gives no tensor`);
    return v;
  }

  cast(v: OnnxValue, dtype: DType): OnnxValue {
    return v.dtype === dtype ? v : this.add('Cast', [v], { to: dtype });
  }

  ints1d(values: readonly number[]): OnnxValue {
    return this.builder.ints([...values]);
  }

  /** Reshape to known extents: in literal form where that can say it, else with sizes read at run time. */
  reshape(v: OnnxValue, dims: readonly Dim[]): OnnxValue {
    const literal = reshapeLiteral(v.shape, dims);
    const target = literal === undefined ? this.shapeTensor(dims) : this.ints1d(literal);
    return this.add('Reshape', [v, target], dims.includes(0) ? { allowzero: 1 } : {});
  }

  /** A run-time shape tensor of extents: constants where they are known, read from tensors where not. */
  shapeTensor(dims: readonly Dim[]): OnnxValue {
    if (dims.every((d) => typeof d === 'number')) return this.ints1d(dims as readonly number[]);
    const parts: OnnxValue[] = [];
    let run: number[] = [];
    const flush = () => {
      if (run.length > 0) parts.push(this.ints1d(run));
      run = [];
    };
    for (const d of dims) {
      if (typeof d === 'number') run.push(d);
      else {
        flush();
        parts.push(this.add('Unsqueeze', [this.scope.extent(d), this.ints1d([0])]));
      }
    }
    flush();
    return parts.length === 1 ? (parts[0] as OnnxValue) : this.add('Concat', parts, { axis: 0 });
  }

  /** Stops with a diagnostic at this node's Python line. */
  fail(code: Code, message: string, help?: string): never {
    return failWith(code, message, { at: this.node.loc[0], help });
  }

  private wrong(name: string, wanted: string): never {
    return this.fail('unsupported-argument', `\`${name}\` of ${this.node.op} must be ${wanted}`);
  }
}

function isItems(c: Converted): c is readonly Converted[] {
  return Array.isArray(c);
}

function hasComplex(type: Type): boolean {
  switch (type.kind) {
    case 'tensor':
      return type.dtype !== undefined && isComplex(type.dtype);
    case 'list':
    case 'optional':
      return hasComplex(type.element);
    case 'tuple':
      return type.elements.some(hasComplex);
    default:
      return false;
  }
}
