import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphConverter } from '../../src/converters/graph-converter.js';
import { graphOutputs } from '../../src/converters/graph-outputs.js';
import { parseExpr } from '../../src/expr/parse.js';
import { isDim } from '../../src/expr/value.js';
import { type Dim, symbol } from '../../src/ir/dim.js';
import { type DType, isComplex, isDType } from '../../src/ir/dtype.js';
import { type Attribute, Graph, Node, type Value } from '../../src/ir/graph.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { listOf, type Type, tensorType } from '../../src/ir/type.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { simplify } from '../../src/onnx/simplify/simplify.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import type { Literal } from '../../src/schema/signature.js';
import { Inference } from '../../src/shapes/infer.js';
import {
  type CaseArg,
  type CaseResult,
  type CaseTensor,
  elementsOf,
  isTensorArg,
  numberOf,
  type OperatorCase,
} from './case.js';
import type { ShippedRules } from './rules.js';

/**
 * How extents are told to the compiler: as numbers, by the case's own symbols (equal extents share one), or each by a
 * symbol of its own, sizes of 1 and 0 too.
 */
export type Mode = 'static' | 'named' | 'fresh';

export interface CompiledCase {
  readonly model: OnnxModel;
  readonly bytes: Uint8Array;
  /** Types of the operator's results as inference tells them. */
  readonly inferred: readonly Type[];
  readonly feeds: readonly { readonly name: string; readonly tensor: CaseTensor }[];
}

export type Sizes = Readonly<Record<string, number>>;

export function extentsAt(tensor: CaseTensor, sizes: Sizes): number[] {
  return tensor.d.map((d) => (typeof d === 'number' ? d : (sizes[d] ?? 1)));
}

function dataOf(tensor: CaseTensor, sizes: Sizes): TensorData {
  const shape = extentsAt(tensor, sizes);
  const count = shape.reduce((a, b) => a * b, 1);
  if (tensor.t.startsWith('complex')) {
    const real = tensor.t === 'complex64' ? 'float32' : 'float64';
    return tensorFromNumbers(real, elementsOf(tensor, count * 2), [...shape, 2]);
  }
  return tensorFromNumbers(dtypeOf(tensor), elementsOf(tensor, count), shape);
}

/** As `dataOf`, but a complex constant as PyTorch stores it. */
function constantOf(tensor: CaseTensor, sizes: Sizes): TensorData {
  const data = dataOf(tensor, sizes);
  const dtype = dtypeOf(tensor);
  return isComplex(dtype) ? new TensorData(dtype, extentsAt(tensor, sizes), data.source) : data;
}

function dtypeOf(tensor: CaseTensor): DType {
  if (!isDType(tensor.t)) throw new Error(`${tensor.t} is no dtype`);
  return tensor.t;
}

/** Builds the graph of one call: graph inputs for tensors, constants for the rest. */
class CallGraph {
  readonly graph = new Graph();
  readonly feeds: { name: string; tensor: CaseTensor; value: Value }[] = [];
  private fresh = 0;

  constructor(
    private readonly mode: Mode,
    private readonly sizes: Sizes,
    private readonly keepsNames: boolean,
  ) {}

  private extent(d: number | string, still: boolean): Dim {
    if (this.mode === 'static') return typeof d === 'number' ? d : (this.sizes[d] ?? 1);
    if (still && typeof d === 'number') return d;
    if (this.mode === 'named') return typeof d === 'number' ? d : symbol(d);
    // Ints of the call may be told by the case's symbols.
    if (this.keepsNames && typeof d === 'string') return symbol(d);
    this.fresh += 1;
    return symbol(`d${this.fresh}`);
  }

  private constant(value: Attribute, type: Type): Value {
    const node = new Node('prim::Constant');
    node.attributes.set('value', value);
    const out = node.addOutput(this.graph.freshName(), type);
    this.graph.block.append(node);
    return out;
  }

