import type { Diagnostic, Note } from '../diagnostics/diagnostic.js';
import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { runRules } from '../engine/driver.js';
import { canonicalText } from '../ir/fingerprint.js';
import type { Graph } from '../ir/graph.js';
import { verify } from '../ir/verify.js';
import { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { RuleBook } from '../rulebook/load.js';
import type { Rule, RuleId } from '../schema/rule.js';
import { signatureCheck } from '../schema/signature-check.js';
import { inferBlock } from '../shapes/blocks.js';
import { Inference } from '../shapes/infer.js';
import type { RuleCase } from './case-file.js';
import { caseGraph, caseProblem } from './case-graph.js';
import { variantsOf } from './case-variants.js';

/**
 * Runs one case with its rule alone. Empty when it holds; otherwise what differs, `rule-case` at the case's place. A case
 * that asserts nothing, or whose result is no valid graph, fails.
 */
export function runRuleCase(book: RuleBook, rule: RuleId, c: RuleCase): Diagnostic[] {
  const found = ruleOf(book, rule);
  if (found === undefined) return [caseProblem(c, `there is no rule \`${rule}\``)];
  try {
    return c.unchanged === undefined
      ? variantsOf(found, c).flatMap((v) => firing(book, found, v))
      : holding(book, found, c, c.unchanged);
  } catch (e) {
    if (e instanceof DiagnosticError) return [...e.diagnostics];
    throw e;
  }
}

/** A rule of the book, lowering and translation alike. */
export function ruleOf(book: RuleBook, id: RuleId): Rule | undefined {
  return [...book.lowering.rules, ...book.translation.rules].find((r) => r.id === id);
}

function firing(book: RuleBook, rule: Rule, c: RuleCase): Diagnostic[] {
  const { before = '', after = '' } = c;
  const { graph, inference } = prepare(book, c, before);
  const untouched = canonicalText(graph);
  const reasons = misses(book, rule, graph, inference);
  if (canonicalText(graph) !== untouched) return [mutates(rule, c)];
  const outcome = runRules(graph, only(book, rule), inference);
  if (outcome.steps === 0) return [caseProblem(c, `\`${rule.id}\` does not match`, told(reasons))];
  if (outcome.stop !== 'fixpoint') return [caseProblem(c, `\`${rule.id}\` stops with ${outcome.stop}`)];
  const wrong = verify(graph, signatureCheck(book.registry));
  if (wrong.length > 0) return wrong;
  const target = caseGraph(book, { ...c, dims: {} }, after);
  const invalid = verify(target, signatureCheck(book.registry));
  if (invalid.length > 0) return invalid;
  const wanted = canonicalText(target);
  if (wanted === untouched) return [caseProblem(c, 'the case asserts nothing: `after` is `before`')];
  const given = canonicalText(graph);
  if (given !== wanted)
    return [
      caseProblem(c, `\`${rule.id}\` gives another graph`, {
        notes: [{ message: `- wanted, + given:\n${diff(wanted, given)}` }],
      }),
    ];
  return withAllRules(book, rule, c, before);
}

/** Among all rules of its stage, this one must still be what does the work. */
function withAllRules(book: RuleBook, rule: Rule, c: RuleCase, before: string): Diagnostic[] {
  const { graph, inference } = prepare(book, c, before);
  const stage = book.lowering.rules.includes(rule) ? book.lowering : book.translation;
  const { counts } = runRules(graph, stage, inference);
  if (counts.has(rule.id)) return [];
  const others = [...counts.keys()].join(', ');
  return [
    caseProblem(
      c,
      `with all rules \`${rule.id}\` does nothing here: ${others} ${counts.size > 1 ? 'do' : 'does'} the work`,
      {
        help: 'give the rule a higher `benefit`, or write a case that only it rewrites',
      },
    ),
  ];
}

function holding(book: RuleBook, rule: Rule, c: RuleCase, source: string): Diagnostic[] {
  const { graph, inference } = prepare(book, c, source);
  const before = canonicalText(graph);
  const reasons = misses(book, rule, graph, inference);
  if (canonicalText(graph) !== before) return [mutates(rule, c)];
  const outcome = runRules(graph, only(book, rule), inference);
  const given = canonicalText(graph);
  if (outcome.steps > 0)
    return [
      caseProblem(c, `\`${rule.id}\` fires`, { notes: [{ message: `- as it was, + given:\n${diff(before, given)}` }] }),
    ];
  if (given !== before) return [mutates(rule, c)];
  const absent = `no ${rule.match.ops.join(' or ')} here`;
  // A rule that always matches its operator leaves alone only graphs without it.
  if (reasons.length === 0 && isConditional(rule)) return [caseProblem(c, `${absent}: nothing is tested`)];
  const because = c.because ?? '';
  if (because.trim() === '')
    return [caseProblem(c, '`because` is empty: a part of the reason stands there', told(reasons))];
  if (isVague(because))
    return [caseProblem(c, `\`because: ${because}\` is true of any reason: say which`, told(reasons))];
  return [...reasons, ...(reasons.length === 0 ? [absent] : [])].some((r) => r.includes(because))
    ? []
    : [caseProblem(c, `the reason is another one than ${because}`, told(reasons))];
}

/** Words of the matcher's reasons that stand in most of them: a part made of these alone tells nothing. */
const COMMON_WORDS = new Set(
  'a an and another anything at but cannot constant does from has here hold in input is it its known list matches no not of or place result results second tensor form the told value'.split(
    ' ',
  ),
);

function isVague(because: string): boolean {
  return /^[\w\s`]*$/.test(because) && because.split(/[\s`]+/).every((word) => word === '' || COMMON_WORDS.has(word));
}

