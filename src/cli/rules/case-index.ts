import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { SHIPPED_RULES } from '../../rulebook/load.js';

/** The folder of package.json. */
export const PACKAGE_ROOT = dirname(SHIPPED_RULES);

/** Cases of the shipped rules: `<family>/<rule-id>.yaml`. */
export const SHIPPED_CASES = join(PACKAGE_ROOT, 'test/rules');

/** Where the cases of a layer stand: `cases/` of a pack. */
export function casesOf(dir: string, shipped: boolean): string {
  return shipped ? SHIPPED_CASES : join(dir, 'cases');
}

export interface CasePlace {
  readonly path: string;
  /** The folder that the file stands in, below the folder of all cases; none directly in it. */
  readonly family: string | undefined;
}

/** The case files below a folder by the id of their rule, which names the file. Empty where there is no such folder. */
export function caseFiles(dir: string): Map<string, CasePlace> {
  const found = new Map<string, CasePlace>();
  for (const path of yamlFiles(dir)) {
    const folder = dirname(relative(dir, path)).replaceAll('\\', '/');
    found.set(basename(path).replace(/\.ya?ml$/, ''), { path, family: folder === '.' ? undefined : folder });
  }
  return found;
}

/** The YAML files below a folder, sorted; none where there is no such folder. */
export function yamlFiles(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}
