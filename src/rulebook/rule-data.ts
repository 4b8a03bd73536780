import type { Span } from '../diagnostics/diagnostic.js';
import type { Legality, ResultFact, Role, Structure } from '../schema/operator-schema.js';
import type { Recipe } from '../schema/recipe.js';
import type { Rule } from '../schema/rule.js';

/** One declared operator, its signature still text. */
export interface OperatorData {
  readonly signature: string;
  readonly legal: Legality;
  readonly pure: boolean;
  readonly role?: Role;
  readonly structure?: Structure;
  readonly infer: readonly ResultFact[];
  readonly span: Span;
}

/** A rule book as plain data: what the YAML files of a folder say, and what `dist/rulebook.json` holds. */
export interface RuleData {
  readonly operators: readonly OperatorData[];
  readonly lowering: readonly Rule[];
  readonly translation: readonly Rule[];
  readonly recipes: readonly Recipe[];
}
