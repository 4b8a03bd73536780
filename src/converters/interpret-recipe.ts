import { isDim, isList, TensorRef, UNKNOWN } from '../expr/value.js';
import { type DType, isComplex, isFloating, isIntegral } from '../ir/dtype.js';
import type { AttrInput } from '../onnx/attributes.js';
import { paramAt } from '../onnx/infer/infer.js';
import { opSpec } from '../onnx/op-spec.js';
import type { OnnxValue } from '../onnx/types.js';
import { opsetMatches } from '../schema/opset-range.js';
import type { CallOperand, CallStep, LoopStep, NodeStep, Recipe, RecipeItem, RecipeStep } from '../schema/recipe.js';
import { expandLiteral } from '../shapes/expand-literal.js';
import { reshapeLiteral } from '../shapes/reshape-literal.js';
import type { ConvertContext } from './context.js';
import type { Converted } from './define-converter.js';
import { foreignOptions } from './foreign-options.js';
import type { Operand } from './operator-call.js';
import { recipeAttribute } from './recipe-attribute.js';
import { RecipeScope } from './recipe-scope.js';

/** True if the recipe is for this opset and its `when` holds. */
export function recipeApplies(recipe: Recipe, ctx: ConvertContext): boolean {
  if (!takesComplex(recipe.complex, ctx)) return false;
  if (recipe.opset !== undefined && !opsetMatches(recipe.opset, ctx.opset)) return false;
  return recipe.when === undefined || new RecipeScope(recipe, ctx).holds(recipe.when);
}

/** Whether a recipe or converter is for calls like this one: with complex tensors or without. */
export function takesComplex(kind: Recipe['complex'], ctx: ConvertContext): boolean {
  return kind === 'any' || (kind === 'only') === ctx.isComplex;
}

/** Builds the ONNX nodes of one node by a recipe; the results in order. */
export function interpretRecipe(recipe: Recipe, ctx: ConvertContext): Converted[] {
  return new Interpreter(new RecipeScope(recipe, ctx)).run();
}

class Interpreter {
  private readonly ctx: ConvertContext;

  constructor(private readonly scope: RecipeScope) {
    this.ctx = scope.ctx;
  }

  run(): Converted[] {
    const { promote, out, steps } = this.scope.recipe;
    if (promote !== undefined) {
      const to = promote.to === undefined ? this.ctx.resultDtype() : this.scope.dtype(promote.to);
      for (const name of promote.args) this.scope.promote(name, to);
    }
    const last = this.sequence(steps, true);
    if (out === undefined) return last;
    return out.map((name) =>
      name.startsWith('$') || this.scope.hasStep(name) ? this.scope.result(name) : this.scope.operand(name),
    );
  }

  /** The outputs of the last step that gave any: a branch that is not taken gives none. */
  private sequence(steps: readonly RecipeStep[], final = false): Converted[] {
    let last: Converted[] = [];
    for (const step of steps) {
      const results = this.step(step, final && step === steps[steps.length - 1]);
      if (results.length > 0) last = results;
    }
    return last;
  }

  /** `final`: the recipe's results are those of the step, unless `out` says. */
  private step(step: RecipeStep, final: boolean): Converted[] {
    switch (step.kind) {
      case 'node':
        return this.skipped(step, step.in[0]) ?? this.node(step, final);
      case 'call':
        return this.skipped(step, firstItem(step.in[0]?.[1])) ?? this.call(step);
      case 'for':
        return this.loop(step);
      case 'if':
        return this.sequence(this.scope.decides(step.test) ? step.do : step.else, final);
    }
  }

  /** What stands for a step that is left out; undefined when it is not. */
  private skipped(step: NodeStep | CallStep, first: RecipeItem | undefined): Converted[] | undefined {
    if (step.if === undefined || this.scope.decides(step.if)) return undefined;
    const through = first === undefined ? undefined : this.scope.items(first)[0];
    if (through === undefined || through === null)
      return this.scope.bad(`step ${step.op} is left out but has no input to stand for it`);
    if (step.out[0] !== undefined) this.scope.set(step.out[0], through);
    return [through];
  }

