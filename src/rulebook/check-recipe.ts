import { MAX_OPSET } from '../compiler-options.js';
import { RECIPE_FUNCTIONS } from '../converters/recipe-functions.js';
import { NONE, type Type, typeName } from '../ir/type.js';
import { opNames, opSpec } from '../onnx/op-spec.js';
import { nearest } from '../schema/nearest.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type {
  CallOperand,
  CallStep,
  LoopStep,
  NodeStep,
  Recipe,
  RecipeAttribute,
  RecipeItem,
  RecipeStep,
} from '../schema/recipe.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { checkNodeStep, opsetsOf, opsetsWhere } from './check-node-step.js';
import { shapeFunction, shapeFunctionNames } from './check-operator.js';
import { closest, usesName } from './close-name.js';
import type { Problems, Scope, Wanted } from './problems.js';
import type { RuleSource } from './read-rules.js';
import type { RecipeData } from './rule-data.js';
import { fits } from './type-fit.js';
import { finalSteps, untoldOutputs } from './untold-outputs.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** Names that every recipe's expressions may use beside its operator's arguments. */
const RECIPE_NAMES = ['result', 'results', 'opset', 'op', 'rest'];

/** The opsets of which recipes before have taken every call of an operator, real or complex. */
export type Taken = Map<string, Set<number>>;

/**
 * Checks a recipe's names against the operators' arguments, its `let` names and the outputs of earlier steps, and its
 * nodes against ONNX at each opset that is left to it. `taken` goes from recipe to recipe of a folder.
 */
export function checkRecipe(
  data: RecipeData,
  source: RuleSource,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
  taken: Taken = new Map(),
): void {
  const place = source.places.get(data);
  if (place === undefined) return;
  new RecipeChecker(data.read(), place.file, [place.kind, place.index], registry, problems).check(taken);
}

class RecipeChecker {
  /** Arguments of the operators, with the type that they agree on. */
  private readonly args = new Map<string, Type | undefined>();
  private readonly names = new Set(RECIPE_NAMES);
  private readonly used = new Set<string>();
  /** Steps whose results only their names give on. */
  private readonly named: { readonly path: YamlPath; readonly names: readonly string[] }[] = [];
  private opsets: readonly number[] = [];
  private finals: ReadonlySet<RecipeStep> | undefined;
  private results = 0;

  constructor(
    private readonly recipe: Recipe,
    private readonly file: YamlFile,
    private readonly path: YamlPath,
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly problems: Problems,
  ) {}

  check(taken: Taken): void {
    const { recipe, path } = this;
    if (!this.operators()) return;
    this.opsets = this.left(taken);
    for (const name of this.args.keys()) this.names.add(name);
    for (const [name, text] of recipe.let) {
      this.expression([...path, 'let', name], text);
      this.names.add(name);
    }
    if (recipe.when !== undefined) this.expression([...path, 'when'], recipe.when, 'condition');
    recipe.promote?.args.forEach((name, i) => {
      const list = this.file.has([...path, 'promote', 'args'])
        ? [...path, 'promote', 'args', i]
        : [...path, 'promote', i];
      this.operand(list, name);
    });
    if (recipe.promote?.to !== undefined) this.expression([...path, 'promote', 'to'], recipe.promote.to, 'dtype');
    this.steps(recipe.steps, [...path, 'onnx'], this.opsets);
    this.outputs();
    for (const { path: at, names } of this.named) {
      if (names.some((name) => this.used.has(`$${name}`))) continue;
      this.say([...at, 'out'], `nothing uses \`$${names.join('`, `$')}\``, 'remove the step, or mind its name');
    }
    for (const [name] of recipe.let) {
      if (this.used.has(name)) continue;
      this.say([...path, 'let', name], `nothing uses \`${name}\``, 'remove it, or mind its name', true);
    }
  }

