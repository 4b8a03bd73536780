/** Hands out names that are unique in a model: the hint itself first, then `hint_1`, `hint_2`... */
export class Namer {
  private readonly used = new Set<string>();
  private readonly counters = new Map<string, number>();

  has(name: string): boolean {
    return this.used.has(name);
  }

  unique(hint: string): string {
    let name = hint;
    if (name === '' || this.used.has(name)) {
      const base = hint.replace(/_\d+$/, '');
      let n = this.counters.get(base) ?? 0;
      do {
        n += 1;
        name = `${base}_${n}`;
      } while (this.used.has(name));
      this.counters.set(base, n);
    }
    this.used.add(name);
    return name;
  }
}

/** `ReduceMean` -> `reduce_mean`: the hint of a value that has no other. */
export function snakeCase(op: string): string {
  return op
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