  private node(step: NodeStep, final: boolean): Converted[] {
    const inputs = this.literalTarget(step) ?? this.inputs(step);
    while (inputs.length > 0 && inputs[inputs.length - 1] === null) inputs.pop();
    const attributes: Record<string, AttrInput> = {};
    // A target says 0 where an extent is 0; ONNX would copy an extent there.
    if (step.op === 'Reshape' && step.domain === '' && this.hasZero(step.in[1])) attributes.allowzero = 1;
    for (const [name, value] of step.attrs) {
      const v = recipeAttribute(step, value, this.scope);
      if (v !== null) attributes[name] = v;
    }
    const outputs = this.ctx.addAll(step.op, inputs, attributes, {
      outputs: step.out.length > 0 ? step.out.length : undefined,
      ...(step.domain === '' ? {} : foreignOptions(step, final, this.scope)),
    });
    step.out.forEach((name, i) => {
      const v = outputs[i];
      if (v !== undefined) this.scope.set(name, v);
    });
    return [...outputs];
  }

  /** Constants without a dtype, and arguments that are numbers, take that of another input of the same type variable. */
  private inputs(step: NodeStep): (OnnxValue | null)[] {
    const params = opSpec(step.op, this.ctx.opset, step.domain)?.inputs;
    const typeVarAt = (i: number): string => (params === undefined ? '' : (paramAt(params, i)?.typeVar ?? ''));
    const given = step.in.map((item) => (isPlainConstant(item) ? undefined : this.scope.items(item)));
    const dtypes = new Map<string, DType>();
    const numbers = step.in.map((item) => this.scope.isNumber(item));
    for (const asked of [false, true]) {
      let place = 0;
      given.forEach((values, i) => {
        for (const v of values ?? []) {
          const typeVar = typeVarAt(place);
          if (v !== null && typeVar !== '' && !dtypes.has(typeVar) && asked === numbers[i])
            dtypes.set(typeVar, v.dtype);
          place += 1;
        }
        if (values === undefined) place += 1;
      });
    }
    let position = 0;
    return step.in.flatMap((item, i) => {
      const like = dtypes.get(typeVarAt(position));
      const made =
        this.numberLike(item, numbers[i] === true ? given[i]?.[0]?.dtype : undefined, like) ??
        given[i] ??
        (isPlainConstant(item) ? [this.scope.constant(item.const, undefined, item.shape, like)] : []);
      position += made.length;
      return made;
    });
  }

  /** A number as the tensors beside it have it; undefined where it is so already, or would lose its fraction. */
  private numberLike(item: RecipeItem, own: DType | undefined, like: DType | undefined): OnnxValue[] | undefined {
    if (typeof item !== 'string' || own === undefined || like === undefined || own === like) return undefined;
    const keeps = isFloating(like) || (isIntegral(like) && isIntegral(own) && like !== 'bool');
    return keeps ? [this.ctx.tensor(item, like)] : undefined;
  }

  /** Reshape and Expand to a symbolic shape whose run-time sizes need not be read: the literal form. */
  private literalTarget(step: NodeStep): (OnnxValue | null)[] | undefined {
    const target = step.in[1];
    if (
      step.domain !== '' ||
      (step.op !== 'Reshape' && step.op !== 'Expand') ||
      typeof target !== 'object' ||
      target === null ||
      !('const' in target)
    ) {
      return undefined;
    }
    const dims = this.scope.evaluate(target.const);
    if (!isList(dims) || !dims.every(isDim) || dims.every((d) => typeof d === 'number')) return undefined;
    const [data] = this.scope.items(step.in[0] as RecipeItem);
    if (data === undefined || data === null) return undefined;
    const literal = step.op === 'Reshape' ? reshapeLiteral(data.shape, dims) : expandLiteral(data.shape, dims);
    return literal === undefined ? undefined : [data, this.ctx.ints1d(literal)];
  }

