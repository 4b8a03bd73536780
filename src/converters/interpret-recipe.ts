import { fail } from '../diagnostics/diagnostic.js';
import { BUILTINS } from '../expr/builtins.js';
import { truth } from '../expr/evaluate.js';
import { parseExpr } from '../expr/parse.js';
import { type Expr, type ExprEnv, ExprError, type ExprValue, Float, isDim, isList, UNKNOWN } from '../expr/value.js';
import { type Dim, type SymbolicDim, symbol } from '../ir/dim.js';
import { type DType, isDType } from '../ir/dtype.js';
import { tensorFromNumbers } from '../ir/half.js';
import type { OnnxValue } from '../onnx/types.js';
import type { Recipe, RecipeAttribute, RecipeItem, RecipeStep } from '../schema/recipe.js';
import { expandLiteral } from '../shapes/expand-literal.js';
import { SHAPE_FUNCTIONS } from '../shapes/functions/index.js';
import { operandValue } from '../shapes/operands.js';
import { reshapeLiteral } from '../shapes/reshape-literal.js';
import type { ConvertContext } from './context.js';
import { onnxRef, type Plain, toPlain } from './operand-value.js';
import { RECIPE_FUNCTIONS } from './recipe-functions.js';

const parsed = new Map<string, Expr>();

/** Parses each expression text once a process. */
export function cachedExpr(text: string): Expr {
  let e = parsed.get(text);
  if (e === undefined) {
    e = parseExpr(text);
    parsed.set(text, e);
  }
  return e;
}

/** True if the recipe is for this opset and its `when` holds. */
export function recipeApplies(recipe: Recipe, ctx: ConvertContext): boolean {
  if (recipe.opset !== undefined && !opsetMatches(recipe.opset, ctx.opset)) return false;
  if (recipe.when === undefined) return true;
  const held = new Interpreter(recipe, ctx).evaluate(recipe.when);
  return held !== UNKNOWN && truth(held);
}

/** `>=18`, `<20`, `18`. */
export function opsetMatches(range: string, opset: number): boolean {
  return range.split(',').every((part) => {
    const m = /^\s*(>=|<=|<|>|==)?\s*(\d+)\s*$/.exec(part);
    if (m === null) return false;
    const n = Number(m[2]);
    switch (m[1]) {
      case '>=':
        return opset >= n;
      case '<=':
        return opset <= n;
      case '<':
        return opset < n;
      case '>':
        return opset > n;
      default:
        return opset === n;
    }
  });
}

/** Builds the ONNX nodes of one node by a recipe; the results in order. */
export function interpretRecipe(recipe: Recipe, ctx: ConvertContext): OnnxValue[] {
  return new Interpreter(recipe, ctx).run();
}

class Interpreter {
  private readonly bound = new Map<string, ExprValue>();
  private readonly steps = new Map<string, OnnxValue>();
  private readonly promoted = new Map<string, DType>();
  private readonly env: ExprEnv;
  private unknowns = 0;

