import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { ExprError, type ExprValue, Float, isList, type Operand, TensorRef, UNKNOWN } from '../expr/value.js';
import { intContent } from '../ir/content.js';
import {
  type Dim,
  dimEquals,
  dimKey,
  dimRange,
  dimSplitConstant,
  type Interval,
  isUnknownSymbol,
  type Ranges,
  type SymbolicDim,
  symbol,
  symbolName,
} from '../ir/dim.js';
import { type DType, isFloating, isQuantized } from '../ir/dtype.js';
import type { Node, Value } from '../ir/graph.js';
import { stackNotes } from '../ir/source-loc.js';
import { type Type, tensorType } from '../ir/type.js';
import type { OperatorSchema, ResultFact } from '../schema/operator-schema.js';
import {
  contentOf,
  dtypeFrom,
  elementsFrom,
  floatsFrom,
  quantizerFrom,
  shapeFrom,
  tensorContent,
  typeOf,
} from './contents.js';
import { type CompiledFact, compileFact, FactEnv, type Floats, type UnknownSource } from './fact-env.js';
import { inferSequence } from './sequences.js';
import { ShapeError } from './shape-error.js';
import { forward, inferStructural } from './structural.js';

/** Where inference finds the facts of an operator. */
export interface SchemaSource {
  get(op: string): OperatorSchema | undefined;
}

export interface InferenceOptions {
  /** Bounds of the inputs' symbols. */
  readonly ranges?: Ranges;
  /** How the names of unknown extents begin: `_`, then letters of its own for each of several inferences. */
  readonly prefix?: string;
}

const NO_OPERANDS: readonly Operand[] = [];
const UNKNOWN_PREFIX = '_u';
const EXTENT: Interval = { min: 0, max: Number.POSITIVE_INFINITY };

/**
 * Sets types and contents of nodes' outputs from the facts of their operators. One instance serves one
 * graph: it hands out the names of unknown extents.
 */
export class Inference implements UnknownSource {
  /** Of the inputs' symbols and of the unknown extents handed out so far. */
  readonly ranges: Map<string, Interval>;
  private readonly prefix: string;
  private counter = 0;
  private readonly facts = new FactEnv(this);
  private assuming = true;
  private readonly floats = new WeakMap<Value, Floats>();
  /** Few graphs compute floats from extents: the others look nothing up. */
  private hasFloats = false;
  /** Bounds that the current scope replaced; undefined outside of scopes. */
  private undo: Map<string, Interval | undefined> | undefined;

  constructor(
    readonly schemas: SchemaSource,
    options: InferenceOptions = {},
  ) {
    this.prefix = options.prefix ?? UNKNOWN_PREFIX;
    this.ranges = new Map(options.ranges ?? []);
  }

  freshInt(): SymbolicDim {
    this.counter += 1;
    return symbol(`${this.prefix}${this.counter}`);
  }

  freshExtent(): SymbolicDim {
    const d = this.freshInt();
    this.ranges.set(d.key, EXTENT);
    return d;
  }

  floatsOf(value: Value): Floats | undefined {
    return this.hasFloats ? this.floats.get(value) : undefined;
  }

  /**
   * Raises the lower bound of an extent: what holds of a node that always runs holds of every run. Nodes of a
   * block that may not run count only inside a scope of their own.
   */
  assume(extent: Dim, min: number): void {
    if (typeof extent === 'number' || !this.assuming || dimRange(extent, this.ranges).min >= min) return;
    const { rest, constant } = dimSplitConstant(extent);
    const key = dimKey(rest);
    const known = this.ranges.get(key);
    if (this.undo !== undefined && !this.undo.has(key)) this.undo.set(key, known);
    this.ranges.set(key, { min: min - constant, max: known?.max ?? Number.POSITIVE_INFINITY });
  }

  /** Runs `body`; what it assumes of extents holds only inside. For blocks that may not run. */
  scoped<T>(body: () => T): T {
    const outer = this.undo;
    const undo = new Map<string, Interval | undefined>();
    this.undo = undo;
    try {
      return body();
    } finally {
      this.undo = outer;
      for (const [key, before] of undo) {
        if (before === undefined) this.ranges.delete(key);
        else this.ranges.set(key, before);
      }
    }
  }

