import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';
import { record, strings } from './data.js';
import { type FragmentSource, operatorCount, PatternReader } from './read-pattern.js';
import { readRewrite, readTemplate } from './read-template.js';

/** A rule of a validated YAML file. `span` is the place of its id. */
export function normalizeRule(v: unknown, span: Span, fragments: FragmentSource = none): Rule {
  const data = record(v);
  const id = String(data.id);
  const match = new PatternReader(fragments).root(data.match);
  if (match === undefined) throw new DiagnosticError([rootless(id, span)]);
  const rewrite = record(data.rewrite);
  const each = 'each' in rewrite;
  return {
    id,
    why: String(data.why),
    match,
    where: strings(data.where),
    let: Object.entries(record(data.let)).map(([name, t]) => [name, readTemplate(t)] as const),
    rewrite: each ? readTemplate(rewrite.each) : readRewrite(data.rewrite),
    each,
    benefit: typeof data.benefit === 'number' ? data.benefit : operatorCount(match),
    span,
  };
}

function rootless(id: string, at: Span): Diagnostic {
  return {
    code: 'yaml-schema',
    severity: 'error',
    message: `\`${id}\` matches no operator: \`match\` must be one, or a fragment that is one`,
    at,
  };
}

const none: FragmentSource = () => ({ kind: 'wildcard' });
