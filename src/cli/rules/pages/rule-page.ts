import { dirname, relative } from 'node:path';
import { parse } from 'yaml';
import { items, record } from '../../../rulebook/data.js';
import { type CaseDim, type CaseDims, type RuleCase, readRuleCases } from '../../../testing/case-file.js';
import { type CatalogRule, PHASES } from '../catalog.js';
import { operatorList, rewriteText } from '../rule-operators.js';
import type { RuleTexts } from '../rule-text.js';

/** Where the page of a rule stands below the folder of all pages. */
export function pagePath({ phase, rule }: Pick<CatalogRule, 'phase' | 'rule'>): string {
  return `rules/${phase}/${rule.id}.md`;
}

export const INDEX_PATH = 'rules/index.md';

/** Fields of a rule that have a place of their own on the page, or none. */
const PLACED: ReadonlySet<string> = new Set(['id', 'why', 'match', 'where', 'rewrite', 'benefit']);

/** The page of one rule as Markdown. `out` is the folder of all pages, from which links start. */
export function rulePage(entry: CatalogRule, texts: RuleTexts, out: string): string {
  const { rule, phase, family, path, file, cases } = entry;
  const text = texts.of(path, rule.id);
  const fields = text?.fields ?? new Map<string, string>();
  const definitions = texts.definitionsFor(text?.whole ?? '');
  const link = relative(dirname(`${out}/${pagePath(entry)}`), path).replaceAll('\\', '/');
  const others = [...fields].filter(([key]) => !PLACED.has(key)).map(([, text]) => text);
  return [
    `# ${rule.id}`,
    `${phase}, ${family}, benefit ${rule.benefit}; [${file.replace(/^.*[\\/]/, '')}](${link})`,
    rule.why.trim(),
    block('yaml', fields.get('match')),
    conditions(fields.get('where')),
    block('yaml', others.join('\n')),
    block('yaml', fields.get('rewrite')),
    definitions.length === 0 ? '' : `which uses\n\n${block('yaml', definitions.join('\n'))}`,
    ...(cases === undefined ? ['No cases.'] : readRuleCases(cases.path).cases.map(caseText)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The conditions as they are written: predicates by their names. */
function conditions(field: string | undefined): string {
  const where = items(record(parse(field ?? '')).where);
  return where.length === 0 ? '' : `where\n\n${where.map((test) => `- \`${test}\``).join('\n')}`;
}

function caseText(c: RuleCase): string {
  const dims = Object.entries(c.dims ?? {}).map(([name, dims]) => `\`${name}\` ${extentsText(dims)}`);
  const head = `## ${c.name}${dims.length === 0 ? '' : `\n\n${dims.join(', ')}`}`;
  const because = c.because === undefined ? '' : `Left alone: ${inline(c.because)}`;
  const parts = [
    head,
    block('text', c.before ?? c.unchanged),
    c.after === undefined ? because : 'becomes',
    block('text', c.after),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A part of a reason may open a quote that it does not close, which Markdown would read otherwise. */
function inline(text: string): string {
  return text.split('`').length % 2 === 1 ? text : `\`\` ${text} \`\``;
}

/** `[N, 3]`, or `[[N, 3], [2]]` of a list of tensors. */
function extentsText(dims: CaseDim | CaseDims): string {
  return Array.isArray(dims) ? `[${dims.map(extentsText).join(', ')}]` : String(dims);
}

function block(language: string, text: string | undefined): string {
  return text === undefined || text.trim() === '' ? '' : `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** All rules with links to their pages. */
export function indexPage(rules: readonly CatalogRule[], title: string): string {
  const parts = [
    `# ${title}`,
    `${rules.length} rules. The operators that they serve: [operators.md](../operators.md).`,
  ];
  for (const phase of PHASES) {
    const families = new Map<string, CatalogRule[]>();
    for (const entry of rules) {
      if (entry.phase !== phase) continue;
      const list = families.get(entry.family);
      if (list === undefined) families.set(entry.family, [entry]);
      else list.push(entry);
    }
    for (const [family, entries] of families) parts.push(`## ${phase}: ${family}`, table(entries));
  }
  return parts.join('\n\n');
}

function table(entries: readonly CatalogRule[]): string {
  const rows = entries.map(({ rule, phase }) => {
    const matched = rule.match.ops.length > 0 ? operatorList(rule.match.ops).replaceAll('|', 'or') : '';
    return `| [${rule.id}](${phase}/${rule.id}.md) | ${rule.benefit} | \`${matched}\` | \`${rewriteText(rule)}\` |`;
  });
  return ['| rule | benefit | matches | gives |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
