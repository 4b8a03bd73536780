import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RecipeCase, RecordedRun } from './case-file.js';
import { caseProblem, type Sizes, symbolsOf } from './case-graph.js';
import { seededDraws, sizesOf } from './case-sizes.js';
import type { Feeds } from './draw-feeds.js';
import { difference, differenceFrom, NumericSession, type Results } from './numeric-run.js';
import { Proof, type ProofOptions, problemsOf } from './proof.js';

/**
 * Runs one case of a recipe: `graph`, once with its symbols kept and once for each size with all sizes bound, must give
 * what `runs` recorded, and what the graph `sameAs` gives, at every size. Empty when it does; else `rule-case` at the
 * case's place. A case in which the operator is gone before the conversion (folded, or rewritten) proves nothing and
 * fails.
 */
export async function runRecipeCase(
  book: RuleBook,
  op: OpName,
  c: RecipeCase,
  options: ProofOptions = {},
): Promise<Diagnostic[]> {
  const proof = new Proof(book, c, options);
  return problemsOf(async () => {
    if (c.runs === undefined && c.sameAs === undefined)
      return [caseProblem(c, 'the case asserts nothing: `runs` or `same-as` tell what the graph gives')];
    if (c.sameAs !== undefined && [...proof.graph(c.sameAs).allNodes()].some((n) => n.op === op))
      return [caseProblem(c, `the case asserts nothing: \`same-as\` uses ${op} itself`)];
    const form = await proof.told({}, () => proof.dynamicForm(c.graph, c.graph));
    if (!form.operators.has(op))
      return [
        caseProblem(c, `${op} is gone before the conversion: its recipe is not used`, {
          help: `converted are: ${[...form.operators].join(', ')}`,
        }),
      ];
    const session = await proof.told({}, () => NumericSession.open(form));
    try {
      return (await recorded(proof, c, session)) ?? (await sameAsOther(proof, c, session)) ?? [];
    } finally {
      await session.close();
    }
  });
}

type Check = (found: Results) => string | undefined;

/** Both forms at one size. */
async function check(
  proof: Proof,
  c: RecipeCase,
  session: NumericSession,
  sizes: Sizes,
  feeds: Feeds,
  wrong: Check,
): Promise<Diagnostic[] | undefined> {
  const dynamic = wrong(await proof.told(sizes, () => proof.run(session, sizes, feeds)));
  if (dynamic !== undefined)
    return [proof.differs('with run-time sizes it gives other numbers', sizes, dynamic, feeds, session.inputs)];
  const bound = wrong(await proof.told(sizes, () => proof.runStatic(c.graph, sizes, feeds)));
  if (bound === undefined) return undefined;
  return [proof.differs('with constant sizes it gives other numbers', sizes, bound, feeds, session.inputs)];
}

async function recorded(proof: Proof, c: RecipeCase, session: NumericSession): Promise<Diagnostic[] | undefined> {
  const random = seededDraws(proof.seed);
  for (const run of c.runs ?? []) {
    const sizes = run.sizes ?? {};
    const feeds = await proof.told(sizes, () => proof.feeds(c.graph, sizes, random, run));
    const wrong = await check(proof, c, session, sizes, feeds, (found) => differenceFrom(found, run, c.tolerance));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

async function sameAsOther(proof: Proof, c: RecipeCase, session: NumericSession): Promise<Diagnostic[] | undefined> {
  const { sameAs } = c;
  if (sameAs === undefined) return undefined;
  const random = seededDraws(proof.seed);
  for (const sizes of sizesOf(c, symbolsOf(proof.graph(c.graph)), random)) {
    const feeds = await proof.told(sizes, () => proof.feeds(c.graph, sizes, random, firstValues(c)));
    const wanted = await proof.told(sizes, () => proof.runStatic(sameAs, sizes, feeds));
    const wrong = await check(proof, c, session, sizes, feeds, (found) => difference(found, wanted, c.tolerance));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** A case with `runs` may tell its values there alone. */
function firstValues(c: RecipeCase): RecordedRun | undefined {
  return c.values === undefined ? c.runs?.[0] : undefined;
}
