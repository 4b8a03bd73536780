import type { RuleBook } from '../rulebook/load.js';
import type { RuleId } from '../schema/rule.js';

/** That a rule is switched off, and by what, in words; undefined for a rule that is in force or does not exist. */
export function disabledRule(book: RuleBook, id: RuleId): string | undefined {
  const entry = book.entry(id);
  if (entry?.state !== 'disabled') return undefined;
  return `\`${id}\` is switched off${entry.by === undefined ? '' : ` by ${entry.by.name}`}`;
}
