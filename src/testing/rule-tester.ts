import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { rulesOf } from '../compiler.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { renderDiagnostic } from '../diagnostics/render.js';
import type { OpName } from '../ir/graph.js';
import type { RuleBook } from '../rulebook/load.js';
import { stubsIn } from '../rulebook/stubs.js';
import type { RuleId } from '../schema/rule.js';
import { type CaseFile, type RecipeCase, type RuleCase, readCaseFile } from './case-file.js';
import { ruleRun, runCaseFile } from './case-run.js';
import { disabledRule } from './disabled-rule.js';
import { distrust } from './distrust.js';
import { callSite, placedCase } from './placed-cases.js';
import type { ProofOptions } from './proof.js';
import { runRecipeCase } from './recipe-cases.js';

/** Registers a group of tests. */
export type Describe = (name: string, body: () => void) => unknown;
/** Registers a test. */
export type It = (name: string, body: () => void | Promise<void>) => unknown;

export interface RuleTesterOptions extends ProofOptions {
  /** Packs over the shipped rules, folders or npm packages, or a loaded book. The shipped rules alone unless told. */
  readonly rules?: RuleBook | readonly string[];
  /** Of vitest, jest or node:test; the globals of these names unless told. */
  readonly describe?: Describe;
  readonly it?: It;
  /** false compares graphs only. */
  readonly numbers?: boolean;
}

/** A case in which the rule fires, as code. */
export type FiringCase = Omit<RuleCase, 'name' | 'span' | 'unchanged' | 'because' | 'before' | 'after'> & {
  readonly name?: string;
  readonly before: string;
  readonly after: string;
};

/** A case in which the rule must not fire, as code. */
export type HoldingCase = Pick<RuleCase, 'dims'> & {
  readonly name?: string;
  readonly unchanged: string;
  readonly because: string;
};

export interface RuleCases {
  readonly fires: readonly FiringCase[];
  readonly holds: readonly HoldingCase[];
}

export type RecipeCaseCode = Omit<RecipeCase, 'name' | 'span'> & { readonly name?: string };

export interface RuleTester {
  /** Registers a test for each case of a rule, and one that distrusts them all: duplicates, no firing or holding case. */
  run(rule: RuleId, cases: RuleCases): void;
  /** Registers a test for each case of an operator's recipe. */
  runRecipe(op: OpName, cases: readonly RecipeCaseCode[]): void;
  /**
   * Registers the tests of every case file that the pattern takes: a path, a folder, or one with `*` and `**`
   * (`mypack/cases/**`), from the working directory.
   */
  runFiles(pattern: string): void;
}

/**
 * Tests of rules and recipes for a test suite of vitest, jest or node:test. Each case is a test of its own; a failing
 * one throws an error that shows the graph wanted and given line by line, or the numbers with the sizes and inputs.
 *
 *     import { describe, it } from 'vitest';
 *     import { ruleTester } from 'thaw-trt/testing';
 *
 *     ruleTester({ rules: ['mypack'], describe, it }).runFiles('mypack/cases/**');
 *
 * Throws TypeError where neither the options nor the globals have `describe` and `it`.
 */
export function ruleTester(options: RuleTesterOptions = {}): RuleTester {
  return new Tester(options);
}

class Tester implements RuleTester {
  private readonly describe: Describe;
  private readonly it: It;
  private loaded: Promise<RuleBook> | undefined;

  constructor(private readonly options: RuleTesterOptions) {
    this.describe = options.describe ?? globalFunction('describe');
    this.it = options.it ?? globalFunction('it');
  }

  run(rule: RuleId, { fires, holds }: RuleCases): void {
    const site = callSite();
    const cases: RuleCase[] = [
      ...fires.map((c, i) => placedCase(site, c, c.name ?? `fires ${i + 1}`, [c.before, c.after])),
      ...holds.map((c, i) => placedCase(site, c, c.name ?? `holds ${i + 1}`, [c.unchanged])),
    ];
    this.describe(rule, () => {
      for (const c of cases) this.test(c.name, async (book) => (await ruleRun(book, rule, c, this.options)).problems);
      this.test('has sound cases', (book) =>
        distrust(book, [{ kind: 'rule', path: `${rule}.yaml`, rule, cases, span: site.span }], { rules: [rule] }),
      );
    });
  }

