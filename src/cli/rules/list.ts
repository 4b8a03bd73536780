import { fail } from '../../diagnostics/diagnostic.js';
import { nearest } from '../../schema/nearest.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { type Catalog, type CatalogRule, loadCatalog, PHASES } from './catalog.js';
import { COMMON_OPTIONS, readRulesLine } from './options.js';
import { names, operatorList, operatorsOf, rewriteText } from './rule-operators.js';

const OPTIONS = { ...COMMON_OPTIONS, op: { type: 'string', multiple: true }, family: { type: 'string' } } as const;

/** `thaw rules list [TEXT...]`. */
export async function listCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('list', argv, OPTIONS);
  const catalog = await loadCatalog(values);
  const ops = values.op ?? [];
  checkFilters(catalog, ops, values.family);
  const found = catalog.rules.filter(
    (entry) =>
      (values.family === undefined || entry.family === values.family) &&
      ops.every((op) => operatorsOf(entry.rule).some((name) => names(name, op))) &&
      words.every((word) => textOf(entry).includes(word.toLowerCase())),
  );
  if (values.json) terminal.out(JSON.stringify({ ok: true, rules: found.map(ruleJson) }, null, 2));
  else for (const line of table(found, catalog)) terminal.out(line);
  return EXIT_DONE;
}

/** A filter that nothing can pass is a mistake. Errors: `usage` with the nearest name. */
function checkFilters(catalog: Catalog, ops: readonly string[], family: string | undefined): void {
  for (const op of ops) {
    const { registry } = catalog.book;
    if (!registry.has(op) && !registry.hasBase(op))
      fail('usage', `no schema declares ${op}`, { help: registry.suggestion(op) });
  }
  const families = new Set(catalog.rules.map((entry) => entry.family));
  if (family === undefined || families.has(family)) return;
  const close = nearest(family, families);
  const all = `the families are: ${[...families].sort().join(', ')}`;
  fail('usage', `no rule is of the family ${family}`, { help: close === undefined ? all : `did you mean ${close}?` });
}

function textOf({ rule }: CatalogRule): string {
  return [rule.id, rule.why, ...operatorsOf(rule)].join('\n').toLowerCase();
}

/** A rule as JSON data. */
export function ruleJson(entry: CatalogRule): Record<string, unknown> {
  const { rule, phase, family, layer, file, cases, state, by } = entry;
  return {
    id: rule.id,
    phase,
    family,
    layer: layer.name,
    state,
    ...(by === undefined ? {} : { by }),
    benefit: rule.benefit,
    match: rule.match.ops,
    rewrite: rewriteText(rule),
    operators: operatorsOf(rule),
    why: rule.why,
    file,
    line: rule.span.line,
    ...(cases === undefined ? {} : { cases: cases.path }),
  };
}

function table(found: readonly CatalogRule[], { layers }: Catalog): string[] {
  const lines: string[] = [];
  for (const phase of PHASES) {
    const families = new Map<string, CatalogRule[]>();
    for (const entry of found) {
      if (entry.phase !== phase) continue;
      const list = families.get(entry.family);
      if (list === undefined) families.set(entry.family, [entry]);
      else list.push(entry);
    }
    for (const [family, entries] of families) {
      if (lines.length > 0) lines.push('');
      lines.push(`${phase}: ${family}`, ...rows(entries, layers.length > 1));
    }
  }
  const count = `${found.length} rule${found.length === 1 ? '' : 's'}`;
  return lines.length === 0 ? [count] : [...lines, '', count];
}

function rows(entries: readonly CatalogRule[], layered: boolean): string[] {
  const cells = entries.map((entry) => [
    entry.rule.id,
    String(entry.rule.benefit),
    ...(layered ? [entry.layer.name] : []),
    `${operatorList(entry.rule.match.ops)} -> ${rewriteText(entry.rule)}`,
  ]);
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row, k) => {
    const last = row.length - 1;
    const padded = row.map((cell, i) =>
      i === last ? cell : i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    );
    return `  ${padded.join('  ')}${stateText(entries[k])}`;
  });
}

/** `(replaced by mypack)`; empty for a rule that is in force. */
export function stateText(entry: CatalogRule | undefined): string {
  if (entry === undefined || entry.state === 'active') return '';
  const how = entry.state === 'disabled' ? 'switched off' : 'replaced';
  return `  (${how}${entry.by === undefined ? '' : ` by ${entry.by}`})`;
}
