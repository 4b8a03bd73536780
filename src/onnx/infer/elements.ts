import { MAX_TRACKED_ELEMENTS } from '../../ir/content.js';
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
} from '../../ir/dim.js';
import type { InferContext } from './context.js';
import { larger, smaller } from './dims.js';
import type { SymbolTable } from './symbols.js';

/** One element of the result; undefined when it cannot be told. */
export type ElementFunction = (values: readonly Dim[], symbols: SymbolTable, c: InferContext) => Dim | undefined;

function binary(fn: (a: Dim, b: Dim, symbols: SymbolTable, c: InferContext) => Dim | undefined): ElementFunction {
  return ([a, b], symbols, c) => (a === undefined || b === undefined ? undefined : fn(a, b, symbols, c));
}

function unary(fn: (a: Dim, symbols: SymbolTable) => Dim | undefined): ElementFunction {
  return ([a], symbols) => (a === undefined ? undefined : fn(a, symbols));
}

/** ONNX Div of integers truncates toward zero, which is floor division for operands known to be non-negative. */
function truncatedDiv(a: Dim, b: Dim, symbols: SymbolTable): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? undefined : Math.trunc(a / b) + 0;
  const quotient = dimFloorDiv(a, b);
  if (typeof b === 'number' ? b > 0 : symbols.min(b) > 0) {
    if (symbols.min(a) >= 0 || dimEquals(dimMul(quotient, b), a)) return quotient;
  }
  return undefined;
}

function modulo(a: Dim, b: Dim, symbols: SymbolTable, c: InferContext): Dim | undefined {
  if (b === 0) return undefined;
  const unsigned = symbols.min(a) >= 0 && symbols.min(b) > 0;
  if (c.int('fmod') !== 0 && !unsigned) return undefined;
  return dimMod(a, b);
}

function compare(op: Comparison): ElementFunction {
  return binary((a, b, symbols) => {
    const known = dimCompare(op, a, b, symbols.ranges);
    return known === undefined ? undefined : Number(known);
  });
}

function logic(decide: (a: Dim, b: Dim) => number | undefined): ElementFunction {
  return binary((a, b) => decide(a, b));
}

function power(a: Dim, b: Dim): Dim | undefined {
  if (typeof b !== 'number' || b < 0 || b > 8 || !Number.isInteger(b)) return undefined;
  let out: Dim = 1;
  for (let i = 0; i < b; i++) out = dimMul(out, a);
  return out;
}

/** Element by element functions of integer and boolean tensors. */
export const ELEMENT_FUNCTIONS: Readonly<Record<string, ElementFunction>> = {
  Add: binary(dimAdd),
  Sub: binary(dimSub),
  Mul: binary(dimMul),
  Div: binary(truncatedDiv),
  Mod: binary(modulo),
  Pow: binary(power),
  Min: (values, symbols) => values.reduce((a, b) => smaller(a, b, symbols)),
  Max: (values, symbols) => values.reduce((a, b) => larger(a, b, symbols)),
  Sum: (values) => values.reduce(dimAdd),
  Neg: unary(dimNeg),
  Abs: unary((a, s) => (s.min(a) >= 0 ? a : s.max(a) <= 0 ? dimNeg(a) : undefined)),
  Sign: unary((a, s) => (s.min(a) > 0 ? 1 : s.max(a) < 0 ? -1 : a === 0 ? 0 : undefined)),
  Equal: compare('eq'),
  Less: compare('lt'),
  LessOrEqual: compare('le'),
  Greater: compare('gt'),
  GreaterOrEqual: compare('ge'),
  Not: unary((a) => (typeof a === 'number' ? 1 - a : undefined)),
  And: logic((a, b) => (a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : undefined)),
  Or: logic((a, b) => (a === 1 || b === 1 ? 1 : a === 0 && b === 0 ? 0 : undefined)),
  Xor: logic((a, b) => (typeof a === 'number' && typeof b === 'number' ? a ^ b : undefined)),
  Where: ([condition, a, b]) => {
    if (a === undefined || b === undefined) return undefined;
    if (dimEquals(a, b)) return a;
    return typeof condition === 'number' ? (condition !== 0 ? a : b) : undefined;
  },
  Clip: ([x, low, high], symbols) => {
    if (x === undefined || low === undefined || high === undefined) return undefined;
    return smaller(larger(x, low, symbols), high, symbols);
  },
};

/** Integers beyond this may not be exact: nothing is said of them. */
function isExact(d: Dim): boolean {
  return typeof d !== 'number' || Number.isSafeInteger(d);
}

/**
 * Elements of an elementwise operator over tracked operands, broadcast (0-d or 1-d); undefined when an operand is not
 * tracked or nothing is known of any element. A single unknown element becomes a fresh value.
 */
export function mapElements(
  c: InferContext,
  fn: ElementFunction,
  shape: readonly Dim[] | undefined,
): Dim[] | undefined {
  const lists: (readonly Dim[])[] = [];
  for (let i = 0; i < c.inputs.length; i++) {
    const list = c.elements(i);
    if (list === undefined) return undefined;
    lists.push(list);
  }
  if (lists.length === 0 || shape === undefined || shape.length > 1) return undefined;
  const length = shape.length === 0 ? 1 : shape[0];
  if (typeof length !== 'number' || length > MAX_TRACKED_ELEMENTS) return undefined;
  const out: Dim[] = [];
  let known = length === 0;
  for (let i = 0; i < length; i++) {
    const values: Dim[] = [];
    for (const list of lists) {
      const v = list[list.length === 1 ? 0 : i];
      if (v === undefined) return undefined;
      values.push(v);
    }
    const d = values.every(isExact) ? fn(values, c.symbols, c) : undefined;
    if (d !== undefined && isExact(d)) known = true;
    out.push(d !== undefined && isExact(d) ? d : c.symbols.freshValue());
  }
  return known ? out : undefined;
}
