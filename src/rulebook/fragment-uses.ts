import { isData, record } from './data.js';
import type { YamlPath } from './yaml-file.js';

/** A use of a fragment in a file: its name, the arguments that it gives, and where it stands. */
export interface PlacedUse {
  readonly name: string;
  readonly args: ReadonlyMap<string, unknown>;
  readonly path: YamlPath;
}

/** Every use of a fragment in a pattern of validated YAML, those inside of others' arguments too. */
export function* usesOf(v: unknown, path: YamlPath): Generator<PlacedUse> {
  if (Array.isArray(v)) {
    for (const [i, item] of v.entries()) yield* usesOf(item, [...path, i]);
    return;
  }
  if (!isData(v)) return;
  const data = record(v);
  if (typeof data.use === 'string') yield { name: data.use, args: new Map(Object.entries(record(data.with))), path };
  for (const [key, value] of Object.entries(data)) {
    // The keys of these are names of arguments.
    if (key !== 'in' && key !== 'with') yield* usesOf(value, [...path, key]);
    else for (const [arg, p] of Object.entries(record(value))) yield* usesOf(p, [...path, key, arg]);
  }
}
