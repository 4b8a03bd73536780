import { CONVERTERS } from '../../../converters/registry.js';
import { FunctionalForms } from '../../../functionalize/functional-form.js';
import { type Standing, standingOf } from '../../../functionalize/standing.js';
import type { OpName } from '../../../ir/graph.js';
import type { Type } from '../../../ir/type.js';
import type { RuleBook } from '../../../rulebook/load.js';
import type { OperatorSchema } from '../../../schema/operator-schema.js';
import type { Recipe } from '../../../schema/recipe.js';
import type { Rule } from '../../../schema/rule.js';
import { isStructural } from '../../../shapes/structural.js';
import { isConditional } from '../../../testing/rule-cases.js';

/** How an operator with known numbers becomes ONNX; `none` where it does not. */
export type StaticForm =
  /** Recipes in YAML, or a converter in TypeScript. */
  | { readonly kind: 'recipe' | 'converter' }
  /** Rewritten by a rule of the lowering. */
  | { readonly kind: 'rule'; readonly rule: Rule }
  /** Its result is known at compile time. */
  | { readonly kind: 'folds' }
  /** Another operator stands for it. */
  | { readonly kind: 'as'; readonly op: OpName }
  /** Its effect is followed, or it has none that a graph could have. */
  | { readonly kind: 'members' | 'goes' }
  | { readonly kind: 'none' };

/** What takes its place where a number is known only at run time. */
export type DynamicForm =
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  /** It takes tensors, or whatever comes. */
  | { readonly kind: 'same' }
  /** Its numbers must be known at compile time. */
  | { readonly kind: 'constant' }
  | { readonly kind: 'none' };

/** One operator with all that is known of its support. */
export interface OperatorEntry {
  readonly op: OpName;
  readonly schema: OperatorSchema;
  readonly recipes: readonly Recipe[];
  readonly still: StaticForm;
  readonly dynamic: DynamicForm;
}

/** Tells the support of operators from the rule book. */
export class OperatorSupport {
  private readonly forms: FunctionalForms;
  private readonly known = new Map<OpName, StaticForm>();

  constructor(private readonly book: RuleBook) {
    this.forms = new FunctionalForms(book.registry);
  }

  /** Undefined for an operator that no schema declares. */
  entry(op: OpName): OperatorEntry | undefined {
    const schema = this.book.registry.get(op);
    if (schema === undefined) return undefined;
    const still = this.staticForm(op);
    return { op, schema, recipes: this.book.recipes(op), still, dynamic: this.dynamicForm(schema, still) };
  }

  private staticForm(op: OpName): StaticForm {
    const known = this.known.get(op);
    if (known !== undefined) return known;
    // What is asked for again while it is told stands for itself: no support.
    this.known.set(op, { kind: 'none' });
    const form = this.tell(op);
    this.known.set(op, form);
    return form;
  }

  private tell(op: OpName): StaticForm {
    const { registry } = this.book;
    const schema = registry.get(op);
    if (schema === undefined) return { kind: 'none' };
    const standing: Standing = standingOf(schema.signature, this.forms);
    switch (standing.kind) {
      case 'becomes':
        return this.staticForm(standing.op).kind === 'none' ? { kind: 'none' } : { kind: 'as', op: standing.op };
      case 'lacks':
        return { kind: 'none' };
      case 'goes':
      case 'members':
        return { kind: standing.kind };
      case 'stays':
        return this.functional(op, schema);
    }
  }

  private functional(op: OpName, schema: OperatorSchema): StaticForm {
    const rule = this.book.lowering.rules.find((r) => r.match.ops.includes(op));
    if (rule !== undefined && !isConditional(rule)) return { kind: 'rule', rule };
    if (this.book.recipes(op).length > 0) return { kind: 'recipe' };
    if (CONVERTERS.has(op)) return { kind: 'converter' };
    if (rule !== undefined) return { kind: 'rule', rule };
    const told = schema.infer.some((f) => f.value !== undefined || f.list !== undefined);
    const folds = schema.structure !== undefined || schema.role !== undefined || told || isStructural(op);
    return { kind: folds ? 'folds' : 'none' };
  }

  private dynamicForm(schema: OperatorSchema, still: StaticForm): DynamicForm {
    const { signature, legal, role } = schema;
    if (still.kind === 'as') return this.entry(still.op)?.dynamic ?? { kind: 'none' };
    const rules = this.book.translation.rules.filter((r) => r.match.ops.includes(signature.op));
    if (rules.length > 0) return { kind: 'rules', rules };
    if (still.kind === 'none') return { kind: 'none' };
    if (still.kind === 'rule' && still.rule.rewrite.kind === 'node') {
      return this.entry(still.rule.rewrite.op)?.dynamic ?? { kind: 'none' };
    }
    const takesAll = legal === 'always' || role !== undefined;
    if (takesAll || still.kind === 'goes' || still.kind === 'members' || still.kind === 'rule') return { kind: 'same' };
    const numbers =
      signature.args.some((a) => !CODES.has(a.name) && isNumeric(a.type)) ||
      signature.results.some((r) => isNumeric(r.type));
    return { kind: numbers ? 'constant' : 'same' };
  }
}

/** Arguments that are typed as numbers, but name something. */
const CODES: ReadonlySet<string> = new Set(['dtype', 'layout', 'memory_format']);

/** Numbers and lists of numbers, optional or not: what a tensor would have to feed. Flags are constants in any model. */
function isNumeric(type: Type): boolean {
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'number':
      return true;
    case 'optional':
    case 'list':
      return isNumeric(type.element);
    default:
      return false;
  }
}
