import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.js';
import { nearest } from '../../schema/nearest.js';
import type { RuleId } from '../../schema/rule.js';
import { type CaseFile, type RecipeCase, type RuleCase, readCaseFile } from '../../testing/case-file.js';
import { caseFolders, yamlFiles } from './case-index.js';
import { type Catalog, ownLayers } from './catalog.js';

/** A case file to run, or why it cannot be read. */
export interface TestFile {
  readonly path: string;
  readonly file: CaseFile | undefined;
  readonly problems: readonly Diagnostic[];
}

/** The files that a run takes, and which of their cases. */
export interface Selection {
  readonly files: readonly TestFile[];
  /** Rules of the layers, whose cases must be there; empty where a filter leaves some out. */
  readonly rules: readonly RuleId[];
  takes(file: CaseFile, c: RuleCase | RecipeCase): boolean;
}

/**
 * The case files of the tested layers. A case is taken where its rule's id (its recipe's operator) or its own name has
 * one of the filters as a part; all are without filters. A file that cannot be read is always among them.
 */
export function selectFiles(catalog: Catalog, filters: readonly string[]): Selection {
  const wanted = filters.map((f) => f.toLowerCase());
  const has = (text: string) => wanted.some((f) => text.toLowerCase().includes(f));
  const takes = (file: CaseFile, c: RuleCase | RecipeCase) =>
    wanted.length === 0 || has(subjectOf(file)) || has(c.name);
  const layers = ownLayers(catalog);
  const all = layers.flatMap((layer) => caseFolders(layer.dir, layer.shipped).flatMap(yamlFiles)).map(readTestFile);
  const own = new Set(layers);
  return {
    files: all.filter(({ file }) => file === undefined || file.cases.some((c) => takes(file, c))),
    rules:
      wanted.length > 0
        ? []
        : catalog.rules.filter((r) => own.has(r.layer) && r.state === 'active').map(({ rule }) => rule.id),
    takes,
  };
}

/** The rule's id, or the operator of the recipe. */
export function subjectOf(file: CaseFile): string {
  return file.kind === 'rule' ? file.rule : file.op;
}

function readTestFile(path: string): TestFile {
  try {
    return { path, file: readCaseFile(path), problems: [] };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { path, file: undefined, problems: error.diagnostics };
  }
}

/** What to say of filters that take nothing. */
export function nothingTaken(catalog: Catalog, filters: readonly string[]): Diagnostic {
  const ids = catalog.rules.map(({ rule }) => rule.id);
  const close = filters.map((f) => nearest(f, ids)).find((id) => id !== undefined);
  return {
    code: 'usage',
    severity: 'error',
    message:
      filters.length === 0
        ? 'there are no cases'
        : `no case is about \`${filters.join('` or `')}\`: neither its name nor its rule has that text`,
    help: close === undefined ? 'thaw rules list tells the rules' : `did you mean ${close}?`,
  };
}
