import { analyse } from '../analysis/analyse.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';
import type { RuleBook } from './load.js';
import type { Place, RuleSource } from './read-rules.js';

/**
 * What rules of packs do beside the others of the book, told from graphs made for them: `rule-overlap`, `rule-shadowed`,
 * `rule-cycle`, each at its place. A rule that says the same as the one that it replaces is taken as checked.
 */
export function checkBehaviour(sources: readonly RuleSource[], book: RuleBook): Diagnostic[] {
  const places = new Map<unknown, Place>(sources.flatMap((s) => [...s.places]));
  const own = new Set(
    [...book.lowering.rules, ...book.translation.rules].filter((r) => places.has(r) && isNew(r, book)),
  );
  if (own.size === 0) return [];
  const rules = { registry: book.registry, roles: book.roles, phases: [book.lowering, book.translation] };
  return analyse(rules, own).map(({ code, rule, part, message, notes, help }): Diagnostic => {
    const place = places.get(rule);
    const at = place === undefined ? rule.span : place.file.span([place.kind, place.index, part]);
    return { code, severity: 'error', message, at, notes, help };
  });
}

/** False for a rule that is a copy of the one below. */
function isNew(rule: Rule, book: RuleBook): boolean {
  const below = book.entry(rule.id)?.replaces?.rule;
  return below === undefined || plain(below) !== plain(rule);
}

function plain(rule: Rule): string {
  return JSON.stringify({ ...rule, span: undefined });
}