  /**
   * Sets the outputs' types and contents. An output of which nothing is known keeps its declared type; an int
   * gets a fresh symbol. Blocks are not entered. `equals` are values that the outputs are equal to, or the numbers that
   * they hold as tensors: what is known of these is not found again. Throws DiagnosticError `shape-mismatch` when the
   * operands provably do not fit.
   */
  inferNode(node: Node, equals: readonly Operand[] = NO_OPERANDS): void {
    this.assuming = this.undo !== undefined || node.parent?.owner === undefined;
    if (inferStructural(node, this)) return;
    const schema = this.schemas.get(node.op);
    if (schema === undefined || schema.infer.length === 0) {
      for (const out of node.outputs) this.forget(out);
      inferSequence(node, schema?.structure, this);
      return;
    }
    const env = this.facts.of(schema.signature, node.inputs);
    for (const out of node.outputs) {
      const fact = schema.infer[out.defIndex] ?? (schema.signature.varresults ? schema.infer[0] : undefined);
      if (fact === undefined) this.forget(out);
      else this.applyFact(node, out, fact, schema, env, equals[out.defIndex]);
    }
    inferSequence(node, schema.structure, this);
  }

  /** Nothing is known of the value but its type; an int keeps or gets a symbol of its own. */
  forget(out: Value): void {
    if (out.type.kind !== 'int') out.content = undefined;
    else if (out.content?.kind !== 'int' || !isBareUnknown(out.content.value))
      out.content = intContent(this.freshInt());
  }

  private applyFact(
    node: Node,
    out: Value,
    fact: ResultFact,
    schema: OperatorSchema,
    env: FactEnv,
    equal: Operand | undefined,
  ): void {
    let compiled: CompiledFact;
    try {
      compiled = compileFact(fact);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      throw new DiagnosticError({
        code: 'expr-syntax',
        severity: 'error',
        message: `a fact of ${node.op} does not parse: ${e.message}`,
        at: schema.span,
      });
    }
    if (compiled.same !== undefined) {
      const at = schema.signature.args.findIndex((a) => a.name === compiled.same);
      const source = node.inputs[at];
      if (source !== undefined) {
        forward(out, source);
        this.setFloats(out, this.floatsOf(source));
      }
      return;
    }
    try {
      if (out.type.kind === 'tensor') this.applyTensor(node, out, compiled, env, equal);
      else if (out.type.kind === 'list' && compiled.list !== undefined) this.applyList(out, compiled, env);
      else this.applyScalar(out, compiled, env);
    } catch (e) {
      throw placed(e, node, schema);
    }
  }

  private applyTensor(node: Node, out: Value, fact: CompiledFact, env: FactEnv, equal: Operand | undefined): void {
    if (fact.value !== undefined) {
      const v = fact.value.evaluate(env);
      if (v instanceof TensorRef) {
        out.type = tensorType(v.dtype, v.shape);
        out.content = v.operand?.content;
      } else out.content = undefined;
      return;
    }
    const declared = out.type.kind === 'tensor' ? out.type : tensorType();
    const dtype = (fact.dtype === undefined ? undefined : dtypeFrom(fact.dtype.evaluate(env))) ?? declared.dtype;
    if (equal !== undefined && saysAll(equal, dtype, fact)) {
      out.type = equal.type;
      out.content = equal.content;
      this.setFloats(out, undefined);
      return;
    }
    const mark = this.counter;
    env.extents = true;
    const found = fact.shape === undefined ? undefined : shapeFrom(fact.shape.evaluate(env), this);
    env.extents = false;
    const shape = found === undefined ? declared.shape : this.settled(declared.shape, found, mark);
    for (const d of shape ?? []) {
      if (typeof d === 'number' && d < 0) throw new ShapeError(`a size would be ${d}`);
      this.assume(d, 0);
    }
    out.type = typeLike(node, dtype, shape);
    if (dtype !== undefined && isQuantized(dtype)) {
      out.content = fact.quantized === undefined ? undefined : quantizerFrom(fact.quantized.evaluate(env));
      return;
    }
    const numbers = equal === undefined || equal.type.kind === 'tensor' ? undefined : tensorContent(equal.content);
    if (numbers !== undefined) {
      out.content = numbers;
      this.setFloats(out, undefined);
      return;
    }
    const elements = fact.elements?.evaluate(env) ?? UNKNOWN;
    out.content = elementsFrom(elements, dtype, shape);
    this.setFloats(out, floatsFrom(elements, dtype, shape));
  }

  private setFloats(out: Value, floats: Floats | undefined): void {
    if (floats !== undefined) {
      this.hasFloats = true;
      this.floats.set(out, floats);
    } else if (this.hasFloats) this.floats.delete(out);
  }

