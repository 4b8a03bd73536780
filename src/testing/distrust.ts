import { basename } from 'node:path';
import { CONVERTERS } from '../converters/registry.js';
import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import { canonicalText } from '../ir/fingerprint.js';
import type { RuleBook } from '../rulebook/load.js';
import { nearest } from '../schema/nearest.js';
import type { RuleId } from '../schema/rule.js';
import type { CaseFile, RecipeCase, RuleCase } from './case-file.js';
import { caseGraph, caseProblem, symbolsOf } from './case-graph.js';
import { disabledRule } from './disabled-rule.js';

export interface DistrustOptions {
  /** Rules that must have a firing and a non-firing case among the files. */
  readonly rules?: Iterable<RuleId>;
}

/**
 * What is wrong with case files as a whole, `rule-case` at each place: a file that is not named after its rule, a rule
 * or recipe that the book does not have, two files for one rule, a name or a graph that stands twice in a file, names
 * in `dims`, `sizes` and `values` that the graph does not have, and rules that lack a firing or a non-firing case. Of a
 * rule that is switched off: the note `rule-disabled`.
 */
export function distrust(book: RuleBook, files: readonly CaseFile[], options: DistrustOptions = {}): Diagnostic[] {
  const ids = [...book.lowering.rules, ...book.translation.rules].map((r) => r.id);
  const problems: Diagnostic[] = [];
  const seen = new Map<string, CaseFile>();
  for (const file of files) {
    const subject = file.kind === 'rule' ? file.rule : file.op;
    problems.push(...unknownSubject(book, ids, file));
    const twin = seen.get(subject);
    if (twin !== undefined)
      problems.push(
        problem(file.span, `${subject} has its cases in two files`, [{ message: 'here too', at: twin.span }]),
      );
    seen.set(subject, file);
    problems.push(...twice(book, file));
    for (const c of file.cases) problems.push(...strayNames(book, c));
  }
  for (const id of options.rules ?? []) problems.push(...uncovered(book, id, seen.get(id)));
  return problems;
}

function unknownSubject(book: RuleBook, ids: readonly RuleId[], file: CaseFile): Diagnostic[] {
  if (file.kind === 'recipe') {
    if (book.recipes(file.op).length > 0 || CONVERTERS.has(file.op)) return [];
    return [problem(file.span, `nothing converts ${file.op}: there is no recipe`)];
  }
  if (!ids.includes(file.rule)) {
    const off = disabledRule(book, file.rule);
    if (off !== undefined)
      return [{ code: 'rule-disabled', severity: 'note', message: `cases of a disabled rule: ${off}`, at: file.span }];
    const close = nearest(file.rule, ids);
    return [
      { ...problem(file.span, `there is no rule \`${file.rule}\``), help: close && `did you mean \`${close}\`?` },
    ];
  }
  const name = basename(file.path).replace(/\.ya?ml$/, '');
  return name === file.rule
    ? []
    : [
        problem(
          file.span,
          `the file ${basename(file.path)} holds the cases of \`${file.rule}\`: name it after the rule`,
        ),
      ];
}

/** Names and graphs that stand twice. */
function twice(book: RuleBook, file: CaseFile): Diagnostic[] {
  const names = new Map<string, Span>();
  const graphs = new Map<string, RuleCase | RecipeCase>();
  const found: Diagnostic[] = [];
  for (const c of file.cases) {
    const same = names.get(c.name);
    if (same !== undefined)
      found.push(problem(c.span, `two cases are called \`${c.name}\``, [{ message: 'the other one', at: same }]));
    names.set(c.name, c.span);
    const key = `${graphKey(book, c)}\n${JSON.stringify([c.dims, c.sizes, c.values, c.runs])}`;
    const other = graphs.get(key);
    if (other !== undefined)
      found.push(
        caseProblem(c, `the same graph as in \`${other.name}\`: one of them adds nothing`, {
          notes: [{ message: 'the other one', at: other.span }],
        }),
      );
    graphs.set(key, c);
  }
  return found;
}

function textOf(c: RuleCase | RecipeCase): string {
  return 'graph' in c ? c.graph : (c.before ?? c.unchanged ?? '');
}

/** The case's graph up to names; its text where it does not parse, which the run of the case tells. */
function graphKey(book: RuleBook, c: RuleCase | RecipeCase): string {
  try {
    return canonicalText(caseGraph(book, c, textOf(c)));
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return textOf(c);
  }
}

/** `sizes` of what is no symbol, `values` of what is no input. `dims` are told when the case runs. */
function strayNames(book: RuleBook, c: RuleCase | RecipeCase): Diagnostic[] {
  let symbols: Set<string>;
  let inputs: Set<string>;
  try {
    const graph = caseGraph(book, c, textOf(c));
    symbols = symbolsOf(graph);
    for (const list of Object.values(c.dims ?? {}))
      for (const d of list.flat())
        if (typeof d === 'string') for (const s of d.match(/[A-Za-z_]\w*/g) ?? []) symbols.add(s);
    inputs = new Set(graph.inputs.flatMap((v) => [v.name, ...itemNames(c, v.name)]));
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    return [];
  }
  const stray = (names: Readonly<Record<string, unknown>> | undefined, known: ReadonlySet<string>, what: string) =>
    Object.keys(names ?? {})
      .filter((n) => !known.has(n))
      .map((n) => caseProblem(c, `${what} ${n}`, { help: `there are: ${[...known].join(', ') || 'none'}` }));
  return [
    ...stray(c.sizes, symbols, '`sizes` names no symbol of `dims`:'),
    ...stray(c.values, inputs, '`values` names no input of the graph:'),
    ...(c.runs ?? []).flatMap((run) => [
      ...stray(run.sizes, symbols, '`sizes` names no symbol of `dims`:'),
      ...stray(run.values, inputs, '`values` names no input of the graph:'),
    ]),
  ];
}

/** The tensors of an input that is a list of them. */
function itemNames(c: RuleCase | RecipeCase, name: string): string[] {
  const dims = c.dims?.[name];
  return dims !== undefined && Array.isArray(dims[0]) ? dims.map((_, i) => `${name}.${i}`) : [];
}

function uncovered(book: RuleBook, id: RuleId, file: CaseFile | undefined): Diagnostic[] {
  const rule = [...book.lowering.rules, ...book.translation.rules].find((r) => r.id === id);
  const cases = file?.kind === 'rule' ? file.cases : [];
  const missing: string[] = [];
  if (!cases.some((c) => c.before !== undefined)) missing.push('a case in which it fires');
  if (!cases.some((c) => c.unchanged !== undefined)) missing.push('a case in which it must not fire');
  if (missing.length === 0) return [];
  return [{ ...problem(file?.span ?? rule?.span, `\`${id}\` lacks ${missing.join(' and ')}`) }];
}

function problem(at: Span | undefined, message: string, notes: Diagnostic['notes'] = []): Diagnostic {
  return { code: 'rule-case', severity: 'error', message, at, notes };
}
