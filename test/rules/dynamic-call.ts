import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphConverter } from '../../src/converters/graph-converter.js';
import { graphOutputs } from '../../src/converters/graph-outputs.js';
import { CONVERTERS } from '../../src/converters/registry.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { runRules } from '../../src/engine/driver.js';
import { checkLegality } from '../../src/engine/legality.js';
import { parseExpr } from '../../src/expr/parse.js';
import { symbol } from '../../src/ir/dim.js';
import { type DType, isComplex, isDType } from '../../src/ir/dtype.js';
import { type Attribute, Graph, Node, type Value } from '../../src/ir/graph.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { BOOL, FLOAT, INT, listOf, NONE, STR, type Type, tensorType } from '../../src/ir/type.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { simplify } from '../../src/onnx/simplify/simplify.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import type { Literal } from '../../src/schema/signature.js';
import { Inference } from '../../src/shapes/infer.js';
import {
  type CaseArg,
  type CaseTensor,
  elementsOf,
  isTensorArg,
  numberOf,
  type OperatorCase,
} from '../operators/case.js';
import type { RunResult, Sizes } from '../operators/run-operator.js';

/** A tensor of one run: its elements may depend on the sizes. */
interface Feed {
  readonly name: string;
  readonly dtype: DType;
  at(sizes: Sizes): { shape: number[]; elements: number[] };
}

/** An argument that is a number or a list of numbers; undefined for all others. */
export function numericKind(arg: CaseArg, type: Type): 'int' | 'float' | 'bool' | undefined {
  const inner = type.kind === 'optional' ? type.element : type;
  if (arg === null || typeof arg === 'string' || isTensorArgOrText(arg)) return undefined;
  if (typeof arg === 'boolean') return 'bool';
  if (typeof arg === 'number') return inner.kind === 'float' ? 'float' : 'int';
  if ('f' in arg) return 'float';
  if ('sym' in arg) return 'int';
  const element: Type = inner.kind === 'list' ? inner.element : inner;
  // Lists of lists are data, not sizes.
  if (arg.list.some((a) => typeof a === 'object' && a !== null && 'list' in a)) return undefined;
  const kinds = arg.list.map((a) => numericKind(a, element));
  return arg.list.length > 0 && kinds.every((k) => k === kinds[0]) ? kinds[0] : undefined;
}

function isTensorArgOrText(arg: CaseArg): arg is CaseTensor {
  return isTensorArg(arg);
}

const DTYPES = { int: 'int64', float: 'float64', bool: 'bool' } as const;
const TYPES = { int: INT, float: FLOAT, bool: BOOL } as const;

/** One call of an operator in which some arguments are numbers that are known only at run time. */
export class DynamicCall {
  readonly graph = new Graph();
  private readonly feeds: Feed[] = [];
  private readonly bound: { value: Value; feed: Feed }[] = [];

  constructor(
    private readonly book: RuleBook,
    private readonly call: OperatorCase,
    private readonly dynamic: ReadonlySet<string>,
  ) {}

  /** Builds, rewrites and converts. What has no dynamic form is told instead; `rules` are those that fired. */
  compile(): { bytes: Uint8Array; rules: ReadonlySet<string> } | { illegal: readonly Diagnostic[] } {
    const { graph, book, call } = this;
    const schema = book.registry.require(call.op);
    const inputs = schema.signature.args.map((arg) => {
      const given = call.args[arg.name];
      if (given === undefined) return this.value(literalArg(arg.default), arg.type);
      const kind = this.dynamic.has(arg.name) ? numericKind(given, arg.type) : undefined;
      return kind === undefined ? this.value(given, arg.type) : this.number(given, kind);
    });
    const node = new Node(call.op, inputs);
    for (const r of schema.signature.results) node.addOutput(graph.freshName(), r.type);
    graph.block.append(node);
    const inference = new Inference(book.registry);
    for (const n of graph.block.nodes()) inference.inferNode(n);
    for (const o of node.outputs.slice(0, call.results[0]?.length)) graph.block.addReturn(o);
    const { counts } = runRules(graph, book.translation, inference);
    const illegal = checkLegality(graph, book.translation, inference);
    if (illegal.length > 0) return { illegal };
    const builder = new OnnxBuilder({ opset: 20 });
    const converter = new GraphConverter(builder, 20, {
      schema: (op) => book.registry.get(op),
      recipes: (op) => book.recipes(op),
      converter: (op) => CONVERTERS.get(op),
    });
    for (const { value, feed } of this.bound) {
      const t = value.type;
      const shape = t.kind === 'tensor' ? t.shape : undefined;
      // ONNX holds a complex tensor as a real one with a last axis of 2.
      const pair = t.kind === 'tensor' && t.dtype !== feed.dtype ? [2] : [];
      converter.bind(
        value,
        builder.input(feed.name, feed.dtype, shape === undefined ? undefined : [...shape, ...pair]),
      );
    }
    converter.convert(graph);
    for (const o of graphOutputs(graph, converter)) builder.output(o.name, o.value);
    return { bytes: modelBytes(simplify(builder.finish())), rules: new Set(counts.keys()) };
  }

  async run(session: InferenceSession, sizes: Sizes): Promise<RunResult[]> {
    const feeds: Record<string, Tensor> = {};
    for (const name of session.inputNames) {
      const feed = this.feeds.find((f) => f.name === name);
      if (feed !== undefined) feeds[name] = ortTensor(feed, sizes);
    }
    const results = await session.run(feeds);
    return session.outputNames.map((name) => {
      const t = results[name];
      if (t === undefined) throw new Error(`no output ${name}`);
      return { t: t.type, s: [...t.dims], v: numbersOf(t) };
    });
  }