  constructor(
    private readonly recipe: Recipe,
    private readonly ctx: ConvertContext,
  ) {
    this.env = {
      lookup: (name) => this.lookup(name),
      function: (name) => BUILTINS.get(name) ?? SHAPE_FUNCTIONS.get(name) ?? RECIPE_FUNCTIONS.get(name),
      fresh: (): SymbolicDim => symbol(`_r${++this.unknowns}`),
    };
    for (const [name, text] of recipe.let) this.bound.set(name, this.evaluate(text));
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

  private lookup(name: string): ExprValue | undefined {
    const bound = this.bound.get(name);
    if (bound !== undefined) return bound;
    if (name.startsWith('$')) {
      const step = this.steps.get(name.slice(1));
      return step === undefined ? undefined : onnxRef(step);
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

  run(): OnnxValue[] {
    const { promote } = this.recipe;
    if (promote !== undefined) {
      const to = promote.to === undefined ? this.ctx.resultDtype() : this.dtype(promote.to);
      for (const name of promote.args) this.promoted.set(name, to);
    }
    let last: OnnxValue[] = [];
    for (const step of this.recipe.steps) last = this.step(step);
    const { out } = this.recipe;
    if (out === undefined) return last;
    return out.map((name) => this.operand(name.startsWith('$') || !this.steps.has(name) ? name : `$${name}`));
  }

  private step(step: RecipeStep): OnnxValue[] {
    if (step.if !== undefined) {
      const held = this.evaluate(step.if);
      if (held === UNKNOWN || !truth(held)) {
        const through = this.items(step.in[0] as RecipeItem)[0];
        if (through === undefined || through === null)
          return this.bad(`step ${step.op} is left out but has no input to stand for it`);
        if (step.out[0] !== undefined) this.steps.set(step.out[0], through);
        return [through];
      }
    }
    const inputs = this.literalTarget(step) ?? step.in.flatMap((item) => this.items(item));
    while (inputs.length > 0 && inputs[inputs.length - 1] === null) inputs.pop();
    const attributes: Record<string, Plain> = {};
    for (const [name, value] of step.attrs) {
      const v = this.attribute(value);
      if (v !== null) attributes[name] = v;
    }
    const outputs = this.ctx.builder.add(
      step.op,
      inputs,
      attributes as Parameters<ConvertContext['builder']['add']>[2],
      {
        outputs: Math.max(1, step.out.length),
        domain: step.domain === '' ? undefined : step.domain,
      },
    );
    step.out.forEach((name, i) => {
      const v = outputs[i];
      if (v !== undefined) this.steps.set(name, v);
    });
    return [...outputs];
  }

  /** Reshape and Expand to a symbolic shape whose run-time sizes need not be read: the literal form. */
  private literalTarget(step: RecipeStep): (OnnxValue | null)[] | undefined {
    const target = step.in[1];
    if (
      (step.op !== 'Reshape' && step.op !== 'Expand') ||
      typeof target !== 'object' ||
      target === null ||
      !('const' in target)
    ) {
      return undefined;
    }
    const dims = this.evaluate(target.const);
    if (!isList(dims) || !dims.every(isDim) || dims.every((d) => typeof d === 'number')) return undefined;
    const [data] = this.items(step.in[0] as RecipeItem);
    if (data === undefined || data === null) return undefined;
    const literal = step.op === 'Reshape' ? reshapeLiteral(data.shape, dims) : expandLiteral(data.shape, dims);
    return literal === undefined ? undefined : [data, this.ctx.ints1d(literal)];
  }

  private attribute(value: RecipeAttribute): Plain {
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    if (typeof value !== 'string') return value.map((v) => this.attribute(v));
    const v = toPlain(this.evaluate(value));
    if (v === undefined) {
      return this.ctx.fail(
        'needs-constant',
        `${this.ctx.node.op} needs \`${value}\` at compile time, but it is known only at run time`,
      );
    }
    return v;
  }

  private items(item: RecipeItem): (OnnxValue | null)[] {
    if (item === null) return [null];
    if (typeof item === 'string') {
      if (item.startsWith('...')) return this.spread(item.slice(3));
      return [this.optional(item)];
    }
    if ('const' in item) return [this.constant(item.const, item.dtype, item.shape)];
    if ('else' in item) return this.optional(item.arg) === null ? this.items(item.else) : [this.operand(item.arg)];
    return [this.ctx.cast(this.operand(item.arg), this.dtype(item.cast))];
  }

  private spread(name: string): OnnxValue[] {
    const to = this.promoted.get(name);
    return this.ctx.tensors(name).map((t) => (to === undefined ? t : this.ctx.cast(t, to)));
  }

  /** None becomes an omitted input. */
  private optional(name: string): OnnxValue | null {
    if (!name.startsWith('$') && !this.bound.has(name) && !this.ctx.has(name)) return null;
    return this.operand(name);
  }

  private operand(name: string): OnnxValue {
    const to = this.promoted.get(name);
    if (name.startsWith('$')) {
      const step = this.steps.get(name.slice(1));
      if (step === undefined) return this.bad(`no step is named \`${name}\``);
      return to === undefined ? step : this.ctx.cast(step, to);
    }
    return this.ctx.tensor(name, to);
  }

  private dtype(text: string): DType {
    const v = this.evaluate(text);
    if (typeof v === 'string' && isDType(v)) return v;
    return this.ctx.fail('needs-constant', `${this.ctx.node.op}: \`${text}\` is not a dtype known at compile time`);
  }

  /** Constants: numbers, lists of them, or (symbolic) extents, which are read at run time. */
  private constant(text: string, dtypeText: string | undefined, shapeText: string | undefined): OnnxValue {
    const v = this.evaluate(text);
    const items: readonly ExprValue[] = isList(v) ? v : [v];
    const dtype = dtypeText === undefined ? defaultDtype(items) : this.dtype(dtypeText);
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
    const shape = shapeText === undefined ? (isList(v) ? [numbers.length] : []) : this.shape(shapeText);
    const count = shape.reduce((a, b) => a * b, 1);
    const filled =
      numbers.length === 1 && count !== 1 ? Array.from({ length: count }, () => numbers[0] as number) : numbers;
    return this.ctx.builder.constant(tensorFromNumbers(dtype, filled, shape));
  }

  private shape(text: string): number[] {
    const v = toPlain(this.evaluate(text));
    if (!Array.isArray(v) || !v.every((d) => typeof d === 'number'))
      return this.bad(`\`${text}\` is no constant shape`);
    return v as number[];
  }

  private bad(message: string): never {
    return fail('recipe-invalid', `${this.ctx.node.op}: ${message}`, { at: this.recipe.span });
  }
}

function defaultDtype(items: readonly ExprValue[]): DType {
  if (items.some((v) => v instanceof Float)) return 'float32';
  return items.length > 0 && items.every((v) => typeof v === 'boolean') ? 'bool' : 'int64';
}
