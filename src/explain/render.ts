import type { Span } from '../diagnostics/diagnostic.js';
import { type SourceLoc, stackParts } from '../ir/source-loc.js';
import type {
  ExplainedNode,
  ExplainedStep,
  Explanation,
  GoneOperator,
  RuleCandidate,
  RuleMiss,
} from './explanation.js';
import { renderRule } from './render-rule.js';
import { renderSummary } from './render-summary.js';

/** So many operators are told in full; a line of a loop may have hundreds. */
const MAX_GROUPS = 12;
const MAX_GONE = 12;
const MAX_MISSES = 4;
const MAX_CALLERS = 4;
/** So many steps from each end of a chain: only rules that feed each other make longer ones. */
const MAX_STEPS = 8;

/** An explanation as a person reads it, without the compilation's problems. Lines without a newline at the end. */
export function renderExplanation(explanation: Explanation): string[] {
  const { nodes, gone, rule, summary, problems } = explanation;
  const lines: string[] = [];
  const groups = grouped(nodes);
  for (const group of groups.slice(0, MAX_GROUPS)) lines.push(...renderGroup(group, problems.length > 0), '');
  const more = groups.slice(MAX_GROUPS).flat().length;
  if (more > 0) lines.push(`and ${more} more nodes (--json tells all)`, '');
  if (gone.length > 0) lines.push('operators of the model that left no node', ...renderGone(gone), '');
  if (rule !== undefined) lines.push(...renderRule(rule), '');
  if (summary !== undefined) lines.push(...renderSummary(summary), '');
  return lines.slice(0, -1);
}

type Group = readonly [ExplainedNode, ...ExplainedNode[]];

/** Neighbours that one recipe or converter made for one operator are told together. */
function grouped(nodes: readonly ExplainedNode[]): Group[] {
  const groups: [ExplainedNode, ...ExplainedNode[]][] = [];
  let last = '';
  for (const node of nodes) {
    const key = JSON.stringify([node.level, node.source, node.steps.slice(0, -1), node.steps.at(-1)?.at]);
    const group = groups.at(-1);
    if (group !== undefined && key === last && node.level === 'onnx') group.push(node);
    else groups.push([node]);
    last = key;
  }
  return groups;
}

function renderGroup(group: Group, failed: boolean): string[] {
  const [{ op, level, equals, source, steps, misses }] = group;
  const lines = group.map(heading);
  if (level === 'graph') {
    const onnx = equals === undefined ? 'no ONNX node: a constant, or a size at hand' : `no ONNX node: it is ${equals}`;
    lines.push(`  ${failed ? 'in the graph' : onnx}`);
  }
  lines.push(...renderSource(source));
  const [first] = steps;
  lines.push(`  ${first?.from ?? first?.to ?? op}`);
  const made = [...new Set(group.map((node) => node.op))].join(', ');
  steps.forEach((step, i) => {
    const fromEnd = steps.length - i;
    if (i === MAX_STEPS && fromEnd > MAX_STEPS) lines.push(`  ... ${fromEnd - MAX_STEPS} more steps`);
    if (i >= MAX_STEPS && fromEnd > MAX_STEPS) return;
    lines.push(...renderStep({ ...step, to: fromEnd === 1 && level === 'onnx' ? made : step.to }));
  });
  if (misses.length > 0) {
    lines.push('  rules that did not match here');
    for (const miss of misses.slice(0, MAX_MISSES)) lines.push(`    ${miss.rule}: ${missText(miss, source)}`);
    if (misses.length > MAX_MISSES) lines.push(`    and ${misses.length - MAX_MISSES} more`);
  }
  return lines;
}

function heading({ op, name, outputs }: ExplainedNode): string {
  const results = outputs.filter((out) => out !== '').join(', ');
  return `${op} -> ${results === '' ? name : results}`;
}

function renderStep({ kind, by, to, why, at }: ExplainedStep): string[] {
  const place = at === undefined ? '' : `  ${spanText(at)}`;
  const maker = kind === 'rule' || kind === 'pass' ? `${kind} ${by}` : `the ${kind} of ${by}`;
  return [
    `  -> ${to}  by ${maker}${place}`,
    ...(why === undefined ? [] : [`       ${why.replaceAll(/\s*\n\s*/g, ' ')}`]),
  ];
}

/** The user's line with its text, and who called it. */
function renderSource(source: SourceLoc): string[] {
  const { at, callers, inside } = stackParts(source);
  if (at === undefined) return [];
  const lines = [`  ${lineText(at)}`];
  for (const caller of callers.slice(0, MAX_CALLERS)) lines.push(`    called from ${lineText(caller)}`);
  if (callers.length > MAX_CALLERS) lines.push(`    and ${callers.length - MAX_CALLERS} more callers`);
  return [...lines, ...inside.map((span) => `    inside, in PyTorch’s own code: ${lineText(span)}`)];
}

function lineText(span: Span): string {
  return span.text === undefined ? spanText(span) : `${spanText(span)}  ${span.text.trim()}`;
}

function renderGone(gone: readonly GoneOperator[]): string[] {
  const lines = gone.slice(0, MAX_GONE).map((one) => {
    const { op, name, source, at } = one;
    const place = source[0] === undefined ? '' : `  ${spanText(source[0])}`;
    return `  ${op} %${name}${place}  ${howGone(one)}${at === undefined ? '' : `  ${spanText(at)}`}`;
  });
  return gone.length > MAX_GONE ? [...lines, `  and ${gone.length - MAX_GONE} more`] : lines;
}

function howGone({ stage, rule, made = [] }: GoneOperator): string {
  if (rule === undefined) return STAGES[stage];
  if (made.length === 0) return `removed by rule ${rule}`;
  return `replaced by rule ${rule} (${[...new Set(made)].join(', ')}), of which nothing is used in the end`;
}

const STAGES: Readonly<Record<GoneOperator['stage'], string>> = {
  load: 'not loaded',
  functionalize: 'unused, decided, or what it changes in place is known (functionalize)',
  bind: 'replaced by the declared inputs (bind)',
  specialize: 'unused, folded to a constant, opened, decided or unrolled (specialize)',
  lower: 'unused after a rule (lower)',
  translate: 'unused after a rule (translate)',
};

/** Why a rule did not match, and where, unless that is the node's own line. */
export function missText({ reason, source, depth }: RuleMiss, own: SourceLoc): string {
  const [at] = own;
  const elsewhere = source !== undefined && (source.file !== at?.file || source.line !== at.line);
  return `${reason}${elsewhere ? `, at ${spanText(source)}` : ''} (${depth} ${depth === 1 ? 'part' : 'parts'} matched)`;
}

/** `file:line`, the path of a package from its folder on: enough for `--line`. */
export function spanText({ file, line }: Span): string {
  return `${file.replace(/^.*[\\/](?:site|dist)-packages[\\/]/, '')}:${line}`;
}

/** Candidates of one fate, as their line shows. */
export function candidateText({ op, name, source: [at] }: RuleCandidate): string {
  return `${op} %${name}${at === undefined ? '' : `  ${spanText(at)}`}`;
}