  /** The opsets of this recipe that earlier ones leave to it; says which it takes itself. */
  private left(taken: Taken): readonly number[] {
    const { ops, opset, when, complex } = this.recipe;
    const own = opsetsWhere(when, opsetsOf(opset));
    const kinds = complex === 'only' ? ['complex'] : complex === 'any' ? ['real', 'complex'] : ['real'];
    const keys = ops.flatMap((op) => kinds.map((kind) => `${op} ${kind}`));
    const left = own.filter((n) => keys.some((key) => taken.get(key)?.has(n) !== true));
    if (when === undefined) for (const key of keys) taken.set(key, new Set([...(taken.get(key) ?? []), ...own]));
    if (opset !== undefined && opsetsOf(opset).length === 0) {
      this.say([...this.path, 'opset'], `no opset that Thaw writes is in \`${opset}\``);
    } else if (own.length > 0 && left.length === 0) {
      const all = ops.length === 1 ? (ops[0] ?? '') : 'its operators';
      this.say([...this.path, 'op'], `this recipe is never used: others before it take every call of ${all}`);
    }
    return left.length > 0 ? left : own;
  }

  /** The results that the recipe names, no more than its operators have. */
  private outputs(): void {
    const { out } = this.recipe;
    out?.forEach((name, i) => {
      const at = this.file.has([...this.path, 'out', i]) ? [...this.path, 'out', i] : [...this.path, 'out'];
      this.use(name.startsWith('$') ? name : `$${name}`);
      this.use(name);
      if (!this.names.has(name) && !this.names.has(`$${name}`)) this.unknown(at, name);
      else if (i === this.results)
        this.say(at, `${this.recipe.ops.join(', ')} has ${this.results} results, not ${out.length}`);
    });
  }

  /** A list of steps, or the only one in the place of a list. `final`: what it gives is the recipe's result. */
  private steps(steps: readonly RecipeStep[], path: YamlPath, opsets: readonly number[], final = true): void {
    steps.forEach((step, i) => {
      const at = this.file.has([...path, i]) ? [...path, i] : path;
      // A branch that is not taken leaves the result to the step before it.
      const last = final && steps.slice(i + 1).every((later) => later.kind === 'if' && later.else.length === 0);
      this.step(step, at, opsets, last);
      const named = (step.kind === 'node' || step.kind === 'call') && this.file.has([...at, 'out']);
      if (named && !last) this.named.push({ path: at, names: step.out });
    });
  }

  private step(step: RecipeStep, at: YamlPath, opsets: readonly number[], last: boolean): void {
    switch (step.kind) {
      case 'node':
        this.node(step, at, opsetsWhere(step.if, opsets));
        break;
      case 'call':
        this.call(step, at);
        break;
      case 'for':
        this.loop(step, at, opsets, last);
        return;
      case 'if':
        this.expression([...at, 'if'], step.test, 'condition');
        this.steps(step.do, [...at, 'do'], opsetsWhere(step.test, opsets), last);
        this.steps(step.else, [...at, 'else'], opsetsWhere(step.test, opsets, false), last);
        return;
    }
    if (step.if !== undefined) this.expression([...at, 'if'], step.if, 'condition');
    for (const name of step.out) this.names.add(`$${name}`);
  }

  private node(step: NodeStep, at: YamlPath, opsets: readonly number[]): void {
    step.in.forEach((item, k) => {
      this.item([...at, 'in', k], item);
    });
    for (const [name, value] of step.attrs)
      this.attribute([...at, 'attrs', name], value, isTextAttribute(step, name) ? 'text' : undefined);
    this.facts(step, at);
    this.finals ??= finalSteps(this.recipe);
    const domain = meantDomain(step);
    if (domain !== undefined)
      this.say(
        [...at, 'domain'],
        `no table knows the domain ${step.domain}`,
        `did you mean ${domain}, which has ${step.op}?`,
      );
    for (const k of domain === undefined ? untoldOutputs(step, this.recipe, this.finals) : []) {
      const output = step.out[k]?.trim() ?? k;
      const message = `nothing tells the dtype of output \`${output}\` of ${step.domain}::${step.op}`;
      this.say([...at, 'op'], message, 'write `infer: { dtype: ..., shape: ... }` in the step');
    }
    checkNodeStep(step, opsets, this.args, (path, message, help, key) => {
      this.say([...at, ...path], message, help, key);
    });
  }

