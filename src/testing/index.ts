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
export type { ProofOptions } from './proof.js';
export { proveRuleCase } from './prove.js';
export { runRecipeCase } from './recipe-cases.js';
export { isConditional, ruleOf, runRuleCase } from './rule-cases.js';