  value(arg: CaseArg, declared: Type): Value {
    const wanted = declared.kind === 'optional' ? declared.element : declared;
    if (arg === null) return this.constant(null, { kind: 'none' });
    if (typeof arg === 'boolean') return this.constant(arg, { kind: 'bool' });
    if (typeof arg === 'string') return this.constant(arg, wanted.kind === 'device' ? wanted : { kind: 'str' });
    if (typeof arg === 'number') {
      // A single number stands for an int[2].
      if (wanted.kind === 'list') return this.value({ list: [arg] }, wanted);
      return this.constant(arg, wanted.kind === 'float' ? wanted : { kind: 'int' });
    }
    if (isTensorArg(arg)) return this.tensor(arg);
    if ('f' in arg) return this.constant(numberOf(arg.f), { kind: 'float' });
    if ('sym' in arg) return this.int(arg.sym);
    const element: Type = wanted.kind === 'list' ? wanted.element : { kind: 'any' };
    const items = arg.list.map((a) => this.value(a, element));
    const list = new Node('prim::ListConstruct', items);
    const own = element.kind === 'number' || element.kind === 'var' ? (items[0]?.type ?? element) : element;
    const out = list.addOutput(this.graph.freshName(), listOf(own));
    this.graph.block.append(list);
    return out;
  }

  private tensor(arg: CaseTensor): Value {
    if (arg.w === true) return this.constant(constantOf(arg, this.sizes), tensorType());
    const name = `x${this.feeds.length}`;
    const shape = arg.d.map((d, i) => this.extent(d, arg.k?.includes(i) === true));
    const value = this.graph.addInput(name, tensorType(dtypeOf(arg), shape));
    this.feeds.push({ name, tensor: arg, value });
    return value;
  }

  private int(text: string): Value {
    const env = {
      lookup: (name: string) => (this.mode === 'static' ? (this.sizes[name] ?? 1) : symbol(name)),
      function: () => undefined,
      fresh: () => symbol('_f'),
    };
    const v = parseExpr(text).evaluate(env);
    if (!isDim(v)) throw new Error(`${text} is no extent`);
    const value = this.constant(0, { kind: 'int' });
    const node = value.producer;
    // What a folded size computation leaves: an int known as an expression of the inputs' extents.
    if (typeof v === 'number') node?.attributes.set('value', v);
    else this.symbolic.push([value, v]);
    return value;
  }

  readonly symbolic: [Value, Dim][] = [];
}

function hasSymbol(a: CaseArg): boolean {
  if (typeof a !== 'object' || a === null) return false;
  return 'sym' in a || ('list' in a && a.list.some(hasSymbol));
}

function literalArg(v: Literal | undefined, type: Type): CaseArg {
  if (v === undefined || v === null) return null;
  if (Array.isArray(v)) return { list: (v as readonly Literal[]).map((x) => literalArg(x, type)) };
  if (typeof v === 'number') return type.kind === 'float' ? { f: v } : v;
  return v as CaseArg;
}

/** Compiles one call. Throws DiagnosticError where the compiler refuses. */
export function compileCase(rules: ShippedRules, c: OperatorCase, mode: Mode, sizes: Sizes, opset = 20): CompiledCase {
  const schema = rules.schemas.require(c.op);
  const call = new CallGraph(mode, sizes, Object.values(c.args).some(hasSymbol));
  const inputs = schema.signature.args.map((arg) => {
    const given = c.args[arg.name];
    return call.value(given === undefined ? literalArg(arg.default, arg.type) : given, arg.type);
  });
  const { graph } = call;
  const node = new Node(c.op, inputs);
  for (const r of schema.signature.results) node.addOutput(graph.freshName(), r.type);
  graph.block.append(node);
  const inference = new Inference(rules.schemas);
  for (const n of graph.block.nodes()) {
    inference.inferNode(n);
    for (const [value, dim] of call.symbolic) if (value.producer === n) value.content = { kind: 'int', value: dim };
  }
  for (const o of node.outputs.slice(0, c.results[0]?.length)) graph.block.addReturn(o);
  const builder = new OnnxBuilder({ opset });
  const converter = new GraphConverter(builder, opset, rules);
  for (const f of call.feeds) {
    const t = f.value.type;
    const shape = t.kind === 'tensor' ? t.shape : undefined;
    const dtype = dtypeOf(f.tensor);
    const complex = isComplex(dtype);
    const real = dtype === 'complex128' ? 'float64' : 'float32';
    converter.bind(f.value, builder.input(f.name, complex ? real : dtype, complex ? [...(shape ?? []), 2] : shape));
  }
  converter.convert(graph);
  for (const o of graphOutputs(graph, converter)) builder.output(o.name, o.value);
  const model = simplify(builder.finish());
  return { model, bytes: modelBytes(model), inferred: node.outputs.map((o) => o.type), feeds: call.feeds };
}

