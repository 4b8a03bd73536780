/** A YAML mapping after validation by its JSON Schema. */
export type Data = Readonly<Record<string, unknown>>;

/** A mapping as it is; an empty one for anything else. */
export function record(v: unknown): Data {
  return isData(v) ? v : {};
}

/** True for a mapping. */
export function isData(v: unknown): v is Data {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A list as it is, one value as a list of it, none for what is absent. */
export function items(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? v : v === undefined ? [] : [v];
}

/** As `items`, each as text. */
export function strings(v: unknown): string[] {
  return items(v).map(String);
}

/** Plain YAML where an expression stands: `shape: []`, `value: 0` and `when: true` are read as their text. */
export function exprText(v: unknown): string {
  if (v === null) return 'none';
  return Array.isArray(v) ? `[${v.map(exprText).join(', ')}]` : String(v);
}

/** As `exprText`; undefined for what is absent. */
export function optionalText(v: unknown): string | undefined {
  return v === undefined ? undefined : exprText(v);
}
