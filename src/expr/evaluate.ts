import {
  type Comparison,
  type Dim,
  dimAdd,
  dimCompare,
  dimEquals,
  dimFloorDiv,
  dimMod,
  dimMul,
  dimNeg,
  dimSub,
  type Ranges,
} from '../ir/dim.js';
import type { Ast, BinaryOp } from './ast.js';
import { floatOf, quotientArithmetic, quotientCompare, quotientOf } from './quotient.js';
import { type ExprEnv, ExprError, type ExprValue, Float, isDim, isList, TensorRef, UNKNOWN } from './value.js';

/** Evaluates a syntax tree. UNKNOWN spreads; a real mistake throws ExprError. */
export function evaluateAst(ast: Ast, env: ExprEnv): ExprValue {
  switch (ast.kind) {
    case 'literal':
      return ast.float === true ? new Float(ast.value as number) : ast.value;
    case 'name': {
      const value = env.lookup(ast.name);
      if (value === undefined) throw new ExprError(`nothing defines \`${ast.name}\``, ast.offset, ast.name.length);
      return value;
    }
    case 'list':
      return ast.items.map((item) => evaluateAst(item, env));
    case 'comprehension':
      return comprehension(ast, env);
    case 'field':
      return field(evaluateAst(ast.of, env), ast);
    case 'index':
      return element(evaluateAst(ast.of, env), evaluateAst(ast.index, env), ast.offset);
    case 'slice':
      return slice(ast, env);
    case 'call':
      return call(ast, env);
    case 'unary':
      return unary(ast, env);
    case 'binary':
      return binary(ast, env);
    case 'if': {
      const test = evaluateAst(ast.test, env);
      if (test === UNKNOWN) return UNKNOWN;
      return evaluateAst(truth(test, ast.test.offset) ? ast.yes : ast.no, env);
    }
  }
}

/** Python's truth of a value; UNKNOWN is not one. */
export function truth(v: ExprValue, offset = 0): boolean {
  if (typeof v === 'boolean') return v;
  if (v === null) return false;
  if (typeof v === 'number') return v !== 0;
  if (typeof v === 'string') return v !== '';
  if (isList(v)) return v.length > 0;
  if (v instanceof Float && v.value !== undefined) return v.value !== 0;
  if (v instanceof TensorRef) throw new ExprError('a tensor has no truth value; compare one of its fields', offset);
  throw new ExprError('the condition is not known at compile time', offset);
}

function comprehension(ast: Ast & { kind: 'comprehension' }, env: ExprEnv): ExprValue {
  const source = evaluateAst(ast.source, env);
  if (source === UNKNOWN) return UNKNOWN;
  if (!isList(source)) throw new ExprError('`for` needs a list', ast.source.offset);
  const list = ast.source.kind === 'name' ? ast.source.name : undefined;
  const out: ExprValue[] = [];
  for (let i = 0; i < source.length; i++) {
    const item = source[i] ?? null;
    const inner: ExprEnv = env.bindItem?.(ast.name, item, list, i) ?? {
      ...bindEnv(env),
      lookup: (n) => (n === ast.name ? item : env.lookup(n)),
    };
    if (ast.filter !== undefined) {
      const keep = evaluateAst(ast.filter, inner);
      if (keep === UNKNOWN) return UNKNOWN;
      if (!truth(keep, ast.filter.offset)) continue;
    }
    out.push(evaluateAst(ast.body, inner));
  }
  return out;
}

function bindEnv(env: ExprEnv): ExprEnv {
  return {
    lookup: (n) => env.lookup(n),
    function: (n) => env.function(n),
    fresh: () => env.fresh(),
    ranges: env.ranges,
  };
}

function field(of: ExprValue, ast: Ast & { kind: 'field' }): ExprValue {
  if (of === UNKNOWN) return UNKNOWN;
  if (!(of instanceof TensorRef))
    throw new ExprError(`only tensors have fields, not ${kindName(of)}`, ast.offset, ast.field.length + 1);
  switch (ast.field) {
    case 'dtype':
      return of.dtype ?? UNKNOWN;
    case 'shape':
      return of.shape ?? UNKNOWN;
    case 'rank':
      return of.shape?.length ?? UNKNOWN;
    case 'elements':
      return of.elements ?? UNKNOWN;
    default:
      throw new ExprError(
        `a tensor has no field \`${ast.field}\` (shape, dtype, rank, elements)`,
        ast.offset,
        ast.field.length + 1,
      );
  }
}

function element(of: ExprValue, index: ExprValue, offset: number): ExprValue {
  if (of === UNKNOWN || index === UNKNOWN) return UNKNOWN;
  if (!isList(of)) throw new ExprError(`cannot index ${kindName(of)}`, offset);
  if (typeof index !== 'number') return UNKNOWN;
  const at = index < 0 ? index + of.length : index;
  const value = of[at];
  if (value === undefined) throw new ExprError(`index ${index} is outside a list of ${of.length}`, offset);
  return value;
}