  /** Another operator's conversion: its arguments by name. */
  private call(step: CallStep, at: YamlPath): void {
    const signature = this.registry.get(step.op)?.signature;
    for (const [name, operand] of step.in) this.callOperand([...at, 'in', name], operand);
    if (signature === undefined) {
      this.say([...at, 'call'], `no schema declares ${step.op}`, this.registry.suggestion(step.op));
      return;
    }
    const known = signature.args.map((a) => a.name);
    for (const [name, operand] of step.in) {
      const wanted = signature.args.find((a) => a.name === name)?.type;
      if (wanted === undefined) {
        const close = nearest(name, known);
        const help = close === undefined ? `its arguments are: ${known.join(', ')}` : `did you mean \`${close}\`?`;
        this.say([...at, 'in', name], `${step.op} has no argument \`${name}\``, help, true);
        continue;
      }
      const given = operand === 'none' ? NONE : typeof operand === 'string' ? this.args.get(operand) : undefined;
      if (given === undefined || mayStandFor(given, wanted)) continue;
      this.say([...at, 'in', name], `\`${name}\` of ${step.op} is ${typeName(wanted)}, not ${typeName(given)}`);
    }
    const given = new Set(step.in.map(([name]) => name));
    const missing = signature.args.filter((a) => !given.has(a.name) && !('default' in a)).map((a) => `\`${a.name}\``);
    if (missing.length > 0) this.say([...at, 'call'], `the call leaves out ${missing.join(', ')} of ${step.op}`);
    if (!signature.varresults && step.out.length > signature.results.length)
      this.say([...at, 'out'], `${step.op} has ${signature.results.length} results, not ${step.out.length}`);
  }

  private callOperand(path: YamlPath, operand: CallOperand): void {
    if (operand !== null && typeof operand === 'object' && 'list' in operand) {
      operand.list.forEach((o, i) => {
        this.callOperand([...path, i], o);
      });
    } else if (typeof operand === 'string') {
      if (operand.startsWith('...')) this.operand(path, operand.slice(3));
      else this.expression(path, operand);
    } else this.item(path, operand);
  }

  /** The loop's name, carried and collected names hold from here on. */
  private loop(step: LoopStep, at: YamlPath, opsets: readonly number[], last: boolean): void {
    const over = [...at, 'for', step.name];
    if (step.over.startsWith('...')) this.operand(over, step.over.slice(3));
    else this.expression(over, step.over);
    this.names.add(step.name);
    this.names.add(`$${step.name}`);
    for (const [name, initial] of step.carry) {
      this.item([...at, 'carry', name], initial);
      this.names.add(`$${name}`);
      this.use(`$${name}`);
    }
    for (const [name, text] of step.let) {
      this.expression([...at, 'let', name], text);
      this.names.add(name);
    }
    this.steps(step.do, [...at, 'do'], opsets, last && step.carry.length === 0 && step.collect.length === 0);
    step.collect.forEach((name, i) => {
      const path = this.file.has([...at, 'collect', i]) ? [...at, 'collect', i] : [...at, 'collect'];
      this.operand(path, `$${name}`);
    });
  }

  /** All operators of a recipe are there, and it may use the arguments that any of them has. */
  private operators(): boolean {
    let known = true;
    this.recipe.ops.forEach((op, i) => {
      const signature = this.registry.get(op)?.signature;
      if (signature !== undefined) {
        for (const a of signature.args) {
          const before = this.args.get(a.name);
          const other = this.args.has(a.name) && (before === undefined || typeName(before) !== typeName(a.type));
          this.args.set(a.name, other ? undefined : a.type);
        }
        const count = signature.varresults ? Number.POSITIVE_INFINITY : signature.results.length;
        this.results = Math.max(this.results, count);
        return;
      }
      known = false;
      const at = this.file.has([...this.path, 'op', i]) ? [...this.path, 'op', i] : [...this.path, 'op'];
      this.say(at, `no schema declares ${op}`, this.registry.suggestion(op));
    });
    return known;
  }

  private say(path: YamlPath, message: string, help?: string, key = false): void {
    this.problems.at(this.file, 'recipe-invalid', path, message, help, key);
  }

  private use(name: string): void {
    this.used.add(name);
  }

  private expression(path: YamlPath, text: string, wanted?: Wanted): void {
    const scope: Scope = {
      names: this.names,
      functions: (name) => RECIPE_FUNCTIONS.get(name) ?? shapeFunction(name),
      functionNames: recipeFunctionNames,
      unbound: 'expr-unknown',
      types: this.args,
      ops: this.recipe.ops,
    };
    for (const name of this.problems.expression(this.file, path, text, scope, wanted)?.names ?? []) this.use(name);
  }