  private applyList(out: Value, fact: CompiledFact, env: FactEnv): void {
    out.content = undefined;
    const element: Type = out.type.kind === 'list' ? out.type.element : { kind: 'any' };
    const tensors = element.kind === 'tensor';
    env.extents = tensors;
    const list = fact.list?.evaluate(env) ?? UNKNOWN;
    env.extents = false;
    if (!tensors) {
      if (isList(list)) out.content = contentOf(this.withInts(list, element), out.type);
      return;
    }
    const dtype = fact.dtype?.evaluate(env) ?? UNKNOWN;
    if (!isList(list)) {
      const only = dtypeFrom(dtype);
      if (only !== undefined && out.type.kind === 'list') out.type = { ...out.type, element: tensorType(only) };
      return;
    }
    const types = list.map((s, i) => {
      if (s instanceof TensorRef) return tensorType(s.dtype, s.shape);
      const d = dtypeFrom(isList(dtype) ? (dtype[i] ?? UNKNOWN) : dtype);
      return tensorType(d, shapeFrom(s, this));
    });
    for (const t of types) for (const d of t.shape ?? []) this.assume(d, 0);
    const quantizer = fact.quantized === undefined ? undefined : quantizerFrom(fact.quantized.evaluate(env));
    const items = list.map((s) => (s instanceof TensorRef ? s.operand?.content : quantizer));
    out.content = { kind: 'list', items, types };
  }

  /** A list of ints has an int at each place. */
  private withInts(list: readonly ExprValue[], element: Type): readonly ExprValue[] {
    return element.kind === 'int' ? list.map((v) => (v === UNKNOWN ? this.freshInt() : v)) : list;
  }

  private applyScalar(out: Value, fact: CompiledFact, env: FactEnv): void {
    const mark = this.counter;
    const v = fact.value?.evaluate(env) ?? UNKNOWN;
    const content = contentOf(v, out.type);
    const type = typeOf(v, content, out.type);
    this.setFloats(out, v instanceof Float && v.quotient !== undefined && v.value === undefined ? [v] : undefined);
    const renamed = content?.kind === 'int' && this.isNewSince(content.value, mark);
    if (renamed && out.content?.kind === 'int' && isBareUnknown(out.content.value)) return;
    if (content === undefined) {
      out.type = type;
      this.forget(out);
      return;
    }
    out.type = type;
    out.content = content;
  }

  /** True for an unknown symbol handed out after the counter stood at `mark`. */
  private isNewSince(d: Dim, mark: number): boolean {
    const name = symbolName(d);
    return name?.startsWith(this.prefix) === true && Number(name.slice(this.prefix.length)) > mark;
  }

  /** The old shape where the new one differs only in the names of unknown extents: inference is idempotent. */
  private settled(old: readonly Dim[] | undefined, found: readonly Dim[], mark: number): readonly Dim[] {
    if (old === undefined || old.length !== found.length) return found;
    const same = found.every((d, i) => {
      const before = old[i] ?? 1;
      return dimEquals(d, before) || (this.isNewSince(d, mark) && isBareUnknown(before));
    });
    return same ? old : found;
  }
}

/** The type of an operand that has this dtype and the very shape, a new one otherwise. */
function typeLike({ inputs }: Node, dtype: DType | undefined, shape: readonly Dim[] | undefined): Type {
  const type = inputs[0]?.type;
  return type?.kind === 'tensor' && type.shape === shape && type.dtype === dtype ? type : tensorType(dtype, shape);
}

/** True if facts could tell no more of a tensor of this dtype than what is known of one that is equal to it. */
function saysAll({ type, content }: Operand, dtype: DType | undefined, fact: CompiledFact): boolean {
  if (type.kind !== 'tensor' || type.shape === undefined || dtype === undefined || type.dtype !== dtype) return false;
  if (isQuantized(dtype) || (fact.elements !== undefined && (content === undefined || isFloating(dtype)))) return false;
  for (const d of type.shape) if (isBareUnknown(d)) return false;
  return true;
}

function isBareUnknown(d: Dim): boolean {
  const name = symbolName(d);
  return name !== undefined && isUnknownSymbol(name);
}

/** An error inside a fact, told at the node's place in the user's source. */
function placed(e: unknown, node: Node, schema: OperatorSchema): unknown {
  if (!(e instanceof ShapeError) && !(e instanceof ExprError)) return e;
  return new DiagnosticError({
    code: 'shape-mismatch',
    severity: 'error',
    message: `${schema.signature.op}: ${e.message}`,
    at: node.loc[0],
    notes: stackNotes(node.loc, 4),
  });
}
