import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import type { Content } from '../ir/content.js';
import { type Dim, dimSymbols, type Ranges } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Block, Graph, Node, Value } from '../ir/graph.js';
import { CONSTANT, DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { addedBy } from '../ir/provenance.js';
import { type Type, typeName } from '../ir/type.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxGraph, OnnxValue } from '../onnx/types.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { opsetMatches } from '../schema/opset-range.js';
import type { Recipe } from '../schema/recipe.js';
import { Inference } from '../shapes/infer.js';
import { checkResult } from './check-results.js';
import { constantTensor } from './constant-tensors.js';
import { type ConversionScope, ConvertContext } from './context.js';
import type { Converted, Converter } from './define-converter.js';
import { interpretRecipe, recipeApplies, takesComplex } from './interpret-recipe.js';
import { addOne, castTo, stackScalars } from './one-output.js';
import { callNode, type Operand } from './operator-call.js';
import { RunTimeSizes } from './run-time-sizes.js';

/** What the conversion knows of operators. */
export interface ConversionRules {
  schema(op: string): OperatorSchema | undefined;
  recipes(op: string): readonly Recipe[];
  converter(op: string): Converter | undefined;
  /** What is known of symbols' sizes. */
  readonly ranges?: Ranges;
  /** Told each recipe that makes nodes. */
  readonly used?: (recipe: Recipe) => void;
  /** Told what each result of a node has become. */
  readonly converted?: (output: Value, made: OnnxValue) => void;
}

/**
 * Converts a translated graph node by node, in order. Problems of all nodes are gathered; a node whose operand
 * failed is skipped silently, so that one cause gives one diagnostic.
 */
export class GraphConverter implements ConversionScope {
  private readonly converted = new Map<Value, Converted>();
  private readonly sizes: RunTimeSizes;
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
    this.sizes = new RunTimeSizes(builder, (op) => rules.schema(op)?.role === 'cast', outer?.sizes);
  }

  get ranges(): Ranges | undefined {
    return this.rules.ranges;
  }

  /** Declares that an IR value is an ONNX tensor made elsewhere: a graph input or a block parameter. */
  bind(value: Value, onnx: OnnxValue): void {
    this.converted.set(value, onnx);
    this.sizes.note(value, onnx);
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
    const help = `check the dtypes that the inputs are declared with${by === undefined ? '' : ', and what the recipe makes of them: `promote` casts its arguments to one dtype'}`;
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
    const { op, loc, place } = node;
    // A node of an archive that does not say its line.
    const origin = node.origin ?? ('loc' in place && loc.length === 0 ? addedBy('load') : undefined);
    const source = { op, origin, loc, recipe: recipe?.span, result: node.outputs[0]?.name };
    const results = this.builder.withProvenance(source, () => this.results(node, ctx, recipe));
    this.check(node, schema, recipe, results);
    node.outputs.forEach((output, i) => {
      const r = results[i];
      if (r === undefined) return;
      this.converted.set(output, r);
      if (!isItems(r)) this.rules.converted?.(output, r);
      if (isItems(r) || recipe?.rank === 'open') return;
      if (output.type.kind === 'tensor') this.builder.refine(r, { shape: output.type.shape });
      this.sizes.note(output, r);
    });
  }

  /** Results of a recipe have what the facts say. Errors: `recipe-invalid`. */
  private check(node: Node, schema: OperatorSchema, recipe: Recipe | undefined, results: readonly Converted[]): void {
    if (recipe === undefined || recipe.rank === 'open') return;
    node.outputs.forEach((output, i) => {
      const made = results[i];
      if (made !== undefined && !isItems(made)) checkResult(node, output, made, schema, recipe);
    });
  }

  /** Numbers that need no node: constants, and sizes that can be read from tensors at hand. */
  private isKnownNumber(type: Type, content: Content | undefined): boolean {
    if (type.kind === 'tensor' || content === undefined) return false;
    switch (content.kind) {
      case 'int':
        return [...dimSymbols(content.value)].every((s) => this.sizes.knows(s));
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
    const node = callNode(schema, operands, at.place, (value, made) => {
      if (isItems(made)) this.converted.set(value, made);
      else this.bind(value, made);
    });
    this.inference.inferNode(node);
    const ctx = new ConvertContext(node, schema, this);
    const recipe = this.recipeFor(node, ctx);
    const results = this.results(node, ctx, recipe);
    this.check(node, schema, recipe, results);
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
    return this.rules.recipes(node.op).find((recipe) => recipeApplies(recipe, ctx));
  }

  private results(node: Node, ctx: ConvertContext, recipe: Recipe | undefined): readonly Converted[] {
    if (recipe !== undefined) {
      this.rules.used?.(recipe);
      return interpretRecipe(recipe, ctx);
    }
    const recipes = this.rules.recipes(node.op);
    const converter = this.rules.converter(node.op);
    if (converter !== undefined && takesComplex(converter.complex, ctx)) {
      const r = converter.convert(ctx);
      return isItems(r) ? r : [r];
    }
    if (ctx.isComplex && (recipes.length > 0 || converter !== undefined)) {
      return ctx.fail('unsupported-argument', `${node.op} of complex tensors has no ONNX recipe`);
    }
    if (recipes.length > 0 && recipes.every((r) => r.opset !== undefined && !opsetMatches(r.opset, this.opset))) {
      return ctx.fail(
        'opset-range',
        `${node.op} has no form at opset ${this.opset}`,
        `its recipes are for opset ${[...new Set(recipes.flatMap((r) => r.opset ?? []))].join(', or ')}: see --opset`,
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
      return dtype === undefined ? made : castTo(this.builder, made, dtype);
    }
    const constant = constantTensor(value, dtype, this.builder, this.sizes);
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
    return stackScalars(this.builder, flat(items, value));
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
    const items = flat(this.itemsOf(value), value);
    if (items.length > 0) return addOne(this.builder, 'SequenceConstruct', items);
    return addOne(this.builder, 'SequenceEmpty', [], { dtype: dtype ?? 'float32' });
  }

  private find(value: Value): Converted | undefined {
    return this.converted.get(value) ?? this.outer?.find(value);
  }

  extent(dim: Dim): OnnxValue {
    return this.sizes.extent(dim);
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

/** The tensors of a list. Errors: `needs-constant` for a list of lists. */
function flat(items: readonly Converted[], value: Value): OnnxValue[] {
  return items.map((item) =>
    isItems(item) ? fail('needs-constant', `%${value.name} is a nested list`, { at: value.producer?.loc[0] }) : item,
  );
}

function isItems(c: Converted | OnnxValue): c is readonly Converted[] {
  return Array.isArray(c);
}

function isConstruct(op: string): boolean {
  return op === LIST_CONSTRUCT || op === TUPLE_CONSTRUCT;
}

function isContainer(v: Value): boolean {
  return v.type.kind === 'list' || v.type.kind === 'tuple';
}

/** Constants and container constructors become tensors only where something reads them. */
export function isCompileTimeOnly(node: Node): boolean {
  return node.op === CONSTANT || isConstruct(node.op) || node.op === DICT_CONSTRUCT;
}
