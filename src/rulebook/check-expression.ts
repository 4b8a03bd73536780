import type { Code } from '../diagnostics/codes.js';
import type { Ast } from '../expr/ast.js';
import { meantName } from '../expr/habits.js';
import type { ExprFunction } from '../expr/value.js';
import { DTYPES, isDType } from '../ir/dtype.js';
import { type Type, typeName } from '../ir/type.js';
import { nearest } from '../schema/nearest.js';
import { closest, usesName } from './close-name.js';
import { expressionKind } from './expression-kind.js';

/** What an expression may use. */
export interface Scope {
  readonly names: ReadonlySet<string>;
  /** The functions that may be called. */
  readonly functions: (name: string) => ExprFunction | undefined;
  readonly functionNames: () => Iterable<string>;
  /** What to say of a capture that is not there. */
  readonly unbound: Code;
  /** Types of names, as far as they are known. */
  readonly types?: ReadonlyMap<string, Type | undefined>;
  /** Operators that `op` may be. */
  readonly ops?: readonly string[];
  /** Operators that `producer($x)` and `users($x)` may be; anything where it is not told. */
  readonly isOperator?: (op: string) => boolean;
}

/** What stands where the expression does, if it must be of a kind. */
export type Wanted = 'dtype' | 'condition' | 'text';

/** A mistake in an expression, `length` characters at `offset`. */
export interface Mistake {
  readonly code: Code;
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly help?: string;
}

const FIELDS = ['dtype', 'shape', 'rank', 'elements', 'scale', 'zero_point'];
const KINDS = [
  'tensor',
  'int',
  'float',
  'bool',
  'complex',
  'number',
  'str',
  'none',
  'device',
  'list',
  'tuple',
  'optional',
];

/** The mistakes of an expression that can be told without values: names, functions and their arguments, fields, texts. */
export function checkExpression(ast: Ast, text: string, scope: Scope, wanted?: Wanted): Mistake[] {
  const checker = new Checker(text, scope, wanted);
  checker.visit(ast, []);
  if (wanted === 'dtype') checker.dtype(ast);
  if (wanted === 'condition') checker.condition(ast);
  return checker.mistakes;
}

