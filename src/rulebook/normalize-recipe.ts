import type { Span } from '../diagnostics/diagnostic.js';
import {
  ATTRIBUTE_KINDS,
  type AttributeValue,
  type CallOperand,
  type LoopStep,
  type NodeStep,
  type Recipe,
  type RecipeAttribute,
  type RecipeItem,
  type RecipeStep,
} from '../schema/recipe.js';
import { exprText, items, optionalText, record, strings } from './data.js';

/** A recipe of a validated YAML file. */
export function normalizeRecipe(v: unknown, span: Span): Recipe {
  const data = record(v);
  return {
    ops: strings(data.op),
    when: optionalText(data.when),
    complex: data.complex === 'only' || data.complex === 'any' ? data.complex : undefined,
    rank: data.rank === 'open' ? 'open' : undefined,
    opset: data.opset === undefined ? undefined : String(data.opset),
    let: bindings(data.let),
    promote: promotion(data.promote),
    steps: items(data.onnx).map(step),
    out: data.out === undefined ? undefined : strings(data.out),
    span,
  };
}

function bindings(v: unknown): Recipe['let'] {
  return Object.entries(record(v)).map(([k, e]) => [k, exprText(e)] as const);
}

function promotion(v: unknown): Recipe['promote'] {
  if (v === undefined) return undefined;
  if (Array.isArray(v)) return { args: strings(v) };
  const data = record(v);
  return { args: strings(data.args), to: optionalText(data.to) };
}

function step(v: unknown): RecipeStep {
  const data = record(v);
  if ('for' in data) return loop(data);
  if ('do' in data) {
    return { kind: 'if', test: exprText(data.if), do: items(data.do).map(step), else: items(data.else).map(step) };
  }
  const out = data.out === undefined ? unnamed(data.outputs) : strings(data.out);
  if ('call' in data) {
    const operands = Object.entries(record(data.in)).map(([k, a]) => [k, operand(a)] as const);
    return { kind: 'call', op: String(data.call), in: operands, out, if: optionalText(data.if) };
  }
  return {
    kind: 'node',
    op: String(data.op),
    domain: data.domain === undefined || data.domain === ONNX_DOMAIN ? '' : String(data.domain),
    version: typeof data.version === 'number' ? data.version : undefined,
    pure: typeof data.pure === 'boolean' ? data.pure : undefined,
    infer: facts(data.infer),
    in: items(data.in).map(item),
    attrs: Object.entries(record(data.attrs)).map(([k, a]) => [k, attribute(a)] as const),
    out,
    if: optionalText(data.if),
  };
}

/** The other name of the domain ''. */
const ONNX_DOMAIN = 'ai.onnx';

function facts(v: unknown): NodeStep['infer'] {
  if (v === undefined) return undefined;
  return items(v).map((fact) => {
    const data = record(fact);
    return { dtype: optionalText(data.dtype), shape: optionalText(data.shape) };
  });
}

function loop(data: Readonly<Record<string, unknown>>): LoopStep {
  const [[name, over] = ['', []]] = Object.entries(record(data.for));
  return {
    kind: 'for',
    name,
    over: exprText(over),
    carry: Object.entries(record(data.carry)).map(([k, a]) => [k, item(a)] as const),
    let: bindings(data.let),
    do: items(data.do).map(step),
    collect: data.collect === undefined ? [] : strings(data.collect),
  };
}

/** Outputs that only count: their names cannot be read. */
function unnamed(outputs: unknown): string[] {
  return typeof outputs === 'number' ? Array.from({ length: outputs }, (_, i) => ` ${i}`) : [];
}

function item(v: unknown): RecipeItem {
  if (v === null || typeof v === 'string') return v;
  if (typeof v !== 'object' || Array.isArray(v)) return { const: exprText(v) };
  const data = record(v);
  if ('const' in data) {
    return { const: exprText(data.const), dtype: optionalText(data.dtype), shape: optionalText(data.shape) };
  }
  if ('else' in data) {
    const optional = { arg: String(data.arg), else: item(data.else) };
    return data.cast === undefined ? optional : { ...optional, cast: exprText(data.cast) };
  }
  return 'cast' in data ? { arg: String(data.arg), cast: exprText(data.cast) } : String(data.arg);
}

function operand(v: unknown): CallOperand {
  if (Array.isArray(v)) return { list: v.map(operand) };
  return typeof v === 'object' && v !== null ? item(v) : exprText(v ?? 'none');
}

function attribute(v: unknown): RecipeAttribute {
  for (const kind of ATTRIBUTE_KINDS) {
    const data = record(v);
    if (kind in data) return { kind, value: attributeValue(data[kind]) };
  }
  return attributeValue(v);
}

function attributeValue(v: unknown): AttributeValue {
  if (typeof v === 'number' || typeof v === 'boolean') return v;
  return Array.isArray(v) ? v.map(attributeValue) : String(v);
}
