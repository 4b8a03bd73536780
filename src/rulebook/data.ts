/** A YAML mapping after validation by its JSON Schema. */
export type Data = Readonly<Record<string, unknown>>;

export function record(v: unknown): Data {
  return isData(v) ? v : {};
}

export function isData(v: unknown): v is Data {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

export function items(v: unknown): readonly unknown[] {
  return Array.isArray(v) ? v : v === undefined ? [] : [v];
}

export function strings(v: unknown): string[] {
  return items(v).map(String);
}

/** Plain YAML where an expression stands: `shape: []`, `value: 0` and `when: true` are read as their text. */
export function exprText(v: unknown): string {
  if (v === null) return 'none';
  return Array.isArray(v) ? `[${v.map(exprText).join(', ')}]` : String(v);
}

export function optionalText(v: unknown): string | undefined {
  return v === undefined ? undefined : exprText(v);
}
