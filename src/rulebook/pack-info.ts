import type { Span } from '../diagnostics/diagnostic.js';
import type { Recipe } from '../schema/recipe.js';
import type { Rule, RuleId } from '../schema/rule.js';

/** Where a layer of the rule book comes from. */
export interface PackInfo {
  /** `thaw` for the shipped rules; else what pack.yaml says, the npm package's name, or the folder's. */
  readonly name: string;
  readonly version?: string;
  /** The folder of a pack; the file of settings; empty when they came from no file. */
  readonly path: string;
  /** `settings`: the rules that a configuration or a caller switches off, on top of all packs. */
  readonly kind: 'shipped' | 'pack' | 'settings';
}

export const SHIPPED: PackInfo = { name: 'thaw', path: 'rules', kind: 'shipped' };

/** A rule that a layer switches off in the layers below. */
export interface DisabledRule {
  readonly id: RuleId;
  /** Where it says so; absent when a caller does. */
  readonly at?: Span;
}

/** A rule of a layer and what has become of it. */
export interface RuleEntry {
  readonly rule: Rule;
  readonly phase: 'lowering' | 'translation';
  readonly layer: PackInfo;
  readonly state: 'active' | 'replaced' | 'disabled';
  /** The layer that replaced it or switched it off. */
  readonly by?: PackInfo;
  /** The rule of the same id below that this one stands for. */
  readonly replaces?: RuleEntry;
}

/** A recipe and its layer. */
export interface RecipeEntry {
  readonly recipe: Recipe;
  readonly layer: PackInfo;
}