  private hasZero(target: RecipeItem | undefined): boolean {
    if (typeof target !== 'object' || target === null || !('const' in target)) return false;
    const dims = this.scope.evaluate(target.const);
    return isList(dims) && dims.includes(0);
  }

  private call(step: CallStep): Converted[] {
    const operands = new Map(step.in.map(([name, o]) => [name, this.callOperand(o)] as const));
    const results = this.ctx.scope.call(this.ctx.node, step.op, operands);
    step.out.forEach((name, i) => {
      const v = results[i];
      if (v !== undefined) this.scope.set(name, v);
    });
    return [...results];
  }

  private callOperand(o: CallOperand): Operand {
    if (o !== null && typeof o === 'object' && 'list' in o)
      return { kind: 'list', items: o.list.map((x) => this.callOperand(x)) };
    if (typeof o === 'string') {
      if (/^\$\w+$/.test(o)) return { kind: 'made', made: this.scope.result(o) };
      if (o.startsWith('...')) return { kind: 'made', made: this.scope.spread(o.slice(3)) };
      if (this.scope.isArgument(o)) return { kind: 'value', value: this.ctx.value(o) };
      const expr = this.scope.evaluate(o);
      // An item of a list of tensors: `tensors[0]`.
      if (expr instanceof TensorRef) return { kind: 'made', made: this.scope.operand(o) };
      if (expr === UNKNOWN) {
        return this.ctx.fail('needs-constant', `${this.ctx.node.op} needs \`${o}\` at compile time`);
      }
      return { kind: 'expr', expr };
    }
    if (typeof o === 'object' && o !== null && 'cast' in o && !('else' in o) && o.cast !== undefined) {
      const to = this.scope.dtype(o.cast);
      if (isComplex(to)) return { kind: 'made', made: this.scope.operand(o.arg), complex: to };
    }
    const [made] = this.scope.items(o);
    return made === undefined || made === null ? { kind: 'expr', expr: null } : { kind: 'made', made };
  }

  private loop(step: LoopStep): Converted[] {
    for (const [name, initial] of step.carry) {
      const [v] = this.scope.items(initial);
      if (v === undefined || v === null) this.scope.bad(`\`${name}\` has no first value`);
      else this.scope.set(name, v);
    }
    const collected = new Map<string, Converted[]>(step.collect.map((name) => [name, []]));
    let last: Converted[] = [];
    const turn = (): void => {
      this.scope.let(step.let);
      last = this.sequence(step.do);
      for (const [name, list] of collected) list.push(this.scope.result(name));
    };
    if (step.over.startsWith('...')) {
      for (const v of this.scope.spread(step.over.slice(3))) {
        this.scope.set(step.name, v);
        turn();
      }
    } else {
      const items = this.scope.evaluate(step.over);
      if (items === UNKNOWN || !isList(items))
        return this.ctx.fail('needs-constant', `${this.ctx.node.op} needs \`${step.over}\` at compile time`);
      for (const v of items) {
        this.scope.bind(step.name, v);
        turn();
      }
    }
    for (const [name, list] of collected) this.scope.set(name, list);
    if (step.collect.length > 0) return step.collect.map((name) => this.scope.result(name));
    return step.carry.length > 0 ? step.carry.map(([name]) => this.scope.result(name)) : last;
  }
}

function isPlainConstant(item: RecipeItem): item is { readonly const: string; readonly shape?: string } {
  return typeof item === 'object' && item !== null && 'const' in item && item.dtype === undefined;
}

function firstItem(o: CallOperand | undefined): RecipeItem | undefined {
  return o === undefined || (o !== null && typeof o === 'object' && 'list' in o) ? undefined : o;
}
