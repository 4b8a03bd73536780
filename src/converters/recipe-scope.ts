import { fail } from '../diagnostics/diagnostic.js';
import { BUILTINS } from '../expr/builtins.js';
import { truth } from '../expr/evaluate.js';
import { parseExpr } from '../expr/parse.js';
import { type Expr, type ExprEnv, ExprError, type ExprValue, Float, isDim, isList, UNKNOWN } from '../expr/value.js';
import { type Dim, type SymbolicDim, symbol } from '../ir/dim.js';
import { type DType, isDType } from '../ir/dtype.js';
import { tensorFromNumbers } from '../ir/half.js';
import type { OnnxValue } from '../onnx/types.js';
import type { Recipe, RecipeItem } from '../schema/recipe.js';
import { SHAPE_FUNCTIONS } from '../shapes/functions/index.js';
import { operandValue } from '../shapes/operands.js';
import type { ConvertContext } from './context.js';
import type { Converted } from './define-converter.js';
import { onnxRef, toPlain } from './operand-value.js';
import { RECIPE_FUNCTIONS } from './recipe-functions.js';

const parsed = new Map<string, Expr>();

/** Parses each expression text once a process. */
function cachedExpr(text: string): Expr {
  let e = parsed.get(text);
  if (e === undefined) {
    e = parseExpr(text);
    parsed.set(text, e);
  }
  return e;
}

/** The names of a recipe under way: arguments, `let` names and the results of steps. */
export class RecipeScope {
  private readonly bound = new Map<string, ExprValue>();
  private readonly steps = new Map<string, Converted>();
  private readonly promoted = new Map<string, DType>();
  private readonly env: ExprEnv;
  private unknowns = 0;

  constructor(
    readonly recipe: Recipe,
    readonly ctx: ConvertContext,
  ) {
    this.env = {
      lookup: (name) => this.lookup(name),
      function: (name) => BUILTINS.get(name) ?? SHAPE_FUNCTIONS.get(name) ?? RECIPE_FUNCTIONS.get(name),
      ranges: ctx.scope.ranges,
      fresh: (): SymbolicDim => symbol(`_r${++this.unknowns}`),
    };
    this.let(recipe.let);
  }

  let(bindings: Recipe['let']): void {
    for (const [name, text] of bindings) this.bind(name, this.evaluate(text));
  }

  bind(name: string, value: ExprValue): void {
    this.bound.set(name, value);
  }

  set(name: string, value: Converted): void {
    this.steps.set(name, value);
  }

  promote(name: string, to: DType): void {
    this.promoted.set(name, to);
  }

  evaluate(text: string): ExprValue {
    try {
      return cachedExpr(text).evaluate(this.env);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      return fail('recipe-invalid', `${this.ctx.node.op}: ${e.message} in \`${text}\``, {
        at: this.recipe.span,
        notes: this.ctx.node.loc[0] === undefined ? [] : [{ message: 'for this line', at: this.ctx.node.loc[0] }],
      });
    }
  }

  /** False when the condition is not known at compile time. */
  holds(text: string): boolean {
    const held = this.evaluate(text);
    return held !== UNKNOWN && truth(held);
  }

  /**
   * As `holds`, for a choice between steps: what depends on an argument that is a number of the run cannot be chosen.
   * Errors: `needs-constant`.
   */
  decides(text: string): boolean {
    const held = this.evaluate(text);
    if (held !== UNKNOWN) return truth(held);
    const open = [...cachedExpr(text).names].find((name) => this.isOpenNumber(name));
    if (open === undefined) return false;
    const { op } = this.ctx.node;
    return this.ctx.fail('needs-constant', `${op} needs \`${open}\` at compile time, but it is known only at run time`);
  }

  private isOpenNumber(name: string): boolean {
    if (!this.isArgument(name)) return false;
    const at = this.ctx.schema.signature.args.findIndex((a) => a.name === name);
    const operand = this.ctx.node.inputs[at];
    if (operand === undefined) return false;
    const { kind } = operand.type;
    return (kind === 'bool' || kind === 'int' || kind === 'float') && operandValue(operand) === UNKNOWN;
  }

