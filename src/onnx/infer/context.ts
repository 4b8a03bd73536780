import type { Dim } from '../../ir/dim.js';
import type { DType } from '../../ir/dtype.js';
import { hasNumberForm, readNumbers } from '../../ir/half.js';
import { dtypeFromOnnx } from '../dtype-code.js';
import type { OpSpec } from '../op-spec.js';
import type { OnnxAttribute, OnnxGraph, OnnxValue } from '../types.js';
import type { SymbolTable } from './symbols.js';

/** What inference tells of one output; absent is unknown, except that a missing dtype follows the operator's signature. */
export interface InferredType {
  readonly dtype?: DType;
  readonly shape?: readonly Dim[];
  /** Row-major elements of a 0-d or 1-d int64, int32 or bool tensor. */
  readonly elements?: readonly Dim[];
  readonly sequence?: boolean;
}

/** The outputs' types, in order; shorter lists leave the rest unknown. */
export type InferRule = (c: InferContext) => readonly InferredType[];

export type InferTable = Readonly<Record<string, InferRule>>;

/** Constants up to this many elements are read as operands (scales, pads, axes). */
const MAX_OPERAND_ELEMENTS = 256;

/** One node during inference: its operands, attributes (with the operator's defaults) and the symbols in scope. */
export class InferContext {
  constructor(
    readonly op: string,
    readonly opset: number,
    readonly inputs: readonly (OnnxValue | undefined)[],
    private readonly attributes: ReadonlyMap<string, OnnxAttribute>,
    private readonly spec: OpSpec | undefined,
    readonly outputCount: number,
    readonly symbols: SymbolTable,
    /** Symbols made inside a body, by graph. */
    private readonly bodySymbols: (graph: OnnxGraph) => SymbolTable | undefined = () => undefined,
  ) {}

  dtype(i: number): DType | undefined {
    return this.inputs[i]?.dtype;
  }

  shape(i: number): readonly Dim[] | undefined {
    return this.inputs[i]?.shape;
  }

  rank(i: number): number | undefined {
    return this.inputs[i]?.shape?.length;
  }

  elements(i: number): readonly Dim[] | undefined {
    return this.inputs[i]?.elements;
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  /** Elements of an integer operand when all are constants. */
  constantInts(i: number): number[] | undefined {
    return allNumbers(this.elements(i)) ?? this.constantNumbers(i);
  }

  /** Elements of a small constant operand of any real dtype. */
  constantNumbers(i: number): number[] | undefined {
    const data = this.inputs[i]?.data;
    if (data === undefined || !hasNumberForm(data.dtype) || data.elementCount > MAX_OPERAND_ELEMENTS) return undefined;
    return readNumbers(data);
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  int(name: string, fallback = 0): number {
    const a = this.attributes.get(name);
    if (a?.kind === 'int') return Number(a.value);
    const d = this.spec?.attributes.get(name)?.default;
    return typeof d === 'number' ? d : fallback;
  }

  float(name: string, fallback = 0): number {
    const a = this.attributes.get(name);
    if (a?.kind === 'float') return a.value;
    const d = this.spec?.attributes.get(name)?.default;
    return typeof d === 'number' ? d : fallback;
  }

  ints(name: string): number[] | undefined {
    const a = this.attributes.get(name);
    if (a?.kind === 'ints') return a.value.map(Number);
    const d = this.spec?.attributes.get(name)?.default;
    return Array.isArray(d) ? d.map(Number) : undefined;
  }

  string(name: string, fallback = ''): string {
    const a = this.attributes.get(name);
    if (a?.kind === 'string') return a.value;
    const d = this.spec?.attributes.get(name)?.default;
    return typeof d === 'string' ? d : fallback;
  }

  graph(name: string): OnnxGraph | undefined {
    const a = this.attributes.get(name);
    return a?.kind === 'graph' ? a.value : undefined;
  }

  attribute(name: string): OnnxAttribute | undefined {
    return this.attributes.get(name);
  }

  /** The dtype that an attribute such as `to` or `dtype` names. */
  dtypeAttribute(name: string): DType | undefined {
    const a = this.attributes.get(name);
    if (a?.kind === 'int') return dtypeFromOnnx(Number(a.value));
    const d = this.spec?.attributes.get(name)?.default;
    return typeof d === 'number' ? dtypeFromOnnx(d) : undefined;
  }

  fresh(): Dim {
    return this.symbols.freshExtent();
  }

  freshShape(rank: number): Dim[] {
    return Array.from({ length: rank }, () => this.fresh());
  }

  /** An extent seen from outside the body that made it: one that the body's own symbols make is unknown out here. */
  outside(d: Dim, body: OnnxGraph): Dim {
    return this.bodySymbols(body) === undefined || this.symbols.visible(d) ? d : this.fresh();
  }
}

/** The numbers if no element is symbolic. */
export function allNumbers(values: readonly Dim[] | undefined): number[] | undefined {
  if (values === undefined) return undefined;
  const numbers: number[] = [];
  for (const v of values) {
    if (typeof v !== 'number') return undefined;
    numbers.push(v);
  }
  return numbers;
}
