import { isAbsolute, join } from 'node:path';
import { DiagnosticError } from '../../diagnostics/diagnostic.js';
import type { OpName } from '../../ir/graph.js';
import { printSignature } from '../../schema/print-signature.js';
import { readRuleCases } from '../../testing/case-file.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { PACKAGE_ROOT } from './case-index.js';
import { type Catalog, type CatalogRule, loadCatalog, rulesNamed, shownPath } from './catalog.js';
import { ruleJson, stateText } from './list.js';
import { COMMON_OPTIONS, oneWord, readRulesLine } from './options.js';
import { operatorList, operatorsOf } from './rule-operators.js';
import { RuleTexts } from './rule-text.js';

/** `thaw rules show ID`. */
export async function showCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('show', argv, COMMON_OPTIONS);
  const id = oneWord('show', 'ID', words);
  const catalog = await loadCatalog(values);
  const versions = rulesNamed(catalog, id);
  const [top, ...below] = versions;
  const texts = new RuleTexts(catalog.rules.map(({ path }) => path));
  const text = texts.of(top.path, id)?.whole ?? '';
  const definitions = texts.definitionsFor(text);
  const operators = operatorsOf(top.rule).map((op) => ({ op, ...schemaOf(op, catalog) }));
  const order = rivals(top, catalog);
  const cases = casesIn(top);
  if (values.json) {
    const rule = {
      ...ruleJson(top),
      caseNames: cases,
      yaml: text,
      definitions,
      operators,
      order,
      replaces: below.map(ruleJson),
    };
    terminal.out(JSON.stringify({ ok: true, rule }, null, 2));
    return EXIT_DONE;
  }
  const { rule } = top;
  terminal.out(`${rule.id}: ${top.phase}, ${top.family}, benefit ${rule.benefit}, ${top.layer.name}${stateText(top)}`);
  terminal.out(`${top.file}:${rule.span.line}`);
  for (const other of below) terminal.out(`replaces ${other.file}:${other.rule.span.line} (${other.layer.name})`);
  terminal.out(`\n${[rule.why.trim(), text, ...definitions].join('\n\n')}\n\noperators`);
  for (const { op, signature, file, line } of operators) {
    terminal.out(signature === undefined ? `  ${op}  (no schema declares it)` : `  ${signature}  ${file}:${line}`);
  }
  terminal.out('\ncases');
  terminal.out(`  ${top.cases === undefined ? 'none' : shownPath(top.cases.path)}`);
  for (const { kind, name } of cases) terminal.out(`    ${kind}  ${name}`);
  for (const { ops, rules } of order) {
    terminal.out(`\nrules tried at ${operatorList(ops)}, in this order`);
    for (const { id: other, benefit } of rules)
      terminal.out(`  ${other === id ? '*' : ' '} ${other}  benefit ${benefit}`);
  }
  return EXIT_DONE;
}

/** The cases of a rule by name; none where their file cannot be read, which `thaw rules test` tells. */
function casesIn({ cases }: CatalogRule): { kind: 'fires' | 'holds'; name: string }[] {
  try {
    const found = cases === undefined ? [] : readRuleCases(cases.path).cases;
    return found.map(({ name, unchanged }) => ({ kind: unchanged === undefined ? 'fires' : 'holds', name }));
  } catch (error) {
    if (error instanceof DiagnosticError) return [];
    throw error;
  }
}

function schemaOf(op: OpName, { book }: Catalog): { signature?: string; file?: string; line?: number } {
  const schema = book.registry.get(op);
  if (schema === undefined) return {};
  const { file, line } = schema.span;
  return {
    signature: printSignature(schema.signature),
    file: shownPath(isAbsolute(file) ? file : file.startsWith('rules/') ? join(PACKAGE_ROOT, file) : file),
    line,
  };
}

interface Order {
  readonly ops: OpName[];
  readonly rules: readonly { readonly id: string; readonly benefit: number }[];
}

/** The rules of the same phase that are tried at each operator of the rule, in order; operators of the same order together. */
function rivals({ rule, phase, state }: CatalogRule, { book }: Catalog): Order[] {
  const orders = new Map<string, Order>();
  if (state !== 'active') return [];
  for (const op of rule.match.ops) {
    const rules = book[phase].of(op).map((r) => ({ id: r.rule.id, benefit: r.rule.benefit }));
    const key = JSON.stringify(rules);
    const known = orders.get(key);
    if (known === undefined) orders.set(key, { ops: [op], rules });
    else known.ops.push(op);
  }
  return [...orders.values()];
}
