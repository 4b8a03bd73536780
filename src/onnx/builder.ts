import { fail } from '../diagnostics/diagnostic.js';
import { MAX_TRACKED_ELEMENTS } from '../ir/content.js';
import type { Dim, Ranges, SymbolicDim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { tensorFromNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import { type AttrInput, makeAttributes } from './attributes.js';
import { BuiltValue, constantElements } from './built-value.js';
import { type Call, callKey, extentsKey } from './call.js';
import { checkCall, resultCount } from './check-call.js';
import { ConstantPool } from './constant-pool.js';
import { finishGraph } from './finish.js';
import { foldNode } from './fold/fold.js';
import { heldConstant } from './held-constant.js';
import { allNumbers, type InferredType } from './infer/context.js';
import { SymbolTable } from './infer/symbols.js';
import { inferCall } from './infer-call.js';
import { Namer, snakeCase } from './namer.js';
import { type OpSpec, opSpec } from './op-spec.js';
import { adaptToOpset } from './opset-forms.js';
import { trivialAfter, trivialBefore } from './peephole.js';
import type { NodeSource, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './types.js';

/** What the caller knows of an output; it replaces what inference left unknown. */
export interface OutputType {
  readonly dtype?: DType;
  readonly shape?: readonly Dim[];
  readonly elements?: readonly Dim[];
  readonly sequence?: boolean;
}

export interface AddOptions {
  /** Number of outputs; by default those that the operator always has. */
  readonly outputs?: number;
  /**
   * '' by default, the standard operators. Those of `com.microsoft` are checked, but their shapes not inferred; others
   * are not checked and need `outputTypes`.
   */
  readonly domain?: string;
  /** Version of the domain that the operator needs, 1 by default; the model imports the highest. */
  readonly version?: number;
  /** The node does more than to compute its outputs: it is neither shared with an equal one nor removed. */
  readonly effect?: boolean;
  /** The first output's name, made unique; the operator's name by default. */
  readonly hint?: string;
  readonly outputTypes?: readonly (OutputType | undefined)[];
}

/** What the builders of a model and its subgraphs have in common. */
interface Shared {
  readonly opset: number;
  readonly namer: Namer;
  readonly pool: ConstantPool<BuiltValue>;
  readonly domains: Map<string, number>;
  /** Ids to the names of the finished graph, where they differ. */
  readonly renamed: Map<string, string>;
  readonly values: Map<string, BuiltValue>;
  readonly bodies: WeakMap<OnnxGraph, SymbolTable>;
  source: NodeSource | undefined;
}

/**
 * Builds an ONNX graph node by node. `add` tells the type of each result at once, returns an operand itself where the
 * operator changes nothing, shares equal calls, and turns integer arithmetic on known extents into constants.
 */
export class OnnxBuilder {
  readonly opset: number;
  private readonly shared: Shared;
  private readonly symbols: SymbolTable;
  private readonly inputs: BuiltValue[] = [];
  private readonly outputs: BuiltValue[] = [];
  private readonly nodes: OnnxNode[] = [];
  /** Calls and tracked integers by key, seen by inner builders too. */
  private readonly calls = new Map<string, readonly OnnxValue[]>();
  private readonly extents = new Map<string, OnnxValue>();

  constructor(
    options: { readonly opset: number; readonly ranges?: Ranges },
    private readonly parent?: OnnxBuilder,
  ) {
    this.opset = options.opset;
    this.symbols = new SymbolTable(parent?.symbols, options.ranges);
    this.shared = parent?.shared ?? {
      opset: options.opset,
      namer: new Namer(),
      pool: new ConstantPool(),
      domains: new Map(),
      renamed: new Map(),
      values: new Map(),
      bodies: new WeakMap(),
      source: undefined,
    };
  }

  /**
   * A graph input. The name is kept in a model; in a subgraph it is made unique. Bare unknown symbols of the shape are
   * extents (>= 0). A small integer input (0-d, or 1-d of known length) has fresh symbols as elements.
   * Errors: `internal` when a model's input name is taken.
   */
  input(
    name: string,
    dtype: DType,
    shape: readonly Dim[] | undefined,
    options: { sequence?: boolean } = {},
  ): OnnxValue {
    if (this.parent === undefined && this.shared.namer.has(name)) fail('internal', `two ONNX inputs are named ${name}`);
    this.symbols.declare(shape ?? []);
    const elements = options.sequence ? undefined : this.unknownElements(dtype, shape);
    const value = this.register(name, 'input', dtype, { shape, elements, sequence: options.sequence });
    this.inputs.push(value);
    return value;
  }

  private unknownElements(dtype: DType, shape: readonly Dim[] | undefined): Dim[] | undefined {
    if (dtype !== 'int64' && dtype !== 'int32') return undefined;
    const length = shape?.length === 0 ? 1 : shape?.length === 1 ? shape[0] : undefined;
    if (typeof length !== 'number' || length > MAX_TRACKED_ELEMENTS) return undefined;
    return Array.from({ length }, () => this.symbols.freshValue());
  }

  /** A new extent that only the run tells. */
  freshExtent(): SymbolicDim {
    return this.symbols.freshExtent();
  }

  /** An initializer, shared with any earlier one of the same data. The bytes are read only when the model is written. */
  constant(data: TensorData, hint = 'const'): OnnxValue {
    return this.shared.pool.intern(data, () => {
      const elements = constantElements(data);
      return this.register(hint, 'constant', data.dtype, { shape: data.shape, elements }, data);
    });
  }

  /** An int64 constant: 1-d, or 0-d with shape `[]`. Values beyond int64 become its ends. */
  ints(values: readonly (number | bigint)[], shape: readonly number[] = [values.length]): OnnxValue {
    return this.constant(tensorFromNumbers('int64', values, shape));
  }

  /** A 0-d constant, rounded to `dtype`. */
  scalar(value: number | bigint | boolean, dtype: DType): OnnxValue {
    return this.constant(tensorFromNumbers(dtype, [typeof value === 'boolean' ? Number(value) : value], []));
  }

  /** Runs `fn`; the nodes made meanwhile are for the sake of `source`. */
  withProvenance<T>(source: NodeSource, fn: () => T): T {
    const outer = this.shared.source;
    this.shared.source = source;
    try {
      return fn();
    } finally {
      this.shared.source = outer;
    }
  }

  /**
   * Tells the builder what is known of a value from elsewhere: extents and elements that inference left unknown are
   * replaced. A shape of another rank is ignored.
   */
  refine(value: OnnxValue, known: Pick<OutputType, 'shape' | 'elements'>): void {
    if (!(value instanceof BuiltValue)) return;
    this.symbols.declare(known.shape ?? []);
    value.shape = this.symbols.refine(value.shape, known.shape);
    value.elements = this.symbols.refine(value.elements, known.elements);
  }

  /**
   * Adds a node, or finds values that equal its outputs. `null` leaves an optional input out. Axes of reductions,
   * Squeeze, Unsqueeze and the sizes of Split may be given as attribute or as input at every opset.
   * Errors: `internal` for an operator, attribute, dtype or number of inputs that ONNX does not have at this opset, or
   * when an output's dtype is unknown.
   */
  add(
    op: string,
    inputs: readonly (OnnxValue | null)[],
    attributes: Readonly<Record<string, AttrInput>> = {},
    options: AddOptions = {},
  ): OnnxValue[] {
    const domain = options.domain ?? '';
    const spec = opSpec(op, this.opset, domain);
    if (domain === '' && spec === undefined) fail('internal', `ONNX has no operator ${op} at opset ${this.opset}`);
    const call = this.normalize(op, inputs, attributes, spec, options);
    const count = options.outputs ?? resultCount(op, call.attributes, spec);
    if (spec !== undefined) checkCall(spec, call.inputs, count);

    const held = op === 'Constant' && domain === '' ? heldConstant(call.attributes) : undefined;
    if (held !== undefined) return [this.constant(held, options.hint)];
    const same = count === 1 && domain === '' ? trivialBefore(op, call.inputs, call.attributes) : undefined;
    if (same !== undefined) return [same];
    const key = options.effect === true ? undefined : callKey(op, domain, spec, call, count);
    const known = key === undefined ? undefined : this.findCall(key);
    if (known !== undefined) return [...known];

    const types = this.infer(op, spec, call, count, options);
    const equal = domain === '' ? this.equalResult(op, call, types) : undefined;
    const made = equal === undefined ? this.addNode(op, domain, call, types, options) : [equal];
    if (key !== undefined) this.calls.set(key, made);
    return [...made];
  }

  private normalize(
    op: string,
    inputs: readonly (OnnxValue | null)[],
    attributes: Readonly<Record<string, AttrInput>>,
    spec: OpSpec | undefined,
    options: AddOptions,
  ): Call {
    let call = { inputs: [...inputs], attributes: { ...attributes } };
    if (spec !== undefined && spec.domain === '') {
      const ints = (values: readonly number[]): OnnxValue => this.ints(values);
      call = adaptToOpset(call, spec, options.outputs ?? spec.minOutputs, ints, (v) => allNumbers(v.elements));
    }
    while (call.inputs.length > 0 && call.inputs[call.inputs.length - 1] === null) call.inputs.pop();
    return { inputs: call.inputs, attributes: makeAttributes(op, call.attributes, spec) };
  }

  private findCall(key: string): readonly OnnxValue[] | undefined {
    return this.calls.get(key) ?? this.parent?.findCall(key);
  }

  private findExtents(key: string): OnnxValue | undefined {
    return this.extents.get(key) ?? this.parent?.findExtents(key);
  }

  private infer(op: string, spec: OpSpec | undefined, call: Call, count: number, options: AddOptions): InferredType[] {
    const bodies = (g: OnnxGraph): SymbolTable | undefined => this.shared.bodies.get(g);
    return inferCall(op, this.opset, spec, call, count, this.symbols, bodies).map((t, i) => {
      const told = options.outputTypes?.[i];
      if (told === undefined) return t;
      this.symbols.declare(told.shape ?? []);
      return {
        dtype: told.dtype ?? t.dtype,
        shape: this.symbols.refine(t.shape, told.shape),
        elements: this.symbols.refine(t.elements, told.elements),
        sequence: told.sequence ?? t.sequence,
      };
    });
  }

  /** A constant or earlier value that is known to equal the only output. */
  private equalResult(op: string, call: Call, types: readonly InferredType[]): OnnxValue | undefined {
    const [type] = types;
    if (types.length !== 1 || type?.dtype === undefined) return undefined;
    const { dtype, shape, elements } = type;
    const same = trivialAfter(op, call.inputs, call.attributes, { dtype, shape });
    if (same !== undefined) return same;
    const data = call.inputs.map((v) => v?.data);
    if (data.every((d, i) => d !== undefined || call.inputs[i] === null)) {
      const folded = foldNode(op, data, call.attributes, allNumbers(shape));
      if (folded !== undefined) return this.constant(folded, snakeCase(op));
    }
    const key = extentsKey(type);
    if (key === undefined || elements === undefined) return undefined;
    const numbers = allNumbers(elements);
    if (numbers !== undefined) return this.constant(tensorFromNumbers(dtype, numbers, shape?.map(Number)));
    return this.findExtents(key);
  }

  private addNode(
    op: string,
    domain: string,
    call: Call,
    types: readonly InferredType[],
    options: AddOptions,
  ): OnnxValue[] {
    const hint = options.hint ?? snakeCase(op);
    const node: OnnxNode = {
      op,
      domain,
      name: '',
      inputs: call.inputs.map((v) => (v === null ? '' : this.idOf(v))),
      outputs: [],
      attributes: call.attributes,
      source: this.shared.source,
    };
    if (options.effect === true) node.effect = true;
    if (domain !== '') {
      const { domains } = this.shared;
      domains.set(domain, Math.max(domains.get(domain) ?? 1, options.version ?? 1));
    }
    const made = types.map((t) => {
      if (t.dtype === undefined) fail('internal', `the dtype of an output of ONNX ${op} is not known`);
      const value = this.register(hint, 'node', t.dtype, t);
      const key = extentsKey(t);
      if (key !== undefined && this.findExtents(key) === undefined) this.extents.set(key, value);
      return value;
    });
    node.outputs = made.map((v) => v.id);
    this.nodes.push(nameNode(node));
    return made;
  }

  private idOf(value: OnnxValue): string {
    return value instanceof BuiltValue ? value.id : value.name;
  }

  private register(
    hint: string,
    origin: BuiltValue['origin'],
    dtype: DType,
    type: { shape?: readonly Dim[]; elements?: readonly Dim[]; sequence?: boolean },
    data?: TensorData,
  ): BuiltValue {
    const value = new BuiltValue(this.shared.namer.unique(hint), this, origin, dtype, type, data);
    this.shared.values.set(value.id, value);
    return value;
  }

  /**
   * The body of an If, Loop or Scan: `fn` gets a builder whose `input` adds the body's inputs and which sees all values
   * of this one; it returns the body's outputs. Constants are shared with the whole model.
   */
  graph(fn: (b: OnnxBuilder) => readonly OnnxValue[], name = 'body'): OnnxGraph {
    const inner = new OnnxBuilder({ opset: this.opset }, this);
    for (const v of fn(inner)) inner.outputs.push(inner.ownOutput(v));
    const graph: OnnxGraph = {
      name: this.shared.namer.unique(name),
      inputs: inner.inputs,
      outputs: inner.outputs,
      nodes: inner.nodes,
      initializers: new Map(),
      valueInfo: new Map(),
    };
    this.shared.bodies.set(graph, inner.symbols);
    return graph;
  }

  /** A value that a node of this graph makes and that is no output yet: `value`, or a copy of it. */
  private ownOutput(value: OnnxValue): BuiltValue {
    if (
      value instanceof BuiltValue &&
      value.owner === this &&
      value.origin === 'node' &&
      !this.outputs.includes(value)
    ) {
      return value;
    }
    const type = { dtype: value.dtype, shape: value.shape, elements: value.elements, sequence: value.sequence };
    const call: Call = { inputs: [value], attributes: new Map() };
    const [copy] = this.addNode('Identity', '', call, [type], { hint: value.name });
    if (!(copy instanceof BuiltValue)) fail('internal', 'a copy is no value of this builder');
    return copy;
  }

  /**
   * Makes `value` the next output, under `name`; an intermediate value that has the name gives way. A name that an input
   * or another output has is made unique. Returns the name that the model will have.
   */
  output(name: string, value: OnnxValue): string {
    const own = this.ownOutput(value);
    const holder = this.shared.values.get(this.holderOf(name) ?? '');
    const taken =
      holder !== undefined && holder !== own && (holder.origin === 'input' || this.outputs.includes(holder));
    if (taken) this.rename(own, this.shared.namer.unique(name));
    else {
      if (holder !== undefined && holder !== own) this.rename(holder, this.shared.namer.unique(name));
      this.rename(own, name);
    }
    this.outputs.push(own);
    return own.name;
  }

  private readonly names = new Map<string, string>();

  /** The id of the value that is called `name` now. */
  private holderOf(name: string): string | undefined {
    const id = this.names.get(name);
    if (id !== undefined) return id;
    return this.shared.values.get(name)?.name === name ? name : undefined;
  }

  private rename(value: BuiltValue, name: string): void {
    value.name = name;
    this.names.set(name, value.id);
    this.shared.renamed.set(value.id, name);
    this.shared.namer.unique(name);
  }

  /** The finished model: only initializers that a node reads, a type for every intermediate value. */
  finish(): OnnxModel {
    const graph = finishGraph(
      {
        name: 'main',
        inputs: this.inputs,
        outputs: this.outputs,
        nodes: this.nodes,
        initializers: new Map(),
        valueInfo: new Map(),
      },
      this.shared.values,
    );
    return { graph, opset: this.opset, domains: new Map(this.shared.domains), metadata: new Map() };
  }
}

function nameNode(node: OnnxNode): OnnxNode {
  return { ...node, name: `${node.op}:${node.outputs[0] ?? ''}` };
}
