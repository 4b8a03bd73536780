import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';
import type { RuleCase } from './case-file.js';
import { caseProblem } from './case-graph.js';

/** A call in graph text. */
const CALL = /\b\w+::\w+(?=\s*[[(])/g;

/**
 * The case itself, and once more with each operator of `also` in the place of the rule's own. Errors: `rule-case` for
 * one that the rule does not match, that is spelled as the rule's own, or whose place is not clear.
 */
export function variantsOf(rule: Rule, c: RuleCase): RuleCase[] {
  const { also = [], before = '' } = c;
  if (also.length === 0) return [c];
  const names = new Set(rule.match.ops.map(baseName));
  const [own, more] = [...new Set(before.match(CALL))].filter((name) => names.has(name));
  const problems: Diagnostic[] = also
    .filter((op) => !names.has(baseName(op)))
    .map((op) => caseProblem(c, `\`also\` names ${op}, which \`${rule.id}\` does not match`));
  if (own === undefined || more !== undefined)
    problems.push(caseProblem(c, '`also` needs a `before` with exactly one operator of the rule'));
  for (const op of also)
    if (baseName(op) === own)
      problems.push(caseProblem(c, `\`also\` adds nothing by ${op}: its call reads as the one in \`before\``));
  if (problems.length > 0) throw new DiagnosticError(problems);
  return [
    c,
    ...also.map((op) => {
      const varied = (text: string) => text.replace(CALL, (name) => (name === own ? baseName(op) : name));
      const [text, lines] = [varied(before), c.placed?.get(before)];
      const placed = lines === undefined ? c.placed : new Map(c.placed).set(text, varied(lines));
      return { ...c, name: `${c.name} (${op})`, before: text, placed, also: undefined };
    }),
  ];
}

/** Graph text names operators without their overload. */
function baseName(op: string): string {
  return op.replace(/\..*$/, '');
}
