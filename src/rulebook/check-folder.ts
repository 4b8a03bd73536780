import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { checkRules } from './check.js';
import { checkBehaviour } from './check-behaviour.js';
import { RuleBook } from './load.js';
import { type RuleSource, readRules } from './read-rules.js';

/**
 * A rules folder with nothing below it, checked as a pack is, and the book of its rules. Errors: every problem of the
 * first stage that has any, each at its place.
 */
export function checkFolder(dir: string): { readonly source: RuleSource; readonly book: RuleBook } {
  const source = readRules(dir);
  const book = new RuleBook([source.data]);
  checkRules(source, book);
  const found = checkBehaviour([source], book);
  if (found.length > 0) throw new DiagnosticError(found);
  return { source, book };
}
