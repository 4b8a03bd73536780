import { readFileSync } from 'node:fs';
import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { OpName } from '../ir/graph.js';
import { type Data, items, record } from '../rulebook/data.js';
import { validate } from '../rulebook/validate.js';
import { YamlFile, type YamlPath } from '../rulebook/yaml-file.js';
import type { RuleId } from '../schema/rule.js';

/** An extent of an input: a number, a symbol (`N`) or an expression over symbols (`2*N + 1`). */
export type CaseDim = number | string;

/** Extents of a tensor input; a list of them for an input that is a list of tensors. */
export type CaseDims = readonly CaseDim[] | readonly (readonly CaseDim[])[];

/**
 * What an input is fed: one number for all elements, the elements in row-major order (repeated to fill), an expression
 * over the symbols that gives either, or bounds between which each element is drawn (both included).
 */
export type CaseValue = number | boolean | string | readonly (number | boolean | string)[] | CaseRange;

export interface CaseRange {
  readonly range?: readonly [CaseDim, CaseDim];
  /** For an input whose type does not tell it. */
  readonly dtype?: DType;
}

/** The inputs of a case's graphs by name, and where the graphs stand. */
export interface CaseInputs {
  /** Graph texts as they stand in the file: at their lines and columns, with nothing before them. */
  readonly placed?: ReadonlyMap<string, string>;
  readonly dims?: Readonly<Record<string, CaseDims>>;
  /** Sizes to try of each symbol, in turn; 1, an odd one and two at random unless it says. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
  readonly values?: Readonly<Record<string, CaseValue>>;
}

/** A run with known results: PyTorch's, or worked out by hand. */
export interface RecordedRun {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly values?: Readonly<Record<string, CaseValue>>;
  /** The elements of each output in row-major order; `inf`, `-inf` and `nan` are spelled. */
  readonly gives: readonly (readonly (number | boolean | string)[])[];
  /** Extents of each output. */
  readonly shapes?: readonly (readonly number[])[];
}

/** How far a case is proven by numbers: wholly, by dtypes and shapes alone, or not at all. */
export type Numbers = boolean | 'shapes';

/** One case of a rule: `before` becomes `after`, or `unchanged` is left alone for a reason. */
export interface RuleCase extends CaseInputs {
  readonly name: string;
  /** Graph text that the rule matches, and what it makes of it. */
  readonly before?: string;
  readonly after?: string;
  /** Further operators of the rule: `after` holds as well with each of them in the place of the one in `before`. */
  readonly also?: readonly OpName[];
  /** Graph text that the rule must leave alone. */
  readonly unchanged?: string;
  /** A part of the reason that the matcher gives. */
  readonly because?: string;
  /** true unless it says. */
  readonly numbers?: Numbers;
  /** Why the numbers cannot be compared. */
  readonly numbersBecause?: string;
  /** Known results; they take the place of `before` where only the rule makes that runnable. */
  readonly runs?: readonly RecordedRun[];
  /** Of floats, relative and absolute, where the dtype's own is too tight. */
  readonly tolerance?: number;
  readonly span: Span;
}

/** One case of a recipe: `graph` must give the results of `runs`, or those of the graph `sameAs`, at every size. */
export interface RecipeCase extends CaseInputs {
  readonly name: string;
  readonly graph: string;
  readonly sameAs?: string;
  readonly runs?: readonly RecordedRun[];
  readonly tolerance?: number;
  readonly span: Span;
}

/** A case file of a rule: test/rules/<family>/<rule-id>.yaml. */
export interface RuleCaseFile {
  readonly kind: 'rule';
  readonly path: string;
  readonly rule: RuleId;
  readonly cases: readonly RuleCase[];
  /** Of the id. */
  readonly span: Span;
}

/** A case file of an operator's recipe. */
export interface RecipeCaseFile {
  readonly kind: 'recipe';
  readonly path: string;
  readonly op: OpName;
  readonly cases: readonly RecipeCase[];
  readonly span: Span;
}

export type CaseFile = RuleCaseFile | RecipeCaseFile;

/** Reads a case file of either kind. Errors: `yaml-syntax` and `yaml-schema` at their places, all at once. */
export function readCaseFile(path: string): CaseFile {
  const file = new YamlFile(path, readFileSync(path, 'utf8'));
  const problems = validate(file, 'case');
  if (problems.length > 0) throw new DiagnosticError(problems);
  const data = record(file.value);
  const cases = items(data.cases).map((c, i) => caseOf(record(c), file, ['cases', i]));
  // The JSON Schema has told that the keys and their types are those of the interfaces.
  return typeof data.rule === 'string'
    ? { kind: 'rule', path, rule: data.rule, cases: cases as unknown as RuleCase[], span: file.span(['rule']) }
    : {
        kind: 'recipe',
        path,
        op: String(data.recipe),
        cases: cases as unknown as RecipeCase[],
        span: file.span(['recipe']),
      };
}

/** Reads a case file of a rule. Errors: as `readCaseFile`; `yaml-schema` for one of a recipe. */
export function readRuleCases(path: string): RuleCaseFile {
  const file = readCaseFile(path);
  if (file.kind === 'rule') return file;
  const problem: Diagnostic = {
    code: 'yaml-schema',
    severity: 'error',
    message: `${path} holds cases of the recipe of ${file.op}, not of a rule`,
    at: file.span,
  };
  throw new DiagnosticError(problem);
}

/** Keys of graph texts. */
const GRAPHS = ['before', 'after', 'unchanged', 'graph', 'same-as'];

/** YAML spells keys with hyphens, TypeScript does not. */
function caseOf(data: Data, file: YamlFile, path: YamlPath): Data {
  const own = Object.entries(data).map(([key, v]) => [key.replace(/-(\w)/g, (_, c: string) => c.toUpperCase()), v]);
  const placed = new Map<string, string>();
  for (const key of GRAPHS) {
    const [text, lines] = [data[key], file.lines([...path, key])];
    if (typeof text === 'string' && lines !== undefined) placed.set(text, lines);
  }
  return { ...Object.fromEntries(own), placed, span: file.span([...path, 'name']) };
}
