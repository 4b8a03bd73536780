import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, fail } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import { RuleSet } from '../matcher/compile.js';
import { Roles } from '../matcher/roles.js';
import type { OperatorSchema, Role } from '../schema/operator-schema.js';
import { parseSignature } from '../schema/parse-signature.js';
import type { Recipe } from '../schema/recipe.js';
import { OperatorRegistry, operatorOf } from '../schema/registry.js';
import type { RuleId } from '../schema/rule.js';
import { decodeBook } from './compiled-book.js';
import type { PackReference } from './find-pack.js';
import { type DisabledRule, type PackInfo, type RecipeEntry, type RuleEntry, SHIPPED } from './pack-info.js';
import type { OperatorData, RecipeData, RuleData } from './rule-data.js';
import { RuleLayers } from './rule-layers.js';

/** Where the shipped rules stand, seen from src/rulebook and from dist/rulebook alike. */
export const SHIPPED_RULES = fileURLToPath(new URL('../../rules', import.meta.url));
/** The shipped rules in compiled form, written by the build beside the compiled code. */
export const COMPILED_RULES = fileURLToPath(new URL('../rulebook.json', import.meta.url));

export interface RuleBookOptions {
  /**
   * Packs whose schemas, rules and recipes come on top, the lowest first: folders, or npm packages. A rule of the same id
   * replaces the one below.
   */
  readonly packs?: readonly (string | PackReference)[];
  /** Rules that are switched off, by id, wherever they come from. */
  readonly disable?: readonly (string | DisabledRule)[];
  /** What switches them off, for provenance: the configuration's file. */
  readonly file?: string;
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
  /** Where the layers come from, the lowest first. */
  readonly layers: readonly PackInfo[];
  private knownLayers: RuleLayers | undefined;
  private readonly operatorLayers = new Map<OpName, PackInfo>();
  private readonly recipesByOp = new Map<OpName, readonly RecipeData[]>();
  private readonly recipeLayers = new Map<RecipeData, PackInfo>();
  private readonly readRecipes = new Map<RecipeData, Recipe>();

  /** Parts in layers, the lowest first; they are not copied. Signatures, patterns and expressions are parsed when they are first asked for. */
  constructor(private readonly parts: readonly RuleData[]) {
    this.layers = parts.map((part) => part.pack ?? SHIPPED);
    for (const part of parts) {
      for (const o of part.operators) this.declare(o, part.pack);
      this.addRecipes(part.recipes, part.pack);
    }
    const withRole = (role: Role) =>
      parts.flatMap((p) => p.operators.filter((o) => o.role === role).map((o) => operatorOf(o.signature)));
    this.roles = new Roles(this.registry, withRole('cast'), withRole('freeze'), withRole('list'));
    // The rules of one layer are all in force: start-up need not look at each.
    const [only, ...more] = parts;
    const rules = (phase: 'lowering' | 'translation') =>
      only !== undefined && more.length === 0 ? only[phase] : this.ruleLayers.rules(phase);
    this.lowering = new RuleSet(rules('lowering'), this.registry, this.roles);
    this.translation = new RuleSet(rules('translation'), this.registry, this.roles);
  }

  private get ruleLayers(): RuleLayers {
    this.knownLayers ??= new RuleLayers(this.parts);
    return this.knownLayers;
  }

  private declare(o: OperatorData, pack: PackInfo | undefined): void {
    const op = operatorOf(o.signature);
    this.registry.declare(op, () => operator(o));
    if (pack !== undefined) this.operatorLayers.set(op, pack);
  }

  /** Recipes of a higher layer are tried before those below. */
  private addRecipes(recipes: readonly RecipeData[], pack: PackInfo | undefined): void {
    const own = new Map<OpName, RecipeData[]>();
    for (const recipe of recipes) {
      if (pack !== undefined) this.recipeLayers.set(recipe, pack);
      for (const op of recipe.ops) {
        const list = own.get(op);
        if (list === undefined) own.set(op, [recipe]);
        else list.push(recipe);
      }
    }
    for (const [op, list] of own) this.recipesByOp.set(op, [...list, ...(this.recipesByOp.get(op) ?? [])]);
  }

  /** `rule-stub` for each place of the packs' rules, recipes and schemas that is left to fill in. */
  stubs(): readonly Diagnostic[] {
    return this.parts.flatMap(({ stubs = [] }) => stubs);
  }

  /** Every rule of every layer, replaced and disabled ones too, with what has become of it. */
  entries(): readonly RuleEntry[] {
    return this.ruleLayers.entries;
  }

  /** The highest rule of an id. */
  entry(id: RuleId): RuleEntry | undefined {
    return this.ruleLayers.entry(id);
  }

  /** The layer whose schema of the operator is in force; undefined when none declares it. */
  operatorLayer(op: OpName): PackInfo | undefined {
    return this.operatorLayers.get(op) ?? (this.registry.has(op) ? this.layers[0] : undefined);
  }

  /** As `recipes`, each with its layer. */
  recipesWithLayer(op: OpName): readonly RecipeEntry[] {
    const data = this.recipesByOp.get(op) ?? [];
    const [lowest = SHIPPED] = this.layers;
    return this.recipes(op).map((recipe, i) => {
      const own = data[i];
      return { recipe, layer: (own === undefined ? undefined : this.recipeLayers.get(own)) ?? lowest };
    });
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
   * packs are read and checked as YAML, and no code of a package is run. Errors: every problem of the packs' names, then
   * of the files of the lowest layer that has any, each at its place.
   */
  static async load(options: RuleBookOptions = {}): Promise<RuleBook> {
    const { base, packs = [], disable = [] } = options;
    const compiled = base === undefined && existsSync(COMPILED_RULES);
    if (compiled && packs.length === 0 && disable.length === 0) return new RuleBook([compiledRules()]);
    // The YAML parser and the validator are loaded only where YAML is read.
    const { loadLayers } = await import('./load-layers.js');
    return loadLayers(compiled ? compiledRules() : (base ?? SHIPPED_RULES), options);
  }
}

/** Written by our own build from checked YAML. */
function compiledRules(): RuleData {
  return decodeBook(JSON.parse(readFileSync(COMPILED_RULES, 'utf8')));
}

function operator(o: OperatorData): OperatorSchema {
  return { ...o, signature: parseSignature(o.signature) };
}
