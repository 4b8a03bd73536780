import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, DiagnosticError, fail, type Span } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import {
  DEFAULT_LEGALITY,
  type Legality,
  type MemoryFacts,
  type ResultFact,
  type Role,
  type Structure,
} from '../schema/operator-schema.js';
import type { Rule } from '../schema/rule.js';
import { type Data, exprText, items, record } from './data.js';
import { normalizeRecipe } from './normalize-recipe.js';
import { normalizeRule } from './normalize-rule.js';
import { DefinitionReader } from './read-definitions.js';
import type { OperatorData, RecipeData, RuleData } from './rule-data.js';
import { stubsOf } from './stubs.js';
import { validate } from './validate.js';
import type { FileKind } from './validators.js';
import { Vocabulary } from './vocabulary.js';
import { YamlFile } from './yaml-file.js';

/** What a folder says, with the files it stands in, so that checks can point into them. */
export interface RuleSource {
  readonly data: RuleData;
  /** The file and the index of each rule and recipe in it. */
  readonly places: ReadonlyMap<Rule | RecipeData | OperatorData, Place>;
  /** The predicates and fragments of the folder and of the layers below it. */
  readonly names: DefinitionReader;
}

export interface Place {
  readonly file: YamlFile;
  readonly kind: FileKind;
  readonly index: number;
}

/**
 * Reads every YAML file of a rules folder; `below` are the layers below it, the lowest first, of which rules may use
 * predicates and fragments. All problems of all files are gathered into one DiagnosticError.
 */
export function readRules(dir: string, below: readonly RuleData[] = []): RuleSource {
  const problems: Diagnostic[] = [];
  const operators: OperatorData[] = [];
  const rules: Record<'lowering' | 'translation', Rule[]> = { lowering: [], translation: [] };
  const recipes: RecipeData[] = [];
  const stubs: Diagnostic[] = [];
  const places = new Map<Rule | RecipeData | OperatorData, Place>();
  const names = new DefinitionReader(below.flatMap(({ definitions }) => definitions ?? []));
  const entries: (Place & { readonly entry: unknown; readonly phase: RuleFile['phase'] })[] = [];
  for (const { path, kind, phase } of ruleFiles(dir)) {
    try {
      const text = readFileSync(path, 'utf8');
      const file = new YamlFile(path, text);
      stubs.push(...stubsOf(path, text));
      const found = validate(file, kind);
      problems.push(...found);
      if (found.length > 0) continue;
      items(record(file.value)[kind]).forEach((entry, index) => {
        const place = { file, kind, index };
        if (kind === 'operators') {
          for (const o of operatorsOf(entry, place)) {
            operators.push(o);
            places.set(o, place);
          }
        } else if (kind === 'recipes') {
          const recipe = normalizeRecipe(entry, file.span([kind, index]));
          const data: RecipeData = { ops: recipe.ops, read: () => recipe };
          recipes.push(data);
          places.set(data, place);
        } else entries.push({ ...place, entry, phase });
      });
      if (kind === 'rules') names.add(file);
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      problems.push(...e.diagnostics);
    }
  }
  // Rules use what any file of the folder defines.
  const definitions = names.definitions();
  for (const { entry, phase, file, kind, index } of entries) {
    try {
      const found = names.problems.length;
      names.checkUses('pattern', record(entry).match, file, [kind, index, 'match']);
      for (const key of ['let', 'rewrite']) names.checkUses('template', record(entry)[key], file, [kind, index, key]);
      if (names.problems.length > found) continue;
      const rule = normalizeRule(entry, file.span([kind, index, 'id']), new Vocabulary(names));
      rules[phase].push(rule);
      places.set(rule, { file, kind, index });
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      problems.push(...e.diagnostics);
    }
  }
  problems.push(...names.problems);
  if (problems.length > 0) throw new DiagnosticError(problems);
  return { data: { operators, ...rules, recipes, definitions, stubs }, places, names };
}

function operatorsOf(entry: unknown, { file, kind, index }: Place): OperatorData[] {
  const data = record(entry);
  const common = {
    legal: (data.legal as Legality | undefined) ?? DEFAULT_LEGALITY,
    pure: data.pure !== false,
    role: data.role as Role | undefined,
    structure: data.structure as Structure | undefined,
    memory: memoryFacts(data),
    infer: items(data.infer).map(fact),
    note: typeof data.note === 'string' ? data.note : undefined,
  };
  const one = (signature: unknown, span: Span): OperatorData => ({ ...common, signature: String(signature), span });
  if (data.schema !== undefined) return [one(data.schema, file.span([kind, index, 'schema']))];
  return items(data.schemas).map((s, k) => one(s, file.span([kind, index, 'schemas', k])));
}

function memoryFacts({ functional, scatter, dropped }: Data): MemoryFacts | undefined {
  if (functional === undefined && scatter === undefined && dropped !== true) return undefined;
  return {
    ...(functional === undefined ? {} : { functional: String(functional) }),
    ...(scatter === undefined ? {} : { scatter: String(scatter) }),
    ...(dropped === true ? { dropped } : {}),
  };
}

function fact(v: unknown): ResultFact {
  return Object.fromEntries(Object.entries(record(v)).map(([k, e]) => [k, exprText(e)]));
}

interface RuleFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly phase: 'lowering' | 'translation';
}

/**
 * The files of a rules folder in a stable order: `schemas/`, `lowering/`, `translation-map.yaml` and `translation/`,
 * `onnx/`. Other folders are not looked into.
 */
export function ruleFiles(dir: string): RuleFile[] {
  const top = entriesOf(dir);
  const below = (folder: string) => (top.some((e) => e.name === folder) ? yamlFiles(join(dir, folder)) : []);
  const map = top.filter((e) => /^translation-map\.ya?ml$/.test(e.name)).map((e) => join(dir, e.name));
  return [
    ...below('schemas').map((path) => ({ path, kind: 'operators' as const, phase: 'lowering' as const })),
    ...below('lowering').map((path) => ({ path, kind: 'rules' as const, phase: 'lowering' as const })),
    ...[...map, ...below('translation')].map((path) => ({
      path,
      kind: 'rules' as const,
      phase: 'translation' as const,
    })),
    ...below('onnx').map((path) => ({ path, kind: 'recipes' as const, phase: 'lowering' as const })),
  ];
}

function yamlFiles(dir: string): string[] {
  return entriesOf(dir).flatMap((e) => {
    const path = join(dir, e.name);
    return e.isDirectory() ? yamlFiles(path) : /\.ya?ml$/.test(e.name) ? [path] : [];
  });
}

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (e) {
    return fail('file-not-found', `cannot read the rules folder ${dir}: ${fileReason(e)}`);
  }
}
