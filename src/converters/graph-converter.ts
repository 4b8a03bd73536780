import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import type { Content } from '../ir/content.js';
import { type Dim, dimKey, dimSymbols, type Ranges, type SymbolicDim, symbolName } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Block, Graph, Node, Value } from '../ir/graph.js';
import { tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import { type Type, typeName } from '../ir/type.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxGraph, OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { opsetMatches } from '../schema/opset-range.js';
import type { Recipe } from '../schema/recipe.js';
import { Inference } from '../shapes/infer.js';
import { checkResult } from './check-results.js';
import { type ConversionScope, ConvertContext } from './context.js';
import { isKnownContiguous, readsStorage } from './contiguity.js';
import type { Converted, Converter } from './define-converter.js';
import { buildExtent } from './extent.js';
import { interpretRecipe, recipeApplies, takesComplex } from './interpret-recipe.js';
import { callNode, type Operand } from './operator-call.js';

/** What the conversion knows of operators. */
export interface ConversionRules {
  schema(op: string): OperatorSchema | undefined;
  recipes(op: string): readonly Recipe[];
  converter(op: string): Converter | undefined;
  /** What is known of symbols' sizes. */
  readonly ranges?: Ranges;
  /** Told what each result of a node has become. */
  readonly converted?: (output: Value, made: OnnxValue) => void;
}

/** Where an extent can be read at run time: an axis of a tensor, or (axis undefined) the 0-d tensor itself. */
interface ExtentSource {
  readonly value: OnnxValue;
  readonly axis: number | undefined;
}

/**
 * Converts a translated graph node by node, in order. Problems of all nodes are gathered; a node whose operand
 * failed is skipped silently, so that one cause gives one diagnostic.
 */
export class GraphConverter implements ConversionScope {
  private readonly converted = new Map<Value, Converted>();
  private readonly sources = new Map<string, ExtentSource>();
  private readonly extents = new Map<string, OnnxValue>();
  private readonly failed: Set<Value>;
  private readonly problems: Diagnostic[];
  /** The recipe of the node at hand. */
  private applied: Recipe | undefined;

  constructor(
    readonly builder: OnnxBuilder,
    readonly opset: number,
    private readonly rules: ConversionRules,
    private readonly outer?: GraphConverter,
  ) {
    this.failed = outer?.failed ?? new Set();
    this.problems = outer?.problems ?? [];
  }

  get ranges(): Ranges | undefined {
    return this.rules.ranges;
  }

  /** Declares that an IR value is an ONNX tensor made elsewhere: a graph input or a block parameter. */
  bind(value: Value, onnx: OnnxValue): void {
    this.converted.set(value, onnx);
    this.noteSources(value, onnx);
  }

  /** Converts every node. Throws DiagnosticError with the problems of all nodes. */
  convert(graph: Graph): void {
    this.nodes(graph.block);
    if (this.problems.length > 0) throw new DiagnosticError(this.problems);
  }

  private nodes(block: Block): void {
    for (const node of block.nodes()) {
      if (this.dependsOnFailed(node)) {
        for (const o of node.outputs) this.failed.add(o);
        continue;
      }
      const before = this.problems.length;
      try {
        this.node(node);
      } catch (e) {
        if (!(e instanceof DiagnosticError)) throw e;
        // What a node of its blocks has told already is the cause.
        if (this.problems.length === before) this.problems.push(...e.diagnostics.map((d) => this.told(d, node)));
        for (const o of node.outputs) this.failed.add(o);
      }
    }
  }

  /** What the builder refuses is a recipe that ONNX does not have, or a call with dtypes that ONNX does not take. */
  private told(d: Diagnostic, node: Node): Diagnostic {
    const at = node.loc[0];
    if (d.code !== 'internal') return d.at === undefined ? { ...d, at } : d;
    const [recipe] = this.rules.recipes(node.op);
    if (recipe !== undefined && /has no operator|has no attribute|needs the attribute/.test(d.message)) {
      const notes = at === undefined ? [] : [{ message: 'for this line', at }];
      return { code: 'recipe-invalid', severity: 'error', message: `${node.op}: ${d.message}`, at: recipe.span, notes };
    }
    const by = this.applied?.span;
    const help = `check the dtypes that the inputs are declared with${by === undefined ? '' : ', and what the recipe asks of them'}`;
    const notes = by === undefined ? [] : [{ message: `the recipe of ${node.op}`, at: by }];
    return { code: 'unsupported-argument', severity: 'error', message: `${node.op}: ${d.message}`, at, notes, help };
  }

  /** True if an operand, or a value that a block of the node gives back, has failed before. */
  private dependsOnFailed(node: Node): boolean {
    if (this.failed.size === 0) return false;
    return (
      node.inputs.some((v) => this.failed.has(v)) ||
      node.blocks.some(
        (b) => b.returns.some((v) => this.failed.has(v)) || [...b.nodes()].some((n) => this.dependsOnFailed(n)),
      )
    );
  }

  private node(node: Node): void {
    this.applied = undefined;
    const schema = this.rules.schema(node.op);
    if (schema === undefined || isCompileTimeOnly(node)) return;
    if (node.outputs.length > 0 && node.outputs.every((o) => this.isKnownNumber(o.type, o.content))) return;
    const ctx = new ConvertContext(node, schema, this);
    const recipe = this.recipeFor(node, ctx);
    this.applied = recipe;
    const { op, origin, loc } = node;
    const source = { op, origin, loc, recipe: recipe?.span, result: node.outputs[0]?.name };
    const results = this.builder.withProvenance(source, () => this.results(node, ctx, recipe));
    node.outputs.forEach((output, i) => {
      const r = results[i];
      if (r === undefined) return;
      this.converted.set(output, r);
      if (!isItems(r)) this.rules.converted?.(output, r);
      if (isItems(r) || recipe?.rank === 'open') return;
      if (recipe !== undefined) checkResult(node, output, r, schema, recipe);
      if (output.type.kind === 'tensor') this.builder.refine(r, { shape: output.type.shape });
      this.noteSources(output, r);
    });
  }

  /** Numbers that need no node: constants, and sizes that can be read from tensors at hand. */
  private isKnownNumber(type: Type, content: Content | undefined): boolean {
    if (type.kind === 'tensor' || content === undefined) return false;
    switch (content.kind) {
      case 'int':
        return [...dimSymbols(content.value)].every((s) => this.source(s) !== undefined);
      case 'list':
        return (
          type.kind === 'list' &&
          type.element.kind !== 'tensor' &&
          content.items.every((c) => this.isKnownNumber(type.element, c))
        );
      default:
        return true;
    }
  }

  /** Results get the types that facts and ONNX inference tell together. */
  call(at: Node, op: string, operands: ReadonlyMap<string, Operand>): readonly Converted[] {
    const schema = this.rules.schema(op) ?? fail('recipe-invalid', `${at.op} calls ${op}, which no schema declares`);
    const node = callNode(schema, operands, at.loc, (value, made) => {
      if (isItems(made)) this.converted.set(value, made);
      else this.bind(value, made);
    });
    this.inference.inferNode(node);
    const ctx = new ConvertContext(node, schema, this);
    const results = this.results(node, ctx, this.recipeFor(node, ctx));
    node.setInputs([]);
    return results;
  }

  private get inference(): Inference {
    if (this.outer !== undefined) return this.outer.inference;
    this.inner ??= new Inference({ get: (op) => this.rules.schema(op) }, { prefix: '_c' });
    return this.inner;
  }

  private inner: Inference | undefined;

  /** The first recipe that applies; undefined where a converter has to. */
  private recipeFor(node: Node, ctx: ConvertContext): Recipe | undefined {
    const [first] = node.inputs;
    if (first !== undefined && readsStorage(node.op) && !isKnownContiguous(first)) {
      ctx.fail(
        'unsupported-argument',
        `${node.op} reads the storage of a tensor whose layout in memory is not known`,
        'write it with slices or unfold',
      );
    }
    return this.rules.recipes(node.op).find((recipe) => recipeApplies(recipe, ctx));
  }

  private results(node: Node, ctx: ConvertContext, recipe: Recipe | undefined): readonly Converted[] {
    if (recipe !== undefined) return interpretRecipe(recipe, ctx);
    const recipes = this.rules.recipes(node.op);
    const converter = this.rules.converter(node.op);
    if (converter !== undefined && takesComplex(converter.complex, ctx)) {
      const r = converter.convert(ctx);
      return isItems(r) ? r : [r];
    }
    if (ctx.isComplex && (recipes.length > 0 || converter !== undefined)) {
      return ctx.fail('unsupported-argument', `${node.op} of complex tensors has no ONNX recipe`);
    }
    const opsets = new Set(recipes.flatMap((r) => (r.opset === undefined ? [] : [r.opset])));
    if (recipes.length > 0 && recipes.every((r) => r.opset !== undefined && !opsetMatches(r.opset, this.opset))) {
      return ctx.fail(
        'opset-range',
        `${node.op} has no form at opset ${this.opset}`,
        `compile for opset ${[...opsets]}`,
      );
    }
    if (recipes.length > 0) {
      return fail(
        'unsupported-argument',
        `${node.op} is used in a form that none of its ${recipes.length} recipes covers`,
        { at: node.loc[0], notes: recipes.map((r) => ({ message: refusal(r, this.opset), at: r.span })) },
      );
    }
    return ctx.fail(
      'unsupported-operator',
      `${node.op} has no ONNX recipe or converter`,
      'add a recipe under rules/onnx or in a rule pack (docs/rules.md)',
    );
  }

  tensorOf(value: Value, dtype?: DType): OnnxValue {
    const made = this.find(value);
    if (made !== undefined) {
      if (isItems(made)) return this.stacked(made, value);
      return dtype === undefined || made.dtype === dtype ? made : this.one('Cast', [made], { to: dtype });
    }
    const constant = this.constantOf(value, dtype);
    if (constant !== undefined) return constant;
    return fail(
      'needs-constant',
      `%${value.name} : ${typeName(value.type)} is known only at run time and has no tensor form here`,
      {
        at: value.producer?.loc[0],
        notes: value.producer === undefined ? [] : [{ message: `it comes from ${value.producer.op}` }],
      },
    );
  }

  /** A list of scalars that were made tensors: one 1-d tensor. */
  private stacked(items: readonly Converted[], value: Value): OnnxValue {
    const zero = this.builder.ints([0]);
    const parts = items.map((item) => {
      if (isItems(item))
        return fail('needs-constant', `%${value.name} is a nested list`, { at: value.producer?.loc[0] });
      return this.one('Unsqueeze', [item, zero], {});
    });
    return this.one('Concat', parts, { axis: 0 });
  }

  private constantOf(value: Value, dtype: DType | undefined): OnnxValue | undefined {
    const c = value.content;
    switch (c?.kind) {
      case 'int':
        return typeof c.value === 'number'
          ? this.scalar(dtype ?? 'int64', c.value)
          : this.cast(this.extent(c.value), dtype ?? 'int64');
      case 'float':
        return this.scalar(dtype ?? 'float32', c.value);
      case 'bool':
        return this.scalar(dtype ?? 'bool', Number(c.value));
      case 'tensor': {
        const t = this.builder.constant(realView(c.data), value.name);
        return dtype === undefined || dtype === t.dtype ? t : this.one('Cast', [t], { to: dtype });
      }
      case 'list':
        return this.listConstant(value, dtype);
      case 'elements':
        return this.elementsConstant(value, c.values, dtype);
      default:
        return undefined;
    }
  }

  /** A small integer tensor whose elements are known, wherever they came from. */
  private elementsConstant(value: Value, elements: readonly Dim[], dtype: DType | undefined): OnnxValue | undefined {
    const { type } = value;
    if (type.kind !== 'tensor' || type.dtype === undefined || type.shape === undefined) return undefined;
    const to = dtype ?? type.dtype;
    const numbers = elements.filter((d) => typeof d === 'number');
    if (numbers.length === elements.length) {
      return this.builder.constant(tensorFromNumbers(to, numbers, type.shape.map(Number)));
    }
    const axis = this.builder.ints([0]);
    const parts = elements.map((d) => this.extent(d));
    if (type.shape.length === 0 && parts[0] !== undefined) return this.cast(parts[0], to);
    return this.cast(
      this.one(
        'Concat',
        parts.map((p) => this.one('Unsqueeze', [p, axis], {})),
        { axis: 0 },
      ),
      to,
    );
  }

  private listConstant(value: Value, dtype: DType | undefined): OnnxValue | undefined {
    const c = value.content;
    if (c?.kind !== 'list') return undefined;
    const numbers: number[] = [];
    let natural: DType = 'int64';
    for (const item of c.items) {
      if (item?.kind === 'int' && typeof item.value === 'number') numbers.push(item.value);
      else if (item?.kind === 'float') {
        numbers.push(item.value);
        natural = 'float32';
      } else if (item?.kind === 'bool') {
        numbers.push(Number(item.value));
        natural = 'bool';
      } else if (c.items.every((i) => i?.kind === 'int')) {
        const parts = c.items.map((i) =>
          this.one('Unsqueeze', [this.extent(i?.kind === 'int' ? i.value : 0), this.builder.ints([0])], {}),
        );
        return this.cast(this.one('Concat', parts, { axis: 0 }), dtype ?? 'int64');
      } else return undefined;
    }
    return this.builder.constant(tensorFromNumbers(dtype ?? natural, numbers));
  }

  private scalar(dtype: DType, value: number): OnnxValue {
    return this.builder.constant(tensorFromNumbers(dtype, [value], []));
  }

  private cast(v: OnnxValue, dtype: DType): OnnxValue {
    return v.dtype === dtype ? v : this.one('Cast', [v], { to: dtype });
  }

  private one(op: string, inputs: OnnxValue[], attributes: Parameters<OnnxBuilder['add']>[2]): OnnxValue {
    const [v] = this.builder.add(op, inputs, attributes);
    if (v === undefined) throw new Error(`${op} without output`);
    return v;
  }

  itemsOf(value: Value): readonly Converted[] {
    const made = this.find(value);
    if (made !== undefined && isItems(made)) return made;
    const producer = value.producer;
    if (producer !== undefined && isConstruct(producer.op)) {
      return producer.inputs.map((v) => (isContainer(v) ? this.itemsOf(v) : this.tensorOf(v)));
    }
    return fail('needs-constant', `the length of the list %${value.name} is known only at run time`, {
      at: producer?.loc[0],
    });
  }

  hasItems(value: Value): boolean {
    const made = this.find(value);
    return made === undefined ? value.producer !== undefined && isConstruct(value.producer.op) : isItems(made);
  }

  sequenceOf(value: Value, dtype?: DType): OnnxValue {
    const made = this.find(value);
    if (made !== undefined && !isItems(made)) return made;
    const items = this.itemsOf(value).map((item) =>
      isItems(item) ? fail('needs-constant', `%${value.name} is a nested list`, { at: value.producer?.loc[0] }) : item,
    );
    if (items.length > 0) return this.one('SequenceConstruct', items, {});
    return this.one('SequenceEmpty', [], { dtype: dtype ?? 'float32' });
  }

  private find(value: Value): Converted | undefined {
    return this.converted.get(value) ?? this.outer?.find(value);
  }

  /** Remembers where run-time sizes can be read. */
  private noteSources(value: Value, onnx: OnnxValue): void {
    const dims = onnx.shape ?? (value.type.kind === 'tensor' ? value.type.shape : undefined);
    dims?.forEach((d, axis) => {
      const name = symbolName(d);
      if (name !== undefined && this.source(name) === undefined) this.sources.set(name, { value: onnx, axis });
    });
    if (value.content?.kind === 'elements' && value.type.kind === 'tensor' && value.type.shape?.length === 0) {
      this.noteScalar(value.content.values[0], onnx);
    }
    for (const use of value.uses) {
      const user = use.user;
      // A cast reads the tensor as an int: that int's own symbol is the tensor's element.
      if ('op' in user && this.rules.schema(user.op)?.role === 'cast') {
        const c = user.outputs[0]?.content;
        if (c?.kind === 'int') this.noteScalar(c.value, onnx);
      }
    }
  }

  private noteScalar(d: Dim | undefined, onnx: OnnxValue): void {
    const name = d === undefined ? undefined : symbolName(d);
    if (name !== undefined && this.source(name) === undefined) this.sources.set(name, { value: onnx, axis: undefined });
  }

  private source(name: string): ExtentSource | undefined {
    return this.sources.get(name) ?? this.outer?.source(name);
  }

  extent(dim: Dim): OnnxValue {
    if (typeof dim === 'number') return this.scalar('int64', dim);
    const key = dimKey(dim);
    const known = this.findExtent(key);
    if (known !== undefined) return known;
    const missing = [...dimSymbols(dim)].find((s) => this.source(s) === undefined);
    if (missing !== undefined)
      return fail('needs-constant', `the size ${key} depends on \`${missing}\`, which no tensor at hand has`);
    const v = buildExtent(this.builder, dim as SymbolicDim, (name) => this.readSymbol(name));
    this.extents.set(key, v);
    return v;
  }

  private findExtent(key: string): OnnxValue | undefined {
    return this.extents.get(key) ?? this.outer?.findExtent(key);
  }

  private readSymbol(name: string): OnnxValue {
    const source = this.source(name);
    if (source === undefined) throw new Error(`no source for ${name}`);
    if (source.axis === undefined) return this.cast(source.value, 'int64');
    const shape = this.one('Shape', [source.value], {});
    return this.one('Gather', [shape, this.scalar('int64', source.axis)], { axis: 0 });
  }

  block(
    block: Block,
    params: (inner: OnnxBuilder) => readonly OnnxValue[],
    results: (scope: ConversionScope) => readonly OnnxValue[],
  ): OnnxGraph {
    return this.builder.graph((inner) => {
      const scope = new GraphConverter(inner, this.opset, this.rules, this);
      const values = params(inner);
      block.params.forEach((p, i) => {
        const v = values[i];
        if (v !== undefined) scope.bind(p, v);
      });
      scope.nodes(block);
      return [...results(scope)];
    });
  }
}

/** Why a recipe is not for a call that none is for. */
function refusal({ opset, when }: Recipe, at: number): string {
  if (opset !== undefined && !opsetMatches(opset, at)) return `this recipe is for opset ${opset}, not ${at}`;
  return when === undefined ? 'this recipe is for complex tensors' : `\`when: ${when}\` does not hold`;
}

function isItems(c: Converted | OnnxValue): c is readonly Converted[] {
  return Array.isArray(c);
}

function isConstruct(op: string): boolean {
  return op === 'prim::ListConstruct' || op === 'prim::TupleConstruct';
}

function isContainer(v: Value): boolean {
  return v.type.kind === 'list' || v.type.kind === 'tuple';
}

/** Constants and container constructors become tensors only where something reads them. */
export function isCompileTimeOnly(node: Node): boolean {
  return node.op === 'prim::Constant' || isConstruct(node.op) || node.op === 'prim::DictConstruct';
}

/** A complex constant as ONNX holds it: real, with a last axis of 2. A view; no bytes are read. */
function realView(data: TensorData): TensorData {
  if (data.dtype !== 'complex64' && data.dtype !== 'complex128') return data;
  const dtype = data.dtype === 'complex64' ? 'float32' : 'float64';
  const strides = [...data.strides.map((s) => s * 2), 1];
  return new TensorData(dtype, [...data.shape, 2], data.source, data.storageOffset * 2, strides);
}
