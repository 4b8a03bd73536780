import { readFileSync } from 'node:fs';
import type { RuleBook } from '../rulebook/load.js';
import { FILE_KINDS, type FileKind, schemaPath } from '../rulebook/validators.js';
import { oneOf } from './dispatch.js';
import { isSchema, type JsonSchema, mapSchema, part, when } from './json-schema.js';
import { OnnxOperators } from './onnx-operators.js';
import { EditorOperators } from './operators.js';

/**
 * The JSON Schemas of all kinds of files for editors: those that files are checked with, and in them the names of the
 * book's operators with their signatures, the arguments of the operator that a pattern, template or step names, ONNX's
 * operators and attributes, and the ids of rules.
 */
export function editorSchemas(book: RuleBook): ReadonlyMap<FileKind, JsonSchema> {
  const operators = new EditorOperators(book.registry);
  const ids = oneOf(new Map(book.entries().map(({ rule }) => [rule.id, rule.why])), { not: {} });
  return new Map(
    FILE_KINDS.map((kind) => {
      const base: unknown = JSON.parse(readFileSync(schemaPath(kind), 'utf8'));
      return [kind, enriched(record(base), operators, ids)];
    }),
  );
}

function record(v: unknown): JsonSchema {
  return isSchema(v) ? v : {};
}

function enriched(base: JsonSchema, operators: EditorOperators, ids: JsonSchema): JsonSchema {
  const onnx = new OnnxOperators();
  let definitions: JsonSchema = {};
  const define = (more: JsonSchema): void => {
    definitions = { ...definitions, ...more };
  };
  const schema = mapSchema(silenced(base), (s, name) => {
    const keys = part(s, 'properties');
    const names = operatorOrList(s, base);
    if (names !== undefined) return names;
    if (isOperatorName(s)) {
      if (!('operator-name' in definitions)) define({ 'operator-name': operators.name() });
      return { description: s.description ?? 'An operator with its overload.', $ref: '#/$defs/operator-name' };
    }
    if (isSignature(s)) return { ...s, ...operators.signature() };
    if (isRuleId(s, name)) {
      define({ 'rule-id': ids });
      return { ...s, $ref: '#/$defs/rule-id' };
    }
    if (keys.onnx !== undefined && keys.op !== undefined) {
      define({ ...operators.recipeItems(), 'of-recipe': operators.byOperator('op', 'r-') });
      return applying(s, 'of-recipe');
    }
    if (keys.in === undefined) return choices(s);
    if (keys.call !== undefined) {
      define({ ...operators.argumentKeys(), 'of-call': operators.byOperator('call') });
      return applying(s, 'of-call');
    }
    if (keys.attrs !== undefined) {
      define({ ...onnx.definitions(), 'of-node': onnx.node() });
      return applying(s, 'of-node');
    }
    if (keys.op === undefined) return s;
    define({ ...operators.argumentKeys(), 'of-operator': operators.byOperator('op') });
    return applying(s, 'of-operator');
  });
  return { ...schema, $defs: { ...part(schema, '$defs'), ...definitions } };
}

/**
 * Without the descriptions of what stands at the keys of `in` and `attrs`: an editor shows the first that applies, and
 * that of the key itself tells more.
 */
function silenced(base: JsonSchema): JsonSchema {
  const values = new Set<string>();
  mapSchema(base, (s, name) => {
    const { $ref } = part(s, 'additionalProperties');
    if ((name === 'in' || name === 'attrs') && typeof $ref === 'string') values.add($ref.replace('#/$defs/', ''));
    return s;
  });
  const definitions = Object.entries(part(base, '$defs')).map(([name, s]) => [
    name,
    values.has(name) && isSchema(s) ? silent(s) : s,
  ]);
  return { ...base, $defs: Object.fromEntries(definitions) };
}

/** Without its description and those of its forms. */
function silent(s: JsonSchema): JsonSchema {
  const forms = Object.entries(s).map(([key, v]) => [
    key,
    (key === 'then' || key === 'else') && isSchema(v) ? silent(v) : v,
  ]);
  return { ...Object.fromEntries(forms), description: undefined };
}

/** `namespace::name` with any overload. */
function isOperatorName(s: JsonSchema): boolean {
  return (
    s.type === 'string' &&
    typeof s.pattern === 'string' &&
    s.pattern.startsWith('^\\w+::') &&
    !s.pattern.includes('\\(')
  );
}

function isSignature(s: JsonSchema): boolean {
  return (
    s.type === 'string' && typeof s.pattern === 'string' && s.pattern.startsWith('^\\w+::') && s.pattern.includes('\\(')
  );
}

/**
 * A name or a list of names, told apart by `if`: as alternatives, in which editors look for what to offer. Undefined for
 * other schemas.
 */
function operatorOrList(s: JsonSchema, base: JsonSchema): JsonSchema | undefined {
  const one = part(s, 'else');
  const target = typeof one.$ref === 'string' ? definition(base, one.$ref) : {};
  if (part(s, 'if').type !== 'array' || !isOperatorName(target)) return undefined;
  return { description: s.description, anyOf: [one, { type: 'array', ...part(s, 'then') }] };
}

function definition(base: JsonSchema, reference: string): JsonSchema {
  return part(part(base, '$defs'), reference.replace('#/$defs/', ''));
}

/** Ids of rules that are named: not the `id` that a rule gives itself. */
function isRuleId(s: JsonSchema, name: string): boolean {
  return s.type === 'string' && s.pattern === '^[a-z0-9]+(-[a-z0-9]+)*$' && name !== 'id';
}

function applying(s: JsonSchema, definition: string): JsonSchema {
  const { allOf } = s;
  return { ...s, allOf: [...(Array.isArray(allOf) ? allOf : []), { $ref: `#/$defs/${definition}` }] };
}

/**
 * A chain of `if: { required: [key] }` tells forms apart by a key. Before any of them is written, all are offered.
 */
function choices(s: JsonSchema): JsonSchema {
  const keys: string[] = [];
  const offers: Record<string, JsonSchema> = {};
  for (let at = s; ; at = part(at, 'else')) {
    const { required } = part(at, 'if');
    if (!Array.isArray(required) || typeof required[0] !== 'string') break;
    const [key] = required;
    const { description } = part(part(part(at, 'then'), 'properties'), key);
    keys.push(key);
    offers[key] = description === undefined ? {} : { description };
  }
  if (keys.length < 2) return s;
  const none = { type: 'object', not: { anyOf: keys.map((key) => ({ required: [key] })) } };
  const offered = when(none, { properties: offers });
  const { allOf } = s;
  return { ...s, allOf: [...(Array.isArray(allOf) ? allOf : []), offered] };
}
