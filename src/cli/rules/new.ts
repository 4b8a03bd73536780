import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/load-config.js';
import { CONVERTERS } from '../../converters/registry.js';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileReason } from '../../diagnostics/file-reason.js';
import { findPack } from '../../rulebook/find-pack.js';
import { RuleBook } from '../../rulebook/load.js';
import { readCaseFile } from '../../testing/case-file.js';
import { loadChoice } from '../load-book.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { COMMON_OPTIONS, oneWord, readRulesLine } from './options.js';
import { ruleResult } from './rule-result.js';
import { AFTER, packFiles } from './skeleton/pack-files.js';
import { planOf } from './skeleton/plan.js';
import { stubsIn } from './stubs.js';

const OPTIONS = {
  ...COMMON_OPTIONS,
  op: { type: 'string' },
  schema: { type: 'string' },
  arg: { type: 'string', multiple: true },
  lowering: { type: 'boolean' },
  pack: { type: 'string' },
} as const;

/** `thaw rules new ID --op OPERATOR`. */
export async function newCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('new', argv, OPTIONS);
  const id = oneWord('new', 'ID', words);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
    fail('usage', `\`${id}\` is no id of a rule`, {
      help: 'it is words of small letters and digits, joined by dashes',
    });
  }
  const { op } = values;
  if (op === undefined) fail('usage', 'thaw rules new needs --op OPERATOR', { help: 'see thaw rules new --help' });
  if (!/^\w+::[\w.]+$/.test(op))
    fail('usage', `${op} is no operator`, { help: 'it is written namespace::name.overload' });
  const config = await loadChoice(values);
  const pack = values.pack ?? packOf(config);
  const below = await RuleBook.load(existsSync(pack) ? withPack(config, pack) : config);
  const taken = below.entry(id);
  if (taken !== undefined) {
    fail('usage', `there is a rule \`${id}\` already, of ${taken.layer.name}`, { help: `see thaw rules show ${id}` });
  }
  const plan = planOf(
    { id, op, schema: values.schema, args: values.arg },
    below,
    (name) => below.recipes(name).length > 0 || CONVERTERS.has(name),
  );
  const { files, rule } = packFiles(plan, below.castOperator, values.lowering === true);
  const written = await writePack(pack, files, config, rule === undefined ? undefined : id);
  const stubs = stubsIn(written);
  if (values.json) {
    terminal.out(JSON.stringify({ ok: true, rule: rule === undefined ? null : id, files: written, stubs }, null, 2));
    return EXIT_DONE;
  }
  for (const path of written) terminal.out(path);
  if (plan.twinDeclared) terminal.out(`${plan.twin?.op} is declared already: its schema and recipe are not written`);
  if (rule === undefined) terminal.out(`${op} takes no numbers that could vary: it needs no rule`);
  terminal.out(
    `\n${stubs.length} place${stubs.length === 1 ? '' : 's'} to fill in; then: thaw rules test ${id} --rules ${pack}`,
  );
  return EXIT_DONE;
}

/** The one pack of the project. Errors: `usage` where it has none or several. */
function packOf({ packs, file }: Config): string {
  const [only, other] = packs;
  if (only !== undefined && other === undefined) return findPack(only).dir;
  fail('usage', 'thaw rules new needs --pack DIR', {
    help:
      only === undefined
        ? 'the folder is made where it does not exist'
        : `${file ?? 'the command line'} names several packs`,
  });
}

/** The pack on top of the project's rules, once it has something to read. */
function withPack(config: Config, pack: string): Config {
  const started = ['schemas', 'lowering', 'translation', 'translation-map.yaml', 'onnx', 'cases', 'pack.yaml'];
  return started.some((name) => existsSync(join(pack, name)))
    ? { ...config, packs: [...config.packs, { pack }] }
    : config;
}

/**
 * Writes new files, all or none. The graphs that the cases want are made by the rule itself. Errors: `output-write` where
 * one exists; those of loading, after which nothing is left behind.
 */
async function writePack(
  pack: string,
  files: ReadonlyMap<string, string>,
  config: Config,
  rule: string | undefined,
): Promise<string[]> {
  const paths = new Map([...files].map(([name, text]) => [join(pack, name), text]));
  const there = [...paths.keys()].filter((path) => existsSync(path));
  if (there.length > 0) {
    fail('output-write', `${there.join(', ')} ${there.length > 1 ? 'exist' : 'exists'} already: nothing is written`, {
      help: 'choose another id, or edit the file',
    });
  }
  try {
    for (const [path, text] of paths) write(path, text);
    const book = await RuleBook.load(withPack(config, pack));
    for (const [path, text] of paths) if (text.includes(AFTER)) write(path, withAfter(path, text, book, rule));
  } catch (error) {
    for (const path of paths.keys()) rmSync(path, { force: true });
    throw error;
  }
  return [...paths.keys()];
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    fail('output-write', `cannot write ${path}: ${fileReason(error)}`);
  }
}

/** The text of a case file with what the rule makes of its first graph. */
function withAfter(path: string, text: string, book: RuleBook, id: string | undefined): string {
  const file = readCaseFile(path);
  const found = id === undefined ? undefined : book.entry(id);
  const [first] = file.kind === 'rule' ? file.cases : [];
  const before = first?.before;
  if (found === undefined || first === undefined || before === undefined) return text;
  const result = ruleResult(book, found.rule, first, before);
  const after = 'text' in result ? result.text : before;
  return text.replace(AFTER, after.trimEnd().replaceAll('\n', '\n      '));
}