function mutates(rule: Rule, c: RuleCase): Diagnostic {
  return caseProblem(c, `\`${rule.id}\` changed the graph while it matched`);
}

/** False for a rule that matches every node of its operator. */
export function isConditional({ match, where, rewrite }: Rule): boolean {
  if (rewrite.kind === 'inline' || (rewrite.kind === 'results' && rewrite.of.includes(null))) return true;
  if (where.length + match.where.length > 0 || match.blocks !== undefined) return true;
  if (match.operands !== undefined && (match.operands.items.length > 0 || match.operands.rest === undefined))
    return true;
  const names = match.in.flatMap(([, p]) => (p.kind === 'capture' ? [p.name] : []));
  return new Set(names).size < names.length || match.in.some(([, p]) => p.kind !== 'capture' && p.kind !== 'wildcard');
}

/** Why the rule does not match at each node of its operator. */
function misses(book: RuleBook, rule: Rule, graph: Graph, inference: Inference): string[] {
  const set = only(book, rule);
  const matcher = new Matcher(book.registry, book.roles, inference.ranges);
  const reasons: string[] = [];
  for (const node of graph.allNodes())
    for (const compiled of set.of(node.op)) reasons.push(matcher.explain(compiled, node)?.reason ?? 'it matches');
  return reasons;
}

function told(reasons: readonly string[]): { notes: Note[] } {
  return { notes: reasons.map((message) => ({ message })) };
}

function only(book: RuleBook, rule: Rule): RuleSet {
  return new RuleSet([rule], book.registry, book.roles);
}

/** The graph of a text with its inputs' extents, every value inferred and nothing folded. */
function prepare(book: RuleBook, c: RuleCase, source: string): { graph: Graph; inference: Inference } {
  const graph = caseGraph(book, c, source);
  const inference = new Inference(book.registry);
  inferBlock(graph.block, inference);
  return { graph, inference };
}

/** Lines of both texts in order, those of one alone marked. By the longest common subsequence: cases are short. */
export function diff(wanted: string, given: string): string {
  const [a, b] = [wanted.trimEnd().split('\n'), given.trimEnd().split('\n')];
  const common = a.map(() => new Array<number>(b.length + 1).fill(0));
  common.push(new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${a[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${b[j]}`);
      j += 1;
    }
  }
  return lines.join('\n');
}