  private lookup(name: string): ExprValue | undefined {
    const bound = this.bound.get(name);
    if (bound !== undefined) return bound;
    if (name.startsWith('$')) {
      const step = this.steps.get(name.slice(1));
      return step === undefined ? undefined : convertedRef(step);
    }
    const index = this.ctx.schema.signature.args.findIndex((a) => a.name === name);
    const operand = index < 0 ? undefined : this.ctx.node.inputs[index];
    if (operand !== undefined) return operandValue(operand);
    if (name === 'result') return this.ctx.node.outputs[0] && operandValue(this.ctx.node.outputs[0]);
    if (name === 'results') return this.ctx.node.outputs.map(operandValue);
    if (name === 'opset') return this.ctx.opset;
    if (name === 'op') return this.ctx.node.op;
    return isDType(name) ? name : undefined;
  }

  /** Whether an item is an argument that is a number, as it was given. */
  isNumber(item: RecipeItem): boolean {
    if (typeof item !== 'string' || this.promoted.has(item) || !this.isArgument(item)) return false;
    const at = this.ctx.schema.signature.args.findIndex((a) => a.name === item);
    const type = this.ctx.node.inputs[at]?.type;
    return type?.kind === 'int' || type?.kind === 'float' || type?.kind === 'bool' || type?.kind === 'number';
  }

  isArgument(name: string): boolean {
    return !this.bound.has(name) && this.ctx.schema.signature.args.some((a) => a.name === name);
  }

  /** The tensors that an item of a node's inputs stands for; null for an input that is left out. */
  items(item: RecipeItem): (OnnxValue | null)[] {
    if (item === null) return [null];
    if (typeof item === 'string') return item.startsWith('...') ? this.spread(item.slice(3)) : [this.optional(item)];
    if ('const' in item) return [this.constant(item.const, item.dtype, item.shape)];
    if ('else' in item) {
      if (this.optional(item.arg) === null) return this.items(item.else);
      return item.cast === undefined ? [this.operand(item.arg)] : this.items({ arg: item.arg, cast: item.cast });
    }
    const to = this.dtype(item.cast);
    // A number becomes a constant of that dtype at once.
    if (this.isArgument(item.arg) && this.ctx.has(item.arg)) return [this.ctx.tensor(item.arg, to)];
    return this.items(item.arg).map((v) => (v === null ? null : this.ctx.cast(v, to)));
  }

  /** All tensors of a list: an argument, or what a loop collected. */
  spread(name: string): OnnxValue[] {
    const to = this.promoted.get(name);
    const list = name.startsWith('$') ? this.list(name) : this.ctx.tensors(name);
    return list.map((t) => (to === undefined ? t : this.ctx.cast(t, to)));
  }

  private list(name: string): OnnxValue[] {
    const step = this.result(name);
    if (!isItems(step)) return this.bad(`\`${name}\` is no list`);
    return step.map((v) => (isItems(v) ? this.bad(`\`${name}\` is a nested list`) : v));
  }

  /** None becomes an omitted input. */
  private optional(name: string): OnnxValue | null {
    if (!name.startsWith('$') && !this.bound.has(name) && !name.endsWith(']') && !this.ctx.has(name)) return null;
    return this.operand(name);
  }

