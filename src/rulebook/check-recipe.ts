import { nearest } from '../schema/nearest.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { CallStep, LoopStep, Recipe, RecipeAttribute, RecipeItem, RecipeStep } from '../schema/recipe.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Problems } from './problems.js';
import type { RuleSource } from './read-rules.js';
import type { RecipeData } from './rule-data.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** Names that every recipe's expressions may use beside its operator's arguments. */
const RECIPE_NAMES = ['result', 'results', 'opset', 'op', 'rest'];

/** Checks a recipe's names against the operators' arguments, its `let` names and the outputs of earlier steps. */
export function checkRecipe(
  data: RecipeData,
  source: RuleSource,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const place = source.places.get(data);
  if (place === undefined) return;
  new RecipeChecker(data.read(), place.file, [place.kind, place.index], registry, problems).check();
}

class RecipeChecker {
  private readonly args = new Set<string>();
  private readonly names: Set<string>;

  constructor(
    private readonly recipe: Recipe,
    private readonly file: YamlFile,
    private readonly path: YamlPath,
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly problems: Problems,
  ) {
    this.names = new Set(RECIPE_NAMES);
  }

  check(): void {
    const { recipe, path } = this;
    if (!this.operators()) return;
    for (const name of this.args) this.names.add(name);
    for (const [name, text] of recipe.let) {
      this.expression([...path, 'let', name], text);
      this.names.add(name);
    }
    if (recipe.when !== undefined) this.expression([...path, 'when'], recipe.when);
    recipe.promote?.args.forEach((name) => {
      this.operand([...path, 'promote'], name);
    });
    if (recipe.promote?.to !== undefined) this.expression([...path, 'promote', 'to'], recipe.promote.to);
    this.steps(recipe.steps, [...path, 'onnx']);
    recipe.out?.forEach((name) => {
      if (!this.names.has(name) && !this.names.has(`$${name}`)) this.unknown([...path, 'out'], name);
    });
  }

  /** A list of steps, or the only one in the place of a list. */
  private steps(steps: readonly RecipeStep[], path: YamlPath): void {
    steps.forEach((step, i) => {
      this.step(step, this.file.has([...path, i]) ? [...path, i] : path);
    });
  }

  private step(step: RecipeStep, at: YamlPath): void {
    switch (step.kind) {
      case 'node':
        step.in.forEach((item, k) => {
          this.item([...at, 'in', k], item);
        });
        for (const [name, value] of step.attrs) this.attribute([...at, 'attrs', name], value);
        break;
      case 'call':
        this.call(step, at);
        break;
      case 'for':
        this.loop(step, at);
        return;
      case 'if':
        this.expression([...at, 'if'], step.test);
        this.steps(step.do, [...at, 'do']);
        this.steps(step.else, [...at, 'else']);
        return;
    }
    if (step.if !== undefined) this.expression([...at, 'if'], step.if);
    for (const name of step.out) this.names.add(`$${name}`);
  }

  /** Another operator's conversion: its arguments by name. */
  private call(step: CallStep, at: YamlPath): void {
    const signature = this.registry.get(step.op)?.signature;
    if (signature === undefined) {
      const help = this.registry.suggestion(step.op);
      this.problems.at(this.file, 'recipe-invalid', [...at, 'call'], `no schema declares ${step.op}`, help);
      return;
    }
    const known = signature.args.map((a) => a.name);
    for (const [name] of step.in) {
      if (known.includes(name)) continue;
      const close = nearest(name, known);
      const help = close === undefined ? `its arguments are: ${known.join(', ')}` : `did you mean \`${close}\`?`;
      const message = `${step.op} has no argument \`${name}\``;
      this.problems.at(this.file, 'recipe-invalid', [...at, 'in', name], message, help, true);
    }
  }

  /** The loop's name, carried and collected names hold from here on. */
  private loop(step: LoopStep, at: YamlPath): void {
    if (!step.over.startsWith('...')) this.expression([...at, 'for'], step.over);
    this.names.add(step.name);
    this.names.add(`$${step.name}`);
    for (const [name, initial] of step.carry) {
      this.item([...at, 'carry', name], initial);
      this.names.add(`$${name}`);
    }
    for (const [name, text] of step.let) {
      this.expression([...at, 'let', name], text);
      this.names.add(name);
    }
    this.steps(step.do, [...at, 'do']);
    for (const name of step.collect) this.names.add(`$${name}`);
  }

  /** All operators of a recipe are there, and it may use the arguments that any of them has. */
  private operators(): boolean {
    let known = true;
    this.recipe.ops.forEach((op, i) => {
      const signature = this.registry.get(op)?.signature;
      if (signature !== undefined) {
        for (const a of signature.args) this.args.add(a.name);
        return;
      }
      known = false;
      const at = this.file.has([...this.path, 'op', i]) ? [...this.path, 'op', i] : [...this.path, 'op'];
      this.problems.at(this.file, 'recipe-invalid', at, `no schema declares ${op}`, this.registry.suggestion(op));
    });
    return known;
  }

  private expression(path: YamlPath, text: string): void {
    this.problems.expression(this.file, path, text, { names: this.names, unbound: 'expr-unknown' });
  }

  private attribute(path: YamlPath, value: RecipeAttribute): void {
    if (typeof value === 'string') this.expression(path, value);
    else if (Array.isArray(value)) for (const v of value) this.attribute(path, v);
  }

  private item(path: YamlPath, item: RecipeItem): void {
    if (item === null) return;
    if (typeof item === 'string') {
      this.operand(path, item.startsWith('...') ? item.slice(3) : item);
      return;
    }
    if ('const' in item) {
      this.expression([...path, 'const'], item.const);
      if (item.dtype !== undefined) this.expression([...path, 'dtype'], item.dtype);
      if (item.shape !== undefined) this.expression([...path, 'shape'], item.shape);
      return;
    }
    this.operand([...path, 'arg'], item.arg);
    if (item.cast !== undefined) this.expression([...path, 'cast'], item.cast);
    if ('else' in item) this.item([...path, 'else'], item.else);
  }

  /** `name`, `$step` or `list[index]`. */
  private operand(path: YamlPath, text: string): void {
    const name = text.replace(/\[.*\]$/, '');
    if (!this.names.has(name)) this.unknown(path, name);
  }

  private unknown(path: YamlPath, name: string): void {
    const known = [...this.names].filter((n) => !RECIPE_NAMES.includes(n));
    const close = nearest(name, known);
    this.problems.at(
      this.file,
      'recipe-invalid',
      path,
      `\`${name}\` is no argument of ${this.recipe.ops.join(', ')} and no output of an earlier step`,
      close === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${close}\`?`,
    );
  }
}
