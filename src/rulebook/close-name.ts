/** Names in the order in which they are likely meant: those for which more of the tests hold, the first ones first. */
export function closest(names: readonly string[], tests: readonly ((name: string) => boolean)[]): readonly string[] {
  const held = names.map((name) => ({ name, held: tests.reduce((n, test) => 2 * n + (test(name) ? 1 : 0), 0) }));
  return held.sort((a, b) => b.held - a.held).map(({ name }) => name);
}

/** True where a text has the name as a word of its own: `x` is not in `$x`, nor in `x2`. */
export function usesName(text: string, name: string): boolean {
  const at = name.replaceAll('$', '\\$');
  return new RegExp(`(?<![\\w$])${at}(?!\\w)`).test(text);
}
