import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const CONFIG_NAMES = ['thaw.config.yaml', 'thaw.config.yml'] as const;

/** A project ends here: what lies above has other projects' configuration. */
const ROOT_MARKS = ['package.json', '.git'] as const;

/**
 * The configuration of the project that a folder belongs to: in the folder or the nearest above it, up to the one that
 * has a package.json or is the root of a git repository. Undefined when there is none.
 */
export function findConfig(folder: string): string | undefined {
  for (let dir = resolve(folder); ; dir = dirname(dir)) {
    for (const name of CONFIG_NAMES) if (existsSync(join(dir, name))) return join(dir, name);
    if (ROOT_MARKS.some((name) => existsSync(join(dir, name))) || dirname(dir) === dir) return undefined;
  }
}