  /** A graph input behind a cast. */
  private number(arg: CaseArg, kind: 'int' | 'float' | 'bool'): Value {
    const list = typeof arg === 'object' && arg !== null && 'list' in arg ? arg.list : undefined;
    const tensor = this.input(DTYPES[kind], list === undefined ? [] : [list.length], (sizes) => ({
      shape: list === undefined ? [] : [list.length],
      elements: (list ?? [arg]).map((a) => evaluated(a, sizes)),
    }));
    const cast = new Node(this.book.castOperator, [tensor]);
    this.graph.block.append(cast);
    return cast.addOutput(this.graph.freshName(), list === undefined ? TYPES[kind] : listOf(TYPES[kind]));
  }

  private input(dtype: DType, shape: readonly (number | string)[], at: Feed['at']): Value {
    const real = dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : dtype;
    const feed = { name: `x${this.feeds.length}`, dtype: real, at };
    const dims = shape.map((d) => (typeof d === 'number' ? d : symbol(d)));
    const value = this.graph.addInput(feed.name, tensorType(dtype, dims));
    this.feeds.push(feed);
    this.bound.push({ value, feed });
    return value;
  }

  private value(arg: CaseArg, declared: Type): Value {
    const wanted = declared.kind === 'optional' ? declared.element : declared;
    if (arg === null) return this.constant(null, NONE);
    if (typeof arg === 'boolean') return this.constant(arg, BOOL);
    if (typeof arg === 'string') return this.constant(arg, wanted.kind === 'device' ? wanted : STR);
    if (typeof arg === 'number') {
      if (wanted.kind === 'list') return this.value({ list: [arg] }, wanted);
      return this.constant(arg, wanted.kind === 'float' ? wanted : INT);
    }
    if (isTensorArg(arg)) return this.tensor(arg);
    if ('f' in arg) return this.constant(numberOf(arg.f), FLOAT);
    // An extent is a number that is read at run time too.
    if ('sym' in arg) return this.number(arg, 'int');
    const element: Type = wanted.kind === 'list' ? wanted.element : { kind: 'any' };
    const items = arg.list.map((a) => this.value(a, element));
    const list = new Node('prim::ListConstruct', items);
    const own = element.kind === 'number' || element.kind === 'var' ? (items[0]?.type ?? element) : element;
    this.graph.block.append(list);
    return list.addOutput(this.graph.freshName(), listOf(own));
  }

  private tensor(arg: CaseTensor): Value {
    const dtype = isDType(arg.t) ? arg.t : 'float32';
    const at = (sizes: Sizes) => {
      const own = arg.d.map((d) => (typeof d === 'number' ? d : (sizes[d] ?? 1)));
      const shape = isComplex(dtype) ? [...own, 2] : own;
      return {
        shape,
        elements: elementsOf(
          arg,
          shape.reduce((a, b) => a * b, 1),
        ),
      };
    };
    if (arg.w !== true) return this.input(dtype, arg.d, at);
    const { shape, elements } = at({});
    if (!isComplex(dtype)) return this.constant(tensorFromNumbers(dtype, elements, shape), tensorType());
    const real = tensorFromNumbers(dtype === 'complex64' ? 'float32' : 'float64', elements, shape);
    return this.constant(new TensorData(dtype, shape.slice(0, -1), real.source), tensorType());
  }

  private constant(value: Attribute, type: Type): Value {
    const node = new Node('prim::Constant');
    node.attributes.set('value', value);
    this.graph.block.append(node);
    return node.addOutput(this.graph.freshName(), type);
  }
}

function literalArg(v: Literal | undefined): CaseArg {
  if (v === undefined || v === null) return null;
  if (typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string') return v;
  return { list: v.map(literalArg) };
}

function evaluated(arg: CaseArg, sizes: Sizes): number {
  if (typeof arg === 'number') return arg;
  if (typeof arg === 'boolean') return Number(arg);
  if (typeof arg === 'object' && arg !== null && 'f' in arg) return numberOf(arg.f);
  if (typeof arg === 'object' && arg !== null && 'sym' in arg) {
    const v = parseExpr(arg.sym).evaluate({
      lookup: (name) => sizes[name] ?? 1,
      function: () => undefined,
      fresh: () => symbol('_'),
    });
    if (typeof v === 'number') return v;
  }
  throw new Error('no number');
}

function numbersOf(t: Tensor): number[] {
  const { data } = t;
  if (t.type !== 'float16' || !(data instanceof Uint16Array)) return Array.from(data as ArrayLike<number>, Number);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return readNumbers(new TensorData('float16', [data.length], memorySource(bytes)));
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

function ortTensor(feed: Feed, sizes: Sizes): Tensor {
  const { dtype } = feed;
  if (!Object.hasOwn(ARRAYS, dtype)) throw new Error(`onnxruntime-node takes no ${dtype}`);
  const { shape, elements } = feed.at(sizes);
  const bytes = tensorFromNumbers(dtype, elements, shape).read().slice();
  const array = ARRAYS[dtype as keyof typeof ARRAYS];
  return new Tensor(dtype as 'float32', new array(bytes.buffer) as Float32Array, shape);
}
