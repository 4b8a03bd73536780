import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import { RuleSet } from '../matcher/compile.js';
import { Roles } from '../matcher/roles.js';
import type { OperatorSchema, Role } from '../schema/operator-schema.js';
import { parseSignature } from '../schema/parse-signature.js';
import type { Recipe } from '../schema/recipe.js';
import { OperatorRegistry, operatorOf } from '../schema/registry.js';
import type { Rule } from '../schema/rule.js';
import { decodeBook } from './compiled-book.js';
import type { OperatorData, RecipeData, RuleData } from './rule-data.js';

/** Where the shipped rules stand, seen from src/rulebook and from dist/rulebook alike. */
export const SHIPPED_RULES = fileURLToPath(new URL('../../rules', import.meta.url));
/** The shipped rules in compiled form, written by the build beside the compiled code. */
export const COMPILED_RULES = fileURLToPath(new URL('../rulebook.json', import.meta.url));

export interface RuleBookOptions {
  /** Folders whose schemas, rules and recipes come on top; a rule of the same id replaces the one below. */
  readonly packs?: readonly string[];
  /** A folder that stands for the shipped rules. */
  readonly base?: string;
}

/** All that Thaw knows about operators: schemas, rewrite rules and ONNX recipes. */
export class RuleBook {
  readonly registry = new OperatorRegistry<OperatorSchema>();
  readonly roles: Roles;
  /** Rules that hold in any mode. */
  readonly lowering: RuleSet;
  /** The translation map: static forms to dynamic ones. */
  readonly translation: RuleSet;
  private readonly recipesByOp = new Map<OpName, readonly RecipeData[]>();
  private readonly readRecipes = new Map<RecipeData, Recipe>();

  /** Parts in layers, the lowest first. Signatures, patterns and expressions are parsed when they are first asked for. */
  constructor(parts: readonly RuleData[]) {
    const lowering = new Map<string, Rule>();
    const translation = new Map<string, Rule>();
    for (const part of parts) {
      for (const o of part.operators) this.registry.declare(operatorOf(o.signature), () => operator(o));
      for (const r of part.lowering) lowering.set(r.id, r);
      for (const r of part.translation) translation.set(r.id, r);
      this.addRecipes(part.recipes);
    }
    const withRole = (role: Role) =>
      parts.flatMap((p) => p.operators.filter((o) => o.role === role).map((o) => operatorOf(o.signature)));
    this.roles = new Roles(this.registry, withRole('cast'), withRole('freeze'));
    this.lowering = new RuleSet([...lowering.values()], this.registry, this.roles);
    this.translation = new RuleSet([...translation.values()], this.registry, this.roles);
  }

  /** Recipes of a higher layer are tried before those below. */
  private addRecipes(recipes: readonly RecipeData[]): void {
    const own = new Map<OpName, RecipeData[]>();
    for (const recipe of recipes) {
      for (const op of recipe.ops) {
        const list = own.get(op);
        if (list === undefined) own.set(op, [recipe]);
        else list.push(recipe);
      }
    }
    for (const [op, list] of own) this.recipesByOp.set(op, [...list, ...(this.recipesByOp.get(op) ?? [])]);
  }

  /** The recipes of an operator in the order in which they are tried. */
  recipes(op: OpName): readonly Recipe[] {
    return (this.recipesByOp.get(op) ?? []).map((data) => {
      const known = this.readRecipes.get(data);
      if (known !== undefined) return known;
      const recipe = data.read();
      this.readRecipes.set(data, recipe);
      return recipe;
    });
  }

  /** Operators that have a recipe. */
  recipeOperators(): IterableIterator<OpName> {
    return this.recipesByOp.keys();
  }

  /** The operator that reads a tensor as a number. */
  get castOperator(): OpName {
    return this.roles.cast ?? fail('invalid-graph', 'no operator schema has `role: cast`');
  }

  /**
   * The shipped rules with packs on top. The shipped rules come from their compiled form where the build has made one;
   * packs are read and checked as YAML. Errors: every problem of the files, each at its place.
   */
  static async load(options: RuleBookOptions = {}): Promise<RuleBook> {
    const { base, packs = [] } = options;
    if (base === undefined && packs.length === 0 && existsSync(COMPILED_RULES)) return new RuleBook([compiledRules()]);
    // The YAML parser and the validator are loaded only where YAML is read.
    const { readRules } = await import('./read-rules.js');
    const { checkRules } = await import('./check.js');
    const parts: RuleData[] = [];
    const layers = base === undefined && existsSync(COMPILED_RULES) ? packs : [base ?? SHIPPED_RULES, ...packs];
    if (layers === packs) parts.push(compiledRules());
    for (const dir of layers) {
      const source = readRules(dir);
      parts.push(source.data);
      checkRules(source, new RuleBook(parts));
    }
    return new RuleBook(parts);
  }
}

/** Written by our own build from checked YAML. */
function compiledRules(): RuleData {
  return decodeBook(JSON.parse(readFileSync(COMPILED_RULES, 'utf8')));
}

function operator(o: OperatorData): OperatorSchema {
  return {
    signature: parseSignature(o.signature),
    legal: o.legal,
    pure: o.pure,
    role: o.role,
    structure: o.structure,
    infer: o.infer,
    span: o.span,
  };
}