  /** One tensor by the name of an argument, a step (`$x`), or a place in a list of these (`params[2]`). */
  operand(name: string): OnnxValue {
    const to = this.promoted.get(name);
    const at = /^([^[]+)\[(.+)\]$/.exec(name);
    if (at?.[1] !== undefined && at[2] !== undefined) return this.listItem(at[1], at[2]);
    if (name.startsWith('$')) {
      const step = this.result(name);
      if (isItems(step)) return this.bad(`\`${name}\` is a list`);
      return to === undefined ? step : this.ctx.cast(step, to);
    }
    return this.ctx.tensor(name, to);
  }

  private listItem(list: string, index: string): OnnxValue {
    const at = this.evaluate(index);
    const items = this.spread(list);
    const item = typeof at === 'number' ? items[at < 0 ? at + items.length : at] : undefined;
    return item ?? this.bad(`\`${list}\` has no item \`${index}\``);
  }

  /** What a step gave: one tensor or a list. */
  result(name: string): Converted {
    return this.steps.get(name.replace(/^\$/, '')) ?? this.bad(`no step is named \`${name}\``);
  }

  hasStep(name: string): boolean {
    return this.steps.has(name);
  }

  dtype(text: string): DType {
    const v = this.evaluate(text);
    if (typeof v === 'string' && isDType(v)) return v;
    return this.ctx.fail('needs-constant', `${this.ctx.node.op}: \`${text}\` is not a dtype known at compile time`);
  }

  /** Constants: numbers, lists of them, or (symbolic) extents, which are read at run time. */
  constant(text: string, dtypeText: string | undefined, shapeText: string | undefined, like?: DType): OnnxValue {
    const v = this.evaluate(text);
    const items: readonly ExprValue[] = isList(v) ? v : [v];
    const dtype = dtypeText === undefined ? (like ?? defaultDtype(items)) : this.dtype(dtypeText);
    if (items.length > 0 && items.every(isDim) && items.some((d) => typeof d !== 'number')) {
      const t = isList(v) ? this.ctx.shapeTensor(items) : this.ctx.scope.extent(v as Dim);
      return this.ctx.cast(t, dtype);
    }
    const plain = toPlain(items);
    if (!Array.isArray(plain))
      return this.ctx.fail('needs-constant', `${this.ctx.node.op} needs \`${text}\` at compile time`);
    const numbers = plain.map((x) =>
      typeof x === 'number' ? x : typeof x === 'boolean' ? Number(x) : this.bad(`\`${text}\` is no number`),
    );
    const wanted = shapeText === undefined ? undefined : this.evaluate(shapeText);
    if (wanted !== undefined && isList(wanted) && wanted.every(isDim) && !wanted.every((d) => typeof d === 'number')) {
      const one = this.ctx.builder.constant(tensorFromNumbers(dtype, numbers, []));
      return this.ctx.add('Expand', [one, this.ctx.shapeTensor(wanted)]);
    }
    const shape = shapeText === undefined ? (isList(v) ? [numbers.length] : []) : this.shape(shapeText);
    const count = shape.reduce((a, b) => a * b, 1);
    const filled =
      numbers.length === 1 && count !== 1 ? Array.from({ length: count }, () => numbers[0] as number) : numbers;
    return this.ctx.builder.constant(tensorFromNumbers(dtype, filled, shape));
  }

  /** A shape; unknown items are extents of their own. Undefined where not even the rank is known. */
  extents(text: string): readonly Dim[] | undefined {
    const v = this.evaluate(text);
    if (v === UNKNOWN) return undefined;
    if (!isList(v)) return this.bad(`\`${text}\` is no shape`);
    return v.map((d) => {
      if (d === UNKNOWN) return this.ctx.builder.freshExtent();
      return isDim(d) ? d : this.bad(`\`${text}\` is no shape`);
    });
  }

  private shape(text: string): number[] {
    const v = toPlain(this.evaluate(text));
    if (!Array.isArray(v)) return this.bad(`\`${text}\` is no constant shape`);
    return v.map((d) => (typeof d === 'number' ? d : this.bad(`\`${text}\` is no constant shape`)));
  }

  bad(message: string): never {
    return fail('recipe-invalid', `${this.ctx.node.op}: ${message}`, { at: this.recipe.span });
  }
}

/** True for a list of conversions, false for one tensor. */
export function isItems(c: Converted): c is readonly Converted[] {
  return Array.isArray(c);
}

function convertedRef(c: Converted): ExprValue {
  return isItems(c) ? c.map(convertedRef) : onnxRef(c);
}

function defaultDtype(items: readonly ExprValue[]): DType {
  if (items.some((v) => v instanceof Float)) return 'float32';
  return items.length > 0 && items.every((v) => typeof v === 'boolean') ? 'bool' : 'int64';
}
