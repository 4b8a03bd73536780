/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** True for an object: schemas of true and false are none here. */
export function isSchema(v: unknown): v is JsonSchema {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** The part that stands at a key; empty where there is none. */
export function part(schema: JsonSchema, key: string): JsonSchema {
  const v = schema[key];
  return isSchema(v) ? v : {};
}

/** A copy of a schema in which `change` has replaced every part that it gives something else for, innermost first. */
export function mapSchema(
  schema: JsonSchema,
  change: (s: JsonSchema, name: string) => JsonSchema,
  name = '',
): JsonSchema {
  const copy = Object.fromEntries(Object.entries(schema).map(([key, v]) => [key, mapped(v, change, key)]));
  return change(copy, name);
}

function mapped(v: unknown, change: (s: JsonSchema, name: string) => JsonSchema, name: string): unknown {
  if (Array.isArray(v)) return v.map((item) => mapped(item, change, name));
  return isSchema(v) ? mapSchema(v, change, name) : v;
}

/** `if`, `then` and `else`. */
export function when(test: JsonSchema, then: JsonSchema, otherwise?: JsonSchema): JsonSchema {
  const parts: [string, JsonSchema][] = [
    ['if', test],
    ['then', then],
  ];
  if (otherwise !== undefined) parts.push(['else', otherwise]);
  return Object.fromEntries(parts);
}

/** The pattern that takes exactly this text. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
