import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { operatorOf } from '../schema/registry.js';
import { checkDefinitions } from './check-definitions.js';
import { checkMemoryFacts } from './check-memory-facts.js';
import { checkOperator } from './check-operator.js';
import { checkRecipe, type Taken } from './check-recipe.js';
import { checkRule } from './check-rule.js';
import type { RuleBook } from './load.js';
import { Problems } from './problems.js';
import type { RuleSource } from './read-rules.js';

/**
 * Checks what a folder says against itself and the layers below: unknown operators, arguments, captures and functions,
 * types that do not fit, missing arguments, ids and operators given twice. `book` has the folder as its top layer.
 * Errors: all problems at once, each at its place.
 */
export function checkRules(source: RuleSource, book: RuleBook): void {
  const problems = new Problems();
  duplicates(source, problems);
  for (const o of source.data.operators) checkOperator(o, source, problems);
  raise(problems.found);
  for (const o of source.data.operators) checkMemoryFacts(o, source, book.registry, problems);
  // Patterns and recipes are checked against schemas: wrong ones would be told again and again.
  raise(problems.found);
  checkDefinitions(source.names, book.registry, problems);
  raise(problems.found);
  for (const r of [...source.data.lowering, ...source.data.translation]) checkRule(r, source, book.registry, problems);
  const taken: Taken = new Map();
  for (const r of source.data.recipes) checkRecipe(r, source, book.registry, problems, taken);
  raise(problems.found);
}

function raise(found: readonly Diagnostic[]): void {
  if (found.length > 0) throw new DiagnosticError(found);
}

function duplicates({ data }: RuleSource, problems: Problems): void {
  const ids = new Map<string, Diagnostic['at']>();
  for (const r of [...data.lowering, ...data.translation]) {
    const first = ids.get(r.id);
    if (first === undefined) ids.set(r.id, r.span);
    else {
      problems.found.push({
        code: 'rule-duplicate',
        severity: 'error',
        message: `the id \`${r.id}\` is given twice`,
        at: r.span,
        notes: [{ message: 'first here', at: first }],
        help: 'give one of the rules another id',
      });
    }
  }
  const operators = new Map<string, Diagnostic['at']>();
  for (const o of data.operators) {
    const op = operatorOf(o.signature);
    const first = operators.get(op);
    if (first === undefined) operators.set(op, o.span);
    else {
      problems.found.push({
        code: 'schema-duplicate',
        severity: 'error',
        message: `${op} is declared twice`,
        at: o.span,
        notes: [{ message: 'first here', at: first }],
        help: 'remove one, or name another overload',
      });
    }
  }
}
