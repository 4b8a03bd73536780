import { type ExprValue, Float, isList } from '../expr/value.js';
import { isDType } from '../ir/dtype.js';
import type { AttrInput } from '../onnx/attributes.js';
import { onnxDtype } from '../onnx/dtype-code.js';
import { opSpec } from '../onnx/op-spec.js';
import type { AttributeKind, AttributeValue, NodeStep, RecipeAttribute } from '../schema/recipe.js';
import { type Plain, toPlain } from './operand-value.js';
import type { RecipeScope } from './recipe-scope.js';

/** An attribute of a step's node; null where it is left out. Errors: `recipe-invalid`, `needs-constant`. */
export function recipeAttribute(step: NodeStep, given: RecipeAttribute, scope: RecipeScope): AttrInput | null {
  const { ctx } = scope;
  const runtimeOnly = (): never =>
    ctx.fail(
      'needs-constant',
      `${ctx.node.op} needs \`${typeof given === 'string' ? given : JSON.stringify(given)}\` at compile time, but it is known only at run time`,
    );
  const value = evaluated(isNamed(given) ? given.value : given, scope);
  if (!isNamed(given) && opSpec(step.op, ctx.opset, step.domain) !== undefined) {
    const plain = toPlain(value);
    // The builder checks it against the signature.
    return plain === undefined ? runtimeOnly() : (plain as AttrInput | null);
  }
  const made = untabledAttribute(value, isNamed(given) ? given.kind : undefined);
  if ('wrong' in made) return scope.bad(`${step.op}: ${made.wrong}`);
  return made.attribute === undefined ? runtimeOnly() : made.attribute;
}

function isNamed(given: RecipeAttribute): given is Extract<RecipeAttribute, { readonly kind: AttributeKind }> {
  return typeof given === 'object' && 'kind' in given;
}

function evaluated(value: AttributeValue, scope: RecipeScope): ExprValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? scope.evaluate(value) : value.map((v) => evaluated(v, scope));
}

/**
 * An attribute of a node whose operator no table describes: its kind is the one that the recipe names, else that of the
 * value, where a float stays one though it is whole. Undefined when the value is not constant, or is none.
 * Errors (as text): a value of another kind than the recipe names, and one that tells no kind.
 */
function untabledAttribute(
  value: ExprValue,
  kind: AttributeKind | undefined,
): { readonly attribute: AttrInput | null | undefined } | { readonly wrong: string } {
  const plain = toPlain(value);
  if (plain === undefined || plain === null) return { attribute: plain };
  if (kind !== undefined) {
    const attribute = ofKind(plain, kind);
    return attribute === undefined ? { wrong: `\`${JSON.stringify(plain)}\` is no ${kind}` } : { attribute };
  }
  if (value instanceof Float && typeof plain === 'number') return { attribute: { kind: 'float', value: plain } };
  if (!Array.isArray(plain)) return { attribute: scalar(plain) };
  if (plain.length === 0) return { wrong: 'an empty list tells no kind: write { ints: [] }, floats or strings' };
  if (isList(value) && value.some((v) => v instanceof Float)) {
    const floats = ofKind(plain, 'floats');
    return floats === undefined ? { wrong: 'the items are of several kinds' } : { attribute: floats };
  }
  const list = ofKind(plain, 'ints') ?? ofKind(plain, 'strings') ?? ofKind(plain, 'floats');
  return list === undefined ? { wrong: 'the items are of several kinds' } : { attribute: list };
}

function scalar(plain: Exclude<Plain, null>): AttrInput {
  return typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean' ? plain : undefined;
}

function ofKind(plain: Plain, kind: AttributeKind): AttrInput | undefined {
  switch (kind) {
    case 'int': {
      const value = asInt(plain);
      return value === undefined ? undefined : { kind, value };
    }
    case 'float':
      return typeof plain === 'number' ? { kind, value: plain } : undefined;
    case 'string':
      return typeof plain === 'string' ? { kind, value: plain } : undefined;
    case 'ints': {
      const value = each(plain, asInt);
      return value === undefined ? undefined : { kind, value };
    }
    case 'floats': {
      const value = each(plain, (v) => (typeof v === 'number' ? v : undefined));
      return value === undefined ? undefined : { kind, value };
    }
    case 'strings': {
      const value = each(plain, (v) => (typeof v === 'string' ? v : undefined));
      return value === undefined ? undefined : { kind, value };
    }
  }
}

/** A dtype is its number in ONNX. */
function asInt(v: Plain): number | undefined {
  if (typeof v === 'boolean') return Number(v);
  if (typeof v === 'string') return isDType(v) ? onnxDtype(v) : undefined;
  return typeof v === 'number' && Number.isInteger(v) ? v : undefined;
}

function each<T>(plain: Plain, convert: (v: Plain) => T | undefined): T[] | undefined {
  if (!Array.isArray(plain)) return undefined;
  const converted: T[] = [];
  for (const v of plain) {
    const c = convert(v);
    if (c === undefined) return undefined;
    converted.push(c);
  }
  return converted;
}
