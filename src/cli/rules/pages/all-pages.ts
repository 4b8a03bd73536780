import { join } from 'node:path';
import type { Rule } from '../../../schema/rule.js';
import { PACKAGE_ROOT } from '../case-index.js';
import type { Catalog, Layer } from '../catalog.js';
import { RuleTexts } from '../rule-text.js';
import { NO_EVIDENCE, readEvidence } from './operator-evidence.js';
import { operatorsPage } from './operators-page.js';
import { INDEX_PATH, indexPage, pagePath, rulePage } from './rule-page.js';

/** The first line of every page. What lacks it is not ours to replace or remove. */
export const MARK = '<!-- Made by `thaw rules docs` from the YAML; do not edit. -->';

export const OPERATORS_PATH = 'operators.md';

/** The pages of one layer by path below `out`: its operators, an index of its rules, one page a rule. */
export function allPages(catalog: Catalog, layer: Layer, out: string): Map<string, string> {
  const { book } = catalog;
  const own = catalog.rules.filter((entry) => entry.layer === layer);
  const known = new Map(own.map((entry) => [entry.rule, entry]));
  // Rules of other layers have no page here.
  const link = (rule: Rule): string => {
    const entry = known.get(rule);
    return entry === undefined ? rule.id : `[${rule.id}](${pagePath(entry)})`;
  };
  const evidence = layer.shipped ? readEvidence(join(PACKAGE_ROOT, 'test/operators')) : NO_EVIDENCE;
  const declared = [...book.registry.names()].filter((op) => book.operatorLayer(op)?.name === layer.name);
  const of = layer.shipped ? '' : ` of ${layer.name}`;
  const pages = new Map<string, string>();
  const add = (path: string, text: string) => pages.set(path, `${MARK}\n${text}\n`);
  add(OPERATORS_PATH, operatorsPage(declared, book, { evidence, link }, `Operators${of}`));
  add(INDEX_PATH, indexPage(own, `Rules${of}`));
  const texts = new RuleTexts(catalog.rules.map(({ path }) => path));
  for (const entry of own) add(pagePath(entry), rulePage(entry, texts, out));
  return pages;
}
