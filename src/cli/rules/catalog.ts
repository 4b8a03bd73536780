import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { RuleBook, SHIPPED_RULES } from '../../rulebook/load.js';
import type { PackInfo, RuleEntry } from '../../rulebook/pack-info.js';
import { nearest } from '../../schema/nearest.js';
import type { Rule, RuleId } from '../../schema/rule.js';
import { loadChoice, type RuleChoice } from '../load-book.js';
import { type CasePlace, caseFiles, caseFolders, PACKAGE_ROOT } from './case-index.js';
import { editedRules } from './fresh-rules.js';

export const PHASES = ['lowering', 'translation'] as const;

export type Phase = (typeof PHASES)[number];

/** The shipped rules, a pack over them, or what switches rules off. */
export interface Layer {
  readonly name: string;
  /** The folder of its files. */
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
  readonly state: RuleEntry['state'];
  /** What has replaced it or switched it off. */
  readonly by: string | undefined;
}

/** All rules of all layers, with the book in which those that are in force work. */
export interface Catalog {
  readonly book: RuleBook;
  readonly layers: readonly Layer[];
  /** By phase, then layer, then the order of the files. */
  readonly rules: readonly CatalogRule[];
}

/** Loads the shipped rules with packs on top. Errors: those of loadBook. */
export async function loadCatalog(choice: RuleChoice): Promise<Catalog> {
  const base = editedRules();
  const book = await RuleBook.load({ ...(await loadChoice(choice)), ...(base === undefined ? {} : { base }) });
  return catalogOf(book);
}

/** All rules of a book. */
export function catalogOf(book: RuleBook): Catalog {
  const layers = new Map(book.layers.filter(({ kind }) => kind !== 'settings').map((info) => [info, layerOf(info)]));
  const rules = book.entries().flatMap(({ rule, phase, layer: info, state, by }): CatalogRule[] => {
    const layer = layers.get(info);
    if (layer === undefined) return [];
    const path = sourcePath(rule.span.file, layer);
    const cases = layer.cases.get(rule.id);
    const family = familyOf(path, cases, phase);
    return [{ rule, phase, layer, family, path, file: shownPath(path), cases, state, by: by?.name }];
  });
  return {
    book,
    layers: [...layers.values()],
    rules: PHASES.flatMap((phase) => rules.filter((r) => r.phase === phase)),
  };
}

/** The compiled book names files from the package's folder on. */
function sourcePath(file: string, { shipped }: Layer): string {
  return shipped && !isAbsolute(file) ? join(PACKAGE_ROOT, file) : file;
}

function layerOf({ name, kind, path }: PackInfo): Layer {
  const shipped = kind === 'shipped';
  const dir = shipped ? SHIPPED_RULES : path;
  return { name, dir, shipped, cases: caseFiles(caseFolders(dir, shipped)) };
}

/** The packs that the project writes itself: those of npm packages only where there are no others. None: the shipped rules. */
export function ownLayers({ layers }: Catalog): readonly Layer[] {
  const packs = layers.filter(({ shipped }) => !shipped);
  const own = packs.filter(({ dir }) => !resolve(dir).split(sep).includes('node_modules'));
  return own.length > 0 ? own : packs.length > 0 ? packs : layers;
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
