import { basename, isAbsolute, join, relative } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { RuleBook, SHIPPED_RULES } from '../../rulebook/load.js';
import { nearest } from '../../schema/nearest.js';
import type { Rule, RuleId } from '../../schema/rule.js';
import { type CasePlace, caseFiles, casesOf, PACKAGE_ROOT } from './case-index.js';

export const PHASES = ['lowering', 'translation'] as const;

export type Phase = (typeof PHASES)[number];

/** The shipped rules, or a pack over them. */
export interface Layer {
  readonly name: string;
  readonly dir: string;
  readonly shipped: boolean;
  /** Case files by the id of their rule. */
  readonly cases: ReadonlyMap<RuleId, CasePlace>;
}

/** A rule where it stands, in force or not. */
export interface CatalogRule {
  readonly rule: Rule;
  readonly phase: Phase;
  readonly layer: Layer;
  readonly family: string;
  /** The file that the rule stands in: its full path, and as people read it. */
  readonly path: string;
  readonly file: string;
  readonly cases: CasePlace | undefined;
  /** Set where a pack replaces the rule, or switches it off. */
  readonly gone: { readonly how: 'replaced' | 'disabled'; readonly by: Layer } | undefined;
}

/** All rules of all layers, with the book in which those that are in force work. */
export interface Catalog {
  readonly book: RuleBook;
  readonly layers: readonly Layer[];
  /** By phase, then layer, then the order of the files. */
  readonly rules: readonly CatalogRule[];
}

/** Loads the shipped rules with packs on top. Errors: those of RuleBook.load. */
export async function loadCatalog(packs: readonly string[]): Promise<Catalog> {
  const book = await RuleBook.load(packs.length > 0 ? { packs } : {});
  const parts = [{ layer: layerOf(SHIPPED_RULES, true), data: await shippedRules(book, packs) }];
  if (packs.length > 0) {
    const { readRules } = await import('../../rulebook/read-rules.js');
    for (const dir of packs) parts.push({ layer: layerOf(dir, false), data: readRules(dir).data });
  }
  const rules = PHASES.flatMap((phase) =>
    parts.flatMap(({ layer, data }, index) =>
      data[phase].map((rule): CatalogRule => {
        const above = parts.slice(index + 1).find((p) => p.data[phase].some((r) => r.id === rule.id));
        const path = isAbsolute(rule.span.file) || !layer.shipped ? rule.span.file : join(PACKAGE_ROOT, rule.span.file);
        const cases = layer.cases.get(rule.id);
        return {
          rule,
          phase,
          layer,
          family: familyOf(path, cases, phase),
          path,
          file: shownPath(path),
          cases,
          gone: above === undefined ? undefined : { how: 'replaced', by: above.layer },
        };
      }),
    ),
  );
  return { book, layers: parts.map(({ layer }) => layer), rules };
}

async function shippedRules(book: RuleBook, packs: readonly string[]): Promise<Record<Phase, readonly Rule[]>> {
  const { lowering, translation } = packs.length === 0 ? book : await RuleBook.load();
  return { lowering: lowering.rules, translation: translation.rules };
}

function layerOf(dir: string, shipped: boolean): Layer {
  return { name: shipped ? 'shipped' : basename(dir), dir, shipped, cases: caseFiles(casesOf(dir, shipped)) };
}

/** The name of the file; of a table of all families, the folder of the rule's cases. */
function familyOf(path: string, cases: CasePlace | undefined, phase: Phase): string {
  const stem = basename(path).replace(/\.ya?ml$/, '');
  return stem === 'translation-map' ? (cases?.family ?? phase) : stem;
}

/** Shipped files seen from the package's folder, others as they are. */
export function shownPath(path: string): string {
  const inside = relative(PACKAGE_ROOT, path);
  return isAbsolute(path) && !inside.startsWith('..') ? inside.replaceAll('\\', '/') : path;
}

/** The rules of an id, the one of the highest layer first. Errors: `usage` where there is none, with the nearest. */
export function rulesNamed(catalog: Catalog, id: RuleId): [CatalogRule, ...CatalogRule[]] {
  const [first, ...others] = catalog.rules.filter(({ rule }) => rule.id === id).reverse();
  if (first !== undefined) return [first, ...others];
  const close = nearest(
    id,
    catalog.rules.map(({ rule }) => rule.id),
  );
  return fail('usage', `there is no rule \`${id}\``, {
    help: close === undefined ? 'thaw rules list tells all of them' : `did you mean \`${close}\`?`,
  });
}