class Checker {
  readonly mistakes: Mistake[] = [];
  private readonly told = new Set<string>();
  /** Names of comprehensions that stand for the items of a capture. */
  private readonly items = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly scope: Scope,
    private readonly wanted: Wanted | undefined,
  ) {}

  visit(ast: Ast, bound: readonly string[]): void {
    switch (ast.kind) {
      case 'literal':
        break;
      case 'name':
        this.name(ast.name, ast.offset, bound);
        break;
      case 'list':
        for (const item of ast.items) this.visit(item, bound);
        break;
      case 'comprehension':
        this.comprehension(ast, bound);
        break;
      case 'field':
        if (ast.of.kind === 'name') this.name(ast.of.name, ast.of.offset, bound, true);
        else this.visit(ast.of, bound);
        this.field(ast, bound);
        break;
      case 'index':
        this.visit(ast.of, bound);
        this.visit(ast.index, bound);
        break;
      case 'slice':
        this.visit(ast.of, bound);
        if (ast.from !== undefined) this.visit(ast.from, bound);
        if (ast.to !== undefined) this.visit(ast.to, bound);
        break;
      case 'call':
        this.call(ast, bound);
        break;
      case 'unary':
        this.visit(ast.operand, bound);
        break;
      case 'binary':
        this.visit(ast.left, bound);
        this.visit(ast.right, bound);
        if (['==', '!=', 'in', 'not in'].includes(ast.op)) {
          this.compared(ast.left, ast.right);
          if (ast.right.kind === 'call' && ast.right.name === 'users') this.compared(ast.right, ast.left);
          if (ast.op === '==' || ast.op === '!=') this.compared(ast.right, ast.left);
        }
        break;
      case 'if':
        this.visit(ast.test, bound);
        this.visit(ast.yes, bound);
        this.visit(ast.no, bound);
        break;
    }
  }

  private comprehension(ast: Ast & { kind: 'comprehension' }, bound: readonly string[]): void {
    this.visit(ast.source, bound);
    const before = this.items.has(ast.name);
    if (ast.source.kind === 'name') this.items.add(ast.name);
    else this.items.delete(ast.name);
    const inner = [...bound, ast.name];
    this.visit(ast.body, inner);
    if (ast.filter !== undefined) this.visit(ast.filter, inner);
    if (before) this.items.add(ast.name);
    else this.items.delete(ast.name);
  }

  private say(code: Code, offset: number, length: number, message: string, help?: string): void {
    const key = `${code} ${message}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.mistakes.push({ code, offset, length, message, help });
  }

  /** `field`: a field of the name is asked for. */
  private name(name: string, offset: number, bound: readonly string[], field = false): void {
    const { names, unbound } = this.scope;
    if (names.has(name) || bound.includes(name) || isDType(name)) return;
    const capture = name.startsWith('$');
    this.say(
      capture ? unbound : 'expr-unknown',
      offset,
      name.length,
      `\`${this.text}\` uses \`${name}\`, which nothing here defines`,
      this.nameHelp(name, bound, field),
    );
  }

  private nameHelp(name: string, bound: readonly string[], field: boolean): string {
    const { names, types } = this.scope;
    const capture = name.startsWith('$');
    if (names.has(`$${name}`)) return `write \`$${name}\``;
    const meant = meantName(name);
    if (meant !== undefined) return `write \`${meant}\``;
    if (this.wanted === 'text' && this.text === name) return `a text stands in quotes: "'${name}'"`;
    // Of names that are as close, one of the right kind that the expression does not use yet.
    const likely = closest(
      [...names, ...bound],
      [(n) => !types?.has(n) || mayBeTensor(types.get(n)) === field, (n) => !usesName(this.text, n)],
    );
    const close = nearest(name, [...likely, ...(capture ? [] : DTYPES)]);
    if (close !== undefined) return `did you mean \`${close}\`?`;
    const known = [...names].filter((n) => n.startsWith('$') === capture).join(', ');
    return `known here: ${known === '' ? 'nothing' : known}${capture || field ? '' : `; a text stands in quotes: '${name}'`}`;
  }

  private field(ast: Ast & { kind: 'field' }, bound: readonly string[]): void {
    const at = ast.offset + 1;
    if (!FIELDS.includes(ast.field)) {
      const close = nearest(ast.field, FIELDS);
      const help = close === undefined ? `the fields are: ${FIELDS.join(', ')}` : `did you mean \`${close}\`?`;
      this.say('expr-unknown', at, ast.field.length, `a tensor has no field \`${ast.field}\``, help);
      return;
    }
    if (ast.of.kind !== 'name' || bound.includes(ast.of.name)) return;
    const type = this.scope.types?.get(ast.of.name);
    if (type === undefined || mayBeTensor(type)) return;
    const message = `\`${ast.of.name}\` is ${typeName(type)}: only tensors have the field \`${ast.field}\``;
    this.say('expr-type', ast.of.offset, ast.of.name.length, message);
  }

  private call(ast: Ast & { kind: 'call' }, bound: readonly string[]): void {
    const fn = this.scope.functions(ast.name);
    if (fn === undefined) {
      const close = nearest(ast.name, this.scope.functionNames());
      const help = close === undefined ? 'the functions are listed in docs/rules.md' : `did you mean \`${close}\`?`;
      this.say('expr-unknown', ast.offset, ast.name.length, `there is no function \`${ast.name}\``, help);
    } else if (ast.args.length < fn.minArgs || ast.args.length > fn.maxArgs) {
      const wanted = fn.minArgs === fn.maxArgs ? `${fn.minArgs}` : `${fn.minArgs} to ${fn.maxArgs}`;
      const message = `\`${ast.name}\` takes ${wanted} arguments, not ${ast.args.length}`;
      this.say('expr-type', ast.offset, ast.name.length, message, fn.doc);
    }
    if (fn?.choices !== undefined) this.chosen(ast.args[0], ast.name, fn.choices);
    for (const arg of ast.args) {
      this.visit(arg, bound);
      const named =
        arg.kind === 'name' && (bound.includes(arg.name) ? this.items.has(arg.name) : isValueName(arg.name));
      if (fn?.byName === undefined || named) continue;
      this.say(
        'expr-type',
        arg.offset,
        1,
        `\`${ast.name}\` is asked of captures by their names`,
        `e.g. ${ast.name}($x), or of the items of one: [${ast.name}(x) for x in $xs]`,
      );
    }
  }

  /** The text that tells a function which of its kinds to do. */
  private chosen(arg: Ast | undefined, name: string, choices: readonly string[]): void {
    if (arg?.kind !== 'literal' || typeof arg.value !== 'string' || choices.includes(arg.value)) return;
    const close = nearest(arg.value, choices);
    const help = close === undefined ? `it is one of: ${choices.join(', ')}` : `did you mean '${close}'?`;
    this.say('expr-unknown', arg.offset, arg.value.length + 2, `\`${name}\` does not know '${arg.value}'`, help);
  }

  /** What is never false, or has no truth at all, is no condition. */
  condition(ast: Ast): void {
    const kind = conditionless(ast, this.scope.types ?? new Map());
    if (kind === undefined) return;
    const help = kind === 'number' || kind === 'list' ? `compare it, e.g. \`${this.text} == ...\`` : undefined;
    this.say('expr-type', 0, this.text.length, `\`${this.text}\` is no condition: it gives a ${kind}`, help);
  }

  /** A dtype that an expression gives as a text. */
  dtype(ast: Ast): void {
    if (ast.kind === 'if') {
      this.dtype(ast.yes);
      this.dtype(ast.no);
    }
    if (ast.kind !== 'literal' || typeof ast.value !== 'string' || isDType(ast.value)) return;
    const close = nearest(ast.value, DTYPES);
    const help = close === undefined ? `the dtypes are: ${DTYPES.join(', ')}` : `did you mean ${close}?`;
    this.say('expr-unknown', ast.offset, ast.value.length + 2, `'${ast.value}' is no dtype`, help);
  }

  /** Texts that are compared with what has a fixed set of values. */
  private compared(asked: Ast, other: Ast): void {
    const known = this.valuesOf(asked);
    if (known === undefined) return;
    for (const literal of other.kind === 'list' ? other.items : [other]) {
      if (literal.kind !== 'literal' || typeof literal.value !== 'string' || known.has(literal.value)) continue;
      const close = nearest(literal.value, known.names);
      const message = `\`${this.text}\`: ${known.what} is never '${literal.value}'`;
      const help = close === undefined ? undefined : `did you mean '${close}'?`;
      this.say('expr-unknown', literal.offset, literal.value.length + 2, message, help);
    }
  }

  private valuesOf(asked: Ast): { what: string; names: Iterable<string>; has(text: string): boolean } | undefined {
    if (asked.kind === 'field' && asked.field === 'dtype') return among('a dtype', DTYPES);
    if (asked.kind === 'name' && asked.name === 'op' && this.scope.ops !== undefined)
      return among('the operator', this.scope.ops);
    if (asked.kind !== 'call') return undefined;
    if (asked.name === 'kind' || asked.name === 'item_kind') return among('a kind', KINDS);
    const { isOperator } = this.scope;
    if (isOperator === undefined) return undefined;
    if (asked.name === 'producer') return { what: 'an operator', names: [], has: isOperator };
    if (asked.name !== 'users') return undefined;
    return { what: 'a user', names: ['return'], has: (text) => text === 'return' || isOperator(text) };
  }
}

