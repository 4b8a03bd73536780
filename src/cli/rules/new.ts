import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import type { Config } from '../../config/load-config.js';
import { CONVERTERS } from '../../converters/registry.js';
import { DiagnosticError, fail } from '../../diagnostics/diagnostic.js';
import { findPack } from '../../rulebook/find-pack.js';
import { RuleBook } from '../../rulebook/load.js';
import { stubsIn } from '../../rulebook/stubs.js';
import { loadChoice } from '../load-book.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { type CatalogRule, catalogOf, rulesNamed } from './catalog.js';
import { COMMON_OPTIONS, oneWord, readRulesLine } from './options.js';
import { fits, ruleResult } from './rule-result.js';
import { RuleTexts } from './rule-text.js';
import { caseFile, needsRecipeCase, recipeCaseFile } from './skeleton/case-files.js';
import type { CallText } from './skeleton/case-text.js';
import { kindOf, packFiles } from './skeleton/pack-files.js';
import { type NewRule, type Plan, planOf } from './skeleton/plan.js';
import { NewFiles } from './skeleton/write-files.js';

const OPTIONS = {
  ...COMMON_OPTIONS,
  op: { type: 'string' },
  schema: { type: 'string' },
  arg: { type: 'string', multiple: true },
  lowering: { type: 'boolean' },
  pack: { type: 'string' },
} as const;

/** `thaw rules new ID --op OPERATOR`, or ID of a rule that the pack is to replace. */
export async function newCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('new', argv, OPTIONS);
  const id = oneWord('new', 'ID', words);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
    fail('usage', `\`${id}\` is no id of a rule`, {
      help: 'it is words of small letters and digits, joined by dashes',
    });
  }
  const { op } = values;
  if (op !== undefined && !/^\w+::[\w.]+$/.test(op)) {
    fail('usage', `${op} is no operator`, { help: 'it is written namespace::name.overload' });
  }
  const config = await loadChoice(values);
  const pack = values.pack ?? packOf(config);
  const place = { pack, config, below: await RuleBook.load(withPack(config, pack)) };
  const { files, notes, tested } =
    op === undefined
      ? await copyRule(id, place)
      : await startRule({ id, op, schema: values.schema, args: values.arg, lowering: values.lowering === true }, place);
  const stubs = stubsIn(files);
  if (values.json) {
    terminal.out(JSON.stringify({ ok: true, id, files, notes, stubs }, null, 2));
    return EXIT_DONE;
  }
  for (const line of [...files, ...notes]) terminal.out(line);
  const places = stubs.length === 0 ? '' : `${stubs.length} place${stubs.length === 1 ? '' : 's'} to fill in; `;
  terminal.out(`\n${places}then: thaw rules test ${tested.join(' ')} --rules ${pack}`);
  return EXIT_DONE;
}

/** The one pack that the project writes itself. Errors: `usage` where it has none or several. */
function packOf({ packs, file }: Config): string {
  const dirs = packs.map((pack) => {
    try {
      return findPack(pack).dir;
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const help = `if it is the pack to start, --pack ${pack.pack} makes its folder`;
      throw new DiagnosticError(error.diagnostics.map((d) => (d.code === 'pack-not-found' ? { ...d, help } : d)));
    }
  });
  const [only, other] = dirs.filter((dir) => !isInstalled(dir));
  if (only !== undefined && other === undefined) return only;
  fail('usage', 'thaw rules new needs --pack DIR', {
    help:
      only === undefined
        ? 'the folder is made where it does not exist'
        : `${file ?? 'the command line'} names several packs`,
  });
}

/** Whether a pack came with npm: its files are its author's. */
function isInstalled(dir: string): boolean {
  return resolve(dir).split(sep).includes('node_modules');
}

/** The pack on top of the project's rules, once it has something to read. */
function withPack(config: Config, pack: string): Config {
  const started = ['schemas', 'lowering', 'translation', 'translation-map.yaml', 'onnx', 'cases', 'pack.yaml'];
  return started.some((name) => existsSync(join(pack, name)))
    ? { ...config, packs: [...config.packs, { pack }] }
    : config;
}

/** Where a rule is to be written, and the rules that are there already. */
interface PackPlace {
  readonly pack: string;
  readonly config: Config;
  readonly below: RuleBook;
}

interface Started {
  readonly files: readonly string[];
  /** What else there is to say. */
  readonly notes: readonly string[];
  /** What the case files are about. */
  readonly tested: readonly string[];
}

/** Writes files, and takes them back where what they say does not load. */
async function writeFiles(files: NewFiles, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    files.discard();
    throw error;
  }
}

/**
 * Writes a rule of another layer and its cases into the pack, where it replaces that one; for a rule of the pack itself,
 * its cases. Errors: `usage`, `output-write`.
 */
