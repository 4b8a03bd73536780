import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { Recipe } from '../schema/recipe.js';
import type { Rule } from '../schema/rule.js';
import type { Definitions } from './definitions.js';
import type { DisabledRule, PackInfo } from './pack-info.js';

/** One declared operator, its signature still text. */
export interface OperatorData extends Omit<OperatorSchema, 'signature'> {
  readonly signature: string;
}

/** A recipe, read when one of its operators is first converted. */
export interface RecipeData {
  readonly ops: readonly OpName[];
  read(): Recipe;
}

/** A layer of a rule book as plain data: what the YAML files of a folder say. */
export interface RuleData {
  readonly operators: readonly OperatorData[];
  readonly lowering: readonly Rule[];
  readonly translation: readonly Rule[];
  readonly recipes: readonly RecipeData[];
  /** Predicates and fragments; none when absent. */
  readonly definitions?: Definitions;
  /** What `thaw rules new` has left to fill in; none when absent. */
  readonly stubs?: readonly Diagnostic[];
  /** Where the layer comes from; the shipped rules when absent. */
  readonly pack?: PackInfo;
  /** Rules of the layers below that this one switches off. */
  readonly disable?: readonly DisabledRule[];
}
