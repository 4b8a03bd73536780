import { readFileSync } from 'node:fs';
import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import { runRules } from '../engine/driver.js';
import { parseGraph } from '../frontends/torchscript/graph-parser.js';
import { type Dim, symbol } from '../ir/dim.js';
import { canonicalText } from '../ir/fingerprint.js';
import type { Graph } from '../ir/graph.js';
import { tensorType } from '../ir/type.js';
import { verify } from '../ir/verify.js';
import { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { RuleBook } from '../rulebook/load.js';
import { validate } from '../rulebook/validate.js';
import { YamlFile } from '../rulebook/yaml-file.js';
import type { Rule, RuleId } from '../schema/rule.js';
import { signatureCheck } from '../schema/signature-check.js';
import { inferBlock } from '../shapes/blocks.js';
import { Inference } from '../shapes/infer.js';

/** One case of a rule: `before` becomes `after`, or `unchanged` is left alone for a reason. */
export interface RuleCase {
  readonly name: string;
  readonly dims: Readonly<Record<string, readonly (number | string)[]>>;
  readonly before?: string;
  readonly after?: string;
  readonly unchanged?: string;
  readonly because?: string;
  readonly span: Span;
}

/** A case file: test/rules/<family>/<rule-id>.yaml. */
export interface RuleCaseFile {
  readonly path: string;
  readonly rule: RuleId;
  readonly cases: readonly RuleCase[];
}

/** Reads a case file. Errors: `yaml-syntax` and `yaml-schema` at their places, all at once. */
export function readRuleCases(path: string): RuleCaseFile {
  const file = new YamlFile(path, readFileSync(path, 'utf8'));
  const problems = validate(file, 'case');
  if (problems.length > 0) throw new DiagnosticError(problems);
  const data = file.value as { rule: RuleId; cases: readonly Omit<RuleCase, 'span'>[] };
  const cases = data.cases.map((c, i) => ({ ...c, dims: c.dims ?? {}, span: file.span(['cases', i, 'name']) }));
  return { path, rule: data.rule, cases };
}

/**
 * Runs one case with its rule alone. Empty when it holds; otherwise what differs, `rule-case` at the case's place. A case
 * that asserts nothing, or whose result is no valid graph, fails.
 */
export function runRuleCase(book: RuleBook, rule: RuleId, c: RuleCase): Diagnostic[] {
  const found = ruleOf(book, rule);
  if (found === undefined) return [failure(c, `there is no rule \`${rule}\``)];
  return c.unchanged === undefined ? firing(book, found, c) : holding(book, found, c, c.unchanged);
}

/** A rule of the book, lowering and translation alike. */
export function ruleOf(book: RuleBook, id: RuleId): Rule | undefined {
  return [...book.lowering.rules, ...book.translation.rules].find((r) => r.id === id);
}

function firing(book: RuleBook, rule: Rule, c: RuleCase): Diagnostic[] {
  const { graph, inference } = prepare(book, c, c.before ?? '');
  const untouched = canonicalText(graph);
  const outcome = runRules(graph, only(book, rule), inference);
  if (outcome.steps === 0) return [failure(c, `\`${rule.id}\` does not match`, misses(book, rule, graph, inference))];
  if (outcome.stop !== 'fixpoint') return [failure(c, `\`${rule.id}\` stops with ${outcome.stop}`)];
  const wrong = verify(graph, signatureCheck(book.registry));
  if (wrong.length > 0) return wrong;
  const wanted = canonicalText(parseGraph(c.after ?? '', c.span.file, book.registry));
  if (wanted === untouched) return [failure(c, 'the case asserts nothing: `after` is `before`')];
  const given = canonicalText(graph);
  return given === wanted
    ? []
    : [failure(c, `\`${rule.id}\` gives another graph`, [`wanted:\n${wanted}`, `given:\n${given}`])];
}

function holding(book: RuleBook, rule: Rule, c: RuleCase, source: string): Diagnostic[] {
  const { graph, inference } = prepare(book, c, source);
  const before = canonicalText(graph);
  const reasons = misses(book, rule, graph, inference);
  const outcome = runRules(graph, only(book, rule), inference);
  if (outcome.steps > 0) return [failure(c, `\`${rule.id}\` fires`, [`given:\n${canonicalText(graph)}`])];
  if (canonicalText(graph) !== before) return [failure(c, `\`${rule.id}\` changed the graph while it matched`)];
  const absent = `no ${rule.match.ops.join(' or ')} here`;
  // A rule that always matches its operator leaves alone only graphs without it.
  if (reasons.length === 0 && isConditional(rule)) return [failure(c, `${absent}: nothing is tested`)];
  const because = c.because ?? '';
  return [...reasons, ...(reasons.length === 0 ? [absent] : [])].some((r) => r.includes(because))
    ? []
    : [failure(c, `the reason is another one than ${because}`, reasons)];
}

/** False for a rule that matches every node of its operator. */
export function isConditional(rule: Rule): boolean {
  return rule.where.length > 0 || rule.match.in.some(([, p]) => p.kind !== 'capture');
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

function only(book: RuleBook, rule: Rule): RuleSet {
  return new RuleSet([rule], book.registry, book.roles);
}

/** The graph of a text with its inputs' extents, every value inferred and nothing folded. */
function prepare(book: RuleBook, c: RuleCase, source: string): { graph: Graph; inference: Inference } {
  const graph = parseGraph(source, c.span.file, book.registry);
  for (const [name, dims] of Object.entries(c.dims)) {
    const input = graph.inputs.find((v) => v.name === name);
    if (input?.type.kind !== 'tensor')
      throw new DiagnosticError(failure(c, `\`dims\` names ${name}, which is no tensor input`));
    input.type = tensorType(
      input.type.dtype,
      dims.map((d): Dim => (typeof d === 'number' ? d : symbol(d))),
    );
  }
  const inference = new Inference(book.registry);
  inferBlock(graph.block, inference);
  return { graph, inference };
}

function failure(c: RuleCase, message: string, notes: readonly string[] = []): Diagnostic {
  return {
    code: 'rule-case',
    severity: 'error',
    message: `${c.name}: ${message}`,
    at: c.span,
    notes: notes.map((n) => ({ message: n })),
  };
}
