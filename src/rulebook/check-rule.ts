import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Rule } from '../schema/rule.js';
import { PatternChecker } from './check-pattern.js';
import { TemplateChecker } from './check-template.js';
import type { Problems } from './problems.js';
import type { RuleSource } from './read-rules.js';

/** Checks one rule against the schemas of its operators. */
export function checkRule(
  rule: Rule,
  source: RuleSource,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const place = source.places.get(rule);
  if (place === undefined) return;
  const { file } = place;
  const path = [place.kind, place.index];
  const pattern = new PatternChecker(rule.id, file, registry, problems, rule.match.ops, rule.written, source.names);
  pattern.node(rule.match, [...path, 'match']);
  pattern.limit(rule.match, [...path, 'match']);
  rule.where.forEach((text, i) => {
    const at = file.has([...path, 'where', i]) ? [...path, 'where', i] : [...path, 'where'];
    pattern.expression(at, text, [], 'condition');
  });
  new TemplateChecker(rule, pattern, file, registry, problems).check(path);
  pattern.unused();
}