  private attribute(path: YamlPath, value: RecipeAttribute, wanted?: Wanted): void {
    if (typeof value === 'string') this.expression(path, value, wanted);
    else if (Array.isArray(value)) {
      value.forEach((v, i) => {
        this.attribute([...path, i], v);
      });
    } else if (typeof value === 'object' && 'kind' in value) this.attribute([...path, value.kind], value.value);
  }

  /** What a node of another domain says of its outputs. */
  private facts({ infer = [] }: NodeStep, at: YamlPath): void {
    infer.forEach((fact, k) => {
      const path = this.file.has([...at, 'infer', k]) ? [...at, 'infer', k] : [...at, 'infer'];
      if (fact.dtype !== undefined) this.expression([...path, 'dtype'], fact.dtype, 'dtype');
      if (fact.shape !== undefined) this.expression([...path, 'shape'], fact.shape);
    });
  }

  private item(path: YamlPath, item: RecipeItem): void {
    if (item === null) return;
    if (typeof item === 'string') {
      this.operand(path, item.startsWith('...') ? item.slice(3) : item);
      return;
    }
    if ('const' in item) {
      this.expression(this.file.has([...path, 'const']) ? [...path, 'const'] : path, item.const);
      if (item.dtype !== undefined) this.expression([...path, 'dtype'], item.dtype, 'dtype');
      if (item.shape !== undefined) this.expression([...path, 'shape'], item.shape);
      return;
    }
    this.operand([...path, 'arg'], item.arg);
    if (item.cast !== undefined) this.expression([...path, 'cast'], item.cast, 'dtype');
    if ('else' in item) this.item([...path, 'else'], item.else);
  }

  /** `name`, `$step` or `list[index]`. */
  private operand(path: YamlPath, text: string): void {
    const [, name = text, index] = /^([^[]*)\[(.*)\]$/.exec(text) ?? [];
    if (index !== undefined) for (const used of index.match(/\$?[A-Za-z_]\w*/g) ?? []) this.use(used);
    this.use(name);
    if (!this.names.has(name)) this.unknown(path, name);
  }

  private unknown(path: YamlPath, name: string): void {
    const known = [...this.names].filter((n) => !RECIPE_NAMES.includes(n));
    // A step's name without its sign; or of names that are as close, one of the kind that nothing uses yet.
    const [steps, step] = [JSON.stringify(this.recipe.steps), name.startsWith('$')];
    const likely = closest(known, [(n) => n.startsWith('$') === step, (n) => !usesName(steps, n)]);
    const close = this.names.has(`$${name}`) ? `$${name}` : nearest(name, likely);
    this.say(
      path,
      `\`${name}\` is no argument of ${this.recipe.ops.join(', ')} and no output of an earlier step`,
      close === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${close}\`?`,
    );
  }
}

/** The known domain that one no table knows is misspelt from: it has an operator of the name. */
function meantDomain({ op, domain }: NodeStep): string | undefined {
  if (domain === '' || opNames(MAX_OPSET, domain).length > 0) return undefined;
  const close = nearest(domain, ['com.microsoft', 'ai.onnx']);
  return close !== undefined && opSpec(op, MAX_OPSET, close === 'ai.onnx' ? '' : close) !== undefined
    ? close
    : undefined;
}

function isTextAttribute({ op, domain }: NodeStep, name: string): boolean {
  return opSpec(op, MAX_OPSET, domain)?.attributes.get(name)?.kind === 'string';
}

function* recipeFunctionNames(): Generator<string> {
  yield* RECIPE_FUNCTIONS.keys();
  yield* shapeFunctionNames();
}

/** Calls take tensors for numbers and numbers for tensors; what is left are texts, lists and single values mixed up. */
function mayStandFor(given: Type, wanted: Type): boolean {
  if (given.kind === 'none') return fits(given, wanted);
  const [a, b] = [inner(given), inner(wanted)];
  if (fits(a, b) || fits(b, a) || a.kind === 'optional' || b.kind === 'optional') return true;
  const [x, y] = [isText(a), isText(b)];
  return !x && !y && (a.kind !== 'list' || b.kind !== 'tensor' || a.element.kind !== 'tensor');
}

function inner(type: Type): Type {
  return type.kind === 'optional' ? type.element : type;
}

function isText(type: Type): boolean {
  return type.kind === 'str' || type.kind === 'device';
}
