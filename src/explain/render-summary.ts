import { counted } from '../diagnostics/counted.js';
import type { ModelSummary } from './explanation.js';
import { spanText } from './render.js';

const MAX_RULES = 20;
const MAX_LINES = 40;

/** The model in figures, as a person reads it. */
export function renderSummary({ nodes, rules, lines }: ModelSummary): string[] {
  const out = [
    `${counted(nodes, 'node')} by ${counted(rules.length, 'rule')}, from ${counted(lines.length, 'line')} of source`,
  ];
  if (rules.length > 0) out.push('', 'rules');
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  for (const { rule, rewrites, nodes: count } of rules.slice(0, MAX_RULES)) {
    const fired = rewrites === undefined ? '' : `  fired ${String(rewrites).padStart(4)}`;
    out.push(`  ${rule.padEnd(width)}${fired}  ${String(count).padStart(4)} nodes`);
  }
  if (rules.length > MAX_RULES) out.push(`  and ${rules.length - MAX_RULES} more (--json tells all)`);
  if (lines.length > 0) out.push('', 'lines');
  const shown = lines.slice(0, MAX_LINES);
  const places = Math.max(0, ...shown.map(({ at }) => spanText(at).length));
  for (const { at, operators, nodes: count, rules: ids } of shown) {
    const from = operators === undefined ? '' : `${String(operators).padStart(4)} operators ->`;
    const row = `  ${spanText(at).padEnd(places)}${from} ${String(count).padStart(3)} nodes`;
    out.push(`${row}${ids.length === 0 ? '' : `  ${ids.join(', ')}`}`);
    if (at.text !== undefined) out.push(`      ${at.text.trim()}`);
  }
  if (lines.length > MAX_LINES) out.push(`  and ${lines.length - MAX_LINES} more (--json tells all)`);
  return out;
}
