import { counted } from '../diagnostics/counted.js';
import type { RuleCandidate, RuleReport } from './explanation.js';
import { candidateText, missText, spanText } from './render.js';

/** So many nodes of each fate are told. */
const MAX_CANDIDATES = 12;

/** What became of the nodes that a rule could match, as a person reads it. */
export function renderRule(report: RuleReport): string[] {
  const { rule, phase, why, at, pack, state, disabledBy, ended, fired, candidates, note } = report;
  const { match, where } = report;
  const off = state === 'disabled' ? `, switched off${disabledBy === undefined ? '' : ` by ${disabledBy}`}` : '';
  const lines = [
    `rule ${rule}: ${phase}, ${pack}${off}  ${spanText(at)}`,
    `  ${why.replaceAll(/\s*\n\s*/g, ' ')}`,
    `  match: ${match}`,
    ...(where.length === 0 ? [] : [`  where: ${where.join('; ')}`]),
    `  fired at ${fired} of ${counted(candidates.length, 'node')} that it could match`,
  ];
  if (note !== undefined) lines.push(`  ${note}`);
  for (const fate of FATES) {
    const own = candidates.filter((c) => c.fate === fate);
    if (own.length === 0) continue;
    lines.push(
      `  ${HEADINGS[fate]}${fate === 'fired' ? early(own) : ''}`,
      ...own.slice(0, MAX_CANDIDATES).flatMap((c) => renderCandidate(c, ended)),
    );
    if (own.length > MAX_CANDIDATES) lines.push(`    and ${own.length - MAX_CANDIDATES} more (--json tells all)`);
  }
  return lines;
}

const FATES = ['kept', 'replaced', 'removed', 'fired'] as const satisfies readonly RuleCandidate['fate'][];

const HEADINGS: Readonly<Record<RuleCandidate['fate'], string>> = {
  kept: 'did not fire, and the node is still there',
  replaced: 'another rule replaced the node',
  removed: 'the node went away: nothing used it any more',
  fired: 'fired',
};

function renderCandidate(candidate: RuleCandidate, ended: boolean): string[] {
  const { fate, by, madeBy, source, start, end } = candidate;
  const origin = madeBy === undefined ? '' : `  made by rule ${madeBy}`;
  const lines = [`    ${candidateText(candidate)}${by === undefined ? '' : `  by rule ${by}`}${origin}`];
  if (fate === 'fired') return lines;
  if (start !== undefined && end !== undefined && start.reason === end.reason) {
    return [...lines, `      at the start and at the fixpoint: ${missText(start, source)}`];
  }
  if (start !== undefined) lines.push(`      at the start: ${missText(start, source)}`);
  else if (madeBy === undefined) lines.push('      it matched at the start');
  if (end !== undefined) lines.push(`      at the fixpoint: ${missText(end, source)}`);
  else if (fate === 'kept' && ended)
    lines.push('      it matches where no other rule does any more: it would fire if it were on');
  return lines;
}

/** Where nodes fired that did not match at the start: the reasons, which other rules have removed. */
function early(fired: readonly RuleCandidate[]): string {
  const reasons = new Set(fired.flatMap(({ start }) => (start === undefined ? [] : [start.reason])));
  const [only] = reasons;
  if (only === undefined) return '';
  return `, once other rules had: at the start ${only}${reasons.size > 1 ? `, and ${reasons.size - 1} more reasons` : ''}`;
}
