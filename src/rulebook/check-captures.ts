import { parseExpr } from '../expr/parse.js';
import { type ExprFunction, UNKNOWN } from '../expr/value.js';
import type { OpName } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import { RULE_NAMES, ruleFunction, ruleFunctionNames } from '../matcher/rule-env.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { checkExpression, type Wanted } from './check-expression.js';
import type { Problems, Scope } from './problems.js';
import type { DefinitionReader } from './read-definitions.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** What is known of a capture: the type of its first place, and how often the rule names it beside that. */
export interface Capture {
  readonly type: Type | undefined;
  readonly path: YamlPath;
  /** It stands for any number of values. */
  readonly many: boolean;
  uses: number;
}

/** What a rule or a fragment captures, and the checks of the expressions that see it. */
export class CaptureChecker {
  /** Captures that all parts behind them see. */
  readonly captures = new Map<string, Capture>();
  /** Captures that only a part of the pattern sees, with why. */
  protected readonly hidden = new Map<string, 'alternative' | 'negation'>();

  constructor(
    /** What the messages begin with: the name of a rule or fragment. */
    protected readonly owner: string,
    protected readonly file: YamlFile,
    protected readonly registry: OperatorRegistry<OperatorSchema>,
    protected readonly problems: Problems,
    /** Operators that the matched node may be. */
    private readonly ops: readonly OpName[] = [],
    /** Expressions as the file has them, by the text that predicates were expanded to. */
    private readonly written: Readonly<Record<string, string>> = {},
    private readonly names?: DefinitionReader,
  ) {}

  /** The scope of expressions that see every capture so far. */
  scope(more: readonly string[] = []): Scope {
    return {
      names: new Set([...this.captures.keys(), ...RULE_NAMES, ...more]),
      functions: (name) => ruleFunction(name) ?? this.predicate(name),
      functionNames: () => this.names?.functionNames() ?? ruleFunctionNames(),
      unbound: 'rule-unbound',
      types: new Map([...this.captures].map(([name, c]) => [name, c.type])),
      ops: this.ops,
      isOperator: (op) => this.registry.has(op),
    };
  }

  /** Checks an expression as it is written, then with its predicates expanded, and counts the captures that it names. */
  expression(path: YamlPath, text: string, more: readonly string[] = [], wanted?: Wanted): void {
    const scope = this.scope(more);
    const before = this.problems.found.length;
    // What a fragment says was checked where it is defined, by other names.
    const written = this.file.has(path) ? this.written[text] : undefined;
    const expr = this.problems.expression(this.file, path, written ?? text, scope, wanted);
    for (const name of expr?.names ?? []) this.use(name);
    if (written === undefined || expr === undefined || this.problems.found.length > before) return;
    // The arguments may be what the body of a predicate cannot take.
    const expanded = parseExpr(text);
    for (const m of checkExpression(expanded.ast, text, scope, wanted))
      this.problems.at(this.file, m.code, path, `\`${written}\`, which is \`${text}\`: ${m.message}`, m.help);
    for (const name of expanded.names) if (!expr.names.has(name)) this.use(name);
  }

  /** A predicate as a function that takes so many arguments. */
  private predicate(name: string): ExprFunction | undefined {
    const args = this.names?.predicate(name)?.args.length;
    if (args === undefined) return undefined;
    return { doc: 'a predicate of the rules', minArgs: args, maxArgs: args, call: () => UNKNOWN };
  }

  /** Counts one more use; false for what is not captured. */
  use(name: string): boolean {
    const c = this.captures.get(name);
    if (c === undefined) return false;
    c.uses += 1;
    return true;
  }

  /** Why a name that parts of the pattern bind is not seen everywhere; undefined for one that nothing binds. */
  hiddenBy(name: string): 'alternative' | 'negation' | undefined {
    return this.hidden.get(name);
  }

  /** Tells of captures that nothing uses. */
  unused(captures: ReadonlyMap<string, Capture> = this.captures): void {
    for (const [name, c] of captures) {
      if (c.uses > 0) continue;
      this.problems.at(
        this.file,
        'rule-unused',
        c.path,
        `\`${this.owner}\` binds \`${name}\`, which nothing uses`,
        'leave the argument out of the pattern, or write `_`: it may then be anything',
      );
    }
  }

  mistyped(path: YamlPath, message: string, help?: string): void {
    this.problems.at(this.file, 'rule-type', path, `\`${this.owner}\`: ${message}`, help);
  }
}
