import { basename } from 'node:path';
import type { OpName } from '../../../ir/graph.js';
import type { RuleBook } from '../../../rulebook/load.js';
import { baseOf } from '../../../schema/registry.js';
import { type ColumnContext, NO_FORM, OPERATOR_COLUMNS } from './operator-columns.js';
import { type OperatorEntry, OperatorSupport } from './operator-support.js';

/** Operators of one schema file, in its order. */
interface Family {
  readonly name: string;
  readonly entries: OperatorEntry[];
}

/** What the caller tells of the operators, beside the book. */
export type PageContext = Omit<ColumnContext, 'recipesOf' | 'entryOf'>;

/** The support table of operators as Markdown. `title` says whose. */
export function operatorsPage(ops: Iterable<OpName>, book: RuleBook, context: PageContext, title: string): string {
  const support = new OperatorSupport(book);
  const columns = {
    ...context,
    recipesOf: (op: OpName) => book.recipes(op),
    entryOf: (op: OpName) => support.entry(op),
  };
  const families = familiesOf(ops, support);
  const all = families.flatMap(({ entries }) => entries);
  const still = all.filter((e) => e.still.kind !== 'none');
  const dynamic = all.filter((e) => e.dynamic.kind !== 'none');
  const legend = OPERATOR_COLUMNS.filter((c) => c.legend.length > 0).map(
    (c) => `- **${c.title}** ${c.legend.join(' ')}`,
  );
  return [
    `# ${title}`,
    `${all.length} operators are declared. ${still.length} work with static shapes, ${dynamic.length} with shapes that vary.`,
    legend.join('\n'),
    ...families.map((family) => section(family, columns)),
  ].join('\n\n');
}

function familiesOf(ops: Iterable<OpName>, support: OperatorSupport): Family[] {
  const families = new Map<string, Family>();
  for (const op of ops) {
    const entry = support.entry(op);
    if (entry === undefined) continue;
    const name = basename(entry.schema.span.file).replace(/\.ya?ml$/, '');
    const family = families.get(name) ?? { name, entries: [] };
    families.set(name, family);
    family.entries.push(entry);
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function section({ name, entries }: Family, context: ColumnContext): string {
  const rows = new Map<string, { readonly ops: OpName[]; readonly cells: readonly string[] }>();
  /** By the reason that the schema gives. */
  const without = new Map<string, OpName[]>();
  for (const entry of entries) {
    if (entry.still.kind === 'none' && entry.dynamic.kind === 'none') {
      const { note = '' } = entry.schema;
      without.set(note, [...(without.get(note) ?? []), entry.op]);
      continue;
    }
    const cells = OPERATOR_COLUMNS.map((column) => column.cell(entry, context));
    // Overloads that agree in everything share a row.
    const key = `${baseOf(entry.op)}|${cells.join('|')}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { ops: [entry.op], cells });
    else row.ops.push(entry.op);
  }
  const parts = [`## ${name}`];
  if (rows.size > 0) {
    const head = ['operator', ...OPERATOR_COLUMNS.map((c) => c.title)];
    const body = [...rows.values()].map(({ ops, cells }) => [opsCell(ops), ...cells]);
    parts.push([head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
  }
  const unsaid = without.get('') ?? [];
  without.delete('');
  if (unsaid.length > 0) parts.push(`Declared, without a form in ONNX (${NO_FORM}): ${bases(unsaid)}.`);
  for (const [note, ops] of without) parts.push(`Without a form in ONNX (${NO_FORM}), for ${note}: ${bases(ops)}.`);
  return parts.join('\n\n');
}

/** `aten::add.Tensor` `.Scalar`; the overload without a name comes first. */
function opsCell(ops: readonly OpName[]): string {
  const [first = '', ...others] = [...ops].sort((a, b) => Number(a !== baseOf(a)) - Number(b !== baseOf(b)));
  return [first, ...others.map((op) => op.slice(baseOf(op).length))].map((op) => `\`${op}\``).join(' ');
}

/** Each base name once, with its overloads. */
function bases(ops: readonly OpName[]): string {
  const byBase = new Map<string, OpName[]>();
  for (const op of ops) {
    const list = byBase.get(baseOf(op));
    if (list === undefined) byBase.set(baseOf(op), [op]);
    else list.push(op);
  }
  return [...byBase.values()].map(opsCell).join(', ');
}
