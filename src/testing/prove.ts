import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { innerOperators } from '../matcher/reach.js';
import type { RuleBook } from '../rulebook/load.js';
import type { Rule, RuleId } from '../schema/rule.js';
import type { CaseFile, RecipeCase, RuleCase } from './case-file.js';
import { caseProblem, symbolsOf } from './case-graph.js';
import { seededDraws, sizesOf } from './case-sizes.js';
import { variantsOf } from './case-variants.js';
import type { NumericForm } from './numeric-form.js';
import { difference, differenceFrom, NumericSession } from './numeric-run.js';
import { Proof, type ProofOptions, problemsOf } from './proof.js';
import { ruleOf } from './rule-cases.js';

/**
 * Proves a firing case of a rule by numbers: `before` with all sizes and numbers bound, so that it folds, taken through
 * the compiler without the rule, and `after` with its symbols kept, converted once, are run on onnxruntime at several
 * sizes and must agree: dtypes, shapes, ints and bools exactly, floats by the tolerance of their dtype. With `runs`
 * both must give what was recorded; a `before` that only the rule makes runnable is left out then.
 *
 * Empty when they agree, for cases that rightly say `numbers: false`, and for `unchanged` ones; else `rule-case` at the
 * case's place, with the sizes and what was fed.
 */
export async function proveRuleCase(
  book: RuleBook,
  rule: RuleId,
  c: RuleCase,
  options: ProofOptions = {},
): Promise<Diagnostic[]> {
  const found = ruleOf(book, rule);
  if (found === undefined) return [caseProblem(c, `there is no rule \`${rule}\``)];
  return problemsOf(async () => {
    const problems: Diagnostic[] = [];
    for (const v of variantsOf(found, c)) problems.push(...(await proveOne(book, found, v, options)));
    return problems;
  });
}

async function proveOne(book: RuleBook, rule: Rule, c: RuleCase, options: ProofOptions): Promise<Diagnostic[]> {
  const { before, after } = c;
  if (before === undefined || after === undefined) return [];
  if (c.numbers === false || c.numbers === 'shapes') {
    // An exception that is none any more hides what would be proven.
    const whole = await proveOne(book, rule, { ...c, numbers: true }, options);
    if (whole.length === 0) return [caseProblem(c, `the numbers agree: take \`numbers: ${c.numbers}\` away`)];
    if (c.numbers === false) return [];
  }
  const proof = new Proof(book, c, options, rule.id);
  return problemsOf(async () => {
    const form = await proof.told({}, () => proof.dynamicForm(after, before));
    const session = await proof.told({}, () => NumericSession.open(form));
    try {
      return c.runs === undefined
        ? await agree(proof, c, before, session)
        : await giveRecorded(proof, rule, c, before, session);
    } finally {
      await session.close();
    }
  });
}

async function agree(proof: Proof, c: RuleCase, before: string, after: NumericSession): Promise<Diagnostic[]> {
  const random = seededDraws(proof.seed);
  for (const sizes of sizesOf(c, symbolsOf(proof.graph(before)), random)) {
    const wrong = await proof.told(sizes, async () => {
      const feeds = proof.feeds(before, sizes, random);
      const wanted = await proof.runStatic(before, sizes, feeds);
      if (wanted.every((tensors) => tensors.length === 0)) return [caseProblem(c, NOTHING)];
      const found = await proof.run(after, sizes, feeds);
      const d = difference(found, wanted, c.tolerance, c.numbers === 'shapes');
      return d === undefined
        ? []
        : [proof.differs('`after` gives other numbers than `before`', sizes, d, feeds, after.inputs)];
    });
    if (wrong.length > 0) return wrong;
  }
  return [];
}

const NOTHING = 'the case proves nothing: its graphs return no tensor and no number';

async function giveRecorded(
  proof: Proof,
  rule: Rule,
  c: RuleCase,
  before: string,
  after: NumericSession,
): Promise<Diagnostic[]> {
  const random = seededDraws(proof.seed);
  const own = new Set(rule.match.ops);
  innerOperators(rule.match, proof.book.roles, own);
  for (const run of c.runs ?? []) {
    const sizes = run.sizes ?? {};
    const feeds = await proof.told(sizes, () => proof.feeds(before, sizes, random, run));
    const d = differenceFrom(await proof.told(sizes, () => proof.run(after, sizes, feeds)), run, c.tolerance);
    if (d !== undefined) return [proof.differs('`after` gives other numbers', sizes, d, feeds, after.inputs)];
    try {
      const wrong = differenceFrom(await proof.runStatic(before, sizes, feeds), run, c.tolerance);
      if (wrong !== undefined)
        return [proof.differs('`before` gives other numbers', sizes, wrong, feeds, after.inputs)];
    } catch (e) {
      if (!(e instanceof DiagnosticError) || !e.diagnostics.every((p) => isUnconverted(p, own))) throw e;
    }
  }
  return [];
}

/** An operator of the rule's pattern that has no recipe, or gives a number that data decides: the rule makes it runnable. */
function isUnconverted(d: Diagnostic, own: ReadonlySet<string>): boolean {
  return (d.code === 'unsupported-operator' || d.code === 'no-dynamic-form') && own.has(d.message.split(' ')[0] ?? '');
}

/** What the proof of a case converts to ONNX. */
export interface ConvertedForms {
  readonly case: RuleCase | RecipeCase;
  /** With its symbols kept: of a recipe its graph, of a rule `after`. */
  readonly dynamic: NumericForm;
  /**
   * At one size: of a recipe its graph, of a rule `before`. Undefined for a rule's case with recorded results: it has none
   * of its own.
   */
  readonly bound?: NumericForm;
}

/** The conversions that the proofs of a file's cases make, each when it is asked for. Errors: those of the case. */
export function convertedForms(book: RuleBook, file: CaseFile): (() => ConvertedForms)[] {
  const forms = (proof: Proof, c: RuleCase | RecipeCase, after: string, before: string): ConvertedForms => {
    const dynamic = proof.dynamicForm(after, before);
    if (file.kind === 'rule' && c.runs !== undefined) return { case: c, dynamic };
    const random = seededDraws(proof.seed);
    const [run] = c.runs ?? [];
    const sizes = run?.sizes ?? sizesOf(c, symbolsOf(proof.graph(before)), random)[0] ?? {};
    return { case: c, dynamic, bound: proof.staticForm(before, proof.feeds(before, sizes, random, run)) };
  };
  if (file.kind === 'recipe') return file.cases.map((c) => () => forms(new Proof(book, c, {}), c, c.graph, c.graph));
  const rule = ruleOf(book, file.rule);
  return (rule === undefined ? [] : file.cases.flatMap((c) => variantsOf(rule, c))).flatMap((c) => {
    const { before, after } = c;
    if (before === undefined || after === undefined || c.numbers === false) return [];
    return () => forms(new Proof(book, c, {}, file.rule), c, after, before);
  });
}

/** The operators that the proofs of a file's cases convert to ONNX: dynamic forms, and static ones at one size. */
export function convertedOperators(book: RuleBook, file: CaseFile): Set<string> {
  const found = new Set<string>();
  for (const made of convertedForms(book, file)) {
    const { dynamic, bound } = made();
    for (const form of [dynamic, bound]) for (const op of form?.operators ?? []) found.add(op);
  }
  return found;
}
