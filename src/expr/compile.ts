import type { Ast } from './ast.js';
import { applyBinary, elementOf, fieldOf, negated, sliceOf, truth } from './evaluate.js';
import { type ExprEnv, ExprError, type ExprFunction, type ExprValue, Float, isList, UNKNOWN } from './value.js';

/** An expression as a function: the tree is walked once, when it is compiled. */
export type Evaluate = (env: ExprEnv) => ExprValue;

/** Compiles a syntax tree. The function spreads UNKNOWN and throws ExprError for a real mistake. */
export function compileAst(ast: Ast): Evaluate {
  switch (ast.kind) {
    case 'literal': {
      const value = ast.float === true ? new Float(Number(ast.value)) : ast.value;
      return () => value;
    }
    case 'name': {
      const { name, offset } = ast;
      return (env) => {
        const value = env.lookup(name);
        if (value === undefined) throw new ExprError(`nothing defines \`${name}\``, offset, name.length);
        return value;
      };
    }
    case 'list':
      return list(ast.items.map(compileAst));
    case 'comprehension':
      return comprehension(ast);
    case 'field': {
      const of = compileAst(ast.of);
      return (env) => fieldOf(of(env), ast.field, ast.offset);
    }
    case 'index': {
      const [of, index] = [compileAst(ast.of), compileAst(ast.index)];
      return (env) => elementOf(of(env), index(env), ast.offset);
    }
    case 'slice':
      return slice(ast);
    case 'call':
      return call(ast);
    case 'unary': {
      const operand = compileAst(ast.operand);
      if (ast.op === '-') return (env) => negated(operand(env), ast.offset);
      return (env) => {
        const v = operand(env);
        return v === UNKNOWN ? UNKNOWN : !truth(v, ast.offset);
      };
    }
    case 'binary':
      return binary(ast);
    case 'if': {
      const [test, yes, no] = [compileAst(ast.test), compileAst(ast.yes), compileAst(ast.no)];
      return (env) => {
        const v = test(env);
        if (v === UNKNOWN) return UNKNOWN;
        return truth(v, ast.test.offset) ? yes(env) : no(env);
      };
    }
  }
}

/** Evaluates each; short lists have code of their own, as most lists and calls are short. */
function list(items: readonly Evaluate[]): (env: ExprEnv) => ExprValue[] {
  const [a, b, c] = items;
  if (a === undefined) return () => [];
  if (b === undefined) return (env) => [a(env)];
  if (c === undefined) return (env) => [a(env), b(env)];
  return (env) => {
    const out = new Array<ExprValue>(items.length);
    for (let i = 0; i < items.length; i++) out[i] = items[i]?.(env) ?? null;
    return out;
  };
}

/** What the body of a comprehension sees: its item by name, and all around it. */
class ItemEnv implements ExprEnv {
  private item: ExprValue = UNKNOWN;

  constructor(
    private readonly name: string,
    private readonly outer: ExprEnv,
  ) {}

  take(item: ExprValue): this {
    this.item = item;
    return this;
  }

  get ranges() {
    return this.outer.ranges;
  }

  lookup(name: string): ExprValue | undefined {
    return name === this.name ? this.item : this.outer.lookup(name);
  }

  function(name: string): ExprFunction | undefined {
    return this.outer.function(name);
  }

  fresh() {
    return this.outer.fresh();
  }
}

function comprehension(ast: Ast & { kind: 'comprehension' }): Evaluate {
  const [source, body] = [compileAst(ast.source), compileAst(ast.body)];
  const filter = ast.filter === undefined ? undefined : compileAst(ast.filter);
  const filterOffset = ast.filter?.offset ?? 0;
  const list = ast.source.kind === 'name' ? ast.source.name : undefined;
  return (env) => {
    const items = source(env);
    if (items === UNKNOWN) return UNKNOWN;
    if (!isList(items)) throw new ExprError('`for` needs a list', ast.source.offset);
    const plain = env.bindItem === undefined ? new ItemEnv(ast.name, env) : undefined;
    const out: ExprValue[] = [];
    for (let i = 0; i < items.length; i++) {
      const item = items[i] ?? null;
      const inner = plain?.take(item) ?? env.bindItem?.(ast.name, item, list, i) ?? env;
      const keep = filter === undefined ? true : filter(inner);
      if (keep === UNKNOWN) return UNKNOWN;
      if (truth(keep, filterOffset)) out.push(body(inner));
    }
    return out;
  };
}

function slice(ast: Ast & { kind: 'slice' }): Evaluate {
  const of = compileAst(ast.of);
  const from = ast.from === undefined ? () => 0 : compileAst(ast.from);
  const to = ast.to === undefined ? () => Number.MAX_SAFE_INTEGER : compileAst(ast.to);
  return (env) => sliceOf(of(env), from(env), to(env), ast.offset);
}

function call(ast: Ast & { kind: 'call' }): Evaluate {
  const { name, offset } = ast;
  const count = ast.args.length;
  const args = list(ast.args.map(compileAst));
  let names: readonly string[] | undefined;
  return (env) => {
    const fn = env.function(name);
    if (fn === undefined) throw new ExprError(`there is no function \`${name}\``, offset, name.length);
    if (count < fn.minArgs || count > fn.maxArgs) throw wrongCount(fn, ast);
    if (fn.byName !== undefined) {
      names ??= ast.args.map(nameOf);
      return fn.byName(names, env);
    }
    const given = args(env);
    if (fn.unknownOk !== true && given.includes(UNKNOWN)) return UNKNOWN;
    try {
      return fn.call(given, env);
    } catch (e) {
      if (e instanceof ExprError && e.offset === 0) throw new ExprError(`${name}: ${e.message}`, offset, name.length);
      throw e;
    }
  };
}

function wrongCount(fn: ExprFunction, ast: Ast & { kind: 'call' }): ExprError {
  const wanted = fn.minArgs === fn.maxArgs ? `${fn.minArgs}` : `${fn.minArgs} to ${fn.maxArgs}`;
  return new ExprError(
    `\`${ast.name}\` takes ${wanted} arguments, not ${ast.args.length}`,
    ast.offset,
    ast.name.length,
  );
}

function nameOf(ast: Ast): string {
  if (ast.kind !== 'name') throw new ExprError('a name must stand here', ast.offset);
  return ast.name;
}

function binary(ast: Ast & { kind: 'binary' }): Evaluate {
  const { op, offset } = ast;
  const [left, right] = [compileAst(ast.left), compileAst(ast.right)];
  if (op === 'and' || op === 'or') return logical(op === 'or', left, right, ast);
  return (env) => {
    const l = left(env);
    const r = right(env);
    return l === UNKNOWN || r === UNKNOWN ? UNKNOWN : applyBinary(op, l, r, offset, env.ranges);
  };
}

/** Short-circuits as Python does; an unknown side still yields when the other side decides. */
function logical(decides: boolean, left: Evaluate, right: Evaluate, ast: Ast & { kind: 'binary' }): Evaluate {
  return (env) => {
    const l = left(env);
    if (l !== UNKNOWN && truth(l, ast.left.offset) === decides) return decides;
    const r = right(env);
    if (r !== UNKNOWN && truth(r, ast.right.offset) === decides) return decides;
    return l === UNKNOWN || r === UNKNOWN ? UNKNOWN : !decides;
  };
}
