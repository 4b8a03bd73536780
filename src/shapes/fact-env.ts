import { BUILTINS } from '../expr/builtins.js';
import { parseExpr } from '../expr/parse.js';
import { type Expr, type ExprEnv, type ExprFunction, type ExprValue, Float, TensorRef } from '../expr/value.js';
import type { Dim, Ranges, SymbolicDim } from '../ir/dim.js';
import { isDType } from '../ir/dtype.js';
import type { Value } from '../ir/graph.js';
import type { ResultFact } from '../schema/operator-schema.js';
import type { Signature } from '../schema/signature.js';
import { SHAPE_FUNCTIONS } from './functions/index.js';
import { operandValue } from './operands.js';

/** Where new unknowns come from: plain ints, and extents, which are at least 0. */
export interface UnknownSource {
  readonly ranges: Ranges;
  freshInt(): SymbolicDim;
  freshExtent(): SymbolicDim;
  /** Notes that a run can only go on if the extent is at least `min`. */
  assume(extent: Dim, min: number): void;
  /** Elements of a float operand that was computed from extents. */
  floatsOf(value: Value): Floats | undefined;
}

/** Elements of a float tensor (or the one of a float) that are exact quotients of extents. */
export type Floats = readonly (Dim | Float)[];

/** Functions that facts may call; shape functions stand before the language's own. */
const FUNCTIONS: ReadonlyMap<string, ExprFunction> = new Map([...BUILTINS, ...SHAPE_FUNCTIONS]);

/** What the facts of one call see: the operator's arguments by name, dtype names, shape functions. */
export class FactEnv implements ExprEnv {
  private signature: Signature | undefined;
  private inputs: readonly Value[] = [];
  private places: ReadonlyMap<string, number> = new Map();
  /** Operands as expressions see them, read once each. */
  private readonly known: (ExprValue | undefined)[] = [];
  /** Set while a shape is evaluated: its unknowns are extents. */
  extents = false;

  constructor(private readonly unknowns: UnknownSource) {}

  /** Turns to another call: one environment serves all calls, one after another. */
  of(signature: Signature, inputs: readonly Value[]): this {
    this.signature = signature;
    this.inputs = inputs;
    this.places = places(signature);
    this.extents = false;
    this.known.fill(undefined);
    return this;
  }

  get ranges(): Ranges {
    return this.unknowns.ranges;
  }

  lookup(name: string): ExprValue | undefined {
    const at = this.places.get(name);
    const input = at === undefined ? undefined : this.inputs[at];
    if (at === undefined || input === undefined) return this.other(name);
    let value = this.known[at];
    if (value === undefined) {
      value = this.operand(input);
      this.known[at] = value;
    }
    return value;
  }

  function(name: string): ExprFunction | undefined {
    return FUNCTIONS.get(name);
  }

  fresh(): SymbolicDim {
    return this.extents ? this.unknowns.freshExtent() : this.unknowns.freshInt();
  }

  assume(extent: Dim, min: number): void {
    this.unknowns.assume(extent, min);
  }

  private operand(input: Value): ExprValue {
    const value = operandValue(input);
    const floats = this.unknowns.floatsOf(input);
    if (floats === undefined) return value;
    if (value instanceof TensorRef) return new TensorRef(value.dtype, value.shape, value.elements, input, floats);
    const [only] = floats;
    return value instanceof Float && value.value === undefined && only instanceof Float ? only : value;
  }

  /** Operands beyond the signature's arguments, of operators that take any number, are the list `rest`. */
  private other(name: string): ExprValue | undefined {
    if (name === 'rest' && this.signature?.varargs === true)
      return this.inputs.slice(this.signature.args.length).map((v) => this.operand(v));
    return isDType(name) ? name : undefined;
  }
}

const placesOf = new WeakMap<Signature, ReadonlyMap<string, number>>();

/** Where a signature's arguments stand, by name. */
function places(signature: Signature): ReadonlyMap<string, number> {
  let known = placesOf.get(signature);
  if (known === undefined) {
    known = new Map(signature.args.map((arg, i) => [arg.name, i]));
    placesOf.set(signature, known);
  }
  return known;
}

/** A result's facts, parsed. */
export interface CompiledFact {
  readonly dtype: Expr | undefined;
  readonly shape: Expr | undefined;
  readonly elements: Expr | undefined;
  readonly value: Expr | undefined;
  readonly list: Expr | undefined;
  readonly quantized: Expr | undefined;
  readonly same: string | undefined;
}

const compiled = new WeakMap<ResultFact, CompiledFact>();

/** Parses the expressions of a fact on first use. Throws ExprError. */
export function compileFact(fact: ResultFact): CompiledFact {
  const known = compiled.get(fact);
  if (known !== undefined) return known;
  const parse = (text: string | undefined) => (text === undefined ? undefined : parseExpr(text));
  const result: CompiledFact = {
    dtype: parse(fact.dtype),
    shape: parse(fact.shape),
    elements: parse(fact.elements),
    value: parse(fact.value),
    list: parse(fact.list),
    quantized: parse(fact.quantized),
    same: fact.same,
  };
  compiled.set(fact, result);
  return result;
}
