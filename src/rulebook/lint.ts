import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderings } from '../analysis/analyse.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { checkRules } from './check.js';
import { checkBehaviour } from './check-behaviour.js';
import { RuleBook, type RuleBookOptions, SHIPPED_RULES } from './load.js';
import { readRules } from './read-rules.js';

export interface LintOptions extends RuleBookOptions {
  /** Folders of case files; those of packs, `cases/`, are looked at anyway. */
  readonly cases?: readonly string[];
}

/**
 * All that is wrong with packs, or without packs with the whole shipped book: what `RuleBook.load` refuses, and as
 * warnings rules without a case file (where there is a folder of cases). Empty when there is nothing. Never throws
 * DiagnosticError.
 */
export async function lintRules(options: LintOptions = {}): Promise<readonly Diagnostic[]> {
  try {
    const { packs = [] } = options;
    const book = packs.length === 0 ? lintBook(options.base ?? SHIPPED_RULES) : await RuleBook.load(options);
    const layers = packs.length === 0 ? undefined : packsOf(book);
    return [...ordered(book, layers), ...untested(book, layers, options.cases ?? [])];
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return e.diagnostics;
  }
}

/** The whole of a rules folder, checked as a pack is. */
export function lintBook(dir: string): RuleBook {
  const source = readRules(dir);
  const book = new RuleBook([source.data]);
  checkRules(source, book);
  const found = checkBehaviour([source], book);
  if (found.length > 0) throw new DiagnosticError(found);
  return book;
}

function packsOf(book: RuleBook): ReadonlySet<string> {
  return new Set(book.layers.filter((l) => l.kind === 'pack').map((l) => l.path));
}

/** Rules of the layers, or of all, whose result depends on the order. */
function ordered(book: RuleBook, layers: ReadonlySet<string> | undefined): Diagnostic[] {
  const { registry, roles, lowering, translation } = book;
  const own = layers && new Set(book.entries().flatMap((e) => (layers.has(e.layer.path) ? e.rule : [])));
  const found = orderings({ registry, roles, phases: [lowering, translation] }, own);
  return found.map(({ code, rule, message, notes }) => ({ code, severity: 'warning', message, at: rule.span, notes }));
}

/** Rules in force of the layers, or of all, that no case file is about. */
function untested(book: RuleBook, layers: ReadonlySet<string> | undefined, folders: readonly string[]): Diagnostic[] {
  const own = [...(layers ?? [])].map((dir) => join(dir, 'cases')).filter((dir) => existsSync(dir));
  const given = [...own, ...folders];
  if (given.length === 0) return [];
  const tested = new Set(given.flatMap(rulesWithCases));
  return book.entries().flatMap(({ rule, state, layer }): Diagnostic[] => {
    if (state !== 'active' || tested.has(rule.id)) return [];
    if (layers !== undefined && (!layers.has(layer.path) || !own.some((dir) => dir.startsWith(layer.path)))) return [];
    return [
      {
        code: 'rule-untested',
        severity: 'warning',
        message: `\`${rule.id}\` has no case file`,
        at: rule.span,
        help: `thaw rules new ${rule.id} writes one`,
      },
    ];
  });
}

/** The rules that the case files of a folder are about. */
function rulesWithCases(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => /^rule:\s*([\w-]+)/m.exec(readFileSync(join(dir, name), 'utf8'))?.[1] ?? []);
}