async function copyRule(id: string, { pack, config, below }: PackPlace): Promise<Started> {
  if (below.entry(id) === undefined) {
    fail('usage', `thaw rules new needs --op OPERATOR: there is no rule \`${id}\` to replace`, {
      help: 'see thaw rules new --help',
    });
  }
  const [rule] = rulesNamed(catalogOf(below), id);
  if (resolve(rule.layer.dir) === resolve(pack)) return writeCases(rule, pack, below);
  const text = new RuleTexts([]).of(rule.path, id);
  const path = join(pack, rule.phase, `${id}.yaml`);
  const casesPath = join(pack, 'cases', `${id}.yaml`);
  const files = new NewFiles([path, casesPath]);
  await writeFiles(files, async () => {
    files.write(path, `rules:\n${(text?.whole ?? '').replace(/^(?=.)/gm, '  ')}\n`);
    if (rule.cases !== undefined) files.write(casesPath, casesText(rule, rule.cases.path));
    await RuleBook.load(withPack(config, pack));
  });
  return { files: files.paths, notes: [], tested: [id] };
}

/** Writes the cases of a rule that the pack has. Errors: `output-write` where it has them. */
async function writeCases({ rule }: CatalogRule, pack: string, book: RuleBook): Promise<Started> {
  const { witnessCases } = await import('./skeleton/witness-cases.js');
  const path = join(pack, 'cases', `${rule.id}.yaml`);
  const files = new NewFiles([path]);
  files.write(path, witnessCases(book, rule));
  return { files: files.paths, notes: [], tested: [rule.id] };
}

/** Without the line that names a schema from the old place. */
function casesText({ rule }: CatalogRule, path: string): string {
  const text = readFileSync(path, 'utf8').replace(/^# yaml-language-server:.*\n/, '');
  return text === '' ? `rule: ${rule.id}\ncases: []\n` : text;
}

async function startRule(wanted: NewRule, { pack, config, below }: PackPlace): Promise<Started> {
  const { id, op } = wanted;
  const taken = below.entry(id);
  if (taken !== undefined) {
    fail('usage', `there is a rule \`${id}\` already, of ${taken.layer.name}`, {
      help: `see thaw rules show ${id}; without --op it is copied into the pack to replace it`,
    });
  }
  const plan = planOf(wanted, below, (name) => below.recipes(name).length > 0 || CONVERTERS.has(name));
  const kind = kindOf(plan);
  if (kind === 'translation') refuseRival(op, below);
  const texts = packFiles(plan);
  const casesPath = join(pack, 'cases', `${id}.yaml`);
  const recipePaths = needsRecipeCase(plan) ? [join(pack, 'cases', `${op.replace(/[:.]+/g, '-')}.yaml`)] : [];
  const files = new NewFiles([...[...texts.keys()].map((name) => join(pack, name)), casesPath, ...recipePaths]);
  const notes: string[] = [];
  await writeFiles(files, async () => {
    for (const [name, text] of texts) files.write(join(pack, name), text);
    const book = await RuleBook.load(withPack(config, pack));
    const cases = caseFile(plan, book.castOperator, (call) => attempt(book, plan, call));
    if (cases === undefined) notes.push(`no call of ${op} can be made up: its cases are left to you`);
    else files.write(casesPath, cases);
    const known = recipeCaseFile(plan, book.castOperator, (call) =>
      fitsCall(book, plan, call) ? call.graph : undefined,
    );
    for (const path of known === undefined ? [] : recipePaths) files.write(path, known ?? '');
  });
  if (plan.twinDeclared) notes.push(`${plan.twin?.op} is declared already: its schema and recipe are not written`);
  if (kind === undefined) notes.push(`${op} takes no numbers that could vary: it needs no rule`);
  const ofRecipe = kind === undefined || recipePaths.some((path) => files.paths.includes(path));
  const tested = [...(kind === undefined ? [] : [id]), ...(ofRecipe ? [op] : [])];
  return { files: files.paths, notes, tested };
}

/** Errors: `usage` where another rule gives the operator its dynamic form: which of two wins would be left to chance. */
function refuseRival(op: string, { translation }: RuleBook): void {
  const rivals = translation.rules.filter((rule) => rule.match.ops.includes(op)).map(({ id }) => id);
  const [first] = rivals;
  if (first === undefined) return;
  fail('usage', `${op} has a dynamic form already, by ${rivals.join(', ')}`, {
    help: `thaw rules new ${first} copies it into the pack, where it may be changed`,
  });
}

/** True where the tensors of a made-up call fit the operator. */
function fitsCall(book: RuleBook, { id, signature }: Plan, { graph, dims }: CallText): boolean {
  return fits(book, { name: signature.op, span: { file: basename(id), line: 1, column: 1 }, dims }, graph);
}

/** What the rule makes of a made-up call; for a recipe, whether the call fits the operator. */
function attempt(book: RuleBook, plan: Plan, { graph, dims }: CallText): string | undefined {
  const { id } = plan;
  const span = { file: basename(id), line: 1, column: 1 };
  const rule = kindOf(plan) === undefined ? undefined : book.entry(id)?.rule;
  if (rule === undefined) return fitsCall(book, plan, { graph, dims }) ? graph : undefined;
  const result = ruleResult(book, rule, { name: id, span, dims }, graph);
  return 'text' in result ? result.text : undefined;
}