function slice(ast: Ast & { kind: 'slice' }, env: ExprEnv): ExprValue {
  const of = evaluateAst(ast.of, env);
  const from = ast.from === undefined ? 0 : evaluateAst(ast.from, env);
  const to = ast.to === undefined ? Number.MAX_SAFE_INTEGER : evaluateAst(ast.to, env);
  if (of === UNKNOWN || from === UNKNOWN || to === UNKNOWN) return UNKNOWN;
  if (!isList(of)) throw new ExprError(`cannot slice ${kindName(of)}`, ast.offset);
  if (typeof from !== 'number' || typeof to !== 'number') return UNKNOWN;
  return of.slice(from, to);
}

function call(ast: Ast & { kind: 'call' }, env: ExprEnv): ExprValue {
  const fn = env.function(ast.name);
  if (fn === undefined) throw new ExprError(`there is no function \`${ast.name}\``, ast.offset, ast.name.length);
  if (ast.args.length < fn.minArgs || ast.args.length > fn.maxArgs) {
    const wanted = fn.minArgs === fn.maxArgs ? `${fn.minArgs}` : `${fn.minArgs} to ${fn.maxArgs}`;
    throw new ExprError(
      `\`${ast.name}\` takes ${wanted} arguments, not ${ast.args.length}`,
      ast.offset,
      ast.name.length,
    );
  }
  if (fn.byName !== undefined) return fn.byName(ast.args.map(nameOf), env);
  const args = ast.args.map((a) => evaluateAst(a, env));
  if (fn.unknownOk !== true && args.includes(UNKNOWN)) return UNKNOWN;
  try {
    return fn.call(args, env);
  } catch (e) {
    if (e instanceof ExprError && e.offset === 0)
      throw new ExprError(`${ast.name}: ${e.message}`, ast.offset, ast.name.length);
    throw e;
  }
}

function nameOf(ast: Ast): string {
  if (ast.kind !== 'name') throw new ExprError('a name must stand here', ast.offset);
  return ast.name;
}

function unary(ast: Ast & { kind: 'unary' }, env: ExprEnv): ExprValue {
  const v = evaluateAst(ast.operand, env);
  if (v === UNKNOWN) return UNKNOWN;
  if (ast.op === 'not') return !truth(v, ast.offset);
  if (isDim(v)) return dimNeg(v);
  if (v instanceof Float) return new Float(v.value === undefined ? undefined : -v.value);
  throw new ExprError(`cannot negate ${kindName(v)}`, ast.offset);
}

function binary(ast: Ast & { kind: 'binary' }, env: ExprEnv): ExprValue {
  const left = evaluateAst(ast.left, env);
  if (ast.op === 'and' || ast.op === 'or') return logical(ast.op, left, ast, env);
  const right = evaluateAst(ast.right, env);
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  return applyBinary(ast.op, left, right, ast.offset, env.ranges);
}

/** Short-circuits as Python does; an unknown side still yields when the other side decides. */
function logical(op: 'and' | 'or', left: ExprValue, ast: Ast & { kind: 'binary' }, env: ExprEnv): ExprValue {
  const decides = op === 'or';
  if (left !== UNKNOWN && truth(left, ast.left.offset) === decides) return decides;
  const right = evaluateAst(ast.right, env);
  if (right !== UNKNOWN && truth(right, ast.right.offset) === decides) return decides;
  return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : !decides;
}

const COMPARISONS: Partial<Record<BinaryOp, Comparison>> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' };

