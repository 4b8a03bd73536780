export { isConditional, type RuleCase, type RuleCaseFile, readRuleCases, ruleOf, runRuleCase } from './rule-cases.js';
