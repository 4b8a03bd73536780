import type { OpName } from '../../../ir/graph.js';
import type { Recipe, RecipeStep } from '../../../schema/recipe.js';
import type { Rule } from '../../../schema/rule.js';
import type { OperatorEvidence } from './operator-evidence.js';
import type { OperatorEntry } from './operator-support.js';
import { TENSORRT } from './tensorrt-column.js';

/** What cells are made from, beside the operator. */
export interface ColumnContext {
  readonly evidence: OperatorEvidence;
  /** The page of a rule, as a link. */
  link(rule: Rule): string;
  recipesOf(op: OpName): readonly Recipe[];
  /** Undefined for an operator that no schema declares. */
  entryOf(op: OpName): OperatorEntry | undefined;
}

/** A column of the support table behind the operators' names; an empty cell says nothing. */
export interface OperatorColumn {
  readonly title: string;
  /** What its words mean, for the head of the page. */
  readonly legend: readonly string[];
  cell(entry: OperatorEntry, context: ColumnContext): string;
}

/** Of an operator without any form; such rows are told in short. */
export const NO_FORM = '-';

const STATIC: OperatorColumn = {
  title: 'static',
  legend: [
    '`recipe`: YAML in `onnx/` says its ONNX nodes. `converter`: TypeScript does, where no recipe can.',
    '`rule`: a rule of `lowering/` rewrites it. `as`: another operator stands for it, for one that changes its operand.',
    '`folds`: its result is known at compile time. `followed`: it changes a list or dict whose items are known. `dropped`: it gives no value.',
  ],
  cell({ still }, { link }) {
    switch (still.kind) {
      case 'recipe':
      case 'converter':
      case 'folds':
        return still.kind;
      case 'rule':
        return link(still.rule);
      case 'as':
        return `as \`${still.op}\``;
      case 'members':
        return 'followed';
      case 'goes':
        return 'dropped';
      case 'none':
        return NO_FORM;
    }
  },
};

/** Rules that a cell links. */
const SHOWN_RULES = 2;

const DYNAMIC: OperatorColumn = {
  title: 'dynamic',
  legend: [
    'A link: the rule that gives its form for numbers that are known only at run time.',
    '`same`: it takes tensors of varying shapes as it is. `constant numbers`: so it does, but its int and float arguments must be known at compile time.',
  ],
  cell({ dynamic }, { link }) {
    switch (dynamic.kind) {
      case 'rules': {
        const more = dynamic.rules.length - SHOWN_RULES;
        return [...dynamic.rules.slice(0, SHOWN_RULES).map(link), ...(more > 0 ? [`${more} more`] : [])].join(', ');
      }
      case 'same':
        return 'same';
      case 'constant':
        return 'constant numbers';
      case 'none':
        return NO_FORM;
    }
  },
};

const DTYPES: OperatorColumn = {
  title: 'dtypes',
  legend: ["Of tensors in calls whose results are compared with PyTorch's; others may work too."],
  cell: ({ op }, { evidence }) => evidence.dtypes(op).join(' '),
};

const NOTES: OperatorColumn = {
  title: 'notes',
  legend: [],
  cell({ op, recipes, still, schema }, { evidence }) {
    const notes = still.kind === 'recipe' ? [opsets(recipes), conditions(recipes), domains(recipes)] : [];
    const own = schema.note === undefined ? [] : [schema.note];
    return [...own, ...notes.filter((note) => note !== ''), ...evidence.gaps(op)].join('; ');
  },
};

/** The columns in order. More of them (other backends) go in here. */
export const OPERATOR_COLUMNS: readonly OperatorColumn[] = [STATIC, DYNAMIC, DTYPES, TENSORRT, NOTES];

/** `opset >=18`, where no recipe takes all opsets. */
function opsets(recipes: readonly Recipe[]): string {
  const ranges = recipes.map((r) => r.opset);
  if (ranges.includes(undefined)) return '';
  const known = [...new Set(ranges)];
  // Ranges that meet leave no gap to tell.
  return known.length === 1 ? `opset ${known[0]}` : '';
}

/** Longer conditions are for readers of the YAML. */
const MAX_CONDITION = 60;

/** `where ...`, where no recipe takes all calls. */
function conditions(recipes: readonly Recipe[]): string {
  const tests = [...new Set(recipes.map((r) => r.when))];
  const [only] = tests;
  if (tests.length !== 1 || only === undefined || only.length > MAX_CONDITION)
    return tests.includes(undefined) ? '' : 'conditions';
  return `where \`${only.replaceAll('|', '\\|')}\``;
}

/** Domains of nodes beyond ONNX's own. */
function domains(recipes: readonly Recipe[]): string {
  const found = new Set<string>();
  for (const recipe of recipes) gatherDomains(recipe.steps, found);
  return [...found].sort().join(', ');
}

function gatherDomains(steps: readonly RecipeStep[], found: Set<string>): void {
  for (const step of steps) {
    if (step.kind === 'node' && step.domain !== '') found.add(step.domain);
    if (step.kind === 'for' || step.kind === 'if') gatherDomains(step.do, found);
    if (step.kind === 'if') gatherDomains(step.else, found);
  }
}