  runRecipe(op: OpName, given: readonly RecipeCaseCode[]): void {
    const site = callSite();
    const cases = given.map((c, i) => placedCase(site, c, c.name ?? `case ${i + 1}`, [c.graph, c.sameAs]));
    this.describe(op, () => {
      for (const c of cases) this.test(c.name, (book) => runRecipeCase(book, op, c, this.options));
      this.test('has sound cases', (book) =>
        distrust(book, [{ kind: 'recipe', path: `${op}.yaml`, op, cases, span: site.span }]),
      );
    });
  }

  runFiles(pattern: string): void {
    const paths = filesOf(pattern);
    if (paths.length === 0) {
      this.it(`cases of ${pattern}`, () => {
        throw new Error(`no case file matches ${pattern}`);
      });
      return;
    }
    const files: CaseFile[] = [];
    for (const path of paths) this.file(path, files);
    this.test(`the cases of ${pattern} are sound`, (book) => {
      const ids = files.flatMap((f) => (f.kind === 'rule' && disabledRule(book, f.rule) === undefined ? [f.rule] : []));
      return [...distrust(book, files, { rules: ids }), ...book.stubs(), ...stubsIn(paths)];
    });
  }

  private file(path: string, files: CaseFile[]): void {
    let file: CaseFile;
    try {
      file = readCaseFile(path);
    } catch (e) {
      // The test run shows it; the other files are still tested.
      this.it(path, () => {
        throw readable(e);
      });
      return;
    }
    files.push(file);
    this.describe(file.kind === 'rule' ? file.rule : file.op, () => {
      file.cases.forEach((c, i) => {
        this.test(c.name, async (book) => {
          const found: Diagnostic[] = [];
          const filter = (other: unknown) => other === file.cases[i];
          for await (const run of runCaseFile(book, file, { ...this.options, filter })) found.push(...run.problems);
          return found;
        });
      });
    });
  }

  private test(
    name: string,
    problems: (book: RuleBook) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>,
  ): void {
    this.it(name, async () => {
      let found: readonly Diagnostic[];
      try {
        this.loaded ??= rulesOf(this.options);
        found = await problems(await this.loaded);
      } catch (e) {
        throw readable(e);
      }
      const wrong = found.filter(({ severity }) => severity !== 'note');
      if (wrong.length > 0) throw readable(new DiagnosticError(wrong));
    });
  }
}

/** An error whose message is what a person reads in a terminal. */
function readable(e: unknown): unknown {
  if (!(e instanceof DiagnosticError)) return e;
  const error = new Error(e.diagnostics.map((d) => renderDiagnostic(d)).join('\n\n'));
  error.name = 'RuleCaseError';
  // Its place is in the message: frames of the kit tell nothing.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function globalFunction(name: 'describe' | 'it'): (name: string, body: () => void | Promise<void>) => unknown {
  const found: unknown = Reflect.get(globalThis, name);
  if (typeof found === 'function') return (title, body) => Reflect.apply(found, globalThis, [title, body]);
  throw new TypeError(
    `there is no global \`${name}\`: pass it, ruleTester({ describe, it }) with those of vitest, jest or node:test`,
  );
}

/** YAML files of a path, a folder or a pattern with `*` and `**`, in order; none of packages inside of it. */
function filesOf(pattern: string): string[] {
  const wild = pattern.search(/[*?]/);
  const fixed = wild < 0 ? pattern : pattern.slice(0, pattern.lastIndexOf('/', wild) + 1);
  if (/\.ya?ml$/.test(fixed)) return [resolve(fixed)];
  const root = resolve(fixed);
  if (!existsSync(root)) return [];
  const wanted = wild < 0 ? /^/ : globPattern(pattern.slice(fixed.length));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((p) => /\.ya?ml$/.test(p) && wanted.test(p.split(sep).join('/')) && !isInstalled(p))
    .sort()
    .map((p) => relative('', join(root, p)));
}

/** Packages' own cases are run where they are made. */
function isInstalled(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part.startsWith('**')) return part.endsWith('/') ? '(?:.*/)?' : '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
