export {
  type CaseDim,
  type CaseDims,
  type CaseFile,
  type CaseInputs,
  type CaseRange,
  type CaseValue,
  type Numbers,
  type RecipeCase,
  type RecipeCaseFile,
  type RecordedRun,
  type RuleCase,
  type RuleCaseFile,
  readCaseFile,
  readRuleCases,
} from './case-file.js';
export { type CaseRun, type CaseRunOptions, type Proven, ruleRun, runCaseFile } from './case-run.js';
export { type DistrustOptions, distrust } from './distrust.js';
export type { ProofOptions } from './proof.js';
export { type ConvertedForms, convertedForms, convertedOperators, proveRuleCase } from './prove.js';
export { runRecipeCase } from './recipe-cases.js';
export { isConditional, ruleOf, runRuleCase } from './rule-cases.js';
export {
  type Describe,
  type FiringCase,
  type HoldingCase,
  type It,
  type RecipeCaseCode,
  type RuleCases,
  type RuleTester,
  type RuleTesterOptions,
  ruleTester,
} from './rule-tester.js';
export { untestedRecipes } from './untested-recipes.js';
