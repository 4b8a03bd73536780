import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { RuleBook } from '../rulebook/load.js';
import type { CaseFile, RecipeCase, RuleCase } from './case-file.js';
import { disabledRule } from './disabled-rule.js';
import type { ProofOptions } from './proof.js';
import { proveRuleCase } from './prove.js';
import { runRecipeCase } from './recipe-cases.js';
import { runRuleCase } from './rule-cases.js';

/** How far the numbers of a case went: compared, dtypes and shapes alone, not asked for, or nothing to compare. */
export type Proven = 'numbers' | 'shapes' | 'left-out' | 'none';

export interface CaseRun {
  readonly name: string;
  readonly kind: 'fires' | 'holds' | 'recipe';
  readonly numbers: Proven;
  /** Why the numbers were not compared. */
  readonly because?: string;
  /** Why the case was not run: its rule is switched off. */
  readonly skipped?: string;
  /** Empty when the case holds. */
  readonly problems: readonly Diagnostic[];
}

export interface CaseRunOptions extends ProofOptions {
  /** false leaves onnxruntime alone: cases of rules are then compared as graphs only, those of recipes not at all. */
  readonly numbers?: boolean;
  /** Runs only the cases that it takes. */
  readonly filter?: (c: RuleCase | RecipeCase) => boolean;
}

/** Runs the cases of a file in order, one result each. */
export async function* runCaseFile(
  book: RuleBook,
  file: CaseFile,
  options: CaseRunOptions = {},
): AsyncGenerator<CaseRun> {
  if (file.kind === 'rule') {
    for (const c of file.cases) if (options.filter?.(c) !== false) yield await ruleRun(book, file.rule, c, options);
    return;
  }
  for (const c of file.cases) {
    if (options.filter?.(c) === false) continue;
    const problems = options.numbers === false ? [] : await runRecipeCase(book, file.op, c, options);
    yield { name: c.name, kind: 'recipe', numbers: options.numbers === false ? 'left-out' : 'numbers', problems };
  }
}

/** Runs one case of a rule as a graph and, where it fires, by numbers. Numbers of a wrong graph are not compared, cases of a rule that is switched off not run. */
export async function ruleRun(
  book: RuleBook,
  rule: string,
  c: RuleCase,
  options: CaseRunOptions = {},
): Promise<CaseRun> {
  const kind = c.unchanged === undefined ? 'fires' : 'holds';
  const skipped = disabledRule(book, rule);
  if (skipped !== undefined) return { name: c.name, kind, numbers: 'none', skipped, problems: [] };
  const graph = runRuleCase(book, rule, c);
  const problems = graph.length > 0 || options.numbers === false ? graph : await proveRuleCase(book, rule, c, options);
  return { name: c.name, kind, numbers: proven(c, options), because: c.numbersBecause, problems };
}

function proven(c: RuleCase, options: CaseRunOptions): Proven {
  if (c.unchanged !== undefined) return 'none';
  if (options.numbers === false || c.numbers === false) return 'left-out';
  return c.numbers === 'shapes' ? 'shapes' : 'numbers';
}
