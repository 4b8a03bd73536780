import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderings } from '../analysis/analyse.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import { visitTemplates } from '../matcher/templates.js';
import { nearest } from '../schema/nearest.js';
import type { Rule } from '../schema/rule.js';
import { behaviourOf } from './check-behaviour.js';
import { checkFolder } from './check-folder.js';
import { unread } from './lint-files.js';
import { partial, unreached, untold } from './lint-operators.js';
import { RuleBook, type RuleBookOptions, SHIPPED_RULES } from './load.js';

export interface LintOptions extends RuleBookOptions {
  /** Folders of case files; those of packs, `cases/`, are looked at anyway. */
  readonly cases?: readonly string[];
}

/**
 * All that is wrong with packs, or without packs with the whole shipped book: what `RuleBook.load` refuses, or else the
 * warnings: files that are not read, operators that nothing is about or whose facts or recipes have some results only,
 * rules that no model reaches or whose order decides the result, rules of packs without a case file (of the shipped ones
 * where `cases` names a folder). Empty when there is nothing. Never throws DiagnosticError.
 */
export async function lintRules(options: LintOptions = {}): Promise<readonly Diagnostic[]> {
  try {
    const { packs = [] } = options;
    const book = packs.length === 0 ? checkFolder(options.base ?? SHIPPED_RULES).book : await RuleBook.load(options);
    const layers = packs.length === 0 ? undefined : packsOf(book);
    const own = layers && rulesOf(book, layers);
    // A load looks only so far.
    const found = own === undefined ? [] : behaviourOf(own, book);
    const operators = ownOperators(book);
    found.push(...(await unused(book, operators)), ...untold(book, operators));
    if (own !== undefined) found.push(...partial(book), ...unreached(book, own));
    for (const dir of layers ?? []) found.push(...unread(dir));
    found.push(...ordered(book, own), ...untested(book, layers, options.cases ?? []));
    return found.sort((a, b) => compare(a, b));
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return e.diagnostics;
  }
}

function packsOf(book: RuleBook): ReadonlySet<string> {
  return new Set(book.layers.filter((l) => l.kind === 'pack').map((l) => l.path));
}

function rulesOf(book: RuleBook, layers: ReadonlySet<string>): ReadonlySet<Rule> {
  return new Set(book.entries().flatMap((e) => (layers.has(e.layer.path) ? e.rule : [])));
}

/** Rules of `own`, or all, whose result depends on the order. */
function ordered(book: RuleBook, own: ReadonlySet<Rule> | undefined): Diagnostic[] {
  const { registry, roles, lowering, translation } = book;
  const found = orderings({ registry, roles, phases: [lowering, translation] }, own);
  return found.map(({ code, rule, message, notes }) => ({ code, severity: 'warning', message, at: rule.span, notes }));
}

/** Operators that packs declare. */
function ownOperators(book: RuleBook): OpName[] {
  const [shipped] = book.layers;
  return [...book.registry.names()].filter((op) => book.operatorLayer(op) !== shipped);
}

/** Operators that packs add and that nothing rewrites, makes or converts: a misspelt name, or work that is left. */
async function unused(book: RuleBook, own: readonly OpName[]): Promise<Diagnostic[]> {
  if (own.length === 0) return [];
  const { CONVERTERS } = await import('../converters/registry.js');
  const used = new Set(book.recipeOperators());
  for (const { rules } of [book.lowering, book.translation]) {
    for (const rule of rules) {
      for (const op of rule.match.ops) used.add(op);
      visitTemplates(rule, (t) => {
        if (t.kind === 'node') used.add(t.op);
      });
    }
  }
  return own.flatMap((op): Diagnostic[] => {
    const schema = book.registry.require(op);
    const { signature, role, structure, span } = schema;
    const known = used.has(op) || CONVERTERS.has(op) || role !== undefined || structure !== undefined;
    // What changes its argument becomes the operator that does not.
    if (known || signature.args.some((a) => a.mutates)) return [];
    const close = nearest(
      op,
      [...book.registry.names()].filter((other) => other !== op),
    );
    const help = close === undefined ? undefined : `write a rule or a recipe for it; or is it meant to be ${close}?`;
    return [
      { code: 'schema-unused', severity: 'warning', message: `nothing rewrites or converts ${op}`, at: span, help },
    ];
  });
}

/** By file and place. */
function compare(a: Diagnostic, b: Diagnostic): number {
  const [x, y] = [a.at, b.at];
  const file = (x?.file ?? '') < (y?.file ?? '') ? -1 : (x?.file ?? '') > (y?.file ?? '') ? 1 : 0;
  return file || (x?.line ?? 0) - (y?.line ?? 0) || (x?.column ?? 0) - (y?.column ?? 0);
}

/** Rules in force of the layers, or of all, that no case file is about. */
function untested(book: RuleBook, layers: ReadonlySet<string> | undefined, folders: readonly string[]): Diagnostic[] {
  const own = [...(layers ?? [])].map((dir) => join(dir, 'cases')).filter((dir) => existsSync(dir));
  const given = [...own, ...folders];
  if (layers === undefined && given.length === 0) return [];
  const tested = new Set(given.flatMap(rulesWithCases));
  return book.entries().flatMap(({ rule, state, layer }): Diagnostic[] => {
    if (state !== 'active' || tested.has(rule.id)) return [];
    if (layers !== undefined && !layers.has(layer.path)) return [];
    return [
      {
        code: 'rule-untested',
        severity: 'warning',
        message: `\`${rule.id}\` has no case file`,
        at: rule.span,
        help: `thaw rules new ${rule.id}${layer.kind === 'pack' ? ` --pack ${layer.path}` : ''} writes one`,
      },
    ];
  });
}

/** The rules that the case files of a folder are about. */
function rulesWithCases(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => /^rule:\s*['"]?([\w-]+)/m.exec(readFileSync(join(dir, name), 'utf8'))?.[1] ?? []);
}