function among(what: string, names: readonly string[]) {
  return { what, names, has: (text: string) => names.includes(text) };
}

/** False for names of texts and numbers. */
function isValueName(name: string): boolean {
  return name !== 'op' && name !== 'i' && !isDType(name);
}

/** What an expression gives that is never asked for its truth; undefined for a condition, and where it is not told. */
function conditionless(ast: Ast, types: ReadonlyMap<string, Type | undefined>): string | undefined {
  const kind = expressionKind(ast, types);
  if (kind === 'dtype' || kind === 'text' || kind === 'tensor') return kind;
  switch (ast.kind) {
    case 'literal':
      return typeof ast.value === 'number' ? 'number' : undefined;
    case 'field':
      return kind === 'whole' ? 'number' : 'list';
    case 'list':
      return 'list';
    case 'unary':
      return ast.op === '-' ? 'number' : undefined;
    case 'binary':
      if (ast.op === 'and' || ast.op === 'or') return conditionless(ast.left, types) ?? conditionless(ast.right, types);
      return ['+', '-', '*', '/', '//', '%', '**'].includes(ast.op) ? (kind === 'list' ? 'list' : 'number') : undefined;
    default:
      return undefined;
  }
}

function mayBeTensor(type: Type | undefined): boolean {
  switch (type?.kind) {
    case undefined:
    case 'tensor':
    case 'any':
    case 'var':
      return true;
    case 'union':
      return type.members.some(mayBeTensor);
    case 'optional':
      return mayBeTensor(type.element);
    default:
      return false;
  }
}
