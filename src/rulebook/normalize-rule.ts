import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';
import { record, strings } from './data.js';
import { operatorCount, PatternReader } from './read-pattern.js';
import { TemplateReader } from './read-template.js';
import type { Vocabulary } from './vocabulary.js';

/** A rule of a validated YAML file. `span` is the place of its id; `names` expands what it uses by name. */
export function normalizeRule(v: unknown, span: Span, names: Vocabulary): Rule {
  const data = record(v);
  const id = String(data.id);
  const match = new PatternReader(names).root(data.match);
  if (match === undefined) throw new DiagnosticError([rootless(id, span)]);
  const rewrite = record(data.rewrite);
  const each = 'each' in rewrite;
  const templates = new TemplateReader(names);
  const rule = {
    id,
    why: String(data.why),
    match,
    where: strings(data.where).map((text) => names.expression(text)),
    let: Object.entries(record(data.let)).map(([name, t]) => [name, templates.template(t)] as const),
    rewrite: each ? templates.template(rewrite.each) : templates.rewrite(data.rewrite),
    each,
    benefit: typeof data.benefit === 'number' ? data.benefit : operatorCount(match),
    span,
  };
  const { written } = names;
  return written === undefined ? rule : { ...rule, written };
}

function rootless(id: string, at: Span): Diagnostic {
  return {
    code: 'yaml-schema',
    severity: 'error',
    message: `\`${id}\` matches no operator: \`match\` must be one, or a fragment that is one`,
    at,
  };
}