/** One binary operator on known values: symbolic on ints, float arithmetic once a Float takes part. */
export function applyBinary(op: BinaryOp, left: ExprValue, right: ExprValue, offset = 0, ranges?: Ranges): ExprValue {
  if (op === '==' || op === '!=') {
    const same = equal(left, right, ranges);
    return same === UNKNOWN ? UNKNOWN : same === (op === '==');
  }
  if (op === 'in' || op === 'not in') return contains(op, left, right, offset, ranges);
  if (op === '+' && isList(left) && isList(right)) return [...left, ...right];
  if (op === '*' && isList(left) && typeof right === 'number') {
    return Array.from({ length: Math.max(0, right) }, () => left).flat();
  }
  if (op === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  const comparison = COMPARISONS[op];
  const l = typeof left === 'boolean' ? Number(left) : left;
  const r = typeof right === 'boolean' ? Number(right) : right;
  if (isDim(l) && isDim(r)) {
    if (comparison !== undefined) return dimCompare(comparison, l, r, ranges) ?? UNKNOWN;
    return intArithmetic(op, l, r, offset);
  }
  const a = asFloat(l);
  const b = asFloat(r);
  if (a === undefined || b === undefined) {
    if ((l instanceof Float || isDim(l)) && (r instanceof Float || isDim(r)))
      return followed(op, comparison, l, r, ranges);
    throw new ExprError(`\`${op}\` does not take ${kindName(left)} and ${kindName(right)}`, offset, op.length);
  }
  return comparison !== undefined ? compareFloats(comparison, a, b) : new Float(floatArithmetic(op, a, b, offset));
}

/** Floats of which one is known only as a quotient of extents. */
function followed(op: BinaryOp, comparison: Comparison | undefined, l: Dim | Float, r: Dim | Float, ranges?: Ranges) {
  const a = quotientOf(l);
  const b = quotientOf(r);
  if (comparison !== undefined)
    return a === undefined || b === undefined ? UNKNOWN : (quotientCompare(comparison, a, b, ranges) ?? UNKNOWN);
  const exact = op === '+' || op === '-' || op === '*' || op === '/';
  const q = exact && a !== undefined && b !== undefined ? quotientArithmetic(op, a, b) : undefined;
  return q === undefined ? new Float(undefined) : floatOf(q);
}

function divided(a: Dim, b: Dim): Float {
  const q = quotientArithmetic('/', { numerator: a, denominator: 1 }, { numerator: b, denominator: 1 });
  const value = typeof a === 'number' && typeof b === 'number' ? a / b : undefined;
  const plain = new Float(value);
  return quotientOf(plain) === undefined ? new Float(value, q) : plain;
}

/**
 * Extents whose text is longer are unknown from then on: products of quotients of each other would double with each
 * operator, and say nothing that a rule could use. Those of real models take some hundred characters.
 */
const MAX_EXTENT_TEXT = 4096;

/** An extent, or unknown where it would be too long to compute with. */
function bounded(d: Dim): ExprValue {
  return typeof d === 'number' || d.key.length <= MAX_EXTENT_TEXT ? d : UNKNOWN;
}

function intArithmetic(op: BinaryOp, a: Dim, b: Dim, offset: number): ExprValue {
  switch (op) {
    case '+':
      return bounded(dimAdd(a, b));
    case '-':
      return bounded(dimSub(a, b));
    case '*':
      return bounded(dimMul(a, b));
    case '//':
      if (b === 0) throw new ExprError('division by zero', offset);
      return bounded(dimFloorDiv(a, b));
    case '%':
      if (b === 0) throw new ExprError('modulo by zero', offset);
      return bounded(dimMod(a, b));
    case '/':
      return divided(a, b);
    case '**':
      return typeof a === 'number' && typeof b === 'number' ? a ** b : UNKNOWN;
    default:
      throw new ExprError(`\`${op}\` does not take ints`, offset);
  }
}

function floatArithmetic(op: BinaryOp, a: number, b: number, offset: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - Math.floor(a / b) * b;
    case '**':
      return a ** b;
    default:
      throw new ExprError(`\`${op}\` does not take floats`, offset);
  }
}

function compareFloats(op: Comparison, a: number, b: number): boolean {
  switch (op) {
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
  }
}

function asFloat(v: ExprValue): number | undefined {
  return typeof v === 'number' ? v : v instanceof Float ? v.value : undefined;
}

/** Equality as Python's; symbolic ints compare by their difference, undecided ones are UNKNOWN. */
export function equal(a: ExprValue, b: ExprValue, ranges?: Ranges): boolean | typeof UNKNOWN {
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (isDim(a) && isDim(b)) return dimEquals(a, b) ? true : (dimCompare('eq', a, b, ranges) ?? UNKNOWN);
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return false;
    let result: boolean | typeof UNKNOWN = true;
    for (let i = 0; i < a.length; i++) {
      const same = equal(a[i] as ExprValue, b[i] as ExprValue, ranges);
      if (same === false) return false;
      if (same === UNKNOWN) result = UNKNOWN;
    }
    return result;
  }
  if (a instanceof Float || b instanceof Float) {
    const x = asFloat(a);
    const y = asFloat(b);
    if (x !== undefined && y !== undefined) return x === y;
    return (a instanceof Float && a.value === undefined && b !== null) ||
      (b instanceof Float && b.value === undefined && a !== null)
      ? UNKNOWN
      : false;
  }
  if (a instanceof TensorRef && b instanceof TensorRef) return a.operand === b.operand;
  return a === b;
}

function contains(op: 'in' | 'not in', item: ExprValue, list: ExprValue, offset: number, ranges?: Ranges): ExprValue {
  if (!isList(list)) throw new ExprError(`\`in\` needs a list, not ${kindName(list)}`, offset);
  let unknown = false;
  for (const other of list) {
    const same = equal(item, other, ranges);
    if (same === true) return op === 'in';
    if (same === UNKNOWN) unknown = true;
  }
  return unknown ? UNKNOWN : op === 'not in';
}

/** The kind of a value in words, for messages. */
export function kindName(v: ExprValue): string {
  if (v === null) return 'none';
  if (v === UNKNOWN) return 'an unknown value';
  if (isDim(v)) return 'an int';
  if (v instanceof Float) return 'a float';
  if (v instanceof TensorRef) return 'a tensor';
  if (isList(v)) return 'a list';
  return typeof v === 'string' ? 'a string' : 'a bool';
}