export interface RunResult {
  readonly t: string;
  readonly s: readonly number[];
  readonly v: readonly number[];
}

/** A session that runs a compiled case at several sizes. */
export class CaseSession {
  private constructor(
    private readonly compiled: CompiledCase,
    private readonly session: InferenceSession,
  ) {}

  static async open(compiled: CompiledCase): Promise<CaseSession> {
    const session = await InferenceSession.create(compiled.bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
    return new CaseSession(compiled, session);
  }

  async run(sizes: Sizes): Promise<RunResult[]> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, tensor } of this.compiled.feeds) feeds[name] = toOrt(dataOf(tensor, sizes));
    const results = await this.session.run(feeds);
    return this.session.outputNames.map((name) => {
      const t = results[name];
      if (t === undefined) throw new Error(`no output ${name}`);
      return { t: t.type, s: [...t.dims], v: fromOrt(t) };
    });
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
} as const;

type Fed = keyof typeof ARRAYS;

function isFed(dtype: DType): dtype is Fed {
  return Object.hasOwn(ARRAYS, dtype);
}

function toOrt(data: TensorData): Tensor {
  const { dtype } = data;
  if (!isFed(dtype)) throw new Error(`onnxruntime-node takes no ${dtype}`);
  const bytes = data.read();
  const copy = bytes.slice();
  return new Tensor(dtype, new ARRAYS[dtype](copy.buffer) as Float32Array, [...data.shape]);
}

function fromOrt(t: Tensor): number[] {
  if (t.type !== 'float16') return Array.from(t.data as ArrayLike<number | bigint | boolean>, Number);
  const halves = t.data as Uint16Array;
  const bytes = new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
  return readNumbers(new TensorData('float16', [halves.length], memorySource(bytes)));
}

/** Relative and absolute tolerance of a dtype's last place after a few operations. */
const TOLERANCE: Readonly<Record<string, number>> = { float16: 4e-3, bfloat16: 2e-2, float32: 1e-4, float64: 1e-5 };

/** The first difference in words; undefined when the results agree. */
export function difference(
  found: RunResult,
  wanted: CaseResult,
  tol: number | undefined,
  random: boolean,
): string | undefined {
  if (found.t !== wanted.t) return `dtype ${found.t}, not ${wanted.t}`;
  if (found.s.join() !== wanted.s.join()) return `shape [${found.s}], not [${wanted.s}]`;
  if (random) return undefined;
  const limit = tol ?? TOLERANCE[found.t] ?? 0;
  for (let i = 0; i < wanted.v.length; i++) {
    const want = numberOf(wanted.v[i] ?? 0);
    const got = found.v[i * (wanted.n ?? 1)] ?? Number.NaN;
    if (Object.is(got, want) || got === want || (Number.isNaN(got) && Number.isNaN(want))) continue;
    if (!(Math.abs(got - want) <= limit * Math.max(1, Math.abs(want))))
      return `element ${i * (wanted.n ?? 1)} is ${got}, not ${want}`;
  }
  return undefined;
}
