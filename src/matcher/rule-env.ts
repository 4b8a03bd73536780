import { BUILTINS } from '../expr/builtins.js';
import { type ExprEnv, ExprError, type ExprFunction, type ExprValue, UNKNOWN } from '../expr/value.js';
import { type Ranges, type SymbolicDim, symbol } from '../ir/dim.js';
import { isDType } from '../ir/dtype.js';
import { Node, type Value } from '../ir/graph.js';
import { SHAPE_FUNCTIONS } from '../shapes/functions/index.js';
import { operandValue } from '../shapes/operands.js';
import type { Captured } from './pattern.js';
import { PREDICATES } from './predicates.js';
import type { Roles } from './roles.js';

/** What the expressions of a rule see: captures by `$name`, `result` and `results` of the matched node, dtype names. */
export class RuleEnv implements ExprEnv {
  /** The result that an `each` template is made for. */
  index = 0;
  /** The value that a condition inside the pattern is about. */
  it: Value | undefined;

  private node: Node | undefined;
  /** Capture names by slot. */
  private names: readonly string[] = [];

  constructor(
    private readonly slots: readonly (Captured | undefined)[],
    readonly roles: Roles,
    readonly ranges: Ranges | undefined,
  ) {}

  /** Turns to another try: one environment serves all, one after another. */
  turnTo(node: Node, names: readonly string[]): void {
    this.node = node;
    this.names = names;
    this.index = 0;
    this.it = undefined;
  }

  captured(name: string): Captured | undefined {
    const { names } = this;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.slots[i];
    if (name === 'result') return this.node?.outputs[0];
    if (name === 'results') return this.node?.outputs;
    return name === 'it' ? this.it : undefined;
  }

  /** All values that a capture holds; none where it is not bound. */
  values(name: string): readonly Value[] {
    const held = this.captured(name);
    if (held === undefined) return [];
    return isValues(held) ? held : [held];
  }

  lookup(name: string): ExprValue | undefined {
    const held = this.captured(name);
    if (held !== undefined) return isValues(held) ? held.map(operandValue) : operandValue(held);
    if (name === 'i') return this.index;
    if (name === 'op') return this.node?.op;
    if (this.names.includes(name)) return UNKNOWN;
    return isDType(name) ? name : undefined;
  }

  function(name: string): ExprFunction | undefined {
    return ruleFunction(name);
  }

  /** Conditions only read: an unknown has no name that lasts. */
  fresh(): SymbolicDim {
    return symbol('_');
  }

  bindItem(name: string, item: ExprValue, list: string | undefined, at: number): ExprEnv {
    return new ItemEnv(this, name, item, itemOf(this, list, at));
  }
}

/** What the body of a list comprehension sees: the item, and the value that it is of, beside all around it. */
class ItemEnv implements ExprEnv {
  readonly roles: Roles;
  readonly ranges: Ranges | undefined;

  constructor(
    private readonly outer: RuleEnv | ItemEnv,
    private readonly name: string,
    private readonly item: ExprValue,
    private readonly value: Value | undefined,
  ) {
    this.roles = outer.roles;
    this.ranges = outer.ranges;
  }

  captured(name: string): Captured | undefined {
    return name === this.name ? this.value : this.outer.captured(name);
  }

  lookup(name: string): ExprValue | undefined {
    return name === this.name ? this.item : this.outer.lookup(name);
  }

  function(name: string): ExprFunction | undefined {
    return this.outer.function(name);
  }

  fresh(): SymbolicDim {
    return this.outer.fresh();
  }

  bindItem(name: string, item: ExprValue, list: string | undefined, at: number): ExprEnv {
    return new ItemEnv(this, name, item, itemOf(this, list, at));
  }
}

/** The value of an item: of the values that a capture holds, or of a list that the graph constructs of them. */
function itemOf(env: RuleEnv | ItemEnv, list: string | undefined, at: number): Value | undefined {
  const held = list === undefined ? undefined : env.captured(list);
  if (held === undefined) return undefined;
  if (isValues(held)) return held[at];
  const { producer } = held;
  return producer !== undefined && producer.op === env.roles.list ? producer.inputs[at] : undefined;
}

/** Functions that a rule's expressions may call. */
export function ruleFunction(name: string): ExprFunction | undefined {
  return FUNCTIONS.get(name);
}

/** Names of all functions that rules may call, for suggestions. */
export function* ruleFunctionNames(): Generator<string> {
  yield* FUNCTIONS.keys();
}

/** Names that every rule's expressions may use beside its captures. */
export const RULE_NAMES: ReadonlySet<string> = new Set(['result', 'results', 'op', 'i']);

/** True for a capture of several values: a rest, or operands. */
export function isValues(c: Captured): c is readonly Value[] {
  return Array.isArray(c);
}

/** A function of captures themselves, not of what is known of their contents. */
function asked(doc: string, ask: (values: readonly Value[], roles: Roles) => ExprValue): ExprFunction {
  return {
    doc,
    minArgs: 1,
    maxArgs: 16,
    call: () => UNKNOWN,
    byName: (names, env) => {
      if (!(env instanceof RuleEnv || env instanceof ItemEnv)) throw new ExprError('only a rule can ask this', 0);
      const [first] = names;
      return ask(
        names.length === 1 && first !== undefined ? held(env, first) : names.flatMap((n) => held(env, n)),
        env.roles,
      );
    },
  };
}

/** The values of a name. */
function held(env: RuleEnv | ItemEnv, name: string): readonly Value[] {
  const found = env.captured(name);
  if (found === undefined) throw new ExprError(`\`${name}\` is no capture and no item of one`, 0);
  return isValues(found) ? found : [found];
}

/** What is asked of a captured value itself, not of what is known of its contents. */
const BY_NAME: ReadonlyMap<string, ExprFunction> = new Map([
  [
    'dynamic',
    asked('true if one of the captures is a number or list that is known only at run time', (values, roles) =>
      values.some((v) => roles.isDynamic(v)),
    ),
  ],
  [
    'static',
    asked('true if none of the captures is known only at run time', (values, roles) =>
      values.every((v) => !roles.isDynamic(v)),
    ),
  ],
  ['uses', asked('number of uses of the captures', (values) => values.reduce((n, v) => n + v.uses.size, 0))],
  [
    'users',
    asked(
      "operators that use the captures, one for each use; 'return' where a block or the graph returns one",
      (values) => values.flatMap((v) => [...v.uses].map(({ user }) => (user instanceof Node ? user.op : 'return'))),
    ),
  ],
  ['producer', asked('operator that makes the capture; none for an input', ([v]) => v?.producer?.op ?? null)],
  [
    'kind',
    asked("kind of the capture's type: 'tensor', 'int', 'float', 'bool', 'list', 'none', ...", ([v]) =>
      v === undefined ? UNKNOWN : v.type.kind,
    ),
  ],
  [
    'item_kind',
    asked("kind of the items of a list: 'int', 'tensor', ...; none for what is no list", ([v]) =>
      v?.type.kind === 'list' ? v.type.element.kind : null,
    ),
  ],
]);

/** The first table that has a name decides. */
const FUNCTIONS: ReadonlyMap<string, ExprFunction> = new Map([
  ...BUILTINS,
  ...SHAPE_FUNCTIONS,
  ...PREDICATES,
  ...BY_NAME,
]);
