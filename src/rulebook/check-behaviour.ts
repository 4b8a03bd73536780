import { analyse } from '../analysis/analyse.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';
import type { RuleBook } from './load.js';
import type { Place, RuleSource } from './read-rules.js';

/**
 * Graphs that a load tries at most for the pairs of rules of a phase, about a tenth of a second's worth, beside a few for
 * each rule. Pairs share them, so that packs of many pairs leave work to `thaw rules lint`, which has no such limit.
 */
export const MAX_LOAD_TRIALS = 800;

/**
 * What rules of packs do beside the others of the book, told from graphs made for them: `rule-overlap`, `rule-shadowed`,
 * `rule-cycle`, `rule-type`, each at its place. A rule that says the same as the one that it replaces is taken as checked.
 */
export function checkBehaviour(sources: readonly RuleSource[], book: RuleBook, budget?: number): Diagnostic[] {
  const places = new Map<unknown, Place>(sources.flatMap((s) => [...s.places]));
  const rules = [...book.lowering.rules, ...book.translation.rules];
  return behaviourOf(new Set(rules.filter((r) => places.has(r) && isNew(r, book))), book, places, budget);
}

/** As `checkBehaviour`, of the rules of `own`; where their files are not at hand the place is that of their ids. */
export function behaviourOf(
  own: ReadonlySet<Rule>,
  { registry, roles, lowering, translation }: RuleBook,
  places: ReadonlyMap<unknown, Place> = new Map(),
  budget?: number,
): Diagnostic[] {
  if (own.size === 0) return [];
  const found = analyse({ registry, roles, phases: [lowering, translation] }, own, budget);
  return found.map(({ code, rule, part, message, notes, help }): Diagnostic => {
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
