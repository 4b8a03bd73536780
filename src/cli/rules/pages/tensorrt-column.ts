import { madeOperators } from '../../../converters/made-operators.js';
import type { OpName } from '../../../ir/graph.js';
import { visitTemplates } from '../../../matcher/templates.js';
import { tensorRtRules } from '../../../runtime/provider-rules.js';
import type { Rule } from '../../../schema/rule.js';
import type { ColumnContext, OperatorColumn } from './operator-columns.js';
import type { OperatorEntry } from './operator-support.js';

/** Where an operator runs under TensorRT: told from the ONNX operators that its recipes and its converter make. */
export const TENSORRT: OperatorColumn = {
  title: 'TensorRT',
  legend: [
    '`yes`: every ONNX operator that it becomes runs inside. `no`: one of those that are named does not and runs beside it, on CUDA or the CPU (rules/providers/tensorrt.yaml says why); `in part`: so in some of its forms, static and dynamic.',
    'Nothing for what makes no node: it is known at compile time, followed or dropped. Blocks of a branch or loop count for themselves; nothing is said of other limits of TensorRT, such as dtypes.',
  ],
  cell(entry, context) {
    const fate = new Fates(context).of(entry);
    if (fate === undefined) return '';
    const names = [...fate.left].sort();
    if (names.length === 0) return 'yes';
    return `${fate.always ? 'no' : 'in part'}: ${names.join(', ')}`;
  },
};

/** What TensorRT leaves of an operator, and whether it leaves some in each form. */
interface Fate {
  readonly left: ReadonlySet<string>;
  readonly always: boolean;
}

/** Follows operators to the ones that stand for them. */
class Fates {
  private readonly known = new Map<OpName, Fate | undefined>();
  /** Those that are being told; nothing is known of them yet. */
  private readonly open = new Set<OpName>();

  constructor(private readonly context: ColumnContext) {}

  /** Undefined for an operator that makes no node of ONNX. */
  of(entry: OperatorEntry): Fate | undefined {
    if (this.known.has(entry.op)) return this.known.get(entry.op);
    if (this.open.has(entry.op)) return undefined;
    this.open.add(entry.op);
    const fate = oneOf([...this.still(entry), ...this.dynamic(entry)]);
    this.open.delete(entry.op);
    this.known.set(entry.op, fate);
    return fate;
  }

  /** The forms for numbers that are known. */
  private still({ op, still }: OperatorEntry): Fate[] {
    switch (still.kind) {
      case 'recipe':
      case 'converter':
        return madeOperators(op, (name) => this.context.recipesOf(name)).map(fateOf);
      case 'as':
        return this.ofAll([still.op]);
      case 'rule':
        return this.ofAll(madeBy(still.rule));
      default:
        return [];
    }
  }

  /** The forms for numbers of the run, where the operator has others for them. */
  private dynamic({ dynamic }: OperatorEntry): Fate[] {
    return dynamic.kind === 'rules' ? dynamic.rules.flatMap((rule) => this.ofAll(madeBy(rule))) : [];
  }

  /**
   * The form that is made of these operators; none where they make no node. One of them that is being told has that
   * form too: its other forms decide.
   */
  private ofAll(ops: Iterable<OpName>): Fate[] {
    const entries = [...ops].flatMap((op) => this.context.entryOf(op) ?? []);
    const again = entries.some(({ op }) => this.open.has(op));
    const parts = entries.flatMap((entry) => this.of(entry) ?? []);
    if (parts.length === 0) return [];
    return [{ left: new Set(parts.flatMap((f) => [...f.left])), always: again || parts.some((f) => f.always) }];
  }
}

/** Of alternatives; undefined where there is none. */
function oneOf(forms: readonly Fate[]): Fate | undefined {
  if (forms.length === 0) return undefined;
  return { left: new Set(forms.flatMap((f) => [...f.left])), always: forms.every((f) => f.always) };
}

function fateOf(form: ReadonlySet<string>): Fate {
  const { reasons } = tensorRtRules();
  const left = new Set([...form].filter((op) => reasons.has(op)));
  return { left, always: left.size > 0 };
}

/** The operators that the rewrite of a rule makes. */
function madeBy(rule: Rule): Set<OpName> {
  const found = new Set<OpName>();
  visitTemplates(rule, (t) => {
    if (t.kind === 'node') found.add(t.op);
  });
  return found;
}
